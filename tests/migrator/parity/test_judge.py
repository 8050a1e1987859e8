"""Translations with one mistake each: the judgement must find the place and name it."""

import pytest

from migrator.parity.judge import judge

MISTAKES = {
    "another activation": ("numpy_batches", ("nn.Tanh()", "nn.ReLU()"), "Outputs are equal up to layer 0; layer 1 (Tanh)", "first-step loss"),
    "another loss": ("numpy_batches", ("nn.MSELoss()", "nn.MSELoss('sum')"), "All 4 layers put out the same", "first-step loss"),
    "another learning rate": ("numpy_batches", ("lr=0.05", "lr=0.04"), "The learning rates differ from step 1 on: 0.05 and 0.04", "weights after one step"),
    "another momentum": ("numpy_batches", ("momentum=0.9, nesterov", "momentum=0.8, nesterov"), "optimizer's first step differs", "weights after one step"),
    "gradients scaled": ("numpy_batches", ("optimizer(grads)", "optimizer(grads)"), "", ""),
    "a layer cut off": ("attention", ("return x + self.mlp(self.ln2(x))", "return x + ops.stop_gradient(self.mlp(self.ln2(x)))"), "gradients differ", "gradients"),
    "another epsilon": ("attention", ("epsilon=1e-5", "epsilon=1e-1"), "layer blocks.0.ln1 (LayerNorm) differs", "first-step loss"),
    "a schedule that starts later": ("attention", ("(step + 1) / 5", "(step + 1.0 * (step < 3)) / 5"), "The losses part", "loss after N steps"),
    "evaluation mode": ("gan", ("netD.set_train()", "netD.set_train(False)"), "The model Discriminator is in evaluation mode in its first step", "first-step loss"),
    "a name that is not there": ("numpy_batches", ("from mindspore import Tensor, nn, ops", "from mindspore import Tensor, nn, ops, no_such_thing"), "ImportError at train.py:3", "imports"),
    "an undefined name": ("numpy_batches", ("    optimizer(grads)", "    optimiser(grads)"), "the name optimiser is not defined", "names resolve"),
}  # fmt: skip
del MISTAKES["gradients scaled"]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_and_named(road, mistake):
    pair, change, words, rung = MISTAKES[mistake]

    parity = road.pair(pair, change)

    failed = [entry.rung for entry in parity.ladder if entry.state == "fail"]
    assert failed[0] == rung, parity.explanation
    assert words in parity.explanation
    assert parity.verdict == "fail"


def test_everything_equal_and_a_free_run_that_trains_alike_pass(road):
    road.pair("numpy_batches")
    for side in ("source", "translated"):
        program = road.work / side / "train.py"
        program.write_text(program.read_text().replace("range(40)", "range(400)"))
    runs = road.baseline(), road.replay(), road.free()

    parity = judge(road.work, *runs)

    assert parity.verdict == "pass", parity.explanation
    assert [rung.state for rung in parity.ladder] == ["pass"] * 8
    accuracy = parity.ladder[-1]
    assert "No accuracy is printed, so this rung goes by the loss (mse)" in accuracy.detail


def test_without_a_free_run_the_verdict_is_incomplete(road):
    parity = road.pair("numpy_batches")

    assert parity.verdict == "incomplete"
    assert parity.ladder[-1].state == "not reached"


def test_an_original_that_crashes_leaves_the_verdict_incomplete(road):
    road.put("source", {"train.py": "import torch\nraise SystemExit('no data')\n"})

    parity = judge(road.work, road.baseline(), None, None)

    assert parity.verdict == "incomplete"
    assert parity.explanation == "The original did not end well under PyTorch. It ended with exit code 1: no data."
    assert all(rung.state == "not reached" for rung in parity.ladder)


def test_a_working_folder_with_nothing_in_it_is_judged_too(tmp_path):
    parity = judge(tmp_path, None, None, None)

    assert parity.verdict == "incomplete"
    assert parity.explanation == "The original was not run."
