"""Takes memory without end."""

STOPPED_BY = ("memory", "")
held = []
try:
    while True:
        held.append(bytearray(b"x" * (16 << 20)))
        if len(held) > 400:
            print("BREACH: 6 GiB of memory", flush=True)
            break
except MemoryError:
    print("refused")
