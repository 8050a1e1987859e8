"""Training in several processes, as a MindSpore engineer writes it for Ascend."""

from migrator import translate_source

_HEAD = """import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

"""

_LOOP = (
    _HEAD
    + """
def train(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def main(loader):
    dist.init_process_group("nccl")
    model = DDP(nn.Linear(2, 1), device_ids=[dist.get_rank()])
    train(model, loader, torch.optim.Adam(model.parameters()))
    dist.destroy_process_group()
"""
)

_TRAINER = (
    _HEAD
    + """
class Trainer:
    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer

    def train_step(self, x, y):
        self.optimizer.zero_grad()
        loss = F.mse_loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def main(args):
    model = nn.Linear(2, 1)
    if args.distributed:
        dist.init_process_group("nccl")
        model = DDP(model)
    return Trainer(model, torch.optim.Adam(model.parameters()))
"""
)

_EPISODE = (
    _HEAD
    + """
net = DDP(nn.Linear(2, 1))
opt = torch.optim.Adam(net.parameters())
saved = []

def act(x):
    saved.append(net(x))

def finish():
    opt.zero_grad()
    torch.stack(saved).sum().backward()
    opt.step()
"""
)


def test_the_gradients_of_a_loop_go_through_a_cell_that_is_made_beside_the_gradient_function() -> None:
    code = translate_source(_LOOP, target="ascend").code
    assert (
        "    grad_fn = ms.value_and_grad(forward_fn, None, optimizer.parameters)\n"
        "    grad_reducer = nn.DistributedGradReducer(optimizer.parameters, mean=True)\n\n"
        "    for x, y in loader:\n"
        "        loss, grads = grad_fn(x, y)\n"
        "        grads = grad_reducer(grads)\n"
        "        grads = ops.clip_by_global_norm(grads, 1.0)\n"
        "        optimizer(grads)\n"
    ) in code
    assert "    communication.init()\n" in code and "    destroy_process_group()\n" in code
    assert "register_hook" not in code
    assert translate_source(code, target="ascend").code == code


def test_an_object_that_steps_keeps_the_cell_beside_its_optimizer() -> None:
    code = translate_source(_TRAINER, target="ascend").code
    made = "self.grad_reducer = nn.DistributedGradReducer(self.optimizer.parameters, mean=True)"
    joined = " ".join(code.split())
    assert f"self.optimizer = optimizer {made} if communication.GlobalComm.INITED else nn.Identity()" in joined
    assert "grads = self.grad_reducer(grads) self.optimizer(grads)" in joined


def test_what_is_recorded_is_averaged_after_it_was_differentiated() -> None:
    code = translate_source(_EPISODE, target="ascend").code
    assert "    average_kept_gradients(opt.parameters)\n    apply_gradients(opt)\n" in code


def test_hooks_average_where_a_program_may_run_on_a_cpu_alone() -> None:
    for target in ("cpu", "portable"):
        code = translate_source(_LOOP, target=target).code
        assert "DistributedGradReducer" not in code and "register_hook" in code


def test_a_project_in_one_process_has_nothing_to_average() -> None:
    alone = _LOOP.replace("DDP(nn.Linear(2, 1), device_ids=[dist.get_rank()])", "nn.Linear(2, 1)")
    assert "grad_reducer" not in translate_source(alone, target="ascend").code
