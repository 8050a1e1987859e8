"""Optimizers on MindSpore's kernels beside torch's."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Parameter, Tensor, nn, ops

from migrator.support import kernel_optimizers
from migrator.support.gradients import apply_gradients
from migrator.support.optimizers import add_group, load_optimizer_state, optimizer_state, parameter_states

STARTS = [np.array([[1.0, -2.0, 0.5], [0.3, 4.0, -1.0]]), np.array([0.25, -3.0]), np.array([2.0])]
OPTIONS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "foreach": False}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-2, "weight_decay": 0.1, "fused": None}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "betas": (0.5, 0.6), "maximize": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.3}),
    ("AdamW", {"lr": 0.1, "amsgrad": True, "betas": (0.5, 0.6)}),
    ("RMSprop", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1}),
    ("Adamax", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("Rprop", {"lr": 0.1, "etas": (0.4, 1.3), "step_sizes": (1e-3, 0.2)}),
    ("ASGD", {"lr": 0.1, "lambd": 0.01, "alpha": 0.5, "t0": 2.0, "weight_decay": 0.1}),
]


class Twins:
    """The same parameters in torch and here, each with its optimizer, stepped with the same gradients."""

    def __init__(self, name, options, dtype=np.float32, groups=None):
        starts = [start.astype(dtype) for start in STARTS]
        self.theirs = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
        self.ours = [Parameter(Tensor(start), name=f"w{place}") for place, start in enumerate(starts)]
        self.made = [
            kind(grouped(values, groups), **options)
            for kind, values in (
                (getattr(torch.optim, name), self.theirs), (getattr(kernel_optimizers, name), self.ours)
            )
        ]  # fmt: skip
        self.reference, self.mine = self.made
        self.turn = 0

    def step(self, without=()):
        self.turn += 1
        for place, (their, our) in enumerate(zip(self.theirs, self.ours, strict=True)):
            slope = np.cos(STARTS[place] * self.turn).astype(our.asnumpy().dtype)
            their.grad = None if place in without else torch.tensor(slope)
            our.grad = None if place in without else Tensor(slope)
        self.reference.step()
        apply_gradients(self.mine)

    def compare(self, rtol=1e-5, atol=2e-6):
        for our, their in zip(self.ours, self.theirs, strict=True):
            np.testing.assert_allclose(our.asnumpy(), their.detach().numpy(), rtol=rtol, atol=atol)


def grouped(values, groups):
    """The values as they are, or each in a group of its own with options."""
    return values if groups is None else [{"params": [v], **own} for v, own in zip(values, groups, strict=True)]


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_they_give_torchs_weights_whichever_gradients_there_are(name, options):
    twins = Twins(name, options)
    for without in [(2,), (), (0, 2), (1,), ()]:
        twins.step(without)
    twins.compare()


@pytest.mark.parametrize(("name", "options"), [OPTIONS[place] for place in (2, 5, 7, 9, 12, 13, 14, 15)])
def test_what_they_keep_is_read_by_torchs_names(name, options):
    twins = Twins(name, options)
    for without in [(2,), (2,), (1, 2)]:
        twins.step(without)
    states = parameter_states(twins.mine)
    for our, their in zip(twins.ours, twins.theirs, strict=True):
        expected = {slot: value for slot, value in twins.reference.state.get(their, {}).items() if value is not None}
        for slot in expected if our in states else ():
            if slot != "step" or "step" in states[our]:
                found = states[our][slot].asnumpy()
                np.testing.assert_allclose(found, expected[slot].detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adamax"])
def test_a_loaded_state_goes_on_where_it_was_saved(name):
    options = {"lr": 0.1, "momentum": 0.9} if name == "SGD" else {"lr": 0.1}
    twins = Twins(name, options)
    for without in [(2,), (1,)]:
        twins.step(without)
    saved = optimizer_state(twins.mine)
    twins.mine = getattr(kernel_optimizers, name)(twins.ours, **options)
    load_optimizer_state(twins.mine, saved)
    for _ in range(2):
        twins.step()
    twins.compare()


@pytest.mark.parametrize(
    ("name", "options"),
    [("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}), ("Adam", {"lr": 0.1}),
     ("AdamW", {"lr": 0.1, "amsgrad": True}), ("RMSprop", {"lr": 0.1}), ("Adamax", {"lr": 0.1})],
)  # fmt: skip
def test_double_precision_is_kept(name, options):
    twins = Twins(name, options, np.float64)
    for _ in range(3):
        twins.step()
        assert all(our.dtype == ms.float64 for our in twins.ours)
    twins.compare(rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(("name", "momentum"), [("SGD", "momentum"), ("Adam", "betas"), ("AdamW", "betas")])
def test_groups_have_their_options_and_follow_what_a_scheduler_assigns(name, momentum):
    groups = [{"lr": 0.1}, {"weight_decay": 0.2}, {"lr": 0.3, momentum: 0.5 if name == "SGD" else (0.5, 0.5)}]
    twins = Twins(name, {"lr": 0.05}, groups=groups)
    for turn in range(4):
        twins.step()
        for made in twins.made:
            for place, group in enumerate(made.param_groups):
                rate = 0.1 / (turn + place + 1)
                if made is twins.mine:
                    ms.ops.assign(group["lr"], Tensor(rate, ms.float32))
                else:
                    group["lr"] = rate
                group[momentum] = 0.5 + turn / 10 if name == "SGD" else (0.5 + turn / 10, 0.9)
    twins.compare()


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adagrad"])
def test_a_group_that_is_added_starts_afresh(name):
    twins = Twins(name, {"lr": 0.1, "momentum": 0.9} if name == "SGD" else {"lr": 0.1})
    twins.step()
    start = np.array([0.5, -0.5], np.float32)
    their, our = torch.nn.Parameter(torch.tensor(start)), Parameter(Tensor(start), name="added")
    twins.reference.add_param_group({"params": [their], "lr": 0.2})
    add_group(twins.mine, {"params": [our], "lr": 0.2})
    STARTS.append(start)
    try:
        twins.theirs.append(their)
        twins.ours.append(our)
        for _ in range(2):
            twins.step()
    finally:
        STARTS.pop()
    twins.compare()


def test_so_many_parameters_take_a_step_at_once():
    parameters = [Parameter(Tensor(np.ones(2, np.float32)), name=f"w{place}") for place in range(800)]
    gradients = tuple(Tensor(np.ones(2, np.float32)) for _ in parameters)
    for name in ("SGD", "Adam"):
        getattr(kernel_optimizers, name)(parameters, lr=0.1)(gradients)
    np.testing.assert_allclose(parameters[-1].asnumpy(), 0.8, rtol=1e-6)


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_complex_parameters_move_as_pairs_of_numbers(decay):
    start = np.array([[1 + 2j, -0.5j], [0.3, -1 - 1j]], np.complex64)
    theirs = torch.nn.Parameter(torch.tensor(start))
    ours = ms.Parameter(ms.Tensor(start))
    original = torch.optim.Adam([theirs], 0.1, weight_decay=decay)
    optimizer = kernel_optimizers.Adam([ours], 0.1, weight_decay=decay)
    for gradient in (start * 0.5, start - 1, start * 1j):
        theirs.grad = torch.tensor(gradient)
        original.step()
        optimizer((ms.Tensor(gradient),))
    np.testing.assert_allclose(ours.asnumpy(), theirs.detach().numpy(), rtol=1e-5)


class OfView(nn.Cell):
    def __init__(self):
        super().__init__()
        self.weight = Parameter(ops.linspace(1, 6, 6).view(2, 3))


@pytest.mark.parametrize("name", sorted({name for name, _ in OPTIONS}))
def test_a_parameter_that_was_made_of_a_view_is_stepped_too(name):
    cell = OfView()
    before = (cell.weight + 0).asnumpy()
    optimizer = getattr(kernel_optimizers, name)(cell.trainable_params(), lr=0.1)
    optimizer((ops.ones((2, 3)),))
    assert (cell.weight.asnumpy() < before).all()
