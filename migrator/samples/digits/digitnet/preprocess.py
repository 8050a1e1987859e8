"""Everything that happens to the pixels before they become tensors.  NumPy only."""

import numpy as np

IMAGE_SIZE = 8
PAD = 2          # the net sees 12 x 12, so that shifted digits keep all their ink


def scale(images):
    """0..16 (as scanned) -> 0..1, float32"""
    return images.astype(np.float32) / 16.0


def moments(image):
    """Centre of mass and the covariance terms we need for deskewing."""
    total = image.sum()
    if total == 0:
        return (0.0, 0.0), 1.0, 0.0
    ys, xs = np.mgrid[: image.shape[0], : image.shape[1]]
    cy = (ys * image).sum() / total
    cx = (xs * image).sum() / total
    mu02 = (((ys - cy) ** 2) * image).sum() / total
    mu11 = ((ys - cy) * (xs - cx) * image).sum() / total
    return (cy, cx), mu02, mu11


def deskew(image):
    # shear each row back by the slant of the digit (linear interpolation along x)
    (cy, _), mu02, mu11 = moments(image)
    if mu02 < 1e-6:
        return image
    slant = mu11 / mu02
    columns = np.arange(image.shape[1], dtype=np.float32)
    out = np.empty_like(image)
    for y in range(image.shape[0]):
        out[y] = np.interp(columns + slant * (y - cy), columns, image[y], left=0.0, right=0.0)
    return out


def pad(image, margin=PAD):
    return np.pad(image, ((margin, margin), (margin, margin)), mode="constant")


def random_shift(image, max_shift=1):
    """Move the padded image by up to ``max_shift`` pixels in both directions."""
    dy, dx = np.random.randint(-max_shift, max_shift + 1, size=2)
    return np.roll(np.roll(image, dy, axis=0), dx, axis=1)


def standardise(images, mean=None, std=None):
    if mean is None:
        mean, std = images.mean(), images.std()
    return (images - mean) / (std + 1e-7), mean, std


def stratified_split(labels, test_fraction=0.2, seed=0):
    """Indices of the training and of the test part, same class balance in both."""
    rng = np.random.RandomState(seed)
    train, test = [], []
    for digit in np.unique(labels):
        where = np.flatnonzero(labels == digit)
        rng.shuffle(where)
        cut = int(round(len(where) * test_fraction))
        test.extend(where[:cut])
        train.extend(where[cut:])
    return np.sort(np.array(train)), np.sort(np.array(test))


def confusion(predictions, labels, classes=10):
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (labels, predictions), 1)
    return matrix
