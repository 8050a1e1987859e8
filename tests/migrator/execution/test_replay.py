"""Programs of many shapes, written twice by hand: the MindSpore one must follow the PyTorch one step by step."""

from pathlib import Path

import pytest

PAIRS = sorted(path.name for path in (Path(__file__).parent / "pairs").iterdir() if path.is_dir())


@pytest.mark.parametrize("name", PAIRS)
def test_it_follows_the_original_step_by_step(road, name):
    parity = road.pair(name)

    states = {rung.rung: rung.state for rung in parity.ladder}
    assert states["first-step loss"] == states["gradients"] == states["weights after one step"] == "pass"
    assert states["loss after N steps"] == "pass"
    assert parity.trajectory.steps >= 16
    assert parity.trajectory.max_abs_diff < 1e-4
    # What is printed follows too, draws and evaluation included; the target devices' kernels round otherwise.
    assert all(row.difference is not None and row.difference < 1e-3 for row in parity.metrics if row.kind == "loss")
    assert parity.notes == ()


def test_random_draws_that_the_original_did_not_make_are_noted(road):
    parity = road.pair("numpy_batches", ("X[pick])", "X[pick]) + 0 * ops.rand(32, 6)"))

    assert any("uniform numbers of shape (32, 6)" in note for note in parity.notes)
    assert parity.trajectory.verdict == "pass"


def test_draws_that_are_not_asked_for_are_noted(road):
    parity = road.pair("numpy_batches", ("x + 0.01 * ops.normal(x.shape, Tensor(0.0), Tensor(2.0))", "x"))

    assert any("40 normal draws" in note for note in parity.notes)
    assert parity.verdict == "fail"


def test_another_number_of_columns_is_noted_and_the_own_data_used(road):
    parity = road.pair(
        "vae",
        ('["x"], shuffle', '["x", "y"], shuffle'),
        ("clip(", "clip("),
        (",)\n\n", ", 1)\n\n"),
        ("for (x,)", "for (x, _)"),
    )

    assert any("1 parts in place of the 2 columns x, y" in note for note in parity.notes)


def test_a_loader_of_another_length_is_noted(road):
    parity = road.pair("vae", (".batch(16)", ".batch(16, drop_remainder=True)"))

    assert any("6 batches by itself, the original's has 7" in note for note in parity.notes)


def test_a_weight_of_another_shape_is_noted(road):
    parity = road.pair("numpy_batches", ("nn.Dense(6, 12)", "nn.Dense(6, 13)"), ("nn.Dense(12, 1)", "nn.Dense(13, 1)"))

    assert "shape (13, 6), in the original (12, 6)" in parity.explanation


def test_a_replay_ends_cleanly_where_the_recording_ends(road):
    from tests.migrator.execution.conftest import PAIRS as FOLDER

    road.put("source", FOLDER / "vae" / "original")
    road.put("translated", FOLDER / "vae" / "translated")
    baseline = road.baseline(steps=9)
    replay = road.replay()

    assert baseline.steps == 21
    assert replay.steps == 9
    assert replay.recording_ended
    assert replay.ended_well


def test_a_crash_is_told_by_the_translated_files_own_line(road):
    parity = road.pair("numpy_batches", ("    optimizer(grads)", "    optimizer(grads)\n    if step == 2: {}['gone']"))

    assert parity.trajectory.steps == 3
    assert "KeyError at train.py:24" in next(r.detail for r in parity.ladder if r.rung == "loss after N steps")


def test_neither_torch_nor_the_engine_can_be_imported(road):
    program = "import importlib\nfor name in ('torch', 'torchvision', 'migrator'):\n    try:\n        importlib.import_module(name)\n    except ImportError as error:\n        print(error)\n"
    road.put("source", {"train.py": "print('nothing')\n"})
    road.put("translated", {"train.py": program})
    road.baseline()

    for run in (road.replay(), road.free()):
        assert run.ended_well
    log = (road.work / "free_run" / "output.log").read_text()
    assert log.count("not available to a migrated program") == 3


def test_the_original_may_be_a_module_of_a_package(road):
    original = "from .parts import x\nimport torch\nw = torch.nn.Linear(2, 1)\nw(x()).sum().backward()\nprint(__name__, __package__)\n"
    road.put(
        "source",
        {
            "app/__init__.py": "",
            "app/parts.py": "import torch\ndef x():\n    return torch.ones(1, 2)\n",
            "app/train.py": original,
        },
    )

    run = road.baseline(entry="app.train")

    assert run.ended_well, run.how_it_ended
    assert run.steps == 1
    assert "app/parts.py" in run.imported
