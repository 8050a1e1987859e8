"""Answer the translated program's random draws with those that the original made.

Draws wait in one line for each kind and shape, and are taken in order. MindSpore's functions are replaced where they
are looked up; each replacement says which draw it stands for and what to make of it.
"""

from __future__ import annotations

import functools
import math
import types
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import mindspore as ms
import numpy as np
from mindspore import mint, nn, ops
from mindspore.ops import operations
from mindspore.ops.function import math_func, nn_func, random_func

from ..initial_values import DRAWING, INITIAL_VALUES
from ..program import frames_above, replace_everywhere
from .session import Session, to_numpy, to_tensor

Shape = tuple[int, ...]
Array = np.ndarray[Any, Any]
ALMOST_ONE = np.float32(1) - np.finfo(np.float32).epsneg
# A draw may be made a little before or after its step in the other program (both losses of a GAN computed first); one
# that is further off belongs to something that the other program did not do.
NEAR = 2


class DrawReplay:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: dict[tuple[str, str, Shape], deque[dict[str, Any]]] = {}
        self._taken: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._stale: Counter[str] = Counter()
        for line in session.baseline.lines("draws"):
            shape = tuple(line["values"]["shape"])
            self._waiting.setdefault((line["context"], line["kind"], shape), deque()).append(line)

    def take(self, kind: str, shape: Shape) -> Array | None:
        """The next draw of this kind and shape, or None where the original made none: then MindSpore draws."""
        if self._session.quiet:
            return None
        context = "init" if kind != "bernoulli" and _building_a_cell() else ""
        found = self._next(context, kind, shape) or self._next_of_size(context, kind, shape)
        if found is None:
            converted = self._convert(context, kind, shape)
            if converted is not None:
                self._taken[kind] += 1
                return converted
            if context == "init":
                # Weights get their values from the record whatever was drawn for them.
                return None
            self._session.end_if_cut()
            self._missing[kind] += 1
            text = f"The program drew {kind} numbers of shape {shape} that the original did not draw."
            self._session.note("draw", text)
            return None
        self._taken[kind] += 1
        return self._session.baseline.get(found["values"]).reshape(shape)

    def _next(self, context: str, kind: str, shape: Shape) -> dict[str, Any] | None:
        line = self._waiting.get((context, kind, shape))
        step = self._session.steps.done
        while line and line[0]["step"] < step - NEAR:
            line.popleft()
            self._stale[kind] += 1
        if line and line[0]["step"] <= step + NEAR:
            return line.popleft()
        return None

    def _next_of_size(self, context: str, kind: str, shape: Shape) -> dict[str, Any] | None:
        size = math.prod(shape)
        for waiting_context, waiting_kind, waiting_shape in list(self._waiting):
            if (waiting_context, waiting_kind) != (context, kind) or math.prod(waiting_shape) != size:
                continue
            if without_ones(waiting_shape) == without_ones(shape) or len(waiting_shape) != len(shape):
                found = self._next(context, kind, waiting_shape)
                if found is not None:
                    return found
        return None

    def _convert(self, context: str, kind: str, shape: Shape) -> Array | None:
        """The same event drawn otherwise: ``rand() < p`` for a Bernoulli draw, ``-log(rand())`` for a waiting time."""
        if kind == "uniform":
            found = self._next(context, "bernoulli", shape)
            if found is not None:
                hits = self._session.baseline.get(found["values"])
                return np.where(hits, np.float32(0), ALMOST_ONE).astype(np.float32)
            found = self._next(context, "exponential", shape)
            if found is not None:
                return np.exp(-self._session.baseline.get(found["values"])).astype(np.float32)
        return None

    def summary(self) -> dict[str, dict[str, int]]:
        return {"taken": dict(self._taken), "missing": dict(self._missing), "left": self._left()}

    def _left(self) -> dict[str, int]:
        left = Counter(self._stale)
        reached = self._session.steps.done
        for (context, kind, _), waiting in self._waiting.items():
            if context != "init":
                left[kind] += sum(line["step"] < reached for line in waiting)
        return {kind: count for kind, count in left.items() if count}

    def explain_leftovers(self) -> None:
        for kind, count in self._left().items():
            text = f"The original made {count} {kind} draws that the translated program did not ask for."
            self._session.note("leftover draws", text)

    def install(self) -> None:
        for owner, name, stand_in in FUNCTIONS:
            original = getattr(owner, name, None)
            if original is not None:
                replace_everywhere("mindspore", original, self._answer(original, stand_in))
        for kind, stand_in in METHODS:
            owner, name = kind
            if name in vars(owner):
                setattr(owner, name, self._answer(vars(owner)[name], stand_in))

    def follow_support(self, module: types.ModuleType) -> None:
        """torch's initialisers draw unseen by the recorder: the weights that they fill are recorded, and of other
        tensors what they were filled with."""
        write = vars(module).get("init_write_")
        for name, function in list(vars(module).items()):
            if name.startswith("init_") and isinstance(function, types.FunctionType):
                setattr(module, name, self._initialise(function, write))

    def _initialise(self, function: Callable[..., Any], write: Callable[..., Any] | None) -> Callable[..., Any]:
        name = function.__name__.removeprefix("init_")

        @functools.wraps(function)
        def initialise(*args: Any, **kwargs: Any) -> Any:
            if self._session.quiet:
                return function(*args, **kwargs)
            with self._session.quietly():
                result = function(*args, **kwargs)
            if name not in DRAWING or isinstance(result, ms.Parameter) or write is None:
                return result
            found = self._next("init", INITIAL_VALUES, tuple(result.shape))
            return result if found is None else write(result, to_tensor(self._session.baseline.get(found["values"])))

        return initialise

    def _answer(self, original: Any, stand_in: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def answer(*args: Any, **kwargs: Any) -> Any:
            if self._session.quiet:
                return original(*args, **kwargs)
            result = stand_in(self.take, *args, **kwargs)
            if result is None:
                with self._session.quietly():
                    return original(*args, **kwargs)
            return result

        return answer


Take = Callable[[str, Shape], "Array | None"]


def without_ones(shape: Shape) -> Shape:
    return tuple(length for length in shape if length != 1)


def as_shape(size: Any) -> Shape:
    """A shape given as numbers, as one tuple, or as a tensor."""
    if isinstance(size, ms.Tensor):
        size = size.asnumpy().tolist()
    if isinstance(size, (int, np.integer)):
        return (int(size),)
    if len(size) == 1 and isinstance(size[0], (tuple, list, ms.Tensor)):
        return as_shape(size[0])
    return tuple(int(length) for length in size)


def finished(array: Array | None, dtype: Any, default: Any = None) -> Any:
    if array is None:
        return None
    wanted = dtype if dtype is not None else default
    tensor = to_tensor(array)
    return tensor if wanted is None or tensor.dtype == wanted else tensor.astype(wanted)


def plain(value: Any) -> Any:
    """A parameter of a distribution as NumPy or Python sees it."""
    return to_numpy(value) if isinstance(value, ms.Tensor) else value


def rand(take: Take, *size: Any, dtype: Any = None, **_: Any) -> Any:
    return finished(take("uniform", as_shape(size)), dtype, ms.float32)


def randn(take: Take, *size: Any, dtype: Any = None, **_: Any) -> Any:
    return finished(take("normal", as_shape(size)), dtype, ms.float32)


def rand_like(take: Take, input: Any, *_: Any, dtype: Any = None, **__: Any) -> Any:
    return finished(take("uniform", tuple(input.shape)), dtype, input.dtype)


def randn_like(take: Take, input: Any, *_: Any, dtype: Any = None, **__: Any) -> Any:
    return finished(take("normal", tuple(input.shape)), dtype, input.dtype)


def randint(
    take: Take, *args: Any, low: Any = None, high: Any = None, size: Any = None, dtype: Any = None, **_: Any
) -> Any:
    shape = size if size is not None else next(arg for arg in reversed(args) if isinstance(arg, (tuple, list)))
    return finished(take("integers", as_shape(shape)), dtype, ms.int64)


def randint_like(take: Take, input: Any, *_: Any, dtype: Any = None, **__: Any) -> Any:
    return finished(take("integers", tuple(input.shape)), dtype, input.dtype)


def randperm(take: Take, n: Any, *_: Any, dtype: Any = None, **__: Any) -> Any:
    return finished(take("permutation", (int(n),)), dtype, ms.int64)


def standard_normal(take: Take, shape: Any, *_: Any, **__: Any) -> Any:
    return finished(take("normal", as_shape(shape)), None, ms.float32)


def normal(take: Take, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, *_: Any, **__: Any) -> Any:
    full = as_shape(shape) + np.broadcast_shapes(np.shape(plain(mean)), np.shape(plain(stddev)))
    drawn = take("normal", full)
    return None if drawn is None else to_tensor((drawn * plain(stddev) + plain(mean)).astype(np.float32))


def normal_ext(take: Take, mean: Any = 0.0, std: Any = 1.0, size: Any = None, *_: Any, **__: Any) -> Any:
    broadcast = np.broadcast_shapes(np.shape(plain(mean)), np.shape(plain(std)))
    drawn = take("normal", as_shape(size) if size is not None else broadcast)
    return None if drawn is None else to_tensor((drawn * plain(std) + plain(mean)).astype(np.float32))


def uniform(take: Take, shape: Any, minval: Any, maxval: Any, seed: Any = None, dtype: Any = ms.float32) -> Any:
    if dtype in (ms.int32, ms.int64):
        return finished(take("integers", as_shape(shape)), dtype)
    drawn = take("uniform", as_shape(shape))
    low, high = plain(minval), plain(maxval)
    return None if drawn is None else to_tensor((drawn * (high - low) + low).astype(np.float32))


def uniform_int(take: Take, primitive: Any, shape: Any, *_: Any) -> Any:
    return finished(take("integers", as_shape(shape)), ms.int32)


def bernoulli(take: Take, input: Any, *_: Any, **__: Any) -> Any:
    return finished(take("bernoulli", tuple(input.shape)), input.dtype)


def multinomial(take: Take, input: Any, num_samples: Any, *_: Any, **__: Any) -> Any:
    return finished(take("multinomial", (*tuple(input.shape)[:-1], int(num_samples))), ms.int64)


def random_categorical(take: Take, logits: Any, num_sample: Any, *_: Any, **__: Any) -> Any:
    return multinomial(take, logits, num_sample)


def poisson(take: Take, shape: Any, mean: Any, *_: Any, **__: Any) -> Any:
    return finished(take("poisson", as_shape(shape) + np.shape(plain(mean))), ms.float32)


def gamma(take: Take, shape: Any, alpha: Any, beta: Any, *_: Any, **__: Any) -> Any:
    full = as_shape(shape) + np.broadcast_shapes(np.shape(plain(alpha)), np.shape(plain(beta)))
    drawn = take("gamma", full)
    return None if drawn is None else to_tensor((drawn / plain(beta)).astype(np.float32))


def shuffle(take: Take, x: Any, *_: Any, **__: Any) -> Any:
    drawn = take("permutation", (int(x.shape[0]),))
    return None if drawn is None else x[to_tensor(drawn)]


def _dropped(take: Take, x: Any, p: float, shape: Shape) -> Any:
    """``x`` with what torch dropped set to zero and the rest scaled, as ``nn.Dropout`` does it in both frameworks."""
    kept = take("bernoulli", shape)
    if kept is None:
        return None
    return x * to_tensor((kept / np.float32(1.0 - p)).astype(np.float32)).astype(x.dtype)


def dropout(take: Take, input: Any, p: float = 0.5, training: bool = True, *_: Any, **__: Any) -> Any:
    if not training or p == 0:
        return input
    return input * 0 if p == 1 else _dropped(take, input, p, tuple(input.shape))


def channel_dropout(take: Take, input: Any, p: float = 0.5, training: bool = True, *_: Any, **__: Any) -> Any:
    if not training or p == 0:
        return input
    shape = tuple(input.shape)
    return input * 0 if p == 1 else _dropped(take, input, p, shape[:2] + (1,) * (len(shape) - 2))


def dropout_primitive(take: Take, primitive: Any, x: Any) -> Any:
    kept = take("bernoulli", tuple(x.shape))
    if kept is None:
        return None
    mask = to_tensor((kept / np.float32(primitive.keep_prob)).astype(np.float32)).astype(x.dtype)
    return x * mask, mask


def normal_primitive(take: Take, primitive: Any, shape: Any) -> Any:
    return standard_normal(take, shape)


def uniform_primitive(take: Take, primitive: Any, shape: Any) -> Any:
    return finished(take("uniform", as_shape(shape)), ms.float32)


def _in_place(kind: str) -> Callable[..., Any]:
    def fill(take: Take, tensor: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(tensor, ms.Parameter):
            return None
        drawn = take(kind, tuple(tensor.shape))
        if drawn is None:
            return None
        first, second = [*(plain(arg) for arg in args), *([None] * 2)][:2]
        if kind == "normal":
            drawn = drawn * kwargs.get("std", 1.0 if second is None else second) + kwargs.get(
                "mean", 0.0 if first is None else first
            )
        elif kind == "uniform":
            low, high = kwargs.get("from_", first or 0.0), kwargs.get("to", 1.0 if second is None else second)
            drawn = drawn * (high - low) + low
        elif kind == "exponential":
            drawn = drawn / kwargs.get("lambd", 1.0 if first is None else first)
        return tensor.copy_(to_tensor(np.asarray(drawn)).astype(tensor.dtype))

    return fill


FUNCTIONS: list[tuple[Any, str, Callable[..., Any]]] = [
    (random_func, "rand", rand),
    (random_func, "rand_ext", rand),
    (random_func, "randn", randn),
    (random_func, "randn_ext", randn),
    (random_func, "rand_like", rand_like),
    (random_func, "rand_like_ext", rand_like),
    (random_func, "randn_like", randn_like),
    (random_func, "randn_like_ext", randn_like),
    (random_func, "randint", randint),
    (random_func, "randint_ext", randint),
    (random_func, "randint_like", randint_like),
    (random_func, "randint_like_ext", randint_like),
    (ops, "randperm", randperm),
    (random_func, "randperm_ext", randperm),
    (random_func, "standard_normal", standard_normal),
    (random_func, "normal", normal),
    (random_func, "normal_ext", normal_ext),
    (random_func, "uniform", uniform),
    (random_func, "multinomial", multinomial),
    (random_func, "multinomial_ext", multinomial),
    (random_func, "random_categorical", random_categorical),
    (random_func, "poisson", poisson),
    (random_func, "gamma", gamma),
    (random_func, "shuffle", shuffle),
    (math_func, "bernoulli", bernoulli),
    (math_func, "bernoulli_ext", bernoulli),
    (nn_func, "dropout", dropout),
    (nn_func, "dropout_ext", dropout),
    (nn_func, "dropout1d", channel_dropout),
    (nn_func, "dropout2d", channel_dropout),
    (nn_func, "dropout2d_ext", channel_dropout),
    (nn_func, "dropout3d", channel_dropout),
]


def _cell_dropout(take: Take, cell: Any, x: Any) -> Any:
    p = 1.0 - cell.keep_prob if getattr(cell, "p", None) is None else cell.p
    return dropout(take, x, p, cell.training)


def _cell_channel_dropout(take: Take, cell: Any, x: Any) -> Any:
    return channel_dropout(take, x, cell.prob if hasattr(cell, "prob") else cell.p, cell.training)


METHODS: list[tuple[tuple[Any, str], Callable[..., Any]]] = [
    ((nn.Dropout, "construct"), _cell_dropout),
    ((nn.Dropout1d, "construct"), _cell_channel_dropout),
    ((nn.Dropout2d, "construct"), _cell_channel_dropout),
    ((nn.Dropout3d, "construct"), _cell_channel_dropout),
    ((mint.nn.Dropout, "construct"), _cell_dropout),
    ((mint.nn.Dropout2d, "construct"), _cell_channel_dropout),
    ((operations.Dropout, "__call__"), dropout_primitive),
    ((operations.StandardNormal, "__call__"), normal_primitive),
    ((operations.UniformReal, "__call__"), uniform_primitive),
    ((operations.UniformInt, "__call__"), uniform_int),
    ((ms.Tensor, "bernoulli"), bernoulli),
    ((ms.Tensor, "multinomial"), multinomial),
    ((ms.Tensor, "normal_"), _in_place("normal")),
    ((ms.Tensor, "uniform_"), _in_place("uniform")),
    ((ms.Tensor, "exponential_"), _in_place("exponential")),
]


def _building_a_cell() -> bool:
    for frame in frames_above(2):
        if frame.f_code.co_name == "__init__" and isinstance(frame.f_locals.get("self"), nn.Cell):
            return True
    return False
