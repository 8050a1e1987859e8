import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import indexing

INDICES = [
    np.s_[::2],
    np.s_[:, :, ::2, ::2],
    np.s_[..., 1::3],
    np.s_[:, 1:5:2, :, :3],
    np.s_[0, ::2, None, 1:],
    np.s_[::2, ..., -1],
]


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("shape", [(4, 6, 5, 7), (3, 2, 8, 4)])
def test_a_slice_with_a_step_has_torchs_values_and_gradient(shape: tuple[int, ...], index: object) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    theirs = torch.tensor(values, requires_grad=True)
    (theirs[index] ** 2).sum().backward()
    np.testing.assert_array_equal(indexing.strided(Tensor(values), index).asnumpy(), theirs[index].detach().numpy())
    gradient = ms.grad(lambda x: (indexing.strided(x, index) ** 2).sum())(Tensor(values))
    np.testing.assert_allclose(gradient.asnumpy(), theirs.grad.numpy(), rtol=1e-6)


REDUCTIONS = ["sum", "prod", "mean", "amax", "amin"]


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_scattered_reductions_have_torchs_values_and_gradients(reduce: str, include_self: bool) -> None:
    random = np.random.default_rng(1)
    values, source = random.normal(size=(4, 3)).astype(np.float32), random.normal(size=(3, 3)).astype(np.float32)
    source[2, 1], places = source[0, 1], np.array([[0, 1, 2], [0, 3, 3], [2, 1, 3]])
    theirs, added = torch.tensor(values, requires_grad=True), torch.tensor(source, requires_grad=True)
    expected = theirs.scatter_reduce(0, torch.tensor(places), added, reduce, include_self=include_self)
    (expected**2).sum().backward()

    def ours(x, y):
        return indexing.scatter_reduce(x, 0, Tensor(places), y, reduce, include_self=include_self)

    np.testing.assert_allclose(ours(Tensor(values), Tensor(source)).asnumpy(), expected.detach().numpy(), rtol=1e-5)
    first, second = ms.grad(lambda x, y: (ours(x, y) ** 2).sum(), (0, 1))(Tensor(values), Tensor(source))
    np.testing.assert_allclose(first.asnumpy(), theirs.grad.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(second.asnumpy(), added.grad.numpy(), rtol=1e-4, atol=1e-5)


WRITES = {
    "select_scatter": (lambda x: x.select_scatter(x[0], 1, -1), lambda x: indexing.select_scatter(x, x[0], 1, -1)),
    "index_put": (
        lambda x: x.index_put((torch.tensor([2]),), x[0] * 3),
        lambda x: indexing.index_put(x, (Tensor([2]),), x[0] * 3),
    ),
    "index_put by mask": (
        lambda x: x.index_put((x > 0,), torch.tensor(2.0)),
        lambda x: indexing.index_put(x, (x > 0,), Tensor(2.0)),
    ),
    "masked_fill": (lambda x: x.masked_fill(x > 0, 10), lambda x: indexing.masked_fill(x, x > 0, 10)),
}


@pytest.mark.parametrize("name", WRITES)
def test_writing_on_a_copy_has_torchs_value_and_gradient(name: str) -> None:
    original, ours = WRITES[name]
    values = np.random.default_rng(2).normal(size=(3, 3)).astype(np.float32)
    theirs = torch.tensor(values, requires_grad=True)
    expected = original(theirs)
    (expected**2).sum().backward()
    np.testing.assert_allclose(ours(Tensor(values)).asnumpy(), expected.detach().numpy(), rtol=1e-6)
    gradient = ms.grad(lambda x: (ours(x) ** 2).sum())(Tensor(values))
    np.testing.assert_allclose(gradient.asnumpy(), theirs.grad.numpy(), rtol=1e-5)


def test_a_tensor_without_dimensions_is_one_element() -> None:
    zero, one = Tensor(2.0), Tensor([0])
    assert indexing.index_add(zero, 0, one, Tensor(3.0)).shape == ()
    assert float(indexing.index_add(zero, 0, one, Tensor(3.0))) == 5.0
    assert float(indexing.index_fill(zero, 0, one, 7.0)) == 7.0
    assert float(indexing.scatter_reduce(zero, 0, Tensor(0), Tensor(4.0), "amax")) == 4.0


def test_complex_numbers_are_scattered() -> None:
    values, source = np.array([1 + 2j, 3j, 4], np.complex64), np.array([1j, 2], np.complex64)
    expected = torch.tensor(values).scatter_add(0, torch.tensor([0, 0]), torch.tensor(source))
    found = indexing.scatter_add(Tensor(values), 0, Tensor([0, 0]), Tensor(source))
    np.testing.assert_allclose(found.asnumpy(), expected.numpy())


def test_one_place_of_a_vector_is_written_by_a_tensor_without_axes() -> None:
    found = indexing.scatter(Tensor(np.zeros(3, np.float32)), 0, Tensor(2), 1)
    assert found.asnumpy().tolist() == torch.zeros(3).scatter_(0, torch.tensor(2), value=1).tolist()
