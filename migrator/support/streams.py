"""Streams and events of a GPU, for programs that order or time its work themselves."""

from __future__ import annotations

import time

import mindspore as ms


class NoStream:
    """torch.cuda.Stream: MindSpore orders its work by itself, so that there is nothing to wait for."""

    def wait_stream(self, stream):
        pass

    def wait_event(self, event):
        pass

    def record_event(self, event=None):
        event = TimedEvent() if event is None else event
        event.record()
        return event

    def synchronize(self):
        ms.runtime.synchronize()

    def query(self):
        return True


class TimedEvent:
    """torch.cuda.Event: the time at which the work before it was done."""

    def __init__(self):
        self.time = None

    def record(self, stream=None):
        ms.runtime.synchronize()
        self.time = time.perf_counter()

    def wait(self, stream=None):
        pass

    def synchronize(self):
        pass

    def query(self):
        return True

    def elapsed_time(self, end_event):
        """Milliseconds from this event to another."""
        return (end_event.time - self.time) * 1000.0
