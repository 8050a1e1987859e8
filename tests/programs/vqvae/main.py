import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

from functions import snap, squared_distances

K, DIM, BETA = 32, 8, 0.25


class Codebook(nn.Module):
    def __init__(self, k, dim):
        super().__init__()
        self.codes = nn.Parameter(torch.empty(k, dim).uniform_(-1. / k, 1. / k))

    def forward(self, z):
        """maps (B, D, H, W) -> what the decoder sees, the codes (with gradient), their numbers"""
        b, d, h, w = z.shape
        flat = z.permute(0, 2, 3, 1).reshape(-1, d)
        through, chosen = snap(flat, self.codes.detach())
        picked = self.codes.index_select(0, chosen)

        def unflatten(t):
            return t.view(b, h, w, d).permute(0, 3, 1, 2).contiguous()

        return unflatten(through), unflatten(picked), chosen.view(b, h, w)

    @torch.no_grad()
    def revive(self, z, chosen):
        # codes that nobody uses start again at a random vector of the batch
        counts = torch.bincount(chosen.flatten(), minlength=len(self.codes))
        idle = (counts == 0).nonzero().flatten()
        if len(idle):
            flat = z.permute(0, 2, 3, 1).reshape(-1, z.size(1))
            self.codes.data[idle] = flat[torch.randint(0, len(flat), (len(idle),))]
        return len(idle)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, DIM, 1),
        )
        self.codebook = Codebook(K, DIM)
        self.decoder = nn.Sequential(
            nn.Conv2d(DIM, 16, 3, 1, 1), nn.ReLU(),
            nn.UpsamplingNearest2d(scale_factor=2),
            nn.Conv2d(16, 1, 3, 1, 1), nn.Sigmoid(),
        )

    def forward(self, x):
        z = self.encoder(x)
        through, picked, chosen = self.codebook(z)
        return self.decoder(through), z, picked, chosen


if __name__ == '__main__':
    torch.manual_seed(9)
    images = torch.tensor(load_digits().images, dtype=torch.float).unsqueeze(1) / 16
    loader = DataLoader(TensorDataset(images[:1536]), batch_size=64, shuffle=True)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

    steps = 0
    for epoch in range(3):
        for x, in loader:
            optimizer.zero_grad()
            recon, z, picked, chosen = model(x)
            loss_recon = F.mse_loss(recon, x)
            loss_codes = F.mse_loss(picked, z.detach())
            loss_commit = F.mse_loss(z, picked.detach())
            (loss_recon + loss_codes + BETA * loss_commit).backward()
            optimizer.step()
            steps += 1
        idle = model.codebook.revive(z, chosen)
        model.eval()
        with torch.no_grad():
            _, z, picked, chosen = model(images[1536:])
            error = squared_distances(z.flatten(2)[0].t(), model.codebook.codes).min(dim=1).values.mean()
        model.train()
        print('epoch %d step %d reconstruction loss %.4f codes loss %.4f idle %d in use %d distance %.4f' % (
            epoch, steps, loss_recon.item(), loss_codes.item(), idle, chosen.unique().numel(), error.item()))
