"""``python -m migrator``: find the subcommand, run it, and turn what goes wrong into one line and an exit code.

0: done, and within tolerance. 1: done, but with findings of severity error or parity outside tolerance. 2: bad usage
or input.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from migrator import commands
from migrator.commands import USAGE, UsageError

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    # Both must unwind the stack: what was started is ended on the way.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return int(arguments.run(arguments))
    except UsageError as error:
        print(f"mindferry: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("mindferry: stopped; everything that was started has ended.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m migrator",
        description="MindFerry: from a PyTorch project to a MindSpore project that was shown to train the same way.",
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in pkgutil.iter_modules(commands.__path__):
        command = importlib.import_module(f"{commands.__name__}.{module.name}")
        subparser = subparsers.add_parser(module.name, help=command.HELP, description=command.HELP)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
