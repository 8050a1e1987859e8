"""What stands where a program asked torch's profiler about itself."""

from __future__ import annotations


class NoProfiler:
    """torch.profiler.profile as far as a program needs it to run: nothing is measured, and its tables say so."""

    def __init__(self):
        self.step_num = 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def start(self):
        pass

    def stop(self):
        pass

    def step(self):
        self.step_num += 1

    def key_averages(self, *arguments, **options):
        return self

    def table(self, *arguments, **options):
        return "nothing was profiled: see mindspore.profiler"

    def total_average(self):
        return self

    def events(self):
        return []

    def add_metadata(self, key, value):
        pass

    def export_chrome_trace(self, path):
        pass

    def export_stacks(self, path, metric="self_cpu_time_total"):
        pass
