"""Writes files until the disk is full."""

STOPPED_BY = ("disk",)
number = 0
while True:
    with open(f"fill-{number}", "wb") as file:
        for _ in range(64):
            file.write(b"x" * (1 << 20))
    number += 1
    if number > 60:
        print("BREACH: 4 GiB on disk", flush=True)
        break
