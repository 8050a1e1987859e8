import argparse
import torch
import torch.utils.data
from torch import nn, optim
from torch.nn import functional as F
from sklearn.datasets import load_digits

parser = argparse.ArgumentParser(description='variational autoencoder on 8x8 digits')
parser.add_argument('--batch-size', type=int, default=100, metavar='N')
parser.add_argument('--epochs', type=int, default=10, metavar='N')
parser.add_argument('--latent', type=int, default=8)
parser.add_argument('--beta', type=float, default=1.0, help='weight of the KL term')
parser.add_argument('--no-cuda', action='store_true', default=False)
parser.add_argument('--seed', type=int, default=1, metavar='S')
parser.add_argument('--log-interval', type=int, default=5, metavar='N')
args = parser.parse_args()
args.cuda = not args.no_cuda and torch.cuda.is_available()

torch.manual_seed(args.seed)
device = torch.device("cuda" if args.cuda else "cpu")
kwargs = {'num_workers': 1, 'pin_memory': True} if args.cuda else {}

X = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
train_loader = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(X[:1500]), batch_size=args.batch_size, shuffle=True, **kwargs)
test_loader = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(X[1500:]), batch_size=args.batch_size, shuffle=False, **kwargs)


class VAE(nn.Module):
    def __init__(self, latent):
        super(VAE, self).__init__()
        self.enc = nn.Linear(64, 96)
        self.to_mu, self.to_logvar = nn.Linear(96, latent), nn.Linear(96, latent)
        self.dec = nn.Sequential(nn.Linear(latent, 96), nn.ReLU(), nn.Linear(96, 64))

    def encode(self, x):
        h = F.relu(self.enc(x))
        return self.to_mu(h), self.to_logvar(h)

    def sample(self, mu, logvar):
        if not self.training:
            return mu
        return mu + torch.randn_like(mu) * torch.exp(0.5*logvar)

    def decode(self, z):
        return torch.sigmoid(self.dec(z))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 64))
        return self.decode(self.sample(mu, logvar)), mu, logvar


model = VAE(args.latent).to(device)
optimizer = optim.Adam(model.parameters(), lr=2e-3)


def elbo(recon, x, mu, logvar):
    # both summed over pixels and batch; the callers divide
    nll = F.binary_cross_entropy(recon, x.view(-1, 64), reduction='sum')
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return nll + args.beta * kl, nll, kl


def train(epoch):
    model.train()
    total = 0
    for i, (data,) in enumerate(train_loader):
        data = data.to(device)
        optimizer.zero_grad()
        recon, mu, logvar = model(data)
        loss, nll, kl = elbo(recon, data, mu, logvar)
        loss.backward()
        total += loss.item()
        optimizer.step()
        if i % args.log_interval == 0:
            done = 100. * i / len(train_loader)
            print('epoch {} ({:.0f}%)\tloss {:.4f}\tnll {:.4f}\tkl {:.4f}'.format(
                epoch, done, loss.item() / len(data), nll.item() / len(data), kl.item() / len(data)))
    print('epoch {} average loss {:.4f}'.format(epoch, total / len(train_loader.dataset)))


def test(epoch):
    model.eval()
    total = 0
    with torch.no_grad():
        for i, (data,) in enumerate(test_loader):
            data = data.to(device)
            recon, mu, logvar = model(data)
            total += elbo(recon, data, mu, logvar)[0].item()
            if i == 0:
                n = min(data.size(0), 8)
                pictures = torch.cat([data.view(-1, 1, 8, 8)[:n], recon.view(-1, 1, 8, 8)[:n]])
                print('pictures', tuple(pictures.shape))
    total /= len(test_loader.dataset)
    print('epoch {} test loss {:.4f}'.format(epoch, total))


if __name__ == "__main__":
    for epoch in range(1, args.epochs + 1):
        train(epoch)
        test(epoch)
    with torch.no_grad():
        z = torch.randn(16, args.latent).to(device)
        print('mean ink of new digits {:.4f}'.format(model.decode(z).cpu().mean().item()))
