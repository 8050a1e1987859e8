import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from PIL import Image
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import StepLR
from torchvision import transforms
from torchvision.utils import make_grid


class ConvNet(nn.Module):
    def __init__(self, classes=10):
        super(ConvNet, self).__init__()
        self.conv_a = nn.Conv2d(1, 16, 3)
        self.conv_b = nn.Conv2d(16, 32, 3, 1)
        self.drop_maps = nn.Dropout(0.25)
        self.drop_units = nn.Dropout(0.5)
        self.hidden = nn.Linear(32 * 5 * 5, 64)
        self.scores = nn.Linear(64, classes)

    def forward(self, x):
        x = F.relu(self.conv_a(x))
        x = F.max_pool2d(F.relu(self.conv_b(x)), 2)
        x = torch.flatten(self.drop_maps(x), 1)
        x = self.drop_units(F.relu(self.hidden(x)))
        return F.log_softmax(self.scores(x), dim=1)


class PictureDigits(torch.utils.data.Dataset):
    """digits as PIL images, changed by the given transform"""

    def __init__(self, train, transform=None):
        digits = load_digits()
        part = slice(0, 1400) if train else slice(1400, None)
        self.images = [Image.fromarray((im * 15.9).astype('uint8'), mode='L') for im in digits.images[part]]
        self.targets = digits.target[part].tolist()
        self.transform = transform

    def __getitem__(self, index):
        img, target = self.images[index], self.targets[index]
        if self.transform is not None:
            img = self.transform(img)
        return img, target

    def __len__(self):
        return len(self.images)


class AddNoise(object):
    def __init__(self, std=0.05):
        self.std = std

    def __call__(self, tensor):
        return tensor + torch.randn(tensor.size()) * self.std

    def __repr__(self):
        return self.__class__.__name__ + '(std={0})'.format(self.std)


def pictures(train):
    steps = [transforms.Resize(14), transforms.ToTensor(), transforms.Normalize((0.3,), (0.35,))]
    if train:
        steps.append(AddNoise())
    return PictureDigits(train, transforms.Compose(steps))


def train(cfg, net, device, loader, optimizer, epoch):
    net.train()
    for i, (pictures, labels) in enumerate(loader):
        pictures, labels = pictures.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = F.nll_loss(net(pictures), labels)
        loss.backward()
        optimizer.step()
        if i % cfg.every == 0:
            print('epoch {} [{}/{}]\tloss {:.6f}'.format(epoch, i * len(labels), len(loader.dataset), loss.item()))
            if cfg.smoke:
                break


def test(net, device, loader):
    net.eval()
    loss, right = 0, 0
    with torch.no_grad():
        for pictures, labels in loader:
            pictures, labels = pictures.to(device), labels.to(device)
            scores = net(pictures)
            # summed here, divided by the number of pictures below
            loss += F.nll_loss(scores, labels, reduction='sum').item()
            guess = scores.argmax(dim=1, keepdim=True)
            right += guess.eq(labels.view_as(guess)).sum().item()
    n = len(loader.dataset)
    print('test loss {:.4f}, accuracy {}/{} ({:.1f}%)'.format(loss / n, right, n, 100. * right / n))


def main():
    parser = argparse.ArgumentParser(description='digits as pictures')
    parser.add_argument('--batch-size', type=int, default=64, metavar='N')
    parser.add_argument('--epochs', type=int, default=4, metavar='N')
    parser.add_argument('--lr', type=float, default=1.0, metavar='LR')
    parser.add_argument('--gamma', type=float, default=0.7, metavar='M')
    parser.add_argument('--smoke', action='store_true', default=False, help='one batch an epoch')
    parser.add_argument('--seed', type=int, default=1, metavar='S')
    parser.add_argument('--every', type=int, default=10, metavar='N')
    parser.add_argument('--save', default='', help='file for the weights')
    cfg = parser.parse_args()
    torch.manual_seed(cfg.seed)
    use_cuda = torch.cuda.is_available()
    device = torch.device("cuda" if use_cuda else "cpu")

    options = {'batch_size': cfg.batch_size}
    if use_cuda:
        options.update({'num_workers': 1, 'pin_memory': True})
    train_loader = torch.utils.data.DataLoader(pictures(train=True), shuffle=True, **options)
    test_loader = torch.utils.data.DataLoader(pictures(train=False), **options)
    grid = make_grid(next(iter(test_loader))[0][:8], nrow=4)
    print('grid', tuple(grid.shape))

    net = ConvNet().to(device)
    optimizer = optim.Adadelta(net.parameters(), lr=cfg.lr)
    scheduler = StepLR(optimizer, step_size=1, gamma=cfg.gamma)
    for epoch in range(1, cfg.epochs + 1):
        train(cfg, net, device, train_loader, optimizer, epoch)
        test(net, device, test_loader)
        scheduler.step()

    if cfg.save:
        torch.save(net.state_dict(), cfg.save)


if __name__ == '__main__':
    main()
