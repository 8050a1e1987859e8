"""Denoising diffusion on two moons, with an exponential moving average of the weights."""
import copy
import math
from typing import Optional

import numpy as np
import torch
from sklearn.datasets import make_moons
from torch import nn
from torch.nn import functional as F


def sinusoidal(t: torch.Tensor, dim: int) -> torch.Tensor:
    half = dim // 2
    freqs = torch.exp(-math.log(10000.0) * torch.arange(half, dtype=torch.float32, device=t.device) / half)
    angles = t.float()[:, None] * freqs[None]
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class ResBlock(nn.Module):
    def __init__(self, dim, time_dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.lin1 = nn.Linear(dim, dim)
        self.time = nn.Linear(time_dim, dim)
        self.lin2 = nn.Linear(dim, dim)
        nn.init.zeros_(self.lin2.weight)

    def forward(self, x, temb):
        h = F.silu(self.lin1(self.norm(x)))
        h = h + self.time(F.silu(temb))
        return x + self.lin2(F.silu(h))


class Denoiser(nn.Module):
    def __init__(self, dim: int = 48, depth: int = 3, time_dim: int = 32):
        super().__init__()
        self.time_dim = time_dim
        self.time_mlp = nn.Sequential(nn.Linear(time_dim, time_dim), nn.SiLU(), nn.Linear(time_dim, time_dim))
        self.inp = nn.Linear(2, dim)
        self.blocks = nn.ModuleList(ResBlock(dim, time_dim) for _ in range(depth))
        self.out = nn.Linear(dim, 2)

    def forward(self, x, t):
        temb = self.time_mlp(sinusoidal(t, self.time_dim))
        h = self.inp(x)
        for block in self.blocks:
            h = block(h, temb)
        return self.out(h)


class Diffusion(nn.Module):
    def __init__(self, model: nn.Module, timesteps: int = 50, beta_start: float = 1e-3, beta_end: float = 0.2):
        super().__init__()
        self.model = model
        self.timesteps = timesteps
        betas = torch.linspace(beta_start, beta_end, timesteps)
        alphas = 1.0 - betas
        alphas_cumprod = torch.cumprod(alphas, dim=0)
        self.register_buffer("betas", betas)
        self.register_buffer("alphas", alphas)
        self.register_buffer("sqrt_ac", alphas_cumprod.sqrt())
        self.register_buffer("sqrt_om", (1.0 - alphas_cumprod).sqrt())

    def q_sample(self, x0, t, noise):
        return self.sqrt_ac[t][:, None] * x0 + self.sqrt_om[t][:, None] * noise

    def forward(self, x0: torch.Tensor, noise: Optional[torch.Tensor] = None) -> torch.Tensor:
        t = torch.randint(0, self.timesteps, (x0.shape[0],), device=x0.device).long()
        noise = torch.randn_like(x0) if noise is None else noise
        return F.mse_loss(self.model(self.q_sample(x0, t, noise), t), noise)

    @torch.no_grad()
    def sample(self, n: int) -> torch.Tensor:
        x = torch.randn(n, 2, device=self.betas.device)
        for i in reversed(range(self.timesteps)):
            t = torch.full((n,), i, device=x.device, dtype=torch.long)
            eps = self.model(x, t)
            x = (x - self.betas[i] / self.sqrt_om[i] * eps) / self.alphas[i].sqrt()
            if i > 0:
                x = x + self.betas[i].sqrt() * torch.randn_like(x)
        return x


class EMA:
    def __init__(self, model: nn.Module, decay: float = 0.98):
        self.decay = decay
        self.shadow = copy.deepcopy(model)
        self.shadow.eval()
        for p in self.shadow.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        for old, new in zip(self.shadow.parameters(), model.parameters()):
            old.mul_(self.decay).add_(new.data, alpha=1 - self.decay)


def main():
    torch.manual_seed(7)
    np.random.seed(7)
    points, _ = make_moons(1000, noise=0.05, random_state=0)
    data = torch.from_numpy(((points - points.mean(0)) / points.std(0)).astype(np.float32))

    diffusion = Diffusion(Denoiser())
    ema = EMA(diffusion)
    optimizer = torch.optim.AdamW(diffusion.parameters(), lr=3e-3, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=120, eta_min=1e-4)

    running = None
    for step in range(120):
        idx = torch.randint(0, len(data), (128,))
        loss = diffusion(data[idx])
        optimizer.zero_grad()
        loss.backward()
        grad_norm = torch.nn.utils.clip_grad_norm_(diffusion.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        ema.update(diffusion)
        running = loss.item() if running is None else 0.9 * running + 0.1 * loss.item()
        if (step + 1) % 20 == 0:
            print(f"step {step + 1:4d} loss {loss.item():.4f} smooth {running:.4f} "
                  f"grad norm {grad_norm.item():.3f} lr {scheduler.get_last_lr()[0]:.5f}")

    samples = ema.shadow.sample(200)
    print(f"samples mean {samples.mean().item():.4f} std {samples.std().item():.4f}")


if __name__ == "__main__":
    main()
