"""Images to compare transforms on, and the comparison."""

import numpy as np
from mindspore import Tensor
from PIL import Image


def picture(mode="RGB", height=23, width=31, seed=0):
    pixels = np.random.RandomState(seed).randint(0, 256, (height, width, 3), np.uint8)
    smooth = np.linspace(0, 200, width)[None, :, None] + np.linspace(0, 50, height)[:, None, None]
    return Image.fromarray(((pixels.astype(float) + 3 * smooth) / 4).astype(np.uint8)).convert(mode)


def floats(channels=3, height=23, width=31, seed=0):
    return np.random.RandomState(seed).rand(channels, height, width).astype(np.float32)


def bytes_(channels=3, height=23, width=31, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (channels, height, width), np.uint8)


def array_of(result):
    if isinstance(result, Image.Image):
        return np.asarray(result)
    return result.asnumpy() if isinstance(result, Tensor) else result.numpy()


def assert_same(ours, theirs, tolerance=0.0):
    if isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other, tolerance)
        return
    if isinstance(theirs, Image.Image):
        assert isinstance(ours, Image.Image)
        assert ours.mode == theirs.mode
    one, other = array_of(ours), array_of(theirs)
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert np.abs(one.astype(np.float64) - other.astype(np.float64)).max() <= tolerance
