from __future__ import print_function
import argparse
import os
import random
import numpy as np
import torch
import torch.nn as nn
import torch.nn.parallel
import torch.backends.cudnn as cudnn
import torch.optim as optim
import torch.utils.data
from sklearn.datasets import load_digits

ap = argparse.ArgumentParser(description='A small DCGAN that draws 8x8 digits')
ap.add_argument('--bs', type=int, default=64)
ap.add_argument('--latent', type=int, default=16)
ap.add_argument('--width', type=int, default=16)
ap.add_argument('--epochs', type=int, default=3)
ap.add_argument('--lr', type=float, default=2e-4)
ap.add_argument('--beta1', type=float, default=0.5)
ap.add_argument('--smooth', type=float, default=0.9, help='target of the discriminator on real images')
ap.add_argument('--gpu', action='store_true')
ap.add_argument('--out', default='weights')
ap.add_argument('--seed', type=int)
cfg = ap.parse_args()

if cfg.seed is None:
    cfg.seed = random.randint(1, 10000)
print('seed', cfg.seed)
random.seed(cfg.seed)
torch.manual_seed(cfg.seed)
cudnn.benchmark = True
device = torch.device('cuda:0' if cfg.gpu else 'cpu')
if not os.path.isdir(cfg.out):
    os.makedirs(cfg.out)


class Digits(torch.utils.data.Dataset):
    """pixels in [-1, 1], the range of tanh"""
    def __init__(self):
        self.data = (load_digits().images / 8.0 - 1.0).astype(np.float32)[:, None]

    def __getitem__(self, i):
        return torch.from_numpy(self.data[i]), 0

    def __len__(self):
        return len(self.data)


loader = torch.utils.data.DataLoader(Digits(), batch_size=cfg.bs, shuffle=True, drop_last=True)


# called on both nets through .apply
def init(m):
    name = m.__class__.__name__
    if 'Conv' in name:
        nn.init.normal_(m.weight, 0.0, 0.05)
    elif 'BatchNorm' in name:
        nn.init.normal_(m.weight, 1.0, 0.02)
        nn.init.zeros_(m.bias)


class G(nn.Module):
    def __init__(self, z, w):
        super(G, self).__init__()
        self.net = nn.Sequential(
            nn.ConvTranspose2d(z, 2 * w, 2, bias=False),       # 1 -> 2
            nn.BatchNorm2d(2 * w),
            nn.ReLU(True),
            nn.ConvTranspose2d(2 * w, w, 4, 2, 1, bias=False), # 2 -> 4
            nn.BatchNorm2d(w),
            nn.ReLU(True),
            nn.ConvTranspose2d(w, 1, 4, 2, 1, bias=False),     # 4 -> 8
            nn.Tanh(),
        )

    def forward(self, z):
        return self.net(z)


class D(nn.Module):
    def __init__(self, w):
        super(D, self).__init__()
        layers = []
        for cin, cout in ((1, w), (w, 2 * w)):
            layers.append(nn.Conv2d(cin, cout, 4, 2, 1, bias=False))
            if cin > 1:
                layers.append(nn.BatchNorm2d(cout))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
        layers += [nn.Conv2d(2 * w, 1, 2, bias=False), nn.Sigmoid()]
        self.net = nn.Sequential(*layers)

    def forward(self, img):
        return self.net(img).view(-1)


gen = G(cfg.latent, cfg.width).to(device)
dis = D(cfg.width).to(device)
gen.apply(init)
dis.apply(init)
print(gen)
print(dis)

bce = nn.BCELoss()
fixed = torch.randn(25, cfg.latent, 1, 1, device=device)
opt_d = optim.Adam(dis.parameters(), lr=cfg.lr, betas=(cfg.beta1, 0.999))
opt_g = optim.Adam(gen.parameters(), lr=cfg.lr, betas=(cfg.beta1, 0.999))

for epoch in range(cfg.epochs):
    for step, batch in enumerate(loader, 0):
        # ---- discriminator: real images up, generated ones down
        dis.zero_grad()
        real = batch[0].to(device)
        n = real.size(0)
        target = torch.full((n,), cfg.smooth, dtype=real.dtype, device=device)
        p_real = dis(real)
        loss_real = bce(p_real, target)
        loss_real.backward()

        z = torch.randn(n, cfg.latent, 1, 1, device=device)
        fake = gen(z)
        target.fill_(0)
        p_fake = dis(fake.detach())
        loss_fake = bce(p_fake, target)
        loss_fake.backward()
        loss_d = loss_real + loss_fake
        opt_d.step()

        # ---- generator: the same images, but now they should look real
        gen.zero_grad()
        target.fill_(1)
        p_fooled = dis(fake)
        loss_g = bce(p_fooled, target)
        loss_g.backward()
        opt_g.step()

        if step % 10 == 0:
            print('[%d/%d][%2d/%d] loss D %.4f loss G %.4f  p(real) %.3f p(fake) %.3f -> %.3f' % (
                epoch + 1, cfg.epochs, step, len(loader), loss_d.item(), loss_g.item(),
                p_real.mean().item(), p_fake.mean().item(), p_fooled.mean().item()))

    with torch.no_grad():
        drawn = gen(fixed).cpu()
    print('epoch %d: drawn pixels mean %.4f std %.4f' % (epoch + 1, drawn.mean().item(), drawn.std().item()))
    torch.save(gen.state_dict(), '%s/gen_%d.pth' % (cfg.out, epoch))
    torch.save(dis.state_dict(), '%s/dis_%d.pth' % (cfg.out, epoch))
