"""Wasserstein GAN with gradient penalty on a ring of Gaussians."""
import math

import numpy as np
import torch
from torch import autograd, nn, optim

HIDDEN = 64
PENALTY = 0.5
N_CRITIC = 3
BATCH = 64
STEPS = 40

cuda = torch.cuda.is_available()
torch.manual_seed(1)
np.random.seed(1)


def mlp(n_in, n_out, act):
    return nn.Sequential(nn.Linear(n_in, HIDDEN), act(), nn.Linear(HIDDEN, HIDDEN), act(), nn.Linear(HIDDEN, n_out))


class Generator(nn.Module):
    def __init__(self, noise_dim=4):
        super().__init__()
        self.noise_dim = noise_dim
        self.body = mlp(noise_dim, 2, nn.ReLU)

    def forward(self, z):
        return self.body(z)

    def noise(self, n):
        z = torch.randn(n, self.noise_dim)
        if cuda:
            z = z.cuda()
        return z


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = mlp(2, 1, nn.Tanh)

    def forward(self, x):
        return self.body(x).squeeze(-1)


def ring(batch, modes=8, radius=1.4, sigma=0.02):
    """Endless stream of points around `modes` centres"""
    angles = np.arange(modes) * (2 * math.pi / modes)
    centres = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    while True:
        which = np.random.randint(modes, size=batch)
        yield (centres[which] + sigma * np.random.randn(batch, 2)).astype('float32')


def gradient_penalty(critic, real, fake):
    mix = torch.rand(real.size(0), 1)
    if cuda:
        mix = mix.cuda()
    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    score = critic(between)
    grads = autograd.grad(
        outputs=score,
        inputs=between,
        grad_outputs=torch.ones_like(score),
        create_graph=True,
        retain_graph=True,
    )[0]
    return ((grads.norm(2, dim=1) - 1) ** 2).mean()


gen, critic = Generator(), Critic()
if cuda:
    gen.cuda()
    critic.cuda()
opt_g = optim.Adam(gen.parameters(), lr=1e-3, betas=(0.5, 0.9))
opt_c = optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))
stream = ring(BATCH)

for step in range(STEPS):
    for p in critic.parameters():
        p.requires_grad = True
    for _ in range(N_CRITIC):
        real = torch.Tensor(next(stream))
        if cuda:
            real = real.cuda()
        critic.zero_grad()
        with torch.no_grad():
            fake = gen(gen.noise(BATCH))
        score_real = critic(real).mean()
        score_fake = critic(fake).mean()
        loss_c = score_fake - score_real + PENALTY * gradient_penalty(critic, real, fake)
        loss_c.backward()
        distance = score_real - score_fake
        opt_c.step()

    # the critic stands still while the generator learns
    for p in critic.parameters():
        p.requires_grad = False
    gen.zero_grad()
    loss_g = -critic(gen(gen.noise(BATCH))).mean()
    loss_g.backward()
    opt_g.step()

    if step % 5 == 0:
        print("step {} critic loss {:.4f} generator loss {:.4f} distance {:.4f}".format(
            step, loss_c.item(), loss_g.item(), distance.item()))

with torch.no_grad():
    points = gen(gen.noise(256)).cpu().numpy()
print("radius of the generated points: %.3f" % np.sqrt((points ** 2).sum(1)).mean())
