"""Starts processes as fast as it can, for ever."""

import os
import time

STOPPED_BY = ("", "memory", "time limit")
started = 0
try:
    while True:
        if os.fork() == 0:
            while True:
                try:
                    os.fork()
                except OSError:
                    time.sleep(0.05)
        started += 1
except OSError:
    print(f"the kernel refused after {started} processes")
if started > 500:
    print("BREACH: more processes than allowed")
