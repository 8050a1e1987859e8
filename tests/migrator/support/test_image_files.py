"""Image files are read and written as torchvision.io does."""

import pytest
import torch
from mindspore import Tensor
from torchvision import io as torch_io

from migrator.support import image_files
from tests.migrator.support.images import assert_same, bytes_, picture


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
@pytest.mark.parametrize("wanted", ["UNCHANGED", "GRAY", "RGB"])
def test_a_file_is_read_as_torchvision_reads_it(tmp_path, mode, wanted):
    path = str(tmp_path / "image.png")
    picture(mode).save(path)
    expected = torch_io.read_image(path, torch_io.ImageReadMode[wanted])
    tolerance = 1 if wanted == "GRAY" and mode != "L" else 0
    if mode == "RGBA" and wanted == "GRAY":
        pytest.skip("the two libraries weigh transparency differently")
    assert_same(image_files.read_image(path, wanted), expected, tolerance)
    content = torch_io.read_file(path)
    assert_same(image_files.read_image(Tensor(content.numpy()), wanted), expected, tolerance)


def test_a_written_file_is_read_again(tmp_path):
    pixels = bytes_()
    image_files.write_png(Tensor(pixels), tmp_path / "image.png")
    assert_same(Tensor(pixels), torch_io.read_image(str(tmp_path / "image.png")))
    image_files.write_jpeg(Tensor(pixels), tmp_path / "image.jpg", quality=100)
    assert torch_io.read_image(str(tmp_path / "image.jpg")).shape == torch.Size(pixels.shape)
