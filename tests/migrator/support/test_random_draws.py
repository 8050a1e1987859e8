"""Draws from a generator: the same after the same seed, whatever the common stream does meanwhile."""

import random

import mindspore as ms
import numpy as np
import pytest
from mindspore import Tensor, ops

from migrator import translate_source
from migrator.support import random_draws
from migrator.support.datasets import Generator
from migrator.support.initialisation import init_normal_, init_trunc_normal_, init_uniform_

ZEROS = Tensor(np.zeros((3, 4), np.float32))
CHANCES = Tensor(np.full((3, 4), 0.5, np.float32))


def initialised(function):
    def draw(generator):
        tensor = ops.zeros((3, 4))
        return function(tensor, generator=generator)

    return draw


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda g: random_draws.rand(5, generator=g), id="rand"),
        pytest.param(lambda g: random_draws.randn(2, 3, generator=g), id="randn"),
        pytest.param(lambda g: random_draws.randint(0, 1000, (6,), generator=g), id="randint"),
        pytest.param(lambda g: random_draws.normal(1.0, 2.0, (4,), generator=g), id="normal"),
        pytest.param(lambda g: random_draws.rand_like(ZEROS, generator=g), id="rand_like"),
        pytest.param(lambda g: random_draws.uniform_like(ZEROS, -1, 1, generator=g), id="uniform_"),
        pytest.param(lambda g: random_draws.random_like(ZEROS, 0, 1000, generator=g), id="random_"),
        pytest.param(lambda g: random_draws.exponential_like(ZEROS, 2.0, generator=g), id="exponential_"),
        pytest.param(
            lambda g: random_draws.bernoulli(Tensor(np.full(40, 0.5, np.float32)), generator=g), id="bernoulli"
        ),
        pytest.param(lambda g: random_draws.multinomial(ops.ones(50), 5, generator=g), id="multinomial"),
        pytest.param(lambda g: random_draws.poisson(CHANCES * 60, generator=g), id="poisson"),
        pytest.param(initialised(init_uniform_), id="init.uniform_"),
        pytest.param(initialised(init_normal_), id="init.normal_"),
        pytest.param(initialised(init_trunc_normal_), id="init.trunc_normal_"),
    ],
)
def test_a_generator_repeats_its_draws_after_its_seed(draw):
    generator = Generator().manual_seed(3)
    first, second = draw(generator).asnumpy(), draw(generator).asnumpy()
    ms.set_seed(11)
    again = draw(generator.manual_seed(3)).asnumpy()
    assert (first == again).all()
    assert (first != second).any()


def test_draws_of_no_dimensions_are_single_numbers():
    assert random_draws.rand().shape == ()
    assert random_draws.randint(0, 5, ()).shape == ()
    assert random_draws.normal(0.0, 1.0, ()).shape == ()


def test_draws_keep_the_dtype_of_what_they_are_like():
    double = Tensor(np.zeros(3))
    assert random_draws.randn_like(double).dtype == ms.float64
    assert random_draws.randn_like(double, dtype=ms.float32).dtype == ms.float32


def test_bounds_of_a_uniform_draw_may_have_torchs_names():
    drawn = random_draws.uniform_like(ops.zeros(200), **{"from": 2.0, "to": 3.0}).asnumpy()
    assert drawn.min() >= 2.0
    assert drawn.max() <= 3.0


def test_the_state_of_the_draws_comes_back_and_leaves_those_of_numpy_and_python_where_they_were():
    random.seed(5)
    np.random.seed(5)
    untouched = random.random(), np.random.rand()
    random.seed(5)
    np.random.seed(5)
    state = random_draws.get_rng_state()
    assert (random.random(), np.random.rand()) == untouched
    following = np.random.rand(), random_draws.randn(3).asnumpy().tolist()
    random_draws.set_rng_state(state)
    assert np.random.rand() == untouched[1]
    assert (np.random.rand(), random_draws.randn(3).asnumpy().tolist()) == following


@pytest.mark.parametrize(("call", "mean", "spread"), [("rand", 0.5, 1 / 12), ("randn", 0.0, 0.5)])
def test_both_parts_of_complex_numbers_are_drawn(call, mean, spread):
    code = f"import torch\n\nx = torch.{call}(40, 50, dtype=torch.cfloat)\n"
    scope: dict = {"__name__": "snippet"}
    exec(translate_source(code, target="cpu").code, scope)
    drawn = scope["x"].asnumpy()
    assert drawn.dtype == np.complex64 and drawn.shape == (40, 50)
    for part in (drawn.real, drawn.imag):
        assert abs(part.mean() - mean) < 0.05 and abs(part.var() - spread) < 0.05
