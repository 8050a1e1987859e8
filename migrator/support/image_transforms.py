"""torchvision.transforms, v1 and v2. What is drawn for a single image (a PIL image or a tensor (C, H, W)) comes from
NumPy, which ``mindspore.set_seed`` seeds; what is drawn for a batch comes from MindSpore, so that a replay can feed it.
"""

from __future__ import annotations

import enum
import math
import random

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops
from PIL import Image

from migrator.support.datasets import permutation
from migrator.support.vision import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
    adjust_sharpness,
    affine_image,
    autocontrast_image,
    bounded,
    center_crop,
    convert_image_dtype,
    crop_image,
    elastic_transform,
    equalize_image,
    erase_image,
    five_crop,
    flip_horizontally,
    flip_vertically,
    gaussian_blur,
    image_as_tensor,
    image_channels,
    image_size,
    image_to_dtype,
    image_to_tensor,
    invert_image,
    normalize_image,
    pad_image,
    pair_of,
    perspective_image,
    pil_to_tensor,
    posterize_image,
    resize_image,
    rotate_image,
    solarize_image,
    ten_crop,
    to_grayscale,
    to_pil_image,
)


def random_numbers(img, *shape):
    """Numbers drawn from U(0, 1), as an array."""
    batch = isinstance(img, Tensor) and img.ndim > 3
    return ops.rand(*shape).asnumpy() if batch else np.random.rand(*shape).astype(np.float32)


def random_between(img, low, high):
    """A number drawn from U(low, high)."""
    return float(low) + (float(high) - float(low)) * float(random_numbers(img, 1)[0])


def random_whole(img, low, high):
    """A whole number from ``low`` to ``high`` - 1."""
    if isinstance(img, Tensor) and img.ndim > 3:
        return int(ops.randint(int(low), int(high), (1,)).asnumpy()[0])
    return int(np.random.randint(int(low), int(high)))


def random_order(img, count):
    """The numbers 0 to ``count`` - 1 in random order."""
    batch = isinstance(img, Tensor) and img.ndim > 3
    return permutation(count) if batch else np.random.permutation(count).tolist()


def around(value, centre=0.0):
    """Bounds given as (low, high), or as one number about a centre."""
    return (centre - value, centre + value) if isinstance(value, int | float) else tuple(value)


class ImageTransform:
    """Base of the transforms: the first input is changed by ``function`` and its options, further ones (labels) pass
    through."""

    function = None

    def __init__(self, **options):
        self.options = options

    def __call__(self, img, *others):
        changed = self.changed(img)
        return (changed, *others) if others else changed

    def changed(self, img):
        return type(self).function(img, **self.options)

    def __getattr__(self, name):
        options = self.__dict__.get("options", {})
        if name in options:
            return options[name]
        raise AttributeError(name)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in self.options.items())})"


class Compose:
    """torchvision.transforms.Compose."""

    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, *inputs):
        for transform in self.transforms:
            outputs = transform(*inputs)
            inputs = outputs if len(inputs) > 1 else (outputs,)
        return outputs

    def __repr__(self):
        return "\n".join(["Compose(", *(f"    {transform}" for transform in self.transforms), ")"])


class ToTensor(ImageTransform):
    """torchvision.transforms.ToTensor."""

    function = image_to_tensor


class PILToTensor(ImageTransform):
    """torchvision.transforms.PILToTensor."""

    function = pil_to_tensor


class ToImage(ImageTransform):
    """torchvision.transforms.v2.ToImage: values as they are, (C, H, W)."""

    function = image_as_tensor


class ToDtype(ImageTransform):
    """torchvision.transforms.v2.ToDtype for images."""

    function = image_to_dtype

    def __init__(self, dtype, scale=False):
        super().__init__(dtype=dtype, scale=scale)


class IdentityTransform(ImageTransform):
    """torchvision.transforms.v2.Identity and ToPureTensor."""

    def changed(self, img):
        return img


class RGBTransform(ImageTransform):
    """torchvision.transforms.v2.RGB: grey images get three channels."""

    def changed(self, img):
        if isinstance(img, Image.Image):
            return img.convert("RGB")
        return img if image_channels(img) == 3 else to_grayscale(img, 3)


class ToPILImage(ImageTransform):
    """torchvision.transforms.ToPILImage."""

    function = to_pil_image

    def __init__(self, mode=None):
        super().__init__(mode=mode)


class Normalize(ImageTransform):
    """torchvision.transforms.Normalize."""

    function = normalize_image

    def __init__(self, mean, std, inplace=False):
        super().__init__(mean=mean, std=std)


class ConvertImageDtype(ImageTransform):
    """torchvision.transforms.ConvertImageDtype."""

    function = convert_image_dtype

    def __init__(self, dtype=ms.float32):
        super().__init__(dtype=dtype)


class Resize(ImageTransform):
    """torchvision.transforms.Resize."""

    function = resize_image

    def __init__(self, size, interpolation="bilinear", max_size=None, antialias=True):
        super().__init__(size=size, interpolation=interpolation, max_size=max_size, antialias=antialias)


class CenterCrop(ImageTransform):
    """torchvision.transforms.CenterCrop."""

    function = center_crop

    def __init__(self, size):
        super().__init__(output_size=size)


class Pad(ImageTransform):
    """torchvision.transforms.Pad."""

    function = pad_image

    def __init__(self, padding, fill=0, padding_mode="constant"):
        super().__init__(padding=padding, fill=fill, padding_mode=padding_mode)


class Grayscale(ImageTransform):
    """torchvision.transforms.Grayscale."""

    function = to_grayscale

    def __init__(self, num_output_channels=1):
        super().__init__(num_output_channels=num_output_channels)


class FiveCrop(ImageTransform):
    """torchvision.transforms.FiveCrop."""

    function = five_crop

    def __init__(self, size):
        super().__init__(size=size)


class TenCrop(ImageTransform):
    """torchvision.transforms.TenCrop."""

    function = ten_crop

    def __init__(self, size, vertical_flip=False):
        super().__init__(size=size, vertical_flip=vertical_flip)


class GaussianBlur(ImageTransform):
    """torchvision.transforms.GaussianBlur: sigma is drawn between its bounds."""

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        bounds = (sigma, sigma) if isinstance(sigma, int | float) else tuple(sigma)
        super().__init__(kernel_size=kernel_size, sigma=bounds)

    def changed(self, img):
        return gaussian_blur(img, self.kernel_size, random_between(img, *self.sigma))


class Lambda(ImageTransform):
    """torchvision.transforms.Lambda."""

    def __init__(self, lambd, *types):
        super().__init__(lambd=lambd)

    def changed(self, img):
        return self.lambd(img)


class LinearTransformation(ImageTransform):
    """torchvision.transforms.LinearTransformation."""

    def __init__(self, transformation_matrix, mean_vector):
        super().__init__(transformation_matrix=transformation_matrix, mean_vector=mean_vector)

    def changed(self, img):
        flat = img.reshape((-1, math.prod(img.shape[-3:]))) - self.mean_vector
        return ops.matmul(flat, self.transformation_matrix).reshape(img.shape)


class GaussianNoise(ImageTransform):
    """torchvision.transforms.v2.GaussianNoise for float tensors."""

    def __init__(self, mean=0.0, sigma=0.1, clip=True):
        super().__init__(mean=mean, sigma=sigma, clip=clip)

    def changed(self, img):
        noisy = img + ops.standard_normal(img.shape).astype(img.dtype) * self.sigma + self.mean
        return bounded(noisy, 0.0, 1.0) if self.clip else noisy


class RandomChannelPermutation(ImageTransform):
    """torchvision.transforms.v2.RandomChannelPermutation for tensors."""

    def changed(self, img):
        return ops.gather(img, Tensor(random_order(img, image_channels(img)), ms.int32), img.ndim - 3)


class MixUp:
    """torchvision.transforms.v2.MixUp of a batch (N, C, H, W) and its labels (N): every image is mixed with its
    neighbour, the labels become shares."""

    def __init__(self, alpha=1.0, num_classes=None):
        self.alpha, self.num_classes = alpha, num_classes

    def __call__(self, images, labels, *others):
        images, share = self.mixed(images, float(np.random.beta(self.alpha, self.alpha)))
        if labels.ndim == 1:
            labels = ops.one_hot(labels, self.num_classes)
        labels = labels.astype(ms.float32)
        return (images, share * labels + (1.0 - share) * ops.concat([labels[-1:], labels[:-1]], 0), *others)

    def mixed(self, images, share):
        return share * images + (1.0 - share) * ops.concat([images[-1:], images[:-1]], 0), share


class CutMix(MixUp):
    """torchvision.transforms.v2.CutMix: a rectangle of every image comes from its neighbour."""

    def mixed(self, images, share):
        height, width = images.shape[-2:]
        x, y = random_whole(images, 0, width), random_whole(images, 0, height)
        half = 0.5 * math.sqrt(1.0 - share)
        down, across = int(half * height), int(half * width)
        x1, y1, x2, y2 = max(x - across, 0), max(y - down, 0), min(x + across, width), min(y + down, height)
        inside = np.zeros((height, width), bool)
        inside[y1:y2, x1:x2] = True
        share = 1.0 - (x2 - x1) * (y2 - y1) / (width * height)
        return ops.where(Tensor(inside), ops.concat([images[-1:], images[:-1]], 0), images), share


class RandomApply(ImageTransform):
    """torchvision.transforms.RandomApply."""

    def __init__(self, transforms, p=0.5):
        super().__init__(transforms=transforms, p=p)

    def changed(self, img):
        if random_numbers(img, 1)[0] <= self.p:
            for transform in self.transforms:
                img = transform(img)
        return img


class RandomChoice(ImageTransform):
    """torchvision.transforms.RandomChoice; it draws from ``random``, as torchvision does."""

    def __init__(self, transforms, p=None):
        super().__init__(transforms=transforms, p=p)

    def changed(self, img):
        return random.choices(self.transforms, weights=self.p)[0](img)


class RandomOrder(ImageTransform):
    """torchvision.transforms.RandomOrder; it draws from ``random``, as torchvision does."""

    def __init__(self, transforms):
        super().__init__(transforms=transforms)

    def changed(self, img):
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for index in order:
            img = self.transforms[index](img)
        return img


class ByChance(ImageTransform):
    """Base of the transforms that are applied with probability ``p``."""

    def __init__(self, p=0.5, **options):
        super().__init__(p=p, **options)

    def changed(self, img):
        return self.applied(img) if random_numbers(img, 1)[0] < self.p else img

    def applied(self, img):
        return type(self).function(img)


class RandomHorizontalFlip(ByChance):
    """torchvision.transforms.RandomHorizontalFlip."""

    function = flip_horizontally


class RandomVerticalFlip(ByChance):
    """torchvision.transforms.RandomVerticalFlip."""

    function = flip_vertically


class RandomInvert(ByChance):
    """torchvision.transforms.RandomInvert."""

    function = invert_image


class RandomAutocontrast(ByChance):
    """torchvision.transforms.RandomAutocontrast."""

    function = autocontrast_image


class RandomEqualize(ByChance):
    """torchvision.transforms.RandomEqualize."""

    function = equalize_image


class RandomGrayscale(ByChance):
    """torchvision.transforms.RandomGrayscale."""

    def __init__(self, p=0.1):
        super().__init__(p)

    def applied(self, img):
        return to_grayscale(img, image_channels(img))


class RandomSolarize(ByChance):
    """torchvision.transforms.RandomSolarize."""

    def __init__(self, threshold, p=0.5):
        super().__init__(p, threshold=threshold)

    def applied(self, img):
        return solarize_image(img, self.threshold)


class RandomPosterize(ByChance):
    """torchvision.transforms.RandomPosterize."""

    def __init__(self, bits, p=0.5):
        super().__init__(p, bits=bits)

    def applied(self, img):
        return posterize_image(img, self.bits)


class RandomAdjustSharpness(ByChance):
    """torchvision.transforms.RandomAdjustSharpness."""

    def __init__(self, sharpness_factor, p=0.5):
        super().__init__(p, sharpness_factor=sharpness_factor)

    def applied(self, img):
        return adjust_sharpness(img, self.sharpness_factor)


class RandomPerspective(ByChance):
    """torchvision.transforms.RandomPerspective."""

    def __init__(self, distortion_scale=0.5, p=0.5, interpolation="bilinear", fill=0):
        super().__init__(p, distortion_scale=distortion_scale, interpolation=interpolation, fill=fill)

    def applied(self, img):
        height, width = image_size(img)
        right, down = int(self.distortion_scale * (width // 2)), int(self.distortion_scale * (height // 2))
        near_x, far_x, near_y, far_y = (
            (0, right + 1),
            (width - right - 1, width),
            (0, down + 1),
            (height - down - 1, height),
        )
        corners = [(near_x, near_y), (far_x, near_y), (far_x, far_y), (near_x, far_y)]
        moved = [[random_whole(img, *x), random_whole(img, *y)] for x, y in corners]
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        return perspective_image(img, start, moved, self.interpolation, self.fill)


class RandomErasing(ByChance):
    """torchvision.transforms.RandomErasing for tensors."""

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False):
        super().__init__(p, scale=scale, ratio=ratio, value=value)

    def applied(self, img):
        rows, columns = image_size(img)
        for _ in range(10):
            area = rows * columns * random_between(img, *self.scale)
            aspect = math.exp(random_between(img, math.log(self.ratio[0]), math.log(self.ratio[1])))
            height, width = int(round(math.sqrt(area * aspect))), int(round(math.sqrt(area / aspect)))
            if height < rows and width < columns:
                value = self.value
                if value == "random":
                    value = np.random.randn(image_channels(img), height, width).astype(np.float32)
                elif isinstance(value, list | tuple):
                    value = np.asarray(value, np.float32).reshape(-1, 1, 1)
                top, left = random_whole(img, 0, rows - height + 1), random_whole(img, 0, columns - width + 1)
                return erase_image(img, top, left, height, width, value)
        return img


class RandomCrop(ImageTransform):
    """torchvision.transforms.RandomCrop."""

    def __init__(self, size, padding=None, pad_if_needed=False, fill=0, padding_mode="constant"):
        super().__init__(
            size=pair_of(size), padding=padding, pad_if_needed=pad_if_needed, fill=fill, padding_mode=padding_mode
        )

    def changed(self, img):
        if self.padding is not None:
            img = pad_image(img, self.padding, self.fill, self.padding_mode)
        rows, columns = image_size(img)
        height, width = self.size
        if self.pad_if_needed and columns < width:
            img = pad_image(img, (width - columns, 0), self.fill, self.padding_mode)
        if self.pad_if_needed and rows < height:
            img = pad_image(img, (0, height - rows), self.fill, self.padding_mode)
        return crop_image(img, *self.get_params(img, self.size))

    @staticmethod
    def get_params(img, output_size):
        """A random window (top, left, height, width)."""
        rows, columns = image_size(img)
        height, width = output_size
        if rows < height or columns < width:
            raise ValueError(f"Required crop size {(height, width)} is larger than input image size {(rows, columns)}")
        if rows == height and columns == width:
            return 0, 0, height, width
        return random_whole(img, 0, rows - height + 1), random_whole(img, 0, columns - width + 1), height, width


class RandomResizedCrop(ImageTransform):
    """torchvision.transforms.RandomResizedCrop."""

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3.0 / 4.0, 4.0 / 3.0), interpolation="bilinear", antialias=True):
        super().__init__(size=pair_of(size), scale=scale, ratio=ratio, interpolation=interpolation, antialias=antialias)

    def changed(self, img):
        window = crop_image(img, *self.get_params(img, self.scale, self.ratio))
        return resize_image(window, self.size, self.interpolation, antialias=self.antialias)

    @staticmethod
    def get_params(img, scale, ratio):
        """A random window (top, left, height, width) of that share of the area and of that aspect."""
        rows, columns = image_size(img)
        for _ in range(10):
            area = rows * columns * random_between(img, *scale)
            aspect = math.exp(random_between(img, math.log(ratio[0]), math.log(ratio[1])))
            width, height = int(round(math.sqrt(area * aspect))), int(round(math.sqrt(area / aspect)))
            if 0 < width <= columns and 0 < height <= rows:
                top, left = random_whole(img, 0, rows - height + 1), random_whole(img, 0, columns - width + 1)
                return top, left, height, width
        width, height = columns, rows
        if columns / rows < min(ratio):
            height = int(round(columns / min(ratio)))
        elif columns / rows > max(ratio):
            width = int(round(rows * max(ratio)))
        return (rows - height) // 2, (columns - width) // 2, height, width


class RandomRotation(ImageTransform):
    """torchvision.transforms.RandomRotation."""

    def __init__(self, degrees, interpolation="nearest", expand=False, center=None, fill=0):
        super().__init__(degrees=around(degrees), interpolation=interpolation, expand=expand, center=center, fill=fill)

    def changed(self, img):
        angle = self.get_params(self.degrees, img)
        return rotate_image(img, angle, self.interpolation, self.expand, self.center, self.fill)

    @staticmethod
    def get_params(degrees, img=None):
        """A random angle."""
        return random_between(img, *degrees)


class RandomAffine(ImageTransform):
    """torchvision.transforms.RandomAffine."""

    def __init__(self, degrees, translate=None, scale=None, shear=None, interpolation="nearest", fill=0, center=None):
        super().__init__(
            degrees=around(degrees),
            translate=translate,
            scale=scale,
            shear=None if shear is None else around(shear),
            interpolation=interpolation,
            fill=fill,
            center=center,
        )

    def changed(self, img):
        height, width = image_size(img)
        drawn = self.get_params(self.degrees, self.translate, self.scale, self.shear, [width, height], img)
        return affine_image(img, *drawn, self.interpolation, self.fill, self.center)

    @staticmethod
    def get_params(degrees, translate, scale_ranges, shears, img_size, img=None):
        """A random angle, shift (x, y), scale and shear (x, y)."""
        angle, shift, scale, shear = random_between(img, *degrees), (0, 0), 1.0, (0.0, 0.0)
        if translate is not None:
            limits = [part * size for part, size in zip(translate, img_size, strict=True)]
            shift = tuple(int(round(random_between(img, -limit, limit))) for limit in limits)
        if scale_ranges is not None:
            scale = random_between(img, *scale_ranges)
        if shears is not None:
            across = random_between(img, *shears[:2])
            shear = (across, random_between(img, *shears[2:]) if len(shears) == 4 else 0.0)
        return angle, shift, scale, shear


class ColorJitter(ImageTransform):
    """torchvision.transforms.ColorJitter: the adjustments in random order."""

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        super().__init__(
            brightness=self.bounds(brightness),
            contrast=self.bounds(contrast),
            saturation=self.bounds(saturation),
            hue=self.bounds(hue, 0.0),
        )

    @staticmethod
    def bounds(amount, centre=1.0):
        if amount is None:
            return None
        low, high = around(amount, centre)
        low = max(low, 0.0) if centre and isinstance(amount, int | float) else low
        return None if low == high == centre else (low, high)

    def changed(self, img):
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue, img)
        functions = (adjust_brightness, adjust_contrast, adjust_saturation, adjust_hue)
        for index in order.tolist():
            if factors[index] is not None:
                img = functions[index](img, factors[index])
        return img

    @staticmethod
    def get_params(brightness, contrast, saturation, hue, img=None):
        """A random order of the four adjustments and a factor for each, None for those that are off."""
        order = Tensor([int(place) for place in random_order(img, 4)])
        factors = (brightness, contrast, saturation, hue)
        return (order, *(None if bounds is None else random_between(img, *bounds) for bounds in factors))


class ElasticTransform(ImageTransform):
    """torchvision.transforms.ElasticTransform."""

    def __init__(self, alpha=50.0, sigma=5.0, interpolation="bilinear", fill=0):
        pairs = [(part, part) if isinstance(part, int | float) else (tuple(part) * 2)[:2] for part in (alpha, sigma)]
        super().__init__(alpha=pairs[0], sigma=pairs[1], interpolation=interpolation, fill=fill)

    def changed(self, img):
        moved = []
        for axis, size in enumerate(reversed(image_size(img))):
            noise = Tensor(random_numbers(img, 1, 1, *image_size(img)).astype(np.float32)) * 2 - 1
            if self.sigma[axis] > 0:
                kernel = int(8 * self.sigma[axis] + 1)
                noise = gaussian_blur(noise, kernel + (kernel + 1) % 2, self.sigma)
            moved.append(noise * (self.alpha[axis] / size))
        displacement = ops.concat(moved, 1).permute(0, 2, 3, 1)
        return elastic_transform(img, displacement, self.interpolation, self.fill)


def augmentation(img, name, magnitude, interpolation, fill):
    """One step of the automatic augmentations, by torchvision's name for it."""
    where = {"interpolation": interpolation, "fill": fill}
    if name == "ShearX":
        shear = (math.degrees(math.atan(magnitude)), 0.0)
        return affine_image(img, 0.0, (0, 0), 1.0, shear, center=(0, 0), **where)
    if name == "ShearY":
        shear = (0.0, math.degrees(math.atan(magnitude)))
        return affine_image(img, 0.0, (0, 0), 1.0, shear, center=(0, 0), **where)
    if name == "TranslateX":
        return affine_image(img, 0.0, (int(magnitude), 0), 1.0, (0.0, 0.0), **where)
    if name == "TranslateY":
        return affine_image(img, 0.0, (0, int(magnitude)), 1.0, (0.0, 0.0), **where)
    if name == "Rotate":
        return rotate_image(img, magnitude, **where)
    if name == "Posterize":
        return posterize_image(img, int(magnitude))
    if name == "Solarize":
        return solarize_image(img, magnitude)
    plain = {"AutoContrast": autocontrast_image, "Equalize": equalize_image, "Invert": invert_image}
    if name in plain:
        return plain[name](img)
    scaled = {
        "Brightness": adjust_brightness,
        "Color": adjust_saturation,
        "Contrast": adjust_contrast,
        "Sharpness": adjust_sharpness,
    }
    return scaled[name](img, 1.0 + magnitude) if name in scaled else img


def augmentation_space(bins, shear, across, down, turn, colour, bits, first_bits=8):
    """The steps with their magnitudes (None where there is none) and whether these have a sign."""
    posterize = first_bits - np.round(np.arange(bins) / ((bins - 1) / bits)).astype(np.int64)
    steps = {"ShearX": shear, "ShearY": shear, "TranslateX": across, "TranslateY": down, "Rotate": turn}
    space = {"Identity": (None, False)}
    space |= {name: (np.linspace(0.0, most, bins), True) for name, most in steps.items()}
    for name in ("Brightness", "Color", "Contrast", "Sharpness"):
        space[name] = (np.linspace(0.0, colour, bins), True)
    space["Posterize"] = (posterize, False)
    space["Solarize"] = (np.linspace(255.0, 0.0, bins), False)
    return space | {"AutoContrast": (None, False), "Equalize": (None, False), "Invert": (None, False)}


class AutoAugmentation(ImageTransform):
    """Base of the automatic augmentations."""

    def step(self, img, space, name, place, sign=None):
        magnitudes, signed = space[name]
        magnitude = 0.0 if magnitudes is None else float(magnitudes[place])
        if signed and (random_whole(img, 0, 2) if sign is None else sign):
            magnitude = -magnitude
        return augmentation(img, name, magnitude, self.interpolation, self.fill)


class RandAugment(AutoAugmentation):
    """torchvision.transforms.RandAugment."""

    def __init__(self, num_ops=2, magnitude=9, num_magnitude_bins=31, interpolation="nearest", fill=None):
        super().__init__(
            num_ops=num_ops,
            magnitude=magnitude,
            num_magnitude_bins=num_magnitude_bins,
            interpolation=interpolation,
            fill=fill,
        )

    def changed(self, img):
        height, width = image_size(img)
        most = (0.3, 150.0 / 331.0 * width, 150.0 / 331.0 * height, 30.0, 0.9, 4)
        space = augmentation_space(self.num_magnitude_bins, *most)
        names = [name for name in space if name != "Invert"]
        for _ in range(self.num_ops):
            img = self.step(img, space, names[random_whole(img, 0, len(names))], self.magnitude)
        return img


class TrivialAugmentWide(AutoAugmentation):
    """torchvision.transforms.TrivialAugmentWide."""

    def __init__(self, num_magnitude_bins=31, interpolation="nearest", fill=None):
        super().__init__(num_magnitude_bins=num_magnitude_bins, interpolation=interpolation, fill=fill)

    def changed(self, img):
        space = augmentation_space(self.num_magnitude_bins, 0.99, 32.0, 32.0, 135.0, 0.99, 6)
        names = [name for name in space if name != "Invert"]
        name = names[random_whole(img, 0, len(names))]
        place = 0 if space[name][0] is None else random_whole(img, 0, self.num_magnitude_bins)
        return self.step(img, space, name, place)


class AugMix(AutoAugmentation):
    """torchvision.transforms.AugMix."""

    def __init__(
        self, severity=3, mixture_width=3, chain_depth=-1, alpha=1.0, all_ops=True, interpolation="bilinear", fill=None
    ):
        super().__init__(
            severity=severity,
            mixture_width=mixture_width,
            chain_depth=chain_depth,
            alpha=alpha,
            all_ops=all_ops,
            interpolation=interpolation,
            fill=fill,
        )

    def changed(self, img):
        height, width = image_size(img)
        space = augmentation_space(10, 0.3, width / 3.0, height / 3.0, 30.0, 0.9, 4, 4)
        colours = ("Brightness", "Color", "Contrast", "Sharpness")
        names = [name for name in space if name not in ("Identity", "Invert") and (self.all_ops or name not in colours)]
        tensor = img if isinstance(img, Tensor) else pil_to_tensor(img)
        share = np.random.dirichlet([self.alpha] * 2)
        weights = np.random.dirichlet([self.alpha] * self.mixture_width) * share[1]
        mixed = float(share[0]) * tensor.astype(ms.float32)
        for weight in weights:
            chain = tensor
            for _ in range(self.chain_depth if self.chain_depth > 0 else random_whole(img, 1, 4)):
                name = names[random_whole(img, 0, len(names))]
                chain = self.step(chain, space, name, random_whole(img, 0, self.severity))
            mixed = mixed + float(weight) * chain.astype(ms.float32)
        mixed = mixed.astype(tensor.dtype)
        return mixed if isinstance(img, Tensor) else to_pil_image(mixed, img.mode)


class AutoAugmentPolicy(enum.Enum):
    """torchvision.transforms.AutoAugmentPolicy."""

    IMAGENET = "imagenet"
    CIFAR10 = "cifar10"
    SVHN = "svhn"


AUTO_AUGMENT_POLICIES = {
    "imagenet": [
        (("Posterize", 0.4, 8), ("Rotate", 0.6, 9)),
        (("Solarize", 0.6, 5), ("AutoContrast", 0.6, None)),
        (("Equalize", 0.8, None), ("Equalize", 0.6, None)),
        (("Posterize", 0.6, 7), ("Posterize", 0.6, 6)),
        (("Equalize", 0.4, None), ("Solarize", 0.2, 4)),
        (("Equalize", 0.4, None), ("Rotate", 0.8, 8)),
        (("Solarize", 0.6, 3), ("Equalize", 0.6, None)),
        (("Posterize", 0.8, 5), ("Equalize", 1.0, None)),
        (("Rotate", 0.2, 3), ("Solarize", 0.6, 8)),
        (("Equalize", 0.6, None), ("Posterize", 0.4, 6)),
        (("Rotate", 0.8, 8), ("Color", 0.4, 0)),
        (("Rotate", 0.4, 9), ("Equalize", 0.6, None)),
        (("Equalize", 0.0, None), ("Equalize", 0.8, None)),
        (("Invert", 0.6, None), ("Equalize", 1.0, None)),
        (("Color", 0.6, 4), ("Contrast", 1.0, 8)),
        (("Rotate", 0.8, 8), ("Color", 1.0, 2)),
        (("Color", 0.8, 8), ("Solarize", 0.8, 7)),
        (("Sharpness", 0.4, 7), ("Invert", 0.6, None)),
        (("ShearX", 0.6, 5), ("Equalize", 1.0, None)),
        (("Color", 0.4, 0), ("Equalize", 0.6, None)),
        (("Equalize", 0.4, None), ("Solarize", 0.2, 4)),
        (("Solarize", 0.6, 5), ("AutoContrast", 0.6, None)),
        (("Invert", 0.6, None), ("Equalize", 1.0, None)),
        (("Color", 0.6, 4), ("Contrast", 1.0, 8)),
        (("Equalize", 0.8, None), ("Equalize", 0.6, None)),
    ],
    "cifar10": [
        (("Invert", 0.1, None), ("Contrast", 0.2, 6)),
        (("Rotate", 0.7, 2), ("TranslateX", 0.3, 9)),
        (("Sharpness", 0.8, 1), ("Sharpness", 0.9, 3)),
        (("ShearY", 0.5, 8), ("TranslateY", 0.7, 9)),
        (("AutoContrast", 0.5, None), ("Equalize", 0.9, None)),
        (("ShearY", 0.2, 7), ("Posterize", 0.3, 7)),
        (("Color", 0.4, 3), ("Brightness", 0.6, 7)),
        (("Sharpness", 0.3, 9), ("Brightness", 0.7, 9)),
        (("Equalize", 0.6, None), ("Equalize", 0.5, None)),
        (("Contrast", 0.6, 7), ("Sharpness", 0.6, 5)),
        (("Color", 0.7, 7), ("TranslateX", 0.5, 8)),
        (("Equalize", 0.3, None), ("AutoContrast", 0.4, None)),
        (("TranslateY", 0.4, 3), ("Sharpness", 0.2, 6)),
        (("Brightness", 0.9, 6), ("Color", 0.2, 8)),
        (("Solarize", 0.5, 2), ("Invert", 0.0, None)),
        (("Equalize", 0.2, None), ("AutoContrast", 0.6, None)),
        (("Equalize", 0.2, None), ("Equalize", 0.6, None)),
        (("Color", 0.9, 9), ("Equalize", 0.6, None)),
        (("AutoContrast", 0.8, None), ("Solarize", 0.2, 8)),
        (("Brightness", 0.1, 3), ("Color", 0.7, 0)),
        (("Solarize", 0.4, 5), ("AutoContrast", 0.9, None)),
        (("TranslateY", 0.9, 9), ("TranslateY", 0.7, 9)),
        (("AutoContrast", 0.9, None), ("Solarize", 0.8, 3)),
        (("Equalize", 0.8, None), ("Invert", 0.1, None)),
        (("TranslateY", 0.7, 9), ("AutoContrast", 0.9, None)),
    ],
    "svhn": [
        (("ShearX", 0.9, 4), ("Invert", 0.2, None)),
        (("ShearY", 0.9, 8), ("Invert", 0.7, None)),
        (("Equalize", 0.6, None), ("Solarize", 0.6, 6)),
        (("Invert", 0.9, None), ("Equalize", 0.6, None)),
        (("Equalize", 0.6, None), ("Rotate", 0.9, 3)),
        (("ShearX", 0.9, 4), ("AutoContrast", 0.8, None)),
        (("ShearY", 0.9, 8), ("Invert", 0.4, None)),
        (("ShearY", 0.9, 5), ("Solarize", 0.2, 6)),
        (("Invert", 0.9, None), ("AutoContrast", 0.8, None)),
        (("Equalize", 0.6, None), ("Rotate", 0.9, 3)),
        (("ShearX", 0.9, 4), ("Solarize", 0.3, 3)),
        (("ShearY", 0.8, 8), ("Invert", 0.7, None)),
        (("Equalize", 0.9, None), ("TranslateY", 0.6, 6)),
        (("Invert", 0.9, None), ("Equalize", 0.6, None)),
        (("Contrast", 0.3, 3), ("Rotate", 0.8, 4)),
        (("Invert", 0.8, None), ("TranslateY", 0.0, 2)),
        (("ShearY", 0.7, 6), ("Solarize", 0.4, 8)),
        (("Invert", 0.6, None), ("Rotate", 0.8, 4)),
        (("ShearY", 0.3, 7), ("TranslateX", 0.9, 3)),
        (("ShearX", 0.1, 6), ("Invert", 0.6, None)),
        (("Solarize", 0.7, 2), ("TranslateY", 0.6, 7)),
        (("ShearY", 0.8, 4), ("Invert", 0.8, None)),
        (("ShearX", 0.7, 9), ("TranslateY", 0.8, 3)),
        (("ShearY", 0.8, 5), ("AutoContrast", 0.7, None)),
        (("ShearX", 0.7, 2), ("Invert", 0.1, None)),
    ],
}


class AutoAugment(AutoAugmentation):
    """torchvision.transforms.AutoAugment."""

    def __init__(self, policy="imagenet", interpolation="nearest", fill=None):
        super().__init__(policy=policy, interpolation=interpolation, fill=fill)

    def changed(self, img):
        height, width = image_size(img)
        space = augmentation_space(10, 0.3, 150.0 / 331.0 * width, 150.0 / 331.0 * height, 30.0, 0.9, 4)
        policies = AUTO_AUGMENT_POLICIES[getattr(self.policy, "value", self.policy)]
        steps = policies[random_whole(img, 0, len(policies))]
        chances, signs = random_numbers(img, 2), [random_whole(img, 0, 2) for _ in range(2)]
        for (name, chance, place), drawn, sign in zip(steps, chances, signs, strict=True):
            if drawn <= chance:
                img = self.step(img, space, name, place, sign == 0)
        return img
