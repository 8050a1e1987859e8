"""torchvision.transforms.functional for PIL images and for tensors (..., C, H, W).

Single images (C, H, W) are the data pipeline's: they are worked on as NumPy arrays, without a gradient. Batches
(N, C, H, W) are worked on by MindSpore wherever torchvision's own functions have a gradient.
"""

from __future__ import annotations

import enum
import math

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops
from PIL import Image, ImageEnhance, ImageOps

from migrator.support.spatial import grid_sample, interpolate, pad

PIL_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}


class InterpolationMode(enum.Enum):
    """torchvision.transforms.InterpolationMode."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


def interpolation_name(interpolation):
    """The name of an interpolation mode: one of the enumeration, a name or PIL's number."""
    if isinstance(interpolation, enum.Enum):
        return str(interpolation.value) if isinstance(interpolation.value, str) else interpolation.name.lower()
    if isinstance(interpolation, str):
        return interpolation
    return next(name for name, number in PIL_FILTERS.items() if number == int(interpolation))


def image_size(image):
    """(height, width) of a PIL image or a tensor (..., H, W)."""
    return (image.height, image.width) if isinstance(image, Image.Image) else tuple(image.shape[-2:])


def image_channels(image):
    """How many channels a PIL image or a tensor (..., C, H, W) has."""
    if isinstance(image, Image.Image):
        return len(image.getbands())
    return image.shape[-3] if image.ndim > 2 else 1


def image_dimensions(image):
    """torchvision's get_dimensions: [channels, height, width]."""
    return [image_channels(image), *image_size(image)]


def image_width_height(image):
    """torchvision's get_image_size: [width, height]."""
    height, width = image_size(image)
    return [width, height]


def pair_of(size):
    """(height, width) of one number, of a list of one or of two."""
    return (size, size) if isinstance(size, int) else (tuple(size) * 2)[:2]


def is_float_image(img):
    """Whether a tensor's values are floats in [0, 1] by torchvision's convention."""
    return img.dtype in (ms.float16, ms.float32, ms.float64, ms.bfloat16)


def largest_value(dtype):
    """The value of white in torchvision's convention: 1 for floats, the largest one for integers."""
    bounds = {ms.uint8: 255, ms.int8: 127, ms.int16: 32767, ms.int32: 2**31 - 1, ms.int64: 2**63 - 1}
    return bounds.get(dtype, 1)


def pil_array(picture):
    """A PIL image as an array (H, W, C)."""
    array = np.array(picture, copy=True)
    return array[:, :, None] if array.ndim == 2 else array


def image_to_tensor(pic):
    """torchvision's to_tensor: a PIL image or array (H, W, C) as a tensor (C, H, W), bytes as floats divided by 255."""
    array = pil_array(pic) if isinstance(pic, Image.Image) else np.asarray(pic)
    array = array[:, :, None] if array.ndim == 2 else array
    array = array.astype(np.int16) if array.dtype == np.uint16 else array
    array = np.ascontiguousarray(array.transpose(2, 0, 1))
    if array.dtype == np.uint8:
        array = array.astype(np.float32) / np.float32(255)
    return Tensor(array.astype(np.float32) if array.dtype == bool else array)


def pil_to_tensor(pic):
    """torchvision's pil_to_tensor: the values as they are, (C, H, W)."""
    return Tensor(np.ascontiguousarray(pil_array(pic).transpose(2, 0, 1)))


def image_as_tensor(inpt):
    """torchvision's v2 to_image: a PIL image or array (H, W, C) as a tensor (C, H, W), the values as they are."""
    if isinstance(inpt, Tensor):
        return inpt
    array = pil_array(inpt) if isinstance(inpt, Image.Image) else np.atleast_3d(inpt)
    return Tensor(np.ascontiguousarray(array.transpose(2, 0, 1)))


def to_pil_image(pic, mode=None):
    """torchvision's to_pil_image for tensors (C, H, W) or (H, W) and arrays (H, W, C)."""
    array = pic.asnumpy() if isinstance(pic, Tensor) else np.asarray(pic)
    if isinstance(pic, Tensor) and array.ndim == 3:
        array = array.transpose(1, 2, 0)
    array = array[:, :, None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[2] > 4:
        raise ValueError(f"pic should be 2/3 dimensional with at most 4 channels. Got shape {array.shape}.")
    if np.issubdtype(array.dtype, np.floating) and mode != "F":
        array = (array * 255).astype(np.uint8)
    if array.shape[2] == 1:
        array = array[:, :, 0]
        array = array.view(np.uint16) if array.dtype == np.int16 else array
    image = Image.fromarray(np.ascontiguousarray(array))
    if mode is None or mode == image.mode:
        return image
    return Image.frombytes(mode, image.size, image.tobytes())


def normalize_image(tensor, mean, std, inplace=False):
    """torchvision's normalize: (x - mean) / std for each channel of (..., C, H, W)."""
    pipeline = tensor.ndim <= 3
    values = tensor.asnumpy() if pipeline else tensor
    mean, std = (np.asarray(getattr(part, "asnumpy", lambda part=part: part)(), np.float32) for part in (mean, std))
    if (std == 0).any():
        raise ValueError("std evaluated to zero, leading to division by zero.")
    mean, std = (part.reshape(-1, 1, 1) if part.ndim == 1 else part for part in (mean, std))
    if pipeline:
        return Tensor(((values - mean.astype(values.dtype)) / std.astype(values.dtype)).astype(values.dtype))
    return (values - Tensor(mean).astype(values.dtype)) / Tensor(std).astype(values.dtype)


def convert_image_dtype(image, dtype=ms.float32):
    """torchvision's convert_image_dtype: between floats in [0, 1] and integers over their whole range."""
    if isinstance(image, Image.Image):
        image = pil_to_tensor(image)
    if image.dtype == dtype:
        return image
    floats = (ms.float16, ms.float32, ms.float64, ms.bfloat16)
    largest = largest_value(dtype)
    if is_float_image(image):
        return image.astype(dtype) if dtype in floats else (image * (largest + 1.0 - 1e-3)).astype(dtype)
    if dtype in floats:
        return image.astype(dtype) / largest_value(image.dtype)
    own = largest_value(image.dtype)
    if own > largest:
        return (image // ((own + 1) // (largest + 1))).astype(dtype)
    return image.astype(dtype) * ((largest + 1) // (own + 1))


def image_to_dtype(inpt, dtype=ms.float32, scale=False):
    """torchvision's v2 to_dtype; what is no tensor stays as it is."""
    if not isinstance(inpt, Tensor):
        return inpt
    return convert_image_dtype(inpt, dtype) if scale else inpt.astype(dtype)


def as_float_and_back(image, function):
    """Runs a function on a tensor as floats; integers are rounded and come back as they were."""
    if is_float_image(image):
        return function(image)
    return ops.clamp(ops.round(function(image.astype(ms.float32))), 0, 255).astype(image.dtype)


def resized_size(image, size, max_size=None):
    """The (height, width) that torchvision's resize gives: one number is the shorter side."""
    if not isinstance(size, int) and len(size) == 2:
        return tuple(size)
    size = size if isinstance(size, int) else size[0]
    height, width = image_size(image)
    short, long = (width, height) if width <= height else (height, width)
    new_short, new_long = size, int(size * long / short)
    if max_size is not None and new_long > max_size:
        new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_long, new_short) if width <= height else (new_short, new_long)


def resize_image(img, size, interpolation="bilinear", max_size=None, antialias=True):
    """torchvision's resize; tensors are antialiased as torchvision does by default."""
    height, width = resized_size(img, size, max_size)
    name = interpolation_name(interpolation)
    if (height, width) == image_size(img):
        return img
    if isinstance(img, Image.Image):
        return img.resize((width, height), PIL_FILTERS[name.removesuffix("-exact")])
    lead = img.shape[:-3]
    batch = img.reshape((-1, *img.shape[-3:]))
    smooth = bool(antialias) and name in ("bilinear", "bicubic")
    scaled = as_float_and_back(batch, lambda x: interpolate(x, (height, width), mode=name, antialias=smooth))
    return scaled.reshape((*lead, *scaled.shape[1:]))


def crop_image(img, top, left, height, width):
    """torchvision's crop; what lies outside of the image is filled with zeros."""
    if isinstance(img, Image.Image):
        return img.crop((left, top, left + width, top + height))
    rows, columns = image_size(img)
    missing = (max(-left, 0), max(left + width - columns, 0), max(-top, 0), max(top + height - rows, 0))
    inside = img[..., max(top, 0) : top + height, max(left, 0) : left + width]
    return pad(inside, missing) if any(missing) else inside


def center_crop(img, output_size):
    """torchvision's center_crop; a smaller image is padded with zeros first."""
    height, width = pair_of(output_size)
    rows, columns = image_size(img)
    if width > columns or height > rows:
        left, top = max((width - columns) // 2, 0), max((height - rows) // 2, 0)
        right = max((width - columns + 1) // 2, 0)
        bottom = max((height - rows + 1) // 2, 0)
        img = pad_image(img, (left, top, right, bottom))
        rows, columns = image_size(img)
    return crop_image(img, int(round((rows - height) / 2.0)), int(round((columns - width) / 2.0)), height, width)


def resized_crop(img, top, left, height, width, size, interpolation="bilinear", antialias=True):
    """torchvision's resized_crop."""
    return resize_image(crop_image(img, top, left, height, width), size, interpolation, antialias=antialias)


def pil_fill(img, fill):
    """A fill value as PIL wants it: one whole number a channel."""
    count = image_channels(img)
    values = (0 if fill is None else fill,) if isinstance(fill, int | float) or fill is None else tuple(fill)
    values = values * count if len(values) == 1 else values
    values = values if img.mode == "F" else tuple(int(value) for value in values)
    return values[0] if count == 1 else values


def pad_image(img, padding, fill=0, padding_mode="constant"):
    """torchvision's pad: one number, (left/right, top/bottom) or (left, top, right, bottom)."""
    padding = (padding,) if isinstance(padding, int) else tuple(padding)
    left, top, right, bottom = padding * (4 // len(padding))
    if isinstance(img, Image.Image):
        if padding_mode == "constant":
            return ImageOps.expand(img, border=(left, top, right, bottom), fill=pil_fill(img, fill))
        array = np.asarray(img)
        widths = ((top, bottom), (left, right)) + ((0, 0),) * (array.ndim - 2)
        return Image.fromarray(np.pad(array, widths, padding_mode))
    if padding_mode == "constant":
        return pad(img, (left, right, top, bottom), value=fill if isinstance(fill, int | float) else (fill or [0])[0])
    rows, columns = image_size(img)
    img = ops.gather(img, Tensor(np.pad(np.arange(columns), (left, right), padding_mode), ms.int32), img.ndim - 1)
    return ops.gather(img, Tensor(np.pad(np.arange(rows), (top, bottom), padding_mode), ms.int32), img.ndim - 2)


def mirrored(img, axis):
    """A tensor turned round along an axis counted from the last."""
    if img.ndim > 3:
        return ops.flip(img, (img.ndim + axis,))
    return Tensor(np.ascontiguousarray(np.flip(img.asnumpy(), axis)))


def flip_horizontally(img):
    """torchvision's hflip."""
    return img.transpose(Image.FLIP_LEFT_RIGHT) if isinstance(img, Image.Image) else mirrored(img, -1)


def flip_vertically(img):
    """torchvision's vflip."""
    return img.transpose(Image.FLIP_TOP_BOTTOM) if isinstance(img, Image.Image) else mirrored(img, -2)


def gray_of(img):
    """The luminance of a tensor (..., 3, H, W), one channel; whole numbers are cut off."""
    red, green, blue = (img[..., n : n + 1, :, :].astype(ms.float32) for n in range(3))
    return (0.2989 * red + 0.587 * green + 0.114 * blue).astype(img.dtype)


def to_grayscale(img, num_output_channels=1):
    """torchvision's to_grayscale and rgb_to_grayscale."""
    if isinstance(img, Image.Image):
        gray = img.convert("L")
        return gray if num_output_channels == 1 else Image.merge("RGB", (gray, gray, gray))
    gray = img if image_channels(img) == 1 else gray_of(img)
    return gray if num_output_channels == 1 else ops.concat([gray] * 3, img.ndim - 3)


def bounded(image, low, high):
    """torch's clamp: at the bounds themselves it has no gradient."""
    inside = (image > low).logical_and(image < high)
    return ops.where(inside, image, ops.stop_gradient(ops.clamp(image, low, high)))


def blend_images(first, second, ratio):
    """ratio * first + (1 - ratio) * second within the dtype's bounds."""
    mixed = float(ratio) * first.astype(ms.float32) + (1.0 - float(ratio)) * second.astype(ms.float32)
    return bounded(mixed, 0.0, float(largest_value(first.dtype))).astype(first.dtype)


def adjust_brightness(img, brightness_factor):
    """torchvision's adjust_brightness."""
    if isinstance(img, Image.Image):
        return ImageEnhance.Brightness(img).enhance(brightness_factor)
    return blend_images(img, ops.zeros_like(img), brightness_factor)


def adjust_contrast(img, contrast_factor):
    """torchvision's adjust_contrast."""
    if isinstance(img, Image.Image):
        return ImageEnhance.Contrast(img).enhance(contrast_factor)
    gray = gray_of(img) if image_channels(img) == 3 else img
    mean = gray.astype(ms.float32).mean(axis=(-3, -2, -1), keep_dims=True)
    return blend_images(img, mean, contrast_factor)


def adjust_saturation(img, saturation_factor):
    """torchvision's adjust_saturation."""
    if isinstance(img, Image.Image):
        return ImageEnhance.Color(img).enhance(saturation_factor)
    return img if image_channels(img) == 1 else blend_images(img, gray_of(img), saturation_factor)


def adjust_sharpness(img, sharpness_factor):
    """torchvision's adjust_sharpness."""
    if isinstance(img, Image.Image):
        return ImageEnhance.Sharpness(img).enhance(sharpness_factor)
    if min(image_size(img)) <= 2:
        return img
    kernel = np.ones((1, 1, 3, 3), np.float32)
    kernel[..., 1, 1] = 5.0
    kernel = Tensor(kernel / kernel.sum())

    def blurred(x):
        flat = x.reshape((-1, 1, *x.shape[-2:]))
        inner = ops.conv2d(flat.astype(ms.float32), kernel).reshape((*x.shape[:-2], x.shape[-2] - 2, x.shape[-1] - 2))
        sides = ops.concat([x[..., 1:-1, :1], inner.astype(x.dtype), x[..., 1:-1, -1:]], x.ndim - 1)
        return ops.concat([x[..., :1, :], sides, x[..., -1:, :]], x.ndim - 2)

    return blend_images(img, as_float_and_back(img, blurred), sharpness_factor)


def adjust_gamma(img, gamma, gain=1):
    """torchvision's adjust_gamma."""
    if isinstance(img, Image.Image):
        table = [int((255 + 1 - 1e-3) * gain * math.pow(value / 255.0, gamma)) for value in range(256)]
        return img.convert("RGB").point(table * 3).convert(img.mode)
    floats = img if is_float_image(img) else convert_image_dtype(img, ms.float32)
    return convert_image_dtype(bounded(gain * floats**gamma, 0.0, 1.0), img.dtype)


def adjust_hue(img, hue_factor):
    """torchvision's adjust_hue: the hue turned by a fraction of the circle."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    if isinstance(img, Image.Image):
        if img.mode in ("L", "1", "I", "F"):
            return img
        hue, saturation, value = img.convert("HSV").split()
        turned = (np.array(hue, np.int32) + int(hue_factor * 255)).astype(np.uint8)
        return Image.merge("HSV", (Image.fromarray(turned), saturation, value)).convert(img.mode)
    if image_channels(img) == 1:
        return img
    image = convert_image_dtype(img, ms.float32)
    red, green, blue = (image[..., channel, :, :] for channel in range(3))
    top, bottom = ops.max(image, -3)[0], ops.min(image, -3)[0]
    one = ops.ones_like(top)
    flat, span = top == bottom, top - bottom
    saturation = span / ops.where(flat, one, top)
    divisor = ops.where(flat, one, span)
    rc, gc, bc = (top - red) / divisor, (top - green) / divisor, (top - blue) / divisor
    is_red, is_green = top == red, top == green
    hue = ops.where(is_red, bc - gc, ops.where(is_green, 2.0 + rc - bc, 4.0 + gc - rc)) / 6.0 + 1.0
    hue = hue - ops.floor(hue) + hue_factor
    hue = hue - ops.floor(hue)
    sector = ops.floor(hue * 6.0)
    f = hue * 6.0 - sector
    parts = [one - saturation, one - saturation * f, one - saturation * (1.0 - f)]
    p, q, t = (bounded(top * part, 0.0, 1.0) for part in parts)
    sector = sector - 6.0 * ops.floor(sector / 6.0)

    def chosen(*values):
        found = values[-1]
        for place in range(4, -1, -1):
            found = ops.where(sector == place, values[place], found)
        return found

    turned = [chosen(top, q, p, p, t, top), chosen(t, top, top, q, p, p), chosen(p, p, t, top, top, q)]
    return convert_image_dtype(ops.stack(turned, -3), img.dtype)


def invert_image(img):
    """torchvision's invert."""
    if isinstance(img, Image.Image):
        return ImageOps.invert(img)
    return (largest_value(img.dtype) - img).astype(img.dtype)


def posterize_image(img, bits):
    """torchvision's posterize: the first ``bits`` bits of each byte."""
    if isinstance(img, Image.Image):
        return ImageOps.posterize(img, bits)
    return Tensor(img.asnumpy() & np.uint8(256 - 2 ** (8 - bits)))


def solarize_image(img, threshold):
    """torchvision's solarize."""
    if isinstance(img, Image.Image):
        return ImageOps.solarize(img, threshold)
    return ops.where(img >= threshold, invert_image(img), img)


def autocontrast_image(img):
    """torchvision's autocontrast: every channel stretched over the whole range; no gradient."""
    if isinstance(img, Image.Image):
        return ImageOps.autocontrast(img)
    array = img.asnumpy()
    values = array if is_float_image(img) else array.astype(np.float32)
    white = largest_value(img.dtype)
    low, high = values.min((-2, -1), keepdims=True), values.max((-2, -1), keepdims=True)
    flat = low == high
    scale = np.where(flat, 1, white / np.where(flat, 1, high - low)).astype(values.dtype)
    return Tensor(np.clip((values - np.where(flat, 0, low)) * scale, 0, white).astype(array.dtype))


def equalize_image(img):
    """torchvision's equalize of bytes: an even histogram for every channel; no gradient."""
    if isinstance(img, Image.Image):
        return ImageOps.equalize(img)
    array = img.asnumpy()
    result = array.copy()
    for place in np.ndindex(array.shape[:-2]):
        counts = np.bincount(array[place].reshape(-1), minlength=256)
        step = counts[counts != 0][:-1].sum() // 255
        if step:
            table = (np.cumsum(counts) + step // 2) // step
            result[place] = np.clip(np.concatenate([[0], table[:-1]]), 0, 255).astype(np.uint8)[array[place]]
    return Tensor(result)


def gaussian_blur(img, kernel_size, sigma=None):
    """torchvision's gaussian_blur, mirrored at the borders."""
    if isinstance(img, Image.Image):
        return to_pil_image(gaussian_blur(pil_to_tensor(img), kernel_size, sigma), img.mode)
    sizes = pair_of(kernel_size)
    sigma = [0.3 * ((size - 1) * 0.5 - 1) + 0.8 for size in sizes] if sigma is None else sigma
    sigma = (sigma, sigma) if isinstance(sigma, int | float) else (tuple(sigma) * 2)[:2]
    kernels = []
    for size, spread in zip(sizes, sigma, strict=True):
        points = np.linspace(-(size - 1) * 0.5, (size - 1) * 0.5, size)
        weights = np.exp(-0.5 * (points / spread) ** 2)
        kernels.append(weights / weights.sum())

    def blurred(x):
        margin = (sizes[0] // 2, sizes[0] // 2, sizes[1] // 2, sizes[1] // 2)
        flat = pad(x.reshape((-1, 1, *x.shape[-2:])), margin, "reflect")
        kernel = Tensor(np.outer(kernels[1], kernels[0])[None, None], ms.float32)
        return ops.conv2d(flat, kernel).reshape(x.shape)

    return as_float_and_back(img, blurred)


def affine_matrix(centre, angle, translate, scale, shear):
    """torchvision's inverse affine matrix for output coordinates around ``centre``, as six numbers."""
    rotation, sx, sy = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    cx, cy = centre
    tx, ty = translate
    a = math.cos(rotation - sy) / math.cos(sy)
    b = -math.cos(rotation - sy) * math.tan(sx) / math.cos(sy) - math.sin(rotation)
    c = math.sin(rotation - sy) / math.cos(sy)
    d = -math.sin(rotation - sy) * math.tan(sx) / math.cos(sy) + math.cos(rotation)
    matrix = [d / scale, -b / scale, 0.0, -c / scale, a / scale, 0.0]
    matrix[2] += matrix[0] * (-cx - tx) + matrix[1] * (-cy - ty) + cx
    matrix[5] += matrix[3] * (-cx - tx) + matrix[4] * (-cy - ty) + cy
    return matrix


def sampled_image(img, grid, interpolation, fill):
    """A tensor read at the points of a grid (1, H, W, 2) as grid_sample does; ``fill`` stands outside of it."""
    batch = img.reshape((-1, *img.shape[-3:]))
    points = ops.tile(Tensor(grid.astype(np.float32)), (batch.shape[0], 1, 1, 1))

    def sample(x):
        if fill is None:
            return grid_sample(x, points, interpolation, "zeros", False)
        seen = grid_sample(ops.concat([x, ops.ones_like(x[:, :1])], 1), points, interpolation, "zeros", False)
        inside, x = seen[:, -1:], seen[:, :-1]
        outside = Tensor(np.asarray(fill, np.float32).reshape(1, -1, 1, 1)).astype(x.dtype)
        if interpolation == "nearest":
            return ops.where(inside < 0.5, outside, x)
        return x * inside + (1.0 - inside) * outside

    result = as_float_and_back(batch, sample)
    return result.reshape((*img.shape[:-2], *result.shape[-2:]))


def affine_grid_of_pixels(matrix, size, output_size):
    """The sampling points of an affine matrix about the centre, in single precision as torchvision computes them."""
    (height, width), (rows, columns) = size, output_size
    base = np.ones((rows, columns, 3), np.float32)
    base[..., 0] = np.linspace(-columns * 0.5 + 0.5, columns * 0.5 - 0.5, columns, dtype=np.float32)
    base[..., 1] = np.linspace(-rows * 0.5 + 0.5, rows * 0.5 - 0.5, rows, dtype=np.float32)[:, None]
    theta = np.asarray(matrix, np.float32).reshape(2, 3).T / np.asarray([0.5 * width, 0.5 * height], np.float32)
    return (base.reshape(-1, 3) @ theta).reshape(1, rows, columns, 2)


def rotate_image(img, angle, interpolation="nearest", expand=False, center=None, fill=None):
    """torchvision's rotate: counter-clockwise by degrees."""
    name = interpolation_name(interpolation)
    if isinstance(img, Image.Image):
        return img.rotate(angle, PIL_FILTERS[name], expand, center, fillcolor=pil_fill(img, fill))
    height, width = image_size(img)
    middle = (0.0, 0.0) if center is None else (center[0] - width * 0.5, center[1] - height * 0.5)
    matrix = affine_matrix(middle, -angle, (0.0, 0.0), 1.0, (0.0, 0.0))
    output = (height, width)
    if expand:
        half = np.array([width * 0.5, height * 0.5], np.float32)
        corners = np.array([[x, y, 1.0] for x in (-half[0], half[0]) for y in (-half[1], half[1])], np.float32)
        placed = corners @ np.asarray(matrix, np.float32).reshape(2, 3).T
        low, high = placed.min(0) + half, placed.max(0) + half
        tolerance = np.float32(1e-4)
        extent = np.ceil(np.trunc(high / tolerance) * tolerance) - np.floor(np.trunc(low / tolerance) * tolerance)
        output = (int(extent[1]), int(extent[0]))
    return sampled_image(img, affine_grid_of_pixels(matrix, (height, width), output), name, fill)


def affine_image(img, angle, translate, scale, shear, interpolation="nearest", fill=None, center=None):
    """torchvision's affine."""
    height, width = image_size(img)
    shear = (shear, 0.0) if isinstance(shear, int | float) else (tuple(shear) * 2)[:2]
    name = interpolation_name(interpolation)
    if isinstance(img, Image.Image):
        middle = (width * 0.5, height * 0.5) if center is None else center
        matrix = affine_matrix(middle, angle, translate, scale, shear)
        return img.transform(img.size, Image.AFFINE, matrix, PIL_FILTERS[name], fillcolor=pil_fill(img, fill))
    middle = (0.0, 0.0) if center is None else (center[0] - width * 0.5, center[1] - height * 0.5)
    matrix = affine_matrix(middle, angle, translate, scale, shear)
    return sampled_image(img, affine_grid_of_pixels(matrix, (height, width), (height, width)), name, fill)


def perspective_image(img, startpoints, endpoints, interpolation="bilinear", fill=None):
    """torchvision's perspective: four corners come to lie where they are told."""
    rows = []
    for (x, y), (u, v) in zip(endpoints, startpoints, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    basis, upper = np.linalg.qr(np.array(rows, np.float64))
    found = np.linalg.solve(upper, basis.T @ np.array(startpoints, np.float64).reshape(8)).astype(np.float32)
    name = interpolation_name(interpolation)
    if isinstance(img, Image.Image):
        coefficients = [float(number) for number in found]
        return img.transform(
            img.size, Image.PERSPECTIVE, coefficients, PIL_FILTERS[name], fillcolor=pil_fill(img, fill)
        )
    height, width = image_size(img)
    base = np.ones((height, width, 3), np.float32)
    base[..., 0] = np.arange(width, dtype=np.float32) + np.float32(0.5)
    base[..., 1] = (np.arange(height, dtype=np.float32) + np.float32(0.5))[:, None]
    place = base @ (found[:6].reshape(2, 3).T / np.array([0.5 * width, 0.5 * height], np.float32))
    depth = base @ np.array([found[6], found[7], 1.0], np.float32)
    return sampled_image(img, (place / depth[..., None] - 1.0)[None], name, fill)


def elastic_transform(img, displacement, interpolation="bilinear", fill=None):
    """torchvision's elastic_transform: every point is read from beside it, by a displacement (1, H, W, 2)."""
    if isinstance(img, Image.Image):
        moved = elastic_transform(pil_to_tensor(img), displacement, interpolation, fill)
        return to_pil_image(moved, img.mode)
    axes = [np.linspace((1 - size) / size, (size - 1) / size, size, dtype=np.float32) for size in image_size(img)]
    y, x = np.meshgrid(*axes, indexing="ij")
    grid = np.stack([x, y], -1)[None] + displacement.asnumpy()
    return sampled_image(img, grid, interpolation_name(interpolation), fill)


def erase_image(img, i, j, h, w, v, inplace=False):
    """torchvision's erase: a rectangle gets the value ``v``."""
    height, width = image_size(img)
    inside = np.zeros((height, width), bool)
    inside[i : i + h, j : j + w] = True
    value = v.astype(img.dtype) if isinstance(v, Tensor) else Tensor(v, img.dtype)
    if value.ndim > 1 and tuple(value.shape[-2:]) not in ((1, 1), (height, width)):
        value = pad(value, (j, width - j - w, i, height - i - h))
    return ops.where(Tensor(inside), value, img)


def five_crop(img, size):
    """torchvision's five_crop: the corners and the centre."""
    height, width = pair_of(size)
    rows, columns = image_size(img)
    corners = [(0, 0), (0, columns - width), (rows - height, 0), (rows - height, columns - width)]
    return (*(crop_image(img, top, left, height, width) for top, left in corners), center_crop(img, (height, width)))


def ten_crop(img, size, vertical_flip=False):
    """torchvision's ten_crop: five crops of the image and of its mirror image."""
    turned = flip_vertically(img) if vertical_flip else flip_horizontally(img)
    return five_crop(img, size) + five_crop(turned, size)


def make_grid(tensor, nrow=8, padding=2, normalize=False, value_range=None, scale_each=False, pad_value=0.0):
    """torchvision.utils.make_grid: a batch of images as one image (3, H, W); no gradient."""
    images = np.stack([one.asnumpy() for one in tensor]) if isinstance(tensor, list | tuple) else tensor.asnumpy()
    images = images[None] if images.ndim == 2 else images
    images = images[None] if images.ndim == 3 else images
    images = np.repeat(images, 3, axis=1) if images.shape[1] == 1 else images
    if normalize:
        images = images.astype(np.float32).copy()
        for part in images if scale_each else [images]:
            low, high = value_range if value_range is not None else (float(part.min()), float(part.max()))
            part[...] = (np.clip(part, low, high) - low) / max(high - low, 1e-5)
    if images.shape[0] == 1:
        return Tensor(images[0])
    count, channels, height, width = images.shape
    columns = min(nrow, count)
    rows = -(-count // columns)
    high, wide = height + padding, width + padding
    grid = np.full((channels, high * rows + padding, wide * columns + padding), pad_value, images.dtype)
    for n in range(count):
        y, x = n // columns * high + padding, n % columns * wide + padding
        grid[:, y : y + height, x : x + width] = images[n]
    return Tensor(grid)


def save_image(tensor, fp, format=None, **options):
    """torchvision.utils.save_image."""
    grid = make_grid(tensor, **options).asnumpy()
    pixels = np.clip(grid * 255 + 0.5, 0, 255).transpose(1, 2, 0).astype(np.uint8)
    Image.fromarray(pixels).save(fp, format=format)
