from mindspore import ops

from migrator import translate_source
from migrator.support.streams import NoStream, TimedEvent

PREFETCH = """import torch

class Ahead:
    def __init__(self, batches):
        self.batches = iter(batches)
        self.stream = torch.cuda.Stream()
        self.preload()

    def preload(self):
        self.batch = next(self.batches, None)
        with torch.cuda.stream(self.stream):
            if self.batch is not None:
                self.batch = self.batch.cuda(non_blocking=True)

    def next(self):
        torch.cuda.current_stream().wait_stream(self.stream)
        batch = self.batch
        self.preload()
        return batch

ahead, result = Ahead([torch.ones(2), torch.zeros(2)]), []
while (batch := ahead.next()) is not None:
    result.append(batch.sum().item())
"""


def test_a_prefetcher_hands_on_its_batches():
    translated = translate_source(PREFETCH, target="cpu")
    scope = {"__name__": "translated"}
    exec(compile(translated.code, "translated", "exec"), scope)
    assert scope["result"] == [2.0, 0.0]
    assert not [finding for finding in translated.findings if finding.severity.value == "error"]


def test_events_measure_the_time_between_them():
    start, end = TimedEvent(), TimedEvent()
    start.record()
    ops.ones((10, 10)).sum()
    NoStream().record_event(end)
    assert end.query() and start.elapsed_time(end) > 0
