"""The subcommands of ``python -m migrator``, one module each.

A module has ``HELP`` (one line), ``add_arguments(parser)`` and ``run(arguments) -> int``; its name is the subcommand's.
It is imported to print help, so what a command needs is imported in ``run``.
"""

from __future__ import annotations

DONE, FINDINGS, USAGE = 0, 1, 2


class UsageError(Exception):
    """Bad usage or input. The message is one line that says what and how to mend it; the exit code is 2."""
