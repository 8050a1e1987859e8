import argparse
import os
import pickle
import zipfile

import numpy as np
import pytest
import torch

from migrator.checkpoints import torch_file
from migrator.checkpoints.torch_file import CheckpointError, SavedTensor, Unknown

DTYPES = [
    torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
    torch.uint8, torch.bool, torch.complex64,
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_every_dtype_is_read_bit_for_bit(tmp_path, dtype, new):
    value = torch.arange(6).reshape(2, 3).to(dtype)
    torch.save({"x": value, "t": value.t()}, tmp_path / "a.pth", _use_new_zipfile_serialization=new)
    saved = torch_file.read(tmp_path / "a.pth")
    for name, expected in (("x", value), ("t", value.t())):
        array = saved[name].array()
        assert array.shape == tuple(expected.shape)
        raw = expected.contiguous()
        raw = raw.view(torch.int16) if dtype == torch.bfloat16 else raw
        assert array.bits.tobytes() == raw.numpy().tobytes()


def test_what_training_scripts_save_beside_weights_is_kept_apart(tmp_path):
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    saved = {"epoch": 3, "args": argparse.Namespace(lr=0.1), "model": model.state_dict(), "best": np.float64(0.5)}
    torch.save({**saved, "optimizer": optimizer.state_dict()}, tmp_path / "a.pt")
    found = torch_file.read(tmp_path / "a.pt")
    assert found["epoch"] == 3
    assert isinstance(found["args"], Unknown)
    assert found["args"].attributes == {"lr": 0.1}
    assert isinstance(found["model"]["weight"], SavedTensor)
    assert found["optimizer"]["param_groups"][0]["lr"] == 0.1


class Evil:
    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return os.mkdir, (self.marker,)


def test_nothing_that_the_file_asks_for_is_run(tmp_path):
    torch.save({"w": torch.zeros(2), "evil": Evil(tmp_path / "gotcha")}, tmp_path / "evil.pth")
    found = torch_file.read(tmp_path / "evil.pth")
    assert isinstance(found["evil"], Unknown)
    assert found["w"].array().shape == (2,)
    assert not (tmp_path / "gotcha").exists()


@pytest.mark.parametrize(
    "code",
    [
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cos\nsystem\n(S'true'\ntR.",
        b"(S'true'\nios\nsystem\n.",
        b"\x80\x02cbuiltins\ngetattr\n(cbuiltins\ndict\nX\x04\x00\x00\x00keystR.",
        b"\x80\x02cbuiltins\nbytearray\n\x8a\x05\xff\xff\xff\xff\x00\x85R.",
    ],
)
def test_a_pickle_gets_hold_of_no_function(tmp_path, code):
    with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
        archive.writestr("a/data.pkl", code)
    try:
        found = torch_file.read(tmp_path / "a.pth")
    except CheckpointError:
        return
    assert isinstance(found, Unknown)


@pytest.mark.parametrize("content", [b"", b"PK", b"no checkpoint", pickle.dumps({"a": 1}), b"PK\x03\x04" + b"\0" * 40])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "a.pth").write_bytes(content)
    with pytest.raises(CheckpointError):
        torch_file.read(tmp_path / "a.pth")


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    torch.save({"w": torch.zeros(1000)}, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    whole = (tmp_path / "a.pth").read_bytes()
    (tmp_path / "a.pth").write_bytes(whole[:-100])
    with pytest.raises(CheckpointError, match="middle"):
        torch_file.read(tmp_path / "a.pth")


def test_a_view_outside_its_storage_is_refused():
    storage = torch_file.Storage("0", "float32", bytes(16))
    for offset, shape, strides in ((0, (5,), (1,)), (3, (2,), (1,)), (-1, (1,), (1,)), (0, (1 << 40,), (0,))):
        with pytest.raises(CheckpointError):
            SavedTensor(storage, "float32", offset, shape, strides).array()


def test_a_whole_model_in_the_old_layout_is_read_with_its_class_by_name(tmp_path):
    torch.save({"net": torch.nn.Linear(2, 1), "epoch": 2}, tmp_path / "a.pt", _use_new_zipfile_serialization=False)
    found = torch_file.read(tmp_path / "a.pt")
    assert (found["epoch"], found["net"].class_name) == (2, "torch.nn.modules.linear.Linear")
    assert found["net"].attributes["_parameters"]["weight"].array().bits.shape == (1, 2)
