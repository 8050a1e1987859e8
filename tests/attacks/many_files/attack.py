"""Makes small files until the disk has no place for names."""

import time

STOPPED_BY = ("disk",)
for number in range(200_000):
    open(f"file-{number}", "w").close()
time.sleep(5)
print("BREACH: 200,000 files")
