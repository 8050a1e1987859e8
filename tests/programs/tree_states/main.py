"""Learns the value of small sums written as trees, ((3 + 1) - 2), by one state for each branch."""
from copy import deepcopy
import math
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import Dataset


class Branch(object):
    def __init__(self, sign, number=None):
        self.sign = sign
        self.number = number
        self.children = []
        self.state = None

    def add(self, child):
        self.children.append(child)
        return self

    def value(self):
        if not self.children:
            return self.number
        left, right = (c.value() for c in self.children)
        return left + right if self.sign == '+' else left - right

    def __str__(self):
        if not self.children:
            return str(self.number)
        return '(%s %s %s)' % (self.children[0], self.sign, self.children[1])


def grow(rng, depth=0):
    if depth == 3 or (depth > 0 and rng.random() < 0.4):
        return Branch('n', rng.randint(0, 4))
    return Branch(rng.choice('+-')).add(grow(rng, depth + 1)).add(grow(rng, depth + 1))


class Sums(Dataset):
    def __init__(self, n, seed):
        super(Sums, self).__init__()
        rng = random.Random(seed)
        self.trees = [grow(rng) for _ in range(n)]
        self.values = torch.tensor([float(t.value()) for t in self.trees], dtype=torch.float, device='cpu')

    def __len__(self):
        return len(self.trees)

    def __getitem__(self, i):
        return deepcopy(self.trees[i]), self.values[i]


class BranchLSTM(nn.Module):
    def __init__(self, width, size):
        super(BranchLSTM, self).__init__()
        self.size = size
        self.gates = nn.Linear(width, 3 * size)
        self.gates_below = nn.Linear(2 * size, 3 * size)
        self.forget = nn.Linear(width, size)
        self.forget_below = nn.Linear(size, size)

    def join(self, x, c, h):
        i, o, u = torch.split(self.gates(x) + self.gates_below(h.view(1, -1)), self.size, dim=1)
        i, o, u = F.sigmoid(i), F.sigmoid(o), F.tanh(u)
        f = F.sigmoid(self.forget_below(h) + self.forget(x).repeat(len(h), 1))
        c = torch.mul(i, u) + torch.sum(torch.mul(f, c), dim=0, keepdim=True)
        return c, torch.mul(o, F.tanh(c))

    def forward(self, tree, embed):
        for child in tree.children:
            self.forward(child, embed)
        x = embed(tree)
        if not tree.children:
            c = x.detach().new(2, self.size).fill_(0.).requires_grad_()
            h = x.detach().new(2, self.size).fill_(0.).requires_grad_()
        else:
            c, h = zip(*map(lambda b: b.state, tree.children))
            c, h = torch.cat(c, dim=0), torch.cat(h, dim=0)
        tree.state = self.join(x, c, h)
        return tree.state


class Reader(nn.Module):
    def __init__(self, width=8, size=16):
        super(Reader, self).__init__()
        self.numbers = nn.Embedding(5, width)
        self.signs = nn.Embedding(2, width)
        self.lstm = BranchLSTM(width, size)
        self.out = nn.Linear(size, 1)

    def embed(self, tree):
        if tree.children:
            return self.signs(torch.tensor(['+-'.index(tree.sign)]))
        return self.numbers(torch.tensor([tree.number]))

    def forward(self, tree):
        state, hidden = self.lstm(tree, self.embed)
        return self.out(hidden).view(-1)


class Teacher(object):
    def __init__(self, model, criterion, optimizer, device, every=8):
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self.device, self.every, self.epoch = device, every, 0

    def train(self, dataset):
        self.model.train()
        self.optimizer.zero_grad()
        total = 0.0
        order = torch.randperm(len(dataset), dtype=torch.long, device='cpu')
        for i in range(len(dataset)):
            tree, value = dataset[order[i]]
            loss = self.criterion(self.model(tree), value.view(1).to(self.device))
            total += loss.item()
            loss.backward()
            if i % self.every == 0 and i > 0:
                self.optimizer.step()
                self.optimizer.zero_grad()
        self.epoch += 1
        return total / len(dataset)

    def test(self, dataset):
        self.model.eval()
        with torch.no_grad():
            guesses = torch.zeros(len(dataset), dtype=torch.float, device='cpu')
            for i in range(len(dataset)):
                tree, value = dataset[i]
                guesses[i] = self.model(tree).squeeze().to('cpu')
        off = guesses - dataset.values
        x, y = guesses - guesses.mean(), dataset.values - dataset.values.mean()
        return math.sqrt(off.pow(2).mean()), torch.sum(x * y) / (x.norm() * y.norm())


def main():
    torch.manual_seed(7)
    train, test = Sums(40, 1), Sums(16, 2)
    device = torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')
    criterion = nn.SmoothL1Loss()
    model = Reader()
    model.to(device), criterion.to(device)
    optimizer = optim.Adagrad(filter(lambda p: p.requires_grad, model.parameters()), lr=0.05, weight_decay=1e-4)
    teacher = Teacher(model, criterion, optimizer, device)
    best = -float('inf')
    for epoch in range(3):
        loss = teacher.train(train)
        rmse, pearson = teacher.test(test)
        print('==> Epoch {}, Train \tLoss: {:.5f}\tTest RMSE: {:.5f}\tPearson: {:.4f}'.format(epoch, loss, rmse, pearson))
        if best < pearson:
            best = pearson
            torch.save({'model': model.state_dict(), 'pearson': pearson, 'epoch': epoch}, 'trees.pt')
    tree, value = test[0]
    print('{} = {:.0f}, read as {:.2f}'.format(tree, value, model(tree).item()))


if __name__ == '__main__':
    main()
