"""`python -m launcher up` and `python -m launcher demo [--exit]`."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import time
from types import FrameType

from launcher.api import Refused
from launcher.children import ChildDied
from launcher.demo import Login, bootstrap, figures, migrate_sample, report_of, sandbox_note
from launcher.machine import CannotStart, Machine, running

WATCH_SECONDS = 1.0
INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m launcher", description="Start MindFerry on this machine.")
    parser.add_argument("what", choices=("up", "demo"), help="demo also migrates a sample project")
    parser.add_argument("--exit", action="store_true", help="demo: end with the verdict; 0 only where it is pass")
    parser.add_argument("--sample", default="digits", choices=("digits", "charlm"), help="demo: which one (digits)")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: 127.0.0.1, this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="the first port to try (default: 8000)")
    options = parser.parse_args(argv)
    # What ends the launcher must unwind the stack: every child is stopped on the way.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with running(options.host, options.port, say) as machine:
            return _demo(machine, options.sample, options.exit) if options.what == "demo" else _up(machine)
    except KeyboardInterrupt:
        say("Stopped.")
        # Ctrl-C is how a launcher that stays up is meant to end.
        return INTERRUPTED if options.exit else 0
    except (CannotStart, ChildDied, Refused) as error:
        print(f"mindferry: {error}", file=sys.stderr)
        return 1


def say(text: str) -> None:
    print(text, flush=True)


def _up(machine: Machine) -> int:
    login = bootstrap(machine)
    say(f"MindFerry is at {machine.address}/  (logs in {machine.data / 'logs'})")
    return _stay(machine, login)


def _demo(machine: Machine, sample: str, ends: bool) -> int:
    login = bootstrap(machine)
    say(f"MindFerry is at {machine.address}/  (user {login.user}, password {login.password})")
    if note := sandbox_note(shutil.which):
        say(note)
    started = time.monotonic()
    submission = migrate_sample(machine, login, sample, machine.children.watch)
    for line in figures(submission, report_of(machine, login, submission), time.monotonic() - started):
        say(line)
    say(f"The page: {machine.address}{submission['url']}parity/")
    if ends:
        return 0 if submission["verdict"] == "pass" else 1
    return _stay(machine, login)


def _stay(machine: Machine, login: Login) -> int:
    say(f"Log in as {login.user} with the password {login.password}. Ctrl-C stops everything.")
    while True:
        machine.children.watch()
        time.sleep(WATCH_SECONDS)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
