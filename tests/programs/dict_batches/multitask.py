import random
from typing import Any, Dict, List

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler
from sklearn.datasets import load_digits

LOSS_WEIGHTS = {"digit": 1.0, "ink": 0.5, "round": 0.3}


class MultiTask(Dataset):
    """each item is a dict, the targets are a dict inside it"""

    def __init__(self, part: slice):
        d = load_digits()
        self.x = (d.data[part] / 16.0).astype("float32")
        self.y = d.target[part]

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i) -> Dict[str, Any]:
        y = int(self.y[i])
        return {
            "id": f"digit-{i}",
            "pixels": self.x[i],
            "targets": {"digit": y, "ink": self.x[i].mean(), "round": float(y in (0, 6, 8, 9))},
        }


def collate_fn(items: List[Dict[str, Any]]) -> Dict[str, Any]:
    return {
        "ids": [item["id"] for item in items],
        "pixels": torch.from_numpy(np.stack([item["pixels"] for item in items])),
        "targets": {
            "digit": torch.LongTensor([item["targets"]["digit"] for item in items]),
            "ink": torch.FloatTensor([item["targets"]["ink"] for item in items]),
            "round": torch.FloatTensor([item["targets"]["round"] for item in items]),
        },
    }


class Net(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Dropout(0.1))
        self.heads = nn.ModuleDict({
            "digit": nn.Linear(hidden, 10),
            "ink": nn.Linear(hidden, 1),
            "round": nn.Linear(hidden, 1),
        })

    def forward(self, batch):
        h = self.trunk(batch["pixels"])
        out = {name: head(h) for name, head in self.heads.items()}
        out["ink"] = out["ink"].squeeze(-1)
        out["round"] = out["round"].squeeze(-1)
        return out


class MultiTaskLoss(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights
        self.losses = {"digit": nn.CrossEntropyLoss(), "ink": nn.SmoothL1Loss(beta=0.1), "round": nn.BCEWithLogitsLoss()}

    def forward(self, outputs, targets):
        parts = {k: fn(outputs[k], targets[k]) for k, fn in self.losses.items()}
        total = sum(self.weights[k] * v for k, v in parts.items())
        return total, {k: v.detach() for k, v in parts.items()}


def to_device(batch, device):
    if torch.is_tensor(batch):
        return batch.to(device)
    if isinstance(batch, dict):
        return {k: to_device(v, device) for k, v in batch.items()}
    return batch


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True


seed_everything(1234)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
train_set, valid_set = MultiTask(slice(0, 1400)), MultiTask(slice(1400, None))
# round digits twice as often
weights = [2.0 if y in (0, 6, 8, 9) else 1.0 for y in train_set.y]
sampler = WeightedRandomSampler(weights, num_samples=len(train_set), replacement=True)
train_loader = DataLoader(train_set, batch_size=64, sampler=sampler, collate_fn=collate_fn)
valid_loader = DataLoader(valid_set, batch_size=128, shuffle=False, collate_fn=collate_fn)

net = Net().to(device)
criterion = MultiTaskLoss(LOSS_WEIGHTS)
optimizer = torch.optim.NAdam(net.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=4, power=0.9)

for epoch in range(4):
    net.train()
    sums = {k: 0.0 for k in LOSS_WEIGHTS}
    for batch in train_loader:
        batch = to_device(batch, device)
        outputs = net(batch)
        loss, parts = criterion(outputs, batch["targets"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for k, v in parts.items():
            sums[k] += v.item()
    scheduler.step()

    net.eval()
    right, n, errors = 0, 0, []
    with torch.no_grad():
        for batch in valid_loader:
            batch = to_device(batch, device)
            outputs = net(batch)
            right += (outputs["digit"].argmax(-1) == batch["targets"]["digit"]).sum().item()
            n += len(batch["ids"])
            errors.append((outputs["ink"] - batch["targets"]["ink"]).abs().mean().item())
    shown = ", ".join(f"{k} loss {v / len(train_loader):.4f}" for k, v in sums.items())
    print(f"epoch {epoch + 1}: {shown}, accuracy {right / n:.4f}, ink error {np.mean(errors):.4f}")
