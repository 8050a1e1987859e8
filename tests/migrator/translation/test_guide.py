"""The PyTorch sides of the migration guide become its MindSpore sides for Ascend, and run on the CPU.

The pairs follow https://www.mindspore.cn/tutorials/en/master/model_migration/model_migration.html.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from migrator import translate_source
from migrator.translation.wrapping import WIDTH

DATASET = """
import numpy as np
from torch.utils.data import DataLoader, Dataset

class MyDataset(Dataset):
    def __init__(self):
        self.data = np.random.sample((5, 2))
        self.label = np.random.sample((5, 1))

    def __getitem__(self, index):
        return self.data[index], self.label[index]

    def __len__(self):
        return len(self.data)

train_dataset = DataLoader(MyDataset(), batch_size=2, shuffle=True, drop_last=True, num_workers=2)
for data, label in train_dataset:
    print(data.shape, label.shape)
"""

NETWORK = """
import torch

class Network(torch.nn.Module):
    def __init__(self, forward_net):
        super(Network, self).__init__()
        self.net = forward_net

    def forward(self, x):
        y = self.net(x)
        return torch.nn.functional.relu(y)

inner_net = torch.nn.Conv2d(120, 240, kernel_size=4, bias=False)
net = Network(inner_net)
for i in net.parameters():
    print(i.shape)
"""

SAVING = """
import torch

pt_model = torch.nn.Linear(2, 3)
save_path = "net.ckpt"
torch.save(pt_model.state_dict(), save_path)

state_dict = torch.load(save_path)
pt_model.load_state_dict(state_dict)
"""

OPTIMIZER = """
import torch
import torch.nn as nn
import torch.optim as optim
from torch.optim.lr_scheduler import ExponentialLR

model = nn.Linear(4, 1)
loss_fn = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
scheduler = ExponentialLR(optimizer, gamma=0.9)
for input, target in [(torch.ones(3, 4), torch.zeros(3, 1))]:
    optimizer.zero_grad()
    output = model(input)
    loss = loss_fn(output, target)
    loss.backward()
    optimizer.step()
    scheduler.step()
"""

DIFFERENTIATION = """
import torch
import torch.nn as nn
import torch.optim as optim

x, y_true = torch.ones(3, 4), torch.zeros(3, 1)
model = nn.Linear(4, 1)
optimizer = optim.SGD(model.parameters(), lr=0.01)

# Define the loss function: mean square error (MSE)
loss_fn = nn.MSELoss()

# Forward propagation: calculating model output
y_pred = model(x)

# Calculating losses
loss = loss_fn(y_pred, y_true)

# Backpropagation: calculating the gradient
loss.backward()
optimizer.step()
"""

TRAINER = """
import torch
import torch.nn as nn
import torch.optim as optim

class Trainer:
    def __init__(self, net, loss1, loss2, optimizer, train_dataset):
        self.net = net
        self.loss1 = loss1
        self.loss2 = loss2
        self.opt = optimizer
        self.train_dataset = train_dataset

    def train_single(self, inputs, labels):
        self.opt.zero_grad()
        logits = self.net(inputs)
        loss1 = self.loss1(logits, labels)
        loss2 = self.loss2(logits, labels)
        loss = loss1 + loss2
        loss.backward()
        self.opt.step()
        return loss, loss1, loss2

    def train(self, epochs):
        self.net.train()
        for epoch in range(epochs):
            for image, label in self.train_dataset:
                loss, loss1, loss2 = self.train_single(image, label)
            torch.save(self.net.state_dict(), f"epoch_{epoch}.ckpt")
            torch.save(self.opt.state_dict(), f"opt_{epoch}.ckpt")

net = nn.Linear(4, 1)
data = [(torch.ones(3, 4), torch.zeros(3, 1))]
Trainer(net, nn.MSELoss(), nn.L1Loss(), optim.SGD(net.parameters(), lr=0.01), data).train(1)
"""

PAIRS = {
    "dataset": (
        DATASET,
        """
        class MyDataset:
        train_dataset = ds.GeneratorDataset(MyDataset(), column_names=["data", "label"], shuffle=True, \
num_parallel_workers=2).batch(2, drop_remainder=True)
        """,
    ),
    "network": (
        NETWORK,
        """
        class Network(nn.Cell):
            def construct(self, x):
                return mint.nn.functional.relu(y)
        inner_net = mint.nn.Conv2d(120, 240, kernel_size=4, bias=False)
        """,
    ),
    "saving": (
        SAVING,
        """
        ms.save_checkpoint(pt_model, save_path)
        state_dict = ms.load_checkpoint(save_path)
        pt_model.load_state_dict(state_dict)
        """,
    ),
    "optimizer": (
        OPTIMIZER,
        """
            loss, grads = grad_fn(input, target)
            optimizer(grads)
            scheduler.step()
        """,
    ),
    "differentiation": (
        DIFFERENTIATION,
        """
        optimizer = nn.SGD(model.trainable_params(), learning_rate=0.01)
        loss_fn = nn.MSELoss()
        def forward_fn(x, y_true):
            y_pred = model(x)
            loss = loss_fn(y_pred, y_true)
        grad_fn = ms.value_and_grad(forward_fn, None, optimizer.parameters)
        loss, grads = grad_fn(x, y_true)
        optimizer(grads)
        """,
    ),
    "trainer": (
        TRAINER,
        """
                def forward_fn(inputs, labels):
                    return loss, loss1, loss2
                grad_fn = ms.value_and_grad(forward_fn, None, self.opt.parameters, has_aux=True)
                (loss, loss1, loss2), grads = grad_fn(inputs, labels)
                self.opt(grads)
                self.net.set_train()
                    ms.save_checkpoint(self.net, f"epoch_{epoch}.ckpt")
                    ms.save_checkpoint(self.opt, f"opt_{epoch}.ckpt")
        """,
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_ascend_reads_like_the_guide(name: str) -> None:
    source, expected = PAIRS[name]
    result = translate_source(source, target="ascend")
    lines = result.code.splitlines()
    for line in textwrap.dedent(expected).strip("\n").splitlines():
        as_it_is = any(written.strip() == line.strip() for written in lines)
        wrapped = len(line) > WIDTH and "".join(line.split()) in "".join(result.code.split())
        assert as_it_is or wrapped, (line, result.code)
    assert "torch" not in result.code


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_the_cpu_side_runs(name: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(translate_source(PAIRS[name][0], target="cpu").code)
    done = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
