"""
Self-supervised pre-training with two views and a momentum encoder, then a linear probe.
"""
import argparse
import math

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from torch.utils.data import DataLoader, Dataset


class TwoViews(Dataset):
    def __init__(self, images, max_shift=1, noise=0.1):
        self.images = images
        self.max_shift = max_shift
        self.noise = noise

    def view(self, image):
        dy, dx = np.random.randint(-self.max_shift, self.max_shift + 1, 2)
        image = np.roll(image, (dy, dx), axis=(0, 1))
        return (image + self.noise * np.random.randn(*image.shape)).astype(np.float32)[None]

    def __getitem__(self, i):
        return self.view(self.images[i]), self.view(self.images[i])

    def __len__(self):
        return len(self.images)


def encoder(dim):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(inplace=True),
        nn.Flatten(), nn.Linear(32 * 16, dim),
    )


class Pair(nn.Module):
    """A student that learns and a follower that moves slowly after it; old embeddings of the follower wait in a
    ring buffer and serve as negatives."""

    def __init__(self, dim=32, size=256, momentum=0.99, temperature=0.2):
        super().__init__()
        self.size, self.momentum, self.temperature = size, momentum, temperature
        self.student = encoder(dim)
        self.follower = encoder(dim)
        self.follower.load_state_dict(self.student.state_dict())
        for p in self.follower.parameters():
            p.requires_grad = False
        self.register_buffer("ring", F.normalize(torch.randn(dim, size), dim=0))
        self.register_buffer("head", torch.zeros(1, dtype=torch.long))

    @torch.no_grad()
    def follow(self):
        for mine, theirs in zip(self.follower.parameters(), self.student.parameters()):
            mine.data = mine.data * self.momentum + theirs.data * (1.0 - self.momentum)

    @torch.no_grad()
    def push(self, keys):
        at, n = int(self.head), keys.shape[0]
        assert self.size % n == 0
        self.ring[:, at:at + n] = keys.T
        self.head[0] = (at + n) % self.size

    def forward(self, left, right):
        query = F.normalize(self.student(left), dim=1)
        with torch.no_grad():
            self.follow()
            key = F.normalize(self.follower(right), dim=1)
        same = torch.einsum("nd,nd->n", query, key).unsqueeze(-1)
        other = torch.einsum("nd,dk->nk", [query, self.ring.clone().detach()])
        logits = torch.cat([same, other], dim=1) / self.temperature
        self.push(key)
        return logits, torch.zeros(len(logits), dtype=torch.long, device=logits.device)


def adjust_learning_rate(optimizer, epoch, args):
    """half a cosine from lr to 0"""
    lr = args.lr * 0.5 * (1.0 + math.cos(math.pi * epoch / args.epochs))
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr
    return lr


@torch.no_grad()
def features(net, images):
    net.eval()
    return torch.cat([net(chunk) for chunk in torch.from_numpy(images).float().unsqueeze(1).split(256)]).numpy()


def main(args):
    np.random.seed(args.seed)
    torch.manual_seed(args.seed)
    digits = load_digits()
    images = digits.images / 16
    model = Pair()
    params = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(params, args.lr, momentum=0.9, weight_decay=1e-4)
    criterion = nn.CrossEntropyLoss()
    loader = DataLoader(TwoViews(images[:1400]), batch_size=args.batch_size, shuffle=True, drop_last=True)

    for epoch in range(args.epochs):
        lr = adjust_learning_rate(optimizer, epoch, args)
        model.train()
        losses, hits = [], []
        for views in loader:
            output, target = model(*views)
            loss = criterion(output, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            hits.append((output.argmax(1) == 0).float().mean().item())
        print(f"Epoch {epoch}: lr {lr:.4f} loss {np.mean(losses):.4f} instance accuracy {np.mean(hits):.4f}")

    train, test = features(model.student, images[:1400]), features(model.student, images[1400:])
    probe = LogisticRegression(max_iter=3000).fit(train, digits.target[:1400])
    print(f"linear probe accuracy {probe.score(test, digits.target[1400:]):.4f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", default=4, type=int)
    parser.add_argument("--batch-size", default=64, type=int)
    parser.add_argument("--lr", default=0.06, type=float)
    parser.add_argument("--seed", default=0, type=int)
    main(parser.parse_args())
