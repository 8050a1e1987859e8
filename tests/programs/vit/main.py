import sys
from functools import partial

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 4


class Patches(nn.Module):
    """ cuts (B, 1, 8, 8) into 16 patches of 2 x 2 pixels and projects them
    """
    def __init__(self, side=8, patch=2, dim=32):
        super().__init__()
        self.count = (side // patch) ** 2
        self.proj = nn.Conv2d(1, dim, kernel_size=patch, stride=patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class MultiHead(nn.Module):
    def __init__(self, dim, heads=4, drop=0.):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)
        self.merge = nn.Sequential(nn.Linear(dim, dim), nn.Dropout(drop))

    def forward(self, x):
        B, N, C = x.shape
        q, k, v = self.to_qkv(x).reshape(B, N, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        attn = torch.einsum('bhid,bhjd->bhij', q, k) * self.scale
        out = torch.einsum('bhij,bhjd->bhid', attn.softmax(dim=-1), v)
        return self.merge(out.transpose(1, 2).reshape(B, N, C))


def skip_samples(x, rate: float = 0., training: bool = False):
    """stochastic depth: for some samples of the batch the branch is left out"""
    if rate == 0. or not training:
        return x
    keep = torch.rand((x.size(0),) + (1,) * (x.ndim - 1), dtype=x.dtype, device=x.device)
    keep.add_(1 - rate).floor_()
    return x.div(1 - rate) * keep


class Layer(nn.Module):
    def __init__(self, dim, heads, drop=0., path=0., norm=nn.LayerNorm, act=nn.GELU):
        super().__init__()
        self.norms = nn.ModuleList([norm(dim), norm(dim)])
        self.branches = nn.ModuleList([
            MultiHead(dim, heads, drop),
            nn.Sequential(nn.Linear(dim, 2 * dim), act(), nn.Dropout(drop), nn.Linear(2 * dim, dim)),
        ])
        self.path = path

    def forward(self, x):
        for norm, branch in zip(self.norms, self.branches):
            x = x + skip_samples(branch(norm(x)), self.path, self.training)
        return x


class ViT(nn.Module):
    def __init__(self, dim=32, depth=3, heads=4, classes=10, drop=0.1, path=0.1):
        super().__init__()
        norm = partial(nn.LayerNorm, eps=1e-6)
        self.patches = Patches(dim=dim)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.zeros(1, self.patches.count + 1, dim))
        self.drop = nn.Dropout(p=drop)
        rates = [r.item() for r in torch.linspace(0, path, depth)]
        self.layers = nn.Sequential(*[Layer(dim, heads, drop, rate, norm) for rate in rates])
        self.norm = norm(dim)
        self.head = nn.Linear(dim, classes) if classes > 0 else nn.Identity()
        nn.init.trunc_normal_(self.pos, std=.3)
        nn.init.trunc_normal_(self.cls, std=.02)
        self.apply(self.init)

    @staticmethod
    def init(m):
        if isinstance(m, nn.Linear):
            nn.init.xavier_uniform_(m.weight)
            if m.bias is not None:
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = self.patches(x)
        x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), dim=1)
        x = self.layers(self.drop(x + self.pos))
        x = self.norm(x)
        return self.head(x[:, 0] + x[:, 1:].mean(dim=1))


def hits(output, target, topk=(1,)):
    ranked = output.topk(max(topk), dim=1, largest=True, sorted=True).indices
    found = ranked.eq(target.view(-1, 1).expand_as(ranked))
    return [found[:, :k].any(dim=1).sum().item() for k in topk]


def main():
    torch.manual_seed(0); np.random.seed(0)
    X, y = load_digits(return_X_y=True)
    X = (X.reshape(-1, 1, 8, 8) / 8.0 - 0.6).astype("float32")
    x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)
    train = DataLoader(TensorDataset(torch.from_numpy(x_train), torch.from_numpy(y_train)), 64, shuffle=True)
    test = DataLoader(TensorDataset(torch.from_numpy(x_test), torch.from_numpy(y_test)), 128)

    net = ViT()
    print('%.1fk parameters' % (sum(p.numel() for p in net.parameters() if p.requires_grad) / 1e3))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.05)
    scheduler = OneCycleLR(optimizer, max_lr=3e-3, epochs=EPOCHS, steps_per_epoch=len(train))
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)

    for epoch in range(EPOCHS):
        net.train()
        for it, (samples, targets) in enumerate(train):
            loss = criterion(net(samples), targets)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
            scheduler.step()
            if it % 10 == 0:
                print(f'epoch {epoch} [{it}/{len(train)}] loss {loss.item():.4f} lr {scheduler.get_last_lr()[0]:.6f}')

        net.eval()
        top1 = top3 = 0
        with torch.no_grad():
            for samples, targets in test:
                a, b = hits(net(samples), targets, topk=(1, 3))
                top1 += a; top3 += b
        n = len(test.dataset)
        print(f'* top-1 accuracy {top1 / n:.4f} top-3 accuracy {top3 / n:.4f}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
