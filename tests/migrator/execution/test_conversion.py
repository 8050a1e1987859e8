"""Checkpoints of the original, converted in the sandbox by the names that the replay found."""

import json
import subprocess
import sys

import pytest

from migrator.execution.conversion import convert_checkpoints
from migrator.execution.sandbox import find_confinement

SAVE = """
import sys, torch
from torch import nn
net = nn.Sequential(nn.Embedding(5, 3), nn.BatchNorm1d(3))
torch.save({"epoch": 3, "model": net.state_dict()}, sys.argv[1] + "/best.pth")
"""


@pytest.fixture
def folders(tmp_path):
    source, record = tmp_path / "source" / "out", tmp_path / "record"
    source.mkdir(parents=True)
    record.mkdir()
    subprocess.run([sys.executable, "-c", SAVE, str(source)], check=True)
    return tmp_path / "source", tmp_path / "target", record


def test_a_checkpoint_takes_the_names_of_the_translated_model(folders):
    import mindspore as ms

    source, target, record = folders
    names = [
        ["0.weight", "embed.embedding_table", "same"],
        ["1.weight", "norm.gamma", "same"],
        ["1.bias", "norm.beta", "same"],
    ]
    names += [["1.running_mean", "norm.moving_mean", "same"], ["1.running_var", "norm.moving_variance", "same"]]
    (record / "names.jsonl").write_text(json.dumps({"root": 0, "names": names}) + "\n")

    made = convert_checkpoints(source, target, record, find_confinement())

    assert made.files == ("out/best.ckpt",), made.problems
    found = ms.load_checkpoint(str(target / "out" / "best.ckpt"))
    assert sorted(found) == sorted(name for _, name, _ in names)
    assert found["embed.embedding_table"].shape == (5, 3)


def test_a_file_that_is_no_checkpoint_is_told_and_the_others_go_on(folders):
    source, target, record = folders
    (source / "broken.pt").write_bytes(b"not a checkpoint")

    made = convert_checkpoints(source, target, record, find_confinement())

    assert made.files == ("out/best.ckpt",)
    assert len(made.problems) == 1 and made.problems[0].startswith("broken.pt: ")


def test_without_checkpoints_nothing_is_made(tmp_path):
    (tmp_path / "source").mkdir()
    assert convert_checkpoints(tmp_path / "source", tmp_path / "target", tmp_path, find_confinement()).files == ()
    assert not (tmp_path / "target").exists()
