"""Makes one file that is larger than any program needs."""

STOPPED_BY = ("", "disk")
try:
    with open("huge", "wb") as file:
        file.truncate(1 << 40)
    print("BREACH: a sparse file of a terabyte")
except OSError as error:
    print(error)
