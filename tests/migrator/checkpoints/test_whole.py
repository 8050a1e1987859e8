"""Training states of real optimizers: written by the one framework, converted, taken up by the other."""

import argparse

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import nn as ms_nn
from mindspore.experimental import optim
from torch import nn

from migrator.checkpoints.names import torch_parameter_names
from migrator.checkpoints.structure import Entry, Structure
from migrator.checkpoints.torch_file import CheckpointError
from migrator.checkpoints.whole import convert_whole
from migrator.support import checkpoint, kernel_optimizers, optimizers


def structure_of(cell):
    return Structure(
        tuple(Entry(name, p.name, layout, tuple(p.shape)) for p, name, layout in torch_parameter_names(cell))
    )


def original():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Conv1d(4, 2, 1))


def translated():
    return ms_nn.SequentialCell(ms_nn.Dense(3, 4), ms_nn.BatchNorm1d(4), ms_nn.Conv1d(4, 2, 1, has_bias=True))


def stepped(model, optimizer, times=1):
    for _ in range(times):
        for parameter in model.parameters():
            parameter.grad = torch.rand_like(parameter)
        optimizer.step()
    return optimizer


OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, 0.1, momentum=0.9),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, 0.1),
    "amsgrad": lambda parameters: torch.optim.Adam(parameters, 0.1, amsgrad=True),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, 0.1, momentum=0.9, centered=True),
    "adagrad": lambda parameters: torch.optim.Adagrad(parameters, 0.1),
    "adamax": lambda parameters: torch.optim.Adamax(parameters, 0.1),
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_model_optimizer_and_epoch_come_back_as_they_went(kind, tmp_path):
    model = original()
    optimizer = stepped(model, OPTIMIZERS[kind](model.parameters()), 2)
    saved = {
        "epoch": 3, "best": 0.97, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
        "args": argparse.Namespace(lr=0.1, name="x"), "history": [1.0, 0.5],
    }  # fmt: skip
    torch.save(saved, tmp_path / "in.pth")
    structure = structure_of(translated())
    done = convert_whole(tmp_path / "in.pth", tmp_path / "there.ckpt", structure=structure)
    assert done.left_out == ()
    there = checkpoint.load(str(tmp_path / "there.ckpt"))
    assert (there["epoch"], there["best"], there["history"], there["args"].name) == (3, 0.97, [1.0, 0.5], "x")
    assert set(there["model"]) == {parameter.name for parameter in translated().get_parameters()}

    assert convert_whole(tmp_path / "there.ckpt", tmp_path / "back.pth", structure=structure).left_out == ()
    back = torch.load(tmp_path / "back.pth", weights_only=False)
    assert (back["epoch"], back["args"]) == (3, argparse.Namespace(lr=0.1, name="x"))
    other = original()
    other.load_state_dict(back["model"])
    again = OPTIMIZERS[kind](other.parameters())
    again.load_state_dict(back["optimizer"])
    for number, slots in optimizer.state_dict()["state"].items():
        for slot, value in slots.items():
            found = again.state_dict()["state"][number][slot]
            assert torch.equal(torch.as_tensor(found), torch.as_tensor(value)), (number, slot)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (OPTIMIZERS["sgd"], lambda parameters: optim.SGD(parameters, 0.1, momentum=0.9)),
        (OPTIMIZERS["adamw"], lambda parameters: optim.AdamW(parameters, 0.1)),
        (OPTIMIZERS["adagrad"], lambda parameters: optim.Adagrad(parameters, 0.1)),
    ],
)
def test_a_translated_program_goes_on_where_the_original_stopped(theirs, ours, tmp_path):
    model, net = nn.Linear(3, 2), ms_nn.Dense(3, 2)
    optimizer, twin = theirs(model.parameters()), ours(net.trainable_params())
    stepped(model, optimizer, 2)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "in.pth")
    convert_whole(tmp_path / "in.pth", tmp_path / "out.ckpt", structure=structure_of(net))

    state = checkpoint.load(str(tmp_path / "out.ckpt"))
    ms.load_param_into_net(net, {name: ms.Parameter(value) for name, value in state["model"].items()})
    optimizers.load_optimizer_state(twin, state["optimizer"])
    for _ in range(3):
        stepped(model, optimizer)
        twin(tuple(ms.Tensor(parameter.grad.numpy()) for parameter in model.parameters()))
    for parameter, same in zip(model.parameters(), net.get_parameters(), strict=True):
        np.testing.assert_allclose(same.asnumpy(), parameter.detach().numpy(), atol=2e-6)


def test_the_original_goes_on_where_a_translated_program_stopped(tmp_path):
    model, net = nn.Linear(3, 2), ms_nn.Dense(3, 2)
    ms.load_param_into_net(
        net, {name: ms.Parameter(value.detach().numpy()) for name, value in model.named_parameters()}
    )
    optimizer, twin = torch.optim.Adam(model.parameters(), 0.1), kernel_optimizers.Adam(net.trainable_params(), 0.1)
    for _ in range(2):
        stepped(model, optimizer)
        twin(tuple(ms.Tensor(parameter.grad.numpy()) for parameter in model.parameters()))
    state = {"model": dict(net.parameters_dict()), "optimizer": optimizers.optimizer_state(twin)}
    checkpoint.save(state, str(tmp_path / "in.ckpt"))
    convert_whole(tmp_path / "in.ckpt", tmp_path / "out.pth", structure=structure_of(net))

    back = torch.load(tmp_path / "out.pth")
    again = torch.optim.Adam(model.parameters(), 0.5)
    again.load_state_dict(back["optimizer"])
    assert again.param_groups[0]["lr"] == pytest.approx(0.1)
    for number, slots in optimizer.state_dict()["state"].items():
        for slot, value in slots.items():
            torch.testing.assert_close(again.state_dict()["state"][number][slot], value, atol=1e-6, rtol=1e-4)


def test_an_optimizer_of_another_model_is_left_out_and_named(tmp_path):
    model, other = nn.Linear(3, 2), nn.Linear(5, 2)
    optimizer = stepped(other, torch.optim.Adam(other.parameters()))
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "in.pth")
    done = convert_whole(tmp_path / "in.pth", tmp_path / "out.ckpt")
    assert done.left_out == ("optimizer (the optimizer's state does not fit the model)",)


def test_without_a_model_in_it_nothing_is_written(tmp_path):
    torch.save({"epoch": 3}, tmp_path / "in.pth")
    with pytest.raises(CheckpointError, match="no model"):
        convert_whole(tmp_path / "in.pth", tmp_path / "out.ckpt")
    assert [path.name for path in tmp_path.iterdir()] == ["in.pth"]


class Trap:
    """Creates a file where it is unpickled."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return open, (self.place, "w")


def test_nothing_that_a_checkpoint_of_a_translated_program_asks_for_is_run(tmp_path):
    model = translated()
    state = {parameter.name: parameter for parameter in model.get_parameters()}
    sprung = tmp_path / "sprung"
    checkpoint.save({"model": state, "trap": [Trap(str(sprung))], "seen": {1, 2}}, str(tmp_path / "in.ckpt"))

    done = convert_whole(tmp_path / "in.ckpt", tmp_path / "out.pth", structure=structure_of(model))

    assert not sprung.exists()
    assert done.left_out == ("trap.0 (a pickled object)", "seen (a pickled object)")
    checkpoint.save({"model": state, Key(str(sprung)): 1}, str(tmp_path / "keys.ckpt"))
    with pytest.raises(CheckpointError, match="keys that are pickled objects"):
        convert_whole(tmp_path / "keys.ckpt", tmp_path / "out.pth", structure=structure_of(model))
    assert not sprung.exists()


class Key(Trap):
    def __hash__(self):
        return 0
