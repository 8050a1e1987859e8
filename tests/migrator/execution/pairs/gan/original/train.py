import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
np.random.seed(3)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))

    def forward(self, z):
        return torch.tanh(self.net(z))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(16, 32), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x)


def weights_init(m):
    if isinstance(m, nn.Linear):
        m.weight.data.normal_(0.0, 0.1)
        m.bias.data.zero_()


data = torch.from_numpy(np.sin(np.random.rand(256, 1) * 6 + np.arange(16) / 3).astype("float32"))
loader = DataLoader(TensorDataset(data), batch_size=32, shuffle=True, drop_last=True)
netG, netD = Generator(), Discriminator()
netG.apply(weights_init)
netD.apply(weights_init)
optG = torch.optim.RMSprop(netG.parameters(), lr=2e-3)
optD = torch.optim.RMSprop(netD.parameters(), lr=2e-3)
criterion = nn.BCEWithLogitsLoss()
fixed = torch.randn(16, 8)

for epoch in range(4):
    for i, (real,) in enumerate(loader):
        netD.zero_grad()
        errD_real = criterion(netD(real), torch.ones(32, 1))
        errD_real.backward()
        fake = netG(torch.randn(32, 8))
        errD_fake = criterion(netD(fake.detach()), torch.zeros(32, 1))
        errD_fake.backward()
        optD.step()

        netG.zero_grad()
        errG = criterion(netD(fake), torch.ones(32, 1))
        errG.backward()
        optG.step()
    print(f"[{epoch}/4] Loss_D: {errD_real.item() + errD_fake.item():.4f} Loss_G: {errG.item():.4f}")
