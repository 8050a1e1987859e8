"""Takes memory in many processes, each of them within the limit for one."""

import os
import time

STOPPED_BY = ("memory",)
for _ in range(12):
    if os.fork() == 0:
        held = bytearray(b"x" * (150 << 20))
        time.sleep(60)
        os._exit(0)
time.sleep(30)
print("BREACH: 1.8 GiB in a dozen processes")
