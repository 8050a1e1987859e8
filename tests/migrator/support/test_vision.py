"""Image functions give torchvision's numbers, for PIL images and for tensors."""

import mindspore as ms
import numpy as np
import pytest
import torch
import torchvision.transforms.functional as torch_functional
from mindspore import Tensor
from PIL import Image
from torchvision import transforms as torch_transforms
from torchvision import utils as torch_utils

from migrator.support import image_transforms, vision
from tests.migrator.support.images import assert_same, bytes_, floats, picture

FUNCTIONS = [
    (vision.resize_image, torch_functional.resize, (12,)),
    (vision.resize_image, torch_functional.resize, ([40, 17],)),
    (vision.resize_image, torch_functional.resize, (12, torch_transforms.InterpolationMode.NEAREST)),
    (vision.resize_image, torch_functional.resize, (12, torch_transforms.InterpolationMode.BICUBIC)),
    (vision.resize_image, torch_functional.resize, (20, torch_transforms.InterpolationMode.BILINEAR, 25)),
    (vision.center_crop, torch_functional.center_crop, ([11, 14],)),
    (vision.center_crop, torch_functional.center_crop, (27,)),
    (vision.crop_image, torch_functional.crop, (3, 4, 10, 11)),
    (vision.crop_image, torch_functional.crop, (-2, 20, 30, 20)),
    (vision.pad_image, torch_functional.pad, (2,)),
    (vision.pad_image, torch_functional.pad, ([1, 2],)),
    (vision.pad_image, torch_functional.pad, ([1, 2, 3, 4], 7)),
    (vision.pad_image, torch_functional.pad, ([1, 2, 3, 4], 0, "edge")),
    (vision.pad_image, torch_functional.pad, ([1, 2, 3, 4], 0, "reflect")),
    (vision.pad_image, torch_functional.pad, ([1, 2, 3, 4], 0, "symmetric")),
    (vision.flip_horizontally, torch_functional.hflip, ()),
    (vision.flip_vertically, torch_functional.vflip, ()),
    (vision.to_grayscale, torch_functional.rgb_to_grayscale, (1,)),
    (vision.to_grayscale, torch_functional.rgb_to_grayscale, (3,)),
    (vision.adjust_brightness, torch_functional.adjust_brightness, (1.4,)),
    (vision.adjust_contrast, torch_functional.adjust_contrast, (0.6,)),
    (vision.adjust_saturation, torch_functional.adjust_saturation, (1.7,)),
    (vision.adjust_hue, torch_functional.adjust_hue, (0.2,)),
    (vision.adjust_hue, torch_functional.adjust_hue, (-0.3,)),
    (vision.adjust_gamma, torch_functional.adjust_gamma, (0.7, 1.1)),
    (vision.invert_image, torch_functional.invert, ()),
    (vision.gaussian_blur, torch_functional.gaussian_blur, (5,)),
    (vision.gaussian_blur, torch_functional.gaussian_blur, ([3, 7], [0.8, 2.0])),
    (vision.rotate_image, torch_functional.rotate, (30,)),
    (vision.rotate_image, torch_functional.rotate, (-110, torch_transforms.InterpolationMode.BILINEAR)),
    (vision.rotate_image, torch_functional.rotate, (30, torch_transforms.InterpolationMode.NEAREST, True)),
    (
        vision.rotate_image,
        torch_functional.rotate,
        (30, torch_transforms.InterpolationMode.NEAREST, False, [5, 6], [9]),
    ),
    (vision.affine_image, torch_functional.affine, (20, [3, -2], 1.2, [10.0, 5.0])),
    (
        vision.affine_image,
        torch_functional.affine,
        (20, [3, -2], 0.8, [10.0], torch_transforms.InterpolationMode.BILINEAR),
    ),
    (vision.five_crop, torch_functional.five_crop, (9,)),
    (vision.ten_crop, torch_functional.ten_crop, ((9, 12), True)),
    (vision.posterize_image, torch_functional.posterize, (3,)),
    (vision.solarize_image, torch_functional.solarize, (100,)),
    (vision.adjust_sharpness, torch_functional.adjust_sharpness, (1.8,)),
    (vision.adjust_sharpness, torch_functional.adjust_sharpness, (0.3,)),
    (vision.autocontrast_image, torch_functional.autocontrast, ()),
    (vision.equalize_image, torch_functional.equalize, ()),
    (
        vision.perspective_image,
        torch_functional.perspective,
        ([[0, 0], [30, 0], [30, 22], [0, 22]], [[3, 2], [28, 1], [27, 20], [1, 21]]),
    ),
]
NAMES = [f"{ours.__name__}{n}" for n, (ours, _, _) in enumerate(FUNCTIONS)]


def own(argument):
    """An argument as the translated program has it: an interpolation mode is its name."""
    return argument.value if isinstance(argument, torch_transforms.InterpolationMode) else argument


@pytest.mark.parametrize(("ours", "theirs", "arguments"), FUNCTIONS, ids=NAMES)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_function_of_pil_images_gives_torchvisions_pixels(ours, theirs, arguments, mode):
    if mode == "L" and theirs is torch_functional.rgb_to_grayscale:
        pytest.skip("takes colours")
    image = picture(mode)
    theirs_result = theirs(image, *arguments)
    assert_same(ours(image, *map(own, arguments)), theirs_result)


@pytest.mark.parametrize(("ours", "theirs", "arguments"), FUNCTIONS, ids=NAMES)
@pytest.mark.parametrize("kind", ["floats", "bytes"])
@pytest.mark.parametrize("channels", [3, 1])
def test_a_function_of_tensors_gives_torchvisions_numbers(ours, theirs, arguments, kind, channels):
    if channels == 1 and theirs is torch_functional.rgb_to_grayscale:
        pytest.skip("takes colours")
    array = floats(channels) if kind == "floats" else bytes_(channels)
    if kind == "floats" and theirs in (torch_functional.posterize, torch_functional.equalize):
        pytest.skip("takes bytes")
    if theirs is torch_functional.solarize and kind == "floats":
        arguments = (0.4,)
    theirs_result = theirs(torch.from_numpy(array), *arguments)
    tolerance = 1.0 if kind == "bytes" else 2e-5
    assert_same(ours(Tensor(array), *map(own, arguments)), theirs_result, tolerance)


def test_to_tensor_takes_every_mode_of_pil():
    for mode in ("RGB", "L", "1", "RGBA", "CMYK", "I", "F", "I;16"):
        image = picture("L").convert("I").convert("I;16") if mode == "I;16" else picture("RGB").convert(mode)
        assert_same(image_transforms.ToTensor()(image), torch_transforms.ToTensor()(image))
        assert_same(image_transforms.PILToTensor()(image), torch_transforms.PILToTensor()(image))


def test_to_tensor_takes_arrays():
    for array in (
        np.moveaxis(bytes_(), 0, 2),
        np.moveaxis(floats(), 0, 2),
        bytes_()[0],
        floats()[0].astype(np.float64),
    ):
        assert_same(image_transforms.ToTensor()(array), torch_transforms.ToTensor()(array))


def test_images_come_back_from_tensors_and_arrays():
    for array in (floats(), floats(1), bytes_(), bytes_(1), bytes_(4)):
        assert_same(
            image_transforms.ToPILImage()(Tensor(array)), torch_transforms.ToPILImage()(torch.from_numpy(array))
        )
    for array in (np.moveaxis(bytes_(), 0, 2), bytes_()[0], np.moveaxis(bytes_(1), 0, 2)):
        assert_same(image_transforms.ToPILImage()(array), torch_transforms.ToPILImage()(array))


@pytest.mark.parametrize("shape", [(3, 5, 7), (2, 3, 5, 7)])
def test_normalize_is_by_channel(shape):
    array = np.random.RandomState(1).rand(*shape).astype(np.float32)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    expected = torch_transforms.Normalize(mean, std)(torch.from_numpy(array))
    assert_same(image_transforms.Normalize(mean, std)(Tensor(array)), expected, 1e-6)


@pytest.mark.parametrize("source", ["float32", "uint8", "int32"])
@pytest.mark.parametrize("wanted", ["float32", "float64", "uint8", "int16", "int32", "int64"])
def test_dtypes_are_converted_with_their_range(source, wanted):
    array = floats() if source == "float32" else bytes_().astype(source) * (1 if source == "uint8" else 8388608)
    if source == "float32" and wanted in ("int32", "int64"):
        pytest.skip("torchvision refuses it")
    expected = torch_transforms.ConvertImageDtype(getattr(torch, wanted))(torch.from_numpy(array))
    assert_same(image_transforms.ConvertImageDtype(getattr(ms, wanted))(Tensor(array)), expected, 1e-7)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"nrow": 3},
        {"padding": 0},
        {"normalize": True},
        {"pad_value": 0.5},
        {"normalize": True, "scale_each": True},
        {"normalize": True, "value_range": (0.2, 0.8)},
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_grid_is_torchvisions(options, channels):
    images = np.random.RandomState(2).rand(5, channels, 6, 7).astype(np.float32)
    expected = torch_utils.make_grid(torch.from_numpy(images), **options)
    assert_same(vision.make_grid(Tensor(images), **options), expected, 1e-6)


def test_a_grid_of_one_image_and_of_a_list():
    one = floats()
    assert_same(vision.make_grid(Tensor(one)), torch_utils.make_grid(torch.from_numpy(one)))
    several = [Tensor(floats(seed=n)) for n in range(3)]
    assert_same(
        vision.make_grid(several, nrow=2),
        torch_utils.make_grid([torch.from_numpy(image.asnumpy()) for image in several], nrow=2),
    )


def test_a_saved_image_has_torchvisions_bytes(tmp_path):
    images = np.random.RandomState(2).rand(5, 3, 6, 7).astype(np.float32)
    vision.save_image(Tensor(images), tmp_path / "ours.png", nrow=2)
    torch_utils.save_image(torch.from_numpy(images), tmp_path / "theirs.png", nrow=2)
    assert_same(Image.open(tmp_path / "ours.png"), Image.open(tmp_path / "theirs.png"))
