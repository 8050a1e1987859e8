"""The rates of schedulers that are sent to an epoch, beside torch's own."""

import numpy as np
import pytest
import torch

from migrator import translate_source

_BEGIN = """import torch

w = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.SGD([w], lr=0.1)
schedule = torch.optim.lr_scheduler
rates = []
"""
_END = """
for epoch in epochs:
    sched.step(epoch)
    rates.append(opt.param_groups[0]['lr'])
sched.step()
rates.append(sched.get_last_lr()[0])
"""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "made",
    [
        "sched = schedule.MultiStepLR(opt, milestones=[2, 3, 3], gamma=0.5)\nepochs = [1, 2, 3, 1, 5]",
        "sched = schedule.CosineAnnealingWarmRestarts(opt, T_0=3, T_mult=2)\nepochs = [0, 0.5, 2.75, 3, 3.5, 8.9, 9.1]",
        "sched = schedule.CosineAnnealingWarmRestarts(opt, 3, eta_min=0.01)\nepochs = [0, 0.5, 2.75, 3, 3.5, 8.9, 9.1]",
        "sched = schedule.CosineAnnealingLR(opt, T_max=10)\nepochs = [1, 2, 3, 1, 5]",
        "sched = schedule.StepLR(opt, 2)\nepochs = [1, 2, 3, 1, 5]",
    ],
)
def test_a_scheduler_that_is_sent_to_an_epoch_has_its_rates(made):
    source = f"{_BEGIN}{made}{_END}"
    theirs, ours = {"torch": torch}, {}
    exec(source, theirs)
    exec(translate_source(source, target="cpu").code, ours)
    assert np.allclose(ours["rates"], theirs["rates"], rtol=1e-5, atol=1e-9)
