"""Never ends, and does not listen to being told."""

import signal

STOPPED_BY = ("time limit", "cpu time")
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
while True:
    pass
