"""First program inside the sandbox: give up every privilege and all but the allowed resources, then become the command.

Run as ``python -I -S launch.py SETTINGS COMMAND...`` where SETTINGS is a JSON object with ``rlimits`` and, where the
launcher starts as root, ``uid``. Imports the standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def main() -> None:
    settings = json.loads(sys.argv[1])
    command = sys.argv[2:]
    # Should the kernel run out of memory, it takes the user's program and not the worker.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    for name, wanted in settings["rlimits"].items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        allowed = [value if hard == resource.RLIM_INFINITY else min(value, hard) for value in wanted]
        # macOS refuses some of these outright; what it does not know it cannot be asked to hold.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (allowed[0], allowed[1]))
    uid = settings.get("uid")
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    os.chdir(settings["cwd"])
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.umask(0o022)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
