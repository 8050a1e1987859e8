import argparse

import torch as th
import torch.nn as nn
import torch.distributions as D
from sklearn import datasets


class Coupling(nn.Module):
    """Affine coupling: half of the coordinates scale and shift the other half."""

    def __init__(self, mask, hidden=32):
        super().__init__()
        self.register_buffer("mask", mask)
        self.scale = nn.Sequential(
            nn.Linear(2, hidden), nn.LeakyReLU(), nn.Linear(hidden, hidden), nn.LeakyReLU(), nn.Linear(hidden, 2), nn.Tanh()
        )
        self.shift = nn.Sequential(
            nn.Linear(2, hidden), nn.LeakyReLU(), nn.Linear(hidden, hidden), nn.LeakyReLU(), nn.Linear(hidden, 2)
        )

    def forward(self, x):
        kept = self.mask * x
        log_s = (1 - self.mask) * self.scale(kept)
        t = (1 - self.mask) * self.shift(kept)
        z = kept + (1 - self.mask) * (x - t) * th.exp(-log_s)
        return z, -log_s.sum(-1)

    def inverse(self, z):
        kept = self.mask * z
        log_s = (1 - self.mask) * self.scale(kept)
        t = (1 - self.mask) * self.shift(kept)
        return kept + (1 - self.mask) * (z * th.exp(log_s) + t)


class RealNVP(nn.Module):
    def __init__(self, n_layers=4):
        super().__init__()
        masks = th.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(n_layers // 2, 1)
        self.layers = nn.ModuleList([Coupling(m) for m in masks])
        self.register_buffer("loc", th.zeros(2))
        self.register_buffer("one", th.ones(2))

    @property
    def prior(self):
        return D.Independent(D.Normal(self.loc, self.one), 1)

    def log_prob(self, x):
        log_det = x.new_zeros(x.shape[0])
        for layer in reversed(self.layers):
            x, ld = layer(x)
            log_det = log_det + ld
        return self.prior.log_prob(x) + log_det

    def sample(self, n):
        z = self.prior.sample((n,))
        for layer in self.layers:
            z = layer.inverse(z)
        return z


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--n-steps", type=int, default=500)
    ap.add_argument("--batch", type=int, default=256)
    ap.add_argument("--lr", type=float, default=5e-3)
    a = ap.parse_args()

    th.manual_seed(3)
    flow = RealNVP()
    opt = th.optim.Adam([p for p in flow.parameters() if p.requires_grad], lr=a.lr)
    sched = th.optim.lr_scheduler.ExponentialLR(opt, 0.995)
    for it in range(a.n_steps):
        x = th.as_tensor(datasets.make_moons(a.batch, noise=0.08, random_state=it)[0], dtype=th.float32)
        loss = -flow.log_prob(x).mean()
        opt.zero_grad()
        loss.backward(retain_graph=True)
        opt.step()
        sched.step()
        if it % 10 == 0:
            print("iter %s: nll = %.4f" % (it, loss.item()))

    with th.no_grad():
        x = flow.sample(500)
        test = th.tensor(datasets.make_moons(500, noise=0.08, random_state=99)[0]).float()
        print("held out nll = %.4f, sample spread = %.4f" % (-flow.log_prob(test).mean(), x.std(0).mean()))


if __name__ == "__main__":
    main()
