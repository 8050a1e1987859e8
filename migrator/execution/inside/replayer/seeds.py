"""Keep MindSpore's use of NumPy's global generator from moving the program's own."""

from __future__ import annotations

import functools
from typing import Any

import mindspore as ms
import numpy as np
from mindspore.common import initializer

from ..program import replace_everywhere


def keep_seeds_apart() -> None:
    """Two habits of MindSpore that torch has not: ``set_seed`` seeds NumPy too, and initialisers draw from it."""
    own = np.random.RandomState(0)

    def numpy_seed() -> Any:
        return own.randint(low=1, high=(1 << 63), dtype=np.int64)

    initializer._numpy_seed = numpy_seed
    original = ms.set_seed

    @functools.wraps(original)
    def set_seed(number: int) -> None:
        state = np.random.get_state()
        original(number)
        np.random.set_state(state)

    replace_everywhere("mindspore", original, set_seed)
