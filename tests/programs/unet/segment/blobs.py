# Synthetic microscope pictures: bright discs on a noisy background.
import numpy as np


def draw(rng, size=24, n_max=3):
    image = rng.normal(0.2, 0.1, (size, size))
    mask = np.zeros((size, size), dtype=bool)
    yy, xx = np.mgrid[:size, :size]
    for _ in range(rng.integers(1, n_max + 1)):
        cy, cx = rng.uniform(4, size - 4, 2)
        radius = rng.uniform(2.5, 5.0)
        disc = (yy - cy) ** 2 + (xx - cx) ** 2 < radius ** 2
        image[disc] += rng.uniform(0.3, 0.8)
        mask |= disc
    return image.astype(np.float32), mask.astype(np.float32)


def make(n, seed):
    rng = np.random.default_rng(seed)
    pairs = [draw(rng) for _ in range(n)]
    return np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])
