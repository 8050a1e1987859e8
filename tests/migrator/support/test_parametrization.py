"""Pruned, parametrized and fused layers compute what torch's compute."""

import numpy as np
import torch
from mindspore import Tensor, nn
from torch.nn.utils import prune

from migrator.support import averaging, cells, parametrization

WEIGHT = np.array([[0.1, -2.0, 0.3], [4.0, -0.5, 0.6]], np.float32)
X = np.array([[1.0, 2.0, 3.0]], np.float32)


def layers():
    theirs, ours = torch.nn.Linear(3, 2), nn.Dense(3, 2)
    state = {"weight": WEIGHT, "bias": np.zeros(2, np.float32)}
    theirs.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    cells.load_state_dict(ours, {name: Tensor(value) for name, value in state.items()})
    return theirs, ours


def same(ours, theirs):
    np.testing.assert_allclose(ours(Tensor(X)).asnumpy(), theirs(torch.tensor(X)).detach().numpy(), rtol=1e-5)


def test_pruning_takes_the_smallest_weights_and_then_the_next():
    theirs, ours = layers()
    for amount in (2, 0.5):
        prune.l1_unstructured(theirs, "weight", amount=amount)
        parametrization.l1_unstructured(ours, "weight", amount=amount)
        same(ours, theirs)
    assert list(cells.state_dict(ours)) == ["bias", "weight_orig", "weight_mask"] == list(theirs.state_dict())
    prune.remove(theirs, "weight")
    parametrization.remove_pruning(ours, "weight")
    same(ours, theirs)
    assert sorted(cells.state_dict(ours)) == ["bias", "weight"]


def test_structured_pruning_takes_whole_rows():
    theirs, ours = layers()
    prune.ln_structured(theirs, "weight", amount=0.5, n=2, dim=0)
    parametrization.ln_structured(ours, "weight", amount=0.5, n=2, dim=0)
    same(ours, theirs)


def test_a_parametrization_makes_the_weight():
    _, ours = layers()
    parametrization.register_parametrization(ours, "weight", nn.ReLU())
    np.testing.assert_allclose(ours(Tensor(X)).asnumpy(), X @ np.maximum(WEIGHT, 0).T, rtol=1e-5)
    assert parametrization.is_parametrized(ours)
    parametrization.remove_parametrizations(ours, "weight", leave_parametrized=False)
    np.testing.assert_allclose(ours(Tensor(X)).asnumpy(), X @ WEIGHT.T, rtol=1e-5)


def test_states_have_torchs_names_in_torchs_order():
    theirs = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Embedding(3, 2))
    ours = nn.SequentialCell(nn.Conv2d(1, 2, 3, has_bias=True), nn.BatchNorm2d(2), nn.Embedding(3, 2))
    assert list(cells.state_dict(ours)) == list(theirs.state_dict())
    assert [name for name, _ in cells.named_buffers(ours)] == [name for name, _ in theirs.named_buffers()]
    own_names = {name: Tensor(p.asnumpy() + 1) for name, p in ours.parameters_and_names()}
    cells.load_state_dict(ours, own_names)
    assert ours[1].gamma.asnumpy().tolist() == [2.0, 2.0]


def test_a_call_with_other_parameters_leaves_the_layer_as_it_was():
    _, ours = layers()
    given = {"weight": Tensor(np.ones((2, 3), np.float32)), "bias": Tensor(np.zeros(2, np.float32))}
    assert cells.functional_call(ours, given, (Tensor(X),)).asnumpy().tolist() == [[6.0, 6.0]]
    np.testing.assert_allclose(ours(Tensor(X)).asnumpy(), X @ WEIGHT.T, rtol=1e-5)


def test_averages_follow_the_model():
    theirs, ours = layers()
    averages = torch.optim.swa_utils.AveragedModel(theirs), averaging.AveragedModel(ours)
    for turn in (1.0, 3.0):
        averages[0].update_parameters(theirs)
        averages[1].update_parameters(ours)
        with torch.no_grad():
            theirs.weight.mul_(turn)
        ours.weight.set_data(Tensor(ours.weight.asnumpy() * np.float32(turn)))
    averages[0].update_parameters(theirs)
    averages[1].update_parameters(ours)
    same(averages[1], averages[0])
    assert int(averages[1].n_averaged) == 3
