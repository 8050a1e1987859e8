import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from migrator.checkpoints import safetensors_file
from migrator.checkpoints.arrays import Array
from migrator.checkpoints.torch_file import CheckpointError

VALUES = {
    "a": torch.arange(6.0).reshape(2, 3),
    "half": torch.tensor([1.5], dtype=torch.float16),
    "brain": torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16),
    "flag": torch.tensor([True, False]),
    "scalar": torch.tensor(7),
    "none": torch.zeros(0, 3),
}


def test_what_the_package_wrote_comes_back_to_it_unchanged(tmp_path):
    save_file(VALUES, tmp_path / "a.safetensors")
    safetensors_file.write(tmp_path / "b.safetensors", safetensors_file.read(tmp_path / "a.safetensors"))
    back = load_file(tmp_path / "b.safetensors")
    assert set(back) == set(VALUES)
    for name, value in VALUES.items():
        assert back[name].dtype == value.dtype
        assert torch.equal(back[name], value)


def file_of(header, body=b""):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 16,
        file_of([1]),
        file_of({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"1234"),
        file_of({"w": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}, bytes(8)),
        file_of({"w": {"dtype": "F32", "shape": [-2], "data_offsets": [8, 0]}}, bytes(8)),
        file_of({"w": {"dtype": "Q4", "shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
        file_of({"w": {"dtype": "F32"}}, bytes(8)),
        file_of({"w": {"dtype": ["F32"], "shape": ["x"], "data_offsets": [0, 8]}}, bytes(8)),
    ],
)
def test_damaged_files_are_refused(tmp_path, content):
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError):
        safetensors_file.read(tmp_path / "a.safetensors")


def test_an_array_keeps_its_bits(tmp_path):
    value = Array("bfloat16", np.array([0x7FC1], "<u2"))
    safetensors_file.write(tmp_path / "a.safetensors", {"nan": value})
    assert safetensors_file.read(tmp_path / "a.safetensors")["nan"].equals(value)
