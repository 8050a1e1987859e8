"""What a submission's settings.json says."""

import json

from migrator.execution.limits import MIB
from migrator.execution.settings import RunSettings


def test_defaults_hold_where_it_is_silent(tmp_path):
    assert RunSettings.read(tmp_path) == RunSettings()
    (tmp_path / "settings.json").write_text(json.dumps({"entry": "a.py", "seconds": None, "of a later version": 1}))
    assert RunSettings.read(tmp_path) == RunSettings(entry="a.py")


def test_arguments_are_split_as_a_shell_would():
    assert RunSettings(args="--name 'two words' -x").arguments == ("--name", "two words", "-x")


def test_limits_come_from_seconds_and_megabytes():
    limits = RunSettings(seconds=10, memory_mb=512).limits
    assert (limits.wall_seconds, limits.memory_bytes) == (10.0, 512 * MIB)
    assert limits.rlimits(count_processes=False).keys() == limits.rlimits(True).keys() - {"RLIMIT_NPROC"}
