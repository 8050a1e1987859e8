"""Learning rates are compared as far as the recording goes, and what else an optimizer is set to."""

import json

import pytest

from migrator.parity.judge import _rates, _settings


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


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"momentum": [0.9], "weight_decay": [0.0]}, ""),
        ({"momentum": [0.8], "weight_decay": [0.0]}, "The optimizers' momentum differs: 0.9 and 0.8. "),
        ({"weight_decay": [0.01], "rho": [0.9]}, "The optimizers' weight_decay differs: 0 and 0.01. "),
        ({"momentum": [0.9, 0.999]}, "The optimizers' momentum differs: 0.9 and 0.9, 0.999. "),
    ],
)
def test_settings_that_both_know_are_compared(tmp_path, found, said):
    folders = {"baseline": {"momentum": [0.9], "weight_decay": [0], "alpha": [1.0]}, "replay": found}
    for name, group in folders.items():
        (tmp_path / name).mkdir()
        line = {"optimizer": 0, "groups": [group]}
        (tmp_path / name / "optimizers.jsonl").write_text(json.dumps(line) + "\n")
    assert _settings({name: tmp_path / name for name in folders}) == said
