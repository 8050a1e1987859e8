"""Learning rates are compared as far as the recording goes."""

import json

import pytest

from migrator.parity.judge import _rates


def record(folder, cut=None, **rates):
    folder.mkdir()
    lines = [{"optimizer": 0, "step": int(step[1:]), "rates": [rate]} for step, rate in rates.items()]
    (folder / "rates.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    if cut is not None:
        (folder / "cut.jsonl").write_text(json.dumps({"step": cut}) + "\n")
    return folder


@pytest.mark.parametrize(
    ("cut", "found"), [(60, ""), (None, "The learning rates differ from step 60 on: 0.343 and 0.49.")]
)
def test_a_change_beyond_the_cut_is_no_difference(tmp_path, cut, found):
    baseline = record(tmp_path / "baseline", cut, s0=1.0, s40=0.49, s60=0.343)
    replay = record(tmp_path / "replay", None, s0=1.0, s40=0.49)
    assert _rates({"baseline": baseline, "replay": replay}) == found


def test_a_change_before_the_cut_is_a_difference(tmp_path):
    baseline = record(tmp_path / "baseline", 60, s0=1.0, s40=0.49)
    replay = record(tmp_path / "replay", None, s0=1.0)
    assert _rates({"baseline": baseline, "replay": replay}).startswith("The learning rates differ from step 40 on")
