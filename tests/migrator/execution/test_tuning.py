"""The runtime is measured once for each machine and remembered."""

import json

import pytest

from migrator.execution import tuning
from migrator.execution.tuning import SAFE, Runtime, measure, runtime


@pytest.fixture
def speeds(monkeypatch):
    """Stands for the clock: what a candidate would take, in milliseconds."""

    def set_to(times):
        def measured(candidate):
            return Runtime(candidate.isa, candidate.synchronize, candidate.threads, times(candidate))

        monkeypatch.setattr(tuning, "_measured", measured)
        monkeypatch.setattr(tuning.platform, "machine", lambda: "x86_64")
        monkeypatch.setattr(tuning.os, "cpu_count", lambda: 8)

    return set_to


def test_the_fastest_instruction_set_is_taken(speeds):
    speeds(lambda runtime: {"AVX2": 60.0, "ALL": 500.0}[runtime.isa])
    assert (measure().isa, measure().threads) == ("AVX2", 1)
    speeds(lambda runtime: {"AVX2": 60.0, "ALL": 20.0}[runtime.isa])
    assert measure().isa == "ALL"


def test_more_threads_must_pay(speeds):
    speeds(lambda runtime: 100.0 if runtime.threads == 1 else 90.0)
    assert measure().threads == 1
    speeds(lambda runtime: 100.0 if runtime.threads == 1 else 50.0)
    assert measure().threads == 4


def test_where_nothing_can_be_measured_the_safe_settings_hold_and_are_not_remembered(speeds, tmp_path):
    speeds(lambda runtime: None)
    assert runtime(tmp_path) == SAFE
    assert list(tmp_path.iterdir()) == []


def test_a_measurement_is_remembered_and_a_damaged_memory_measured_again(speeds, tmp_path):
    speeds(lambda runtime: 30.0)
    found = runtime(tmp_path)
    speeds(lambda runtime: 1.0)
    assert runtime(tmp_path) == found

    (memory,) = tmp_path.iterdir()
    memory.write_text('{"isa": ')
    assert runtime(tmp_path).milliseconds == 1.0
    assert json.loads(memory.read_text())["milliseconds"] == 1.0


def test_this_machine_can_be_measured():
    found = tuning._measured(SAFE)
    assert found.milliseconds is not None
    assert 0 < found.milliseconds < 5000
