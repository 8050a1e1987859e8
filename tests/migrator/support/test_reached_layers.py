import numpy as np
import pytest
from mindspore import Parameter, Tensor, nn, ops

from migrator.support.cells import assign_, register_buffer
from migrator.support.gradients import differentiable_gradients_by, gradients_by
from migrator.support.reached_layers import is_as_kept, kept_beside_weights, kept_once, layers_behind


class PowerIteration(nn.Cell):
    """Normalises by a vector that each call improves, in one of the ways in which programs keep it."""

    def __init__(self, kept):
        super().__init__()
        self.kept, self.calls = kept, 0
        self.weight = Parameter(ops.arange(6.0).reshape(2, 3) / 6)
        vector = Tensor([1.0, 0.5])
        if kept == "parameter":
            self.u = Parameter(vector, requires_grad=False)
        else:
            register_buffer(self, "u", vector)

    def construct(self, x):
        self.calls += 1
        improved = ops.stop_gradient(self.weight @ (self.weight.T @ self.u))
        improved = improved / ops.sqrt((improved * improved).sum())
        if self.kept == "assigned":
            self.u = improved
        else:
            assign_(self.u, improved)
        return (x @ (self.weight / self.u.sum()).T * self.u).sum()


KINDS = ["parameter", "assigned", "written"]


@pytest.mark.parametrize("kept", KINDS)
def test_what_layers_keep_comes_back(kept):
    layer = PowerIteration(kept)
    held = kept_beside_weights([layer])
    u = layer.u.asnumpy().copy()
    with kept_once(layer) as inside:
        layer(ops.ones((1, 3)))
        assert not is_as_kept(inside)
        assert not np.array_equal(layer.u.asnumpy(), u)
    assert is_as_kept(held)
    assert layer.calls == 0


@pytest.mark.parametrize("kept", KINDS)
def test_a_gradient_that_is_tried_compiled_counts_once(kept):
    """The trial runs the layer too, which torch does not."""
    once, layer = PowerIteration(kept), PowerIteration(kept)
    x = ops.ones((1, 3))
    expected = gradients_by(lambda x: once(x), (x,))[0]
    with pytest.warns(UserWarning, match="may lose terms"):
        found = differentiable_gradients_by(lambda x: layer(x), (x,))[0]
    np.testing.assert_allclose(found.asnumpy(), expected.asnumpy())
    np.testing.assert_allclose(layer.u.asnumpy(), once.u.asnumpy())
    assert layer.calls == once.calls


def test_frozen_weights_are_not_copied():
    layer = nn.Dense(2, 2)
    for parameter in layer.get_parameters():
        parameter.requires_grad = False
    assert [name for _, name, value, _ in kept_beside_weights(layers_behind(layer)) if value is layer.weight] == []
