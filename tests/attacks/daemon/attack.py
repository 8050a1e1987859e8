"""Leaves a process behind that has cut all ties to the one that was started."""

import os
import time

STOPPED_BY = ("",)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for handle in (0, 1, 2):
            os.close(handle)
        for _ in range(100):
            with open("heartbeat", "a") as file:
                file.write("alive\n")
            time.sleep(0.05)
    os._exit(0)
time.sleep(0.3)
