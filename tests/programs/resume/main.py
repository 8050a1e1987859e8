"""Trains, stops in the middle, starts again from the checkpoint and stops early in the end."""
import os
import shutil
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_friedman1
from torch.utils.data import DataLoader, TensorDataset

CKPT_DIR = Path("checkpoints")


class EarlyStopping:
    """Stops when the validation loss has not improved for `patience` epochs."""

    def __init__(self, patience=4, delta=0.0, path=CKPT_DIR / "best.pt", verbose=True):
        self.patience, self.delta, self.path, self.verbose = patience, delta, path, verbose
        self.counter = 0
        self.best_score = None
        self.early_stop = False

    def __call__(self, val_loss, model):
        score = -val_loss
        if self.best_score is None or score > self.best_score + self.delta:
            self.best_score = score
            self.counter = 0
            torch.save(model.state_dict(), self.path)
        else:
            self.counter += 1
            if self.verbose:
                print(f"  no improvement ({self.counter}/{self.patience})")
            self.early_stop = self.counter >= self.patience


class Net(nn.Module):
    def __init__(self, n_in, n_hidden=48):
        super().__init__()
        self.hidden1 = nn.Linear(n_in, n_hidden)
        self.hidden2 = nn.Linear(n_hidden, n_hidden)
        self.predict = nn.Linear(n_hidden, 1)
        for m in [self.hidden1, self.hidden2]:
            nn.init.kaiming_uniform_(m.weight, nonlinearity="relu")
            nn.init.zeros_(m.bias)

    def forward(self, x):
        x = torch.relu(self.hidden1(x))
        x = torch.relu(self.hidden2(x)) + x
        return self.predict(x).squeeze(-1)


def data():
    X, y = make_friedman1(600, noise=0.5, random_state=1)
    y = (y - y.mean()) / y.std()
    X, y = torch.from_numpy(X.astype(np.float32)), torch.from_numpy(y.astype(np.float32))
    return (
        DataLoader(TensorDataset(X[:400], y[:400]), batch_size=32, shuffle=True),
        DataLoader(TensorDataset(X[400:500], y[400:500]), batch_size=100),
        DataLoader(TensorDataset(X[500:], y[500:]), batch_size=100),
    )


def save(path, epoch, model, optimizer, scheduler, history):
    state = dict(
        epoch=epoch, model=model.state_dict(), optim=optimizer.state_dict(), sched=scheduler.state_dict(), history=history
    )
    tmp = str(path) + ".tmp"
    torch.save(state, tmp)
    os.replace(tmp, path)


def load(path, model, optimizer, scheduler):
    ckpt = torch.load(path)
    model.load_state_dict(ckpt["model"])
    optimizer.load_state_dict(ckpt["optim"])
    scheduler.load_state_dict(ckpt["sched"])
    return ckpt["epoch"] + 1, ckpt["history"]


def evaluate(model, loader, loss_fn):
    model.eval()
    with torch.no_grad():
        return np.mean([loss_fn(model(xb), yb).item() for xb, yb in loader])


def train(epochs, resume=False):
    train_loader, val_loader, test_loader = data()
    model = Net(10)
    loss_fn = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.95)
    stopper = EarlyStopping(patience=3)
    start, history = 0, []
    last = CKPT_DIR / "last.pt"
    if resume and last.exists():
        start, history = load(last, model, optimizer, scheduler)
        print(f"resume at epoch {start}, lr {optimizer.param_groups[0]['lr']:.5f}")

    for epoch in range(start, epochs):
        model.train()
        losses = []
        for xb, yb in train_loader:
            pred = model(xb)
            loss = loss_fn(pred, yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        val_loss = evaluate(model, val_loader, loss_fn)
        history.append((float(np.mean(losses)), float(val_loss)))
        print(f"epoch {epoch} train loss {np.mean(losses):.4f} val loss {val_loss:.4f}")
        save(last, epoch, model, optimizer, scheduler, history)
        stopper(val_loss, model)
        if stopper.early_stop:
            print("early stopping")
            break

    model.load_state_dict(torch.load(stopper.path))
    print(f"{len(history)} epochs, test loss {evaluate(model, test_loader, loss_fn):.4f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    shutil.rmtree(CKPT_DIR, ignore_errors=True)
    CKPT_DIR.mkdir()
    train(epochs=4)
    train(epochs=12, resume=True)
