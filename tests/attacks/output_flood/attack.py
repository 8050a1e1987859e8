"""Prints without end."""

STOPPED_BY = ("output",)
while True:
    print("x" * 10_000)
