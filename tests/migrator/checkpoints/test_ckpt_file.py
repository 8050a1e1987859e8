import mindspore as ms
import numpy as np
import pytest
from mindspore import Tensor

from migrator.checkpoints import ckpt_file
from migrator.checkpoints.arrays import Array
from migrator.checkpoints.torch_file import CheckpointError

DTYPES = [np.float32, np.float64, np.float16, np.int64, np.int32, np.int8, np.uint8, np.bool_]


def arrays():
    made = {np.dtype(kind).name: Array.of(np.arange(6).reshape(2, 3).astype(kind)) for kind in DTYPES}
    made["bfloat16"] = Array("bfloat16", np.array([0x3FC0, 0xC000], "<u2"))
    made["scalar"] = Array.of(np.array(3.5, np.float32))
    return made


def test_mindspore_reads_what_was_written(tmp_path):
    ckpt_file.write(tmp_path / "a.ckpt", arrays())
    loaded = ms.load_checkpoint(str(tmp_path / "a.ckpt"))
    assert set(loaded) == set(arrays())
    for name, array in arrays().items():
        value = loaded[name].astype(ms.float32).asnumpy()
        assert np.array_equal(value.reshape(array.shape), array.widened().astype(np.float32)), name


def test_what_mindspore_wrote_is_read_bit_for_bit(tmp_path):
    values = [{"name": name, "data": Tensor(a.bits)} for name, a in arrays().items() if name != "bfloat16"]
    values.append({"name": "bfloat16", "data": Tensor(np.array([1.5, -2.0], np.float32)).astype(ms.bfloat16)})
    ms.save_checkpoint(values, str(tmp_path / "a.ckpt"), append_dict={"epoch": 3, "note": "text"})
    found = ckpt_file.read(tmp_path / "a.ckpt")
    assert found.pop("epoch").bits == 3
    assert "note" not in found
    for name, array in arrays().items():
        assert found[name].dtype == array.dtype
        assert found[name].bits.tobytes() == array.bits.tobytes(), name


def test_a_file_with_a_check_sum_is_read(tmp_path):
    ms.save_checkpoint(
        [{"name": "w", "data": Tensor(np.ones(3, np.float32))}], str(tmp_path / "a.ckpt"), crc_check=True
    )
    assert list(ckpt_file.read(tmp_path / "a.ckpt")) == ["w"]


def test_large_parameters_come_in_slices(tmp_path, monkeypatch):
    monkeypatch.setattr(ckpt_file, "SLICE_BYTES", 16)
    value = Array.of(np.arange(10, dtype=np.float32).reshape(5, 2))
    ckpt_file.write(tmp_path / "a.ckpt", {"w": value})
    assert ckpt_file.read(tmp_path / "a.ckpt")["w"].equals(value)
    assert np.array_equal(ms.load_checkpoint(str(tmp_path / "a.ckpt"))["w"].asnumpy(), value.bits)


@pytest.mark.parametrize("content", [b"no checkpoint", b"\x0a\xff\xff\x01a", b"\x08\x01", b"\x0a\x03\x0a\x01a"])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "a.ckpt").write_bytes(content)
    with pytest.raises(CheckpointError):
        ckpt_file.read(tmp_path / "a.ckpt")


def test_a_type_that_mindspore_has_not_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="complex64"):
        ckpt_file.write(tmp_path / "a.ckpt", {"w": Array.of(np.ones(2, np.complex64))})
