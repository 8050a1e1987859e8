"""Random draws with torch's arguments, made of MindSpore's standard draws so that a replay can feed them."""

from __future__ import annotations

import contextlib
import random

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

from migrator.support.conversion import complex_tensor


def randint(low, high, size, dtype=None, generator=None):
    """torch.randint with any dtype."""
    shape = tuple(size) or (1,)
    if generator is None:
        drawn = ops.randint(low, high, shape)
    else:
        seed = generator.next_seed()
        bounds = (ms.tensor(bound, dtype=ms.int32) for bound in (low, high))
        drawn = ops.UniformInt(seed, seed)(shape, *bounds).long()
    drawn = drawn if size else drawn.reshape(())
    return drawn if dtype is None else drawn.to(dtype)


def randint_like(input, low, high, dtype=None):
    """torch.randint_like: the input's shape and dtype."""
    return randint(low, high, input.shape, dtype or input.dtype)


def normal(mean, std=1.0, size=None, dtype=None, generator=None):
    """torch.normal and ``x.normal_()``: numbers or tensors for mean and deviation."""
    if size is None:
        pair = [item.shape for item in (mean, std) if isinstance(item, Tensor)]
        size = np.broadcast_shapes(*pair)
    drawn = normal_draw(tuple(size), generator) * std + mean
    return drawn if dtype is None else drawn.to(dtype)


def uniform_draw(shape, generator=None):
    """Standard uniform numbers, float32, from the common stream or a generator's."""
    if generator is None:
        return ops.rand(*(shape or (1,))).reshape(shape)
    seed = generator.next_seed()
    return ops.UniformReal(seed, seed)(shape or (1,)).reshape(shape)


def normal_draw(shape, generator=None):
    """Standard normal numbers, float32, from the common stream or a generator's."""
    if generator is None:
        return ops.standard_normal(shape or (1,)).reshape(shape)
    seed = generator.next_seed()
    return ops.StandardNormal(seed, seed)(shape or (1,)).reshape(shape)


def bernoulli(input, p=None, generator=None):
    """torch.bernoulli: 0 or 1 by the probabilities in ``input``, or ``p``."""
    chances = input if p is None else p
    return (uniform_draw(input.shape, generator) < chances).to(input.dtype)


def bernoulli_like(input, p=0.5, generator=None):
    """``x.bernoulli_(p)``."""
    return (uniform_draw(input.shape, generator) < p).to(input.dtype)


def multinomial(input, num_samples, replacement=False, generator=None):
    """torch.multinomial from a generator's own stream."""
    if generator is None:
        return ops.multinomial(input, num_samples, replacement).long()
    stream = np.random.RandomState(generator.next_seed())
    rows = input.asnumpy().astype(np.float64).reshape(-1, input.shape[-1])
    drawn = [stream.choice(len(row), num_samples, replacement, row / row.sum()) for row in rows]
    return Tensor(np.stack(drawn).astype(np.int64).reshape(*input.shape[:-1], num_samples))


def uniform_like(input, low=0.0, high=1.0, *, generator=None, **bounds):
    """``x.uniform_(from, to)``."""
    low, high = bounds.get("from", bounds.get("a", low)), bounds.get("to", bounds.get("b", high))
    return (uniform_draw(input.shape, generator) * (high - low) + low).to(input.dtype)


def random_like(input, low=0, high=None, generator=None):
    """``x.random_(from, to)``: integers; without bounds, all that the dtype holds exactly."""
    if high is None:
        name = str(input.dtype).lower()
        high = {"bool": 2, "uint8": 256, "int8": 128, "int16": 2**15, "float16": 2**11, "float32": 2**24}.get(
            name, 2**31 - 1
        )
    return randint(low, high, input.shape, input.dtype, generator)


def exponential_like(input, lambd=1.0, generator=None):
    """``x.exponential_(lambd)``."""
    return (-ops.log(1.0 - uniform_draw(input.shape, generator)) / lambd).to(input.dtype)


def geometric_like(input, p, generator=None):
    """``x.geometric_(p)``: the number of the first success, from 1."""
    chance = ops.clamp(1.0 - uniform_draw(input.shape, generator), 1e-30, 1.0)
    return ops.maximum(ops.ceil(ops.log(chance) / float(np.log1p(-p))), ms.tensor(1.0)).to(input.dtype)


def cauchy_like(input, median=0.0, sigma=1.0, generator=None):
    """``x.cauchy_(median, sigma)``."""
    return (median + sigma * ops.tan(float(np.pi) * (uniform_draw(input.shape, generator) - 0.5))).to(input.dtype)


def log_normal_like(input, mean=1.0, std=2.0, generator=None):
    """``x.log_normal_(mean, std)``."""
    return ops.exp(normal(mean, std, input.shape, generator=generator)).to(input.dtype)


def numpy_draws(generator):
    """NumPy's draws, which ``ms.set_seed`` seeds, or a stream for a generator's next draw."""
    return np.random if generator is None else np.random.RandomState(generator.next_seed())


def poisson(input, generator=None):
    """torch.poisson. No gradient flows."""
    return Tensor(numpy_draws(generator).poisson(input.asnumpy()), dtype=input.dtype)


def binomial(count, prob, generator=None):
    """torch.binomial. No gradient flows."""
    counts = count.asnumpy().astype(np.int64)
    return Tensor(numpy_draws(generator).binomial(counts, prob.asnumpy()), dtype=count.dtype)


def drawn_shape(size):
    """A shape whose sizes may be tensors."""
    if len(size) == 1 and isinstance(size[0], (list, tuple)):
        size = size[0]
    return tuple(int(n) for n in size)


def rand(*size, dtype=None, generator=None):
    """torch.rand for no dimensions, for sizes that are tensors and from a generator too."""
    drawn = uniform_draw(drawn_shape(size), generator)
    return drawn if dtype is None else drawn.to(dtype)


def randn(*size, dtype=None, generator=None):
    """torch.randn for no dimensions, for sizes that are tensors and from a generator too."""
    return normal(0.0, 1.0, drawn_shape(size), dtype, generator)


def complex_rand(*size, dtype=None, generator=None):
    """torch.rand of complex numbers: both parts are uniform."""
    return complex_tensor(*(uniform_draw(drawn_shape(size), generator) for _ in range(2))).to(dtype)


def complex_randn(*size, dtype=None, generator=None):
    """torch.randn of complex numbers: both parts have half the variance."""
    return complex_tensor(*(normal(0.0, 0.5**0.5, drawn_shape(size), None, generator) for _ in range(2))).to(dtype)


def rand_like(input, dtype=None, generator=None):
    """torch.rand_like from a generator."""
    return uniform_draw(input.shape, generator).to(dtype or input.dtype)


def randn_like(input, dtype=None, generator=None):
    """torch.randn_like for every dtype and from a generator."""
    return normal(0.0, 1.0, input.shape, dtype or input.dtype, generator)


def get_rng_state():
    """torch.get_rng_state: a seed that is set at once, so that :func:`set_rng_state` repeats the draws that follow, and
    the state of NumPy's draws, of which permutations and initial weights are made."""
    seed = int(np.random.default_rng().integers(1, 2**31 - 1))
    set_own_seed(seed)
    _, words, place, has_spare, spare = np.random.get_state()
    numbers = np.array([seed, place, has_spare, *words], np.int64)
    return Tensor(np.frombuffer(numbers.tobytes() + np.float64(spare).tobytes(), np.uint8).copy())


def set_rng_state(new_state):
    """torch.set_rng_state, for what :func:`get_rng_state` gave."""
    data = new_state.asnumpy().tobytes()
    seed, place, has_spare, *words = np.frombuffer(data[:-8], np.int64).tolist()
    set_own_seed(seed)
    np.random.set_state(("MT19937", words, place, has_spare, float(np.frombuffer(data[-8:], np.float64)[0])))


def set_own_seed(seed):
    """Sets MindSpore's seed and leaves alone what NumPy and ``random`` draw, which ``ms.set_seed`` seeds as well."""
    kept, kept_by_numpy = random.getstate(), np.random.get_state()
    ms.set_seed(seed)
    random.setstate(kept)
    np.random.set_state(kept_by_numpy)


def initial_seed():
    """torch.initial_seed: the seed that was set last, or torch's own first one."""
    seed = ms.get_seed()
    return 67280421310721 if seed is None else int(seed)


def draw_seed():
    """torch.seed: sets a seed that nobody chose, and gives it."""
    seed = int(np.random.default_rng().integers(1, 2**31 - 1))
    set_own_seed(seed)
    return seed


@contextlib.contextmanager
def fork_rng(enabled=True):
    """torch.random.fork_rng: what is drawn inside does not change what is drawn after."""
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)


def normal_like(input, mean=0.0, std=1.0, **options):
    """``x.normal_(mean, std)`` where ``x`` is made on the spot."""
    return normal(mean, std, input.shape, input.dtype, **options)
