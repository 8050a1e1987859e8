"""torchvision.io for images, by Pillow."""

from __future__ import annotations

import enum
import io

from mindspore import Tensor
from PIL import Image, ImageOps

from migrator.support.vision import pil_to_tensor, to_pil_image


class ImageReadMode(enum.Enum):
    """torchvision.io.ImageReadMode."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4
    RGBA = RGB_ALPHA


def read_image(path, mode="UNCHANGED", apply_exif_orientation=False):
    """torchvision.io.read_image and decode_image: a file, or its bytes as a tensor, as a tensor (C, H, W) of bytes."""
    image = Image.open(io.BytesIO(path.asnumpy().tobytes()) if isinstance(path, Tensor) else path)
    image = ImageOps.exif_transpose(image) if apply_exif_orientation else image
    mode = getattr(mode, "name", mode).upper()
    wanted = {"GRAY": "L", "GRAY_ALPHA": "LA", "RGB": "RGB", "RGB_ALPHA": "RGBA", "RGBA": "RGBA"}.get(mode)
    if wanted is None and image.mode == "P":
        wanted = "RGBA" if "transparency" in image.info else "RGB"
    return pil_to_tensor(image if wanted is None else image.convert(wanted))


def write_png(input, filename, compression_level=6):
    """torchvision.io.write_png of a tensor (C, H, W) of bytes."""
    to_pil_image(input).save(filename, "PNG", compress_level=compression_level)


def write_jpeg(input, filename, quality=75):
    """torchvision.io.write_jpeg of a tensor (C, H, W) of bytes."""
    to_pil_image(input).save(filename, "JPEG", quality=quality)
