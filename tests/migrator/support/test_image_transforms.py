"""Image transforms give torchvision's pixels where nothing is drawn, and repeat their draws."""

import random

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor
from torchvision import transforms as torch_transforms

from migrator.support import image_transforms
from tests.migrator.support.images import array_of, assert_same, floats, picture


def test_a_pipeline_gives_torchvisions_numbers():
    steps = ("Resize", (20,)), ("CenterCrop", (16,)), ("ToTensor", ()), ("Normalize", ((0.5,) * 3, (0.25,) * 3))
    ours = image_transforms.Compose([getattr(image_transforms, name)(*arguments) for name, arguments in steps])
    theirs = torch_transforms.Compose([getattr(torch_transforms, name)(*arguments) for name, arguments in steps])
    assert_same(ours(picture()), theirs(picture()), 1e-6)


CERTAIN = [
    ("RandomHorizontalFlip", {"p": 1.0}),
    ("RandomVerticalFlip", {"p": 1.0}),
    ("RandomGrayscale", {"p": 1.0}),
    ("RandomInvert", {"p": 1.0}),
    ("RandomSolarize", {"threshold": 128, "p": 1.0}),
    ("RandomPosterize", {"bits": 2, "p": 1.0}),
    ("RandomAutocontrast", {"p": 1.0}),
    ("RandomEqualize", {"p": 1.0}),
    ("RandomAdjustSharpness", {"sharpness_factor": 2.0, "p": 1.0}),
    ("RandomCrop", {"size": (23, 31)}),
    ("RandomCrop", {"size": (25, 31), "pad_if_needed": True, "padding_mode": "edge"}),
    ("RandomRotation", {"degrees": (40, 40)}),
    ("RandomAffine", {"degrees": (15, 15), "scale": (1.1, 1.1), "shear": (5, 5, 3, 3)}),
    ("GaussianBlur", {"kernel_size": 5, "sigma": (1.0, 1.0)}),
    ("ColorJitter", {"brightness": (1.3, 1.3)}),
    ("ColorJitter", {"contrast": (1.3, 1.3)}),
    ("ColorJitter", {"saturation": (0.3, 0.3)}),
    ("ColorJitter", {"hue": (0.1, 0.1)}),
    ("RandomResizedCrop", {"size": 12, "scale": (1.0, 1.0), "ratio": (31 / 23, 31 / 23)}),
    ("RandomHorizontalFlip", {"p": 0.0}),
]


@pytest.mark.parametrize(("name", "options"), CERTAIN, ids=[f"{name}{n}" for n, (name, _) in enumerate(CERTAIN)])
@pytest.mark.filterwarnings("ignore")
def test_a_random_transform_without_a_choice_gives_torchvisions_pixels(name, options):
    tall = name == "RandomCrop" and options["size"][0] > 23
    ours, theirs = getattr(image_transforms, name)(**options), getattr(torch_transforms, name)(**options)
    result, expected = ours(picture()), theirs(picture())
    if tall:
        assert result.size == expected.size
    else:
        assert_same(result, expected)


DRAWN = [
    image_transforms.RandomCrop(10, padding=2),
    image_transforms.RandomResizedCrop(10),
    image_transforms.RandomRotation(30),
    image_transforms.RandomAffine(10, translate=(0.1, 0.2), scale=(0.8, 1.2), shear=5),
    image_transforms.RandomPerspective(p=1.0),
    image_transforms.ColorJitter(0.2, 0.2, 0.2, 0.1),
    image_transforms.GaussianBlur(3),
    image_transforms.RandomApply([image_transforms.RandomInvert(1.0)], p=0.5),
    image_transforms.RandomChoice([image_transforms.RandomInvert(1.0), image_transforms.RandomInvert(0.0)]),
    image_transforms.RandomOrder([image_transforms.RandomSolarize(100, 1.0), image_transforms.ColorJitter((1.3, 1.3))]),
    image_transforms.RandAugment(),
    image_transforms.AutoAugment(),
    image_transforms.TrivialAugmentWide(),
    image_transforms.AugMix(),
    image_transforms.ElasticTransform(5.0, 2.0),
]


@pytest.mark.parametrize("transform", DRAWN, ids=[type(transform).__name__ for transform in DRAWN])
def test_random_choices_are_repeated_after_the_seed(transform):
    first, again = [], []
    for results in (first, again):
        ms.set_seed(3)
        random.seed(3)
        results.extend(array_of(transform(picture())) for _ in range(6))
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    assert any((first[0] != other).any() for other in first[1:] if first[0].shape == other.shape)


def test_erasing_leaves_the_rest_alone():
    array = floats()
    erased = image_transforms.RandomErasing(p=1.0, value=7)(Tensor(array)).asnumpy()
    hit = erased != array
    assert hit.any()
    assert (erased[hit] == 7).all()
    assert 0.02 * 0.8 < hit.mean() < 0.33 * 1.2


def test_labels_pass_through_and_become_shares_where_images_are_mixed():
    image, label = image_transforms.Compose([image_transforms.ToImage(), image_transforms.RandomInvert(1.0)])(
        picture(), 3
    )
    assert image.shape == (3, 23, 31)
    assert label == 3
    images, labels = Tensor(np.random.RandomState(0).rand(4, 3, 8, 8).astype(np.float32)), Tensor([0, 1, 2, 1])
    for mix in (image_transforms.MixUp(num_classes=3), image_transforms.CutMix(num_classes=3)):
        mixed, shares = mix(images, labels)
        assert mixed.shape == (4, 3, 8, 8)
        assert shares.shape == (4, 3)
        np.testing.assert_allclose(shares.asnumpy().sum(1), 1.0, atol=1e-6)


def test_a_batch_is_changed_by_draws_that_a_replay_can_feed():
    batch = Tensor(np.random.RandomState(0).rand(4, 3, 8, 8).astype(np.float32))
    steps = [image_transforms.RandomCrop(6), image_transforms.RandomHorizontalFlip(), image_transforms.ColorJitter(0.2)]
    ms.set_seed(5)
    first = image_transforms.Compose(steps)(batch)
    ms.set_seed(5)
    assert_same(first, torch.from_numpy(image_transforms.Compose(steps)(batch).asnumpy()))
    assert first.shape == (4, 3, 6, 6)
