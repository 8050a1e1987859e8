"""Tries to see and to kill what does not belong to it."""

import os
import signal

STOPPED_BY = ("",)
victim = int(open("victim").read())
others = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print(len(others), "processes in sight")
if len(others) > 8:
    print("BREACH: other processes can be seen")
for pid in (victim, os.getppid()):
    try:
        os.kill(pid, signal.SIGKILL)
        print(f"killed {pid} in here")
    except OSError as error:
        print(pid, error)
