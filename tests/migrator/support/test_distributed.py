"""Distributed training, alone and among processes that msrun really starts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch.utils.data

from migrator import translate_source
from migrator.support.distributed import DistributedSampler

PROGRAM = """
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

dist.init_process_group("gloo")
rank, count = dist.get_rank(), dist.get_world_size()
net = nn.Linear(2, 1)
nn.init.constant_(net.weight, 1.0 + rank)
nn.init.zeros_(net.bias)
net = DDP(net)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.tensor([[1.0, 2.0]]) * (rank + 1)
opt.zero_grad()
loss = (net(x) ** 2).mean()
loss.backward()
opt.step()
total = loss.detach().clone()
dist.all_reduce(total, op=dist.ReduceOp.SUM)
seen = [torch.zeros(2) for _ in range(count)]
dist.all_gather(seen, x[0])
everybody = [None] * count
dist.all_gather_object(everybody, rank)
own, whole, least, first = torch.zeros(2), torch.zeros(count, 2), torch.zeros(2), torch.ones(2) * (rank + 1)
parts = [torch.ones(2) * (number + 1) for number in range(count)]
dist.scatter(own, parts if rank == 0 else None, src=0)
dist.all_gather_into_tensor(whole, own)
dist.reduce_scatter(least, parts)
dist.reduce(first, dst=0)
collected = [torch.zeros(2) for _ in range(count)]
dist.gather(own, collected if rank == 0 else None, dst=0)
dist.barrier()
if rank == 0:
    print("MORE", dist.get_backend(), whole.tolist(), least.tolist(), first.tolist(), [c.tolist() for c in collected])
    print("RESULT", count, [round(v, 4) for v in net.weight.view(-1).tolist()], round(total.item(), 4),
          [s.tolist() for s in seen], everybody)
dist.destroy_process_group()
"""

_SINGLE = "RESULT 1 [0.4, -0.2] 9.0 [[1.0, 2.0]] [0]"
# The mean of both processes' gradients, (6, 12) and (24, 48), at the first one's weights (1, 1).
_MORE_SINGLE = "MORE gloo [[1.0, 1.0]] [1.0, 1.0] [1.0, 1.0] [[1.0, 1.0]]"
_MORE_DOUBLE = "MORE gloo [[1.0, 1.0], [2.0, 2.0]] [2.0, 2.0] [3.0, 3.0] [[1.0, 1.0], [2.0, 2.0]]"
_DOUBLE = "RESULT 2 [-0.5, -2.0] 45.0 [[1.0, 2.0], [2.0, 4.0]] [0, 1]"


def translated(tmp_path: Path, target: str = "cpu") -> Path:
    result = translate_source(PROGRAM, target=target)
    assert not [finding for finding in result.findings if finding.severity.value == "error"]
    program = tmp_path / "program.py"
    program.write_text(result.code)
    return program


@pytest.mark.slow
def test_a_program_runs_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, translated(tmp_path)], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert _SINGLE in done.stdout, done.stdout + done.stderr
    assert _MORE_SINGLE in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("target", ["cpu", "ascend"])
def test_two_processes_average_their_gradients(tmp_path: Path, target: str) -> None:
    msrun = shutil.which("msrun", path=str(Path(sys.executable).parent))
    if msrun is None:
        pytest.skip("msrun comes with MindSpore")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [msrun, "--worker_num=2", "--local_worker_num=2", f"--master_port={port}", "--join=True"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(
        [*command, f"--log_dir={tmp_path / 'logs'}", translated(tmp_path, target)],
        cwd=tmp_path, capture_output=True, timeout=240, env=environment,
    )  # fmt: skip
    said = "".join(log.read_text(errors="replace") for log in (tmp_path / "logs").glob("worker_*.log"))
    assert _DOUBLE in said, said[-3000:]
    assert _MORE_DOUBLE in said, [line for line in said.splitlines() if "MORE" in line]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("count", [7, 8, 9, 3])
def test_every_process_sees_the_indices_that_torch_gives_it(count: int, drop_last: bool) -> None:
    rows = list(range(count))
    for rank in range(4):
        options = {"num_replicas": 4, "rank": rank, "shuffle": False, "drop_last": drop_last}
        expected = torch.utils.data.DistributedSampler(rows, **options)
        found = DistributedSampler(rows, **options)
        assert list(found) == list(expected)
        assert len(found) == len(expected)


def test_an_epoch_has_an_order_of_its_own_that_all_processes_share() -> None:
    samplers = [DistributedSampler(range(20), num_replicas=2, rank=rank) for rank in range(2)]
    first = [list(sampler) for sampler in samplers]
    assert sorted([*first[0], *first[1]]) == list(range(20))
    for sampler in samplers:
        sampler.set_epoch(1)
    assert [list(sampler) for sampler in samplers] != first
