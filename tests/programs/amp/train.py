#!/usr/bin/env python3
"""Mixed precision where there is a GPU, the same loop without it."""
import argparse
import contextlib

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.cuda.amp import GradScaler, autocast
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

p = argparse.ArgumentParser()
p.add_argument("-e", "--epochs", type=int, default=5)
p.add_argument("-b", "--batch_size", type=int, default=64)
p.add_argument("--fp32", action="store_true", help="no mixed precision even on a GPU")
opt = p.parse_args()

device = "cuda" if torch.cuda.is_available() else "cpu"
use_amp = device == "cuda" and not opt.fp32
torch.backends.cudnn.benchmark = True
torch.manual_seed(2)


class SqueezeExcite(nn.Module):
    def __init__(self, c, r=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(c, c // r), nn.Hardswish(), nn.Linear(c // r, c), nn.Sigmoid())

    def forward(self, x):
        w = self.fc(self.pool(x).flatten(1))
        return x * w[:, :, None, None]


class Residual(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, 1, 1, groups=4, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.se = SqueezeExcite(c_out)
        self.shortcut = nn.Sequential()
        if stride != 1 or c_in != c_out:
            self.shortcut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.se(self.bn2(self.conv2(out)))
        out += self.shortcut(x)
        return F.relu(out)


class TinyResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 3, 1, 1)
        self.stages = nn.Sequential(Residual(16, 16), Residual(16, 32, 2), Residual(32, 32))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(32, 10))

    def forward(self, x):
        return self.head(self.stages(self.stem(x)))


d = load_digits()
x = torch.from_numpy(d.images).float().unsqueeze(1).div_(16)
y = torch.from_numpy(d.target).long()
train = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=opt.batch_size, shuffle=True, drop_last=True,
                   pin_memory=device == "cuda")

model = TinyResNet().to(device)
if torch.cuda.device_count() > 1:
    model = nn.DataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=10)
scaler = GradScaler(enabled=use_amp)

for epoch in range(opt.epochs):
    model.train()
    meter = []
    for xb, yb in train:
        xb = xb.to(device, non_blocking=True)
        yb = yb.to(device, non_blocking=True)
        optimizer.zero_grad()
        with autocast(enabled=use_amp):
            logits = model(xb)
            loss = F.cross_entropy(logits, yb)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
        meter.append(loss.item())

    model.eval()
    context = autocast() if use_amp else contextlib.nullcontext()
    with torch.no_grad(), context:
        guesses = model(x[1500:].to(device)).argmax(1).cpu()
    acc = (guesses == y[1500:]).float().mean().item()
    print(f"epoch={epoch} loss={sum(meter) / len(meter):.4f} acc={acc:.4f}")
    if device == "cuda":
        torch.cuda.empty_cache()
