from __future__ import division
from __future__ import print_function

import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F
import torch.optim as optim

from graph import hits, papers
from models import GCN

parser = argparse.ArgumentParser()
parser.add_argument('--no-cuda', action='store_true', default=False)
parser.add_argument('--seed', type=int, default=42)
parser.add_argument('--epochs', type=int, default=100)
parser.add_argument('--lr', type=float, default=0.02)
parser.add_argument('--weight-decay', type=float, default=5e-4)
parser.add_argument('--hidden', type=int, default=16)
parser.add_argument('--dropout', type=float, default=0.5)
args = parser.parse_args()
args.cuda = not args.no_cuda and torch.cuda.is_available()

np.random.seed(args.seed)
torch.manual_seed(args.seed)
if args.cuda:
    torch.cuda.manual_seed(args.seed)

adj, x, y, (train_idx, val_idx, test_idx) = papers()
model = GCN(n_features=x.shape[1], n_hidden=args.hidden, n_classes=y.max().item() + 1, p=args.dropout)
optimizer = optim.Adam(model.parameters(), lr=args.lr, weight_decay=args.weight_decay)

if args.cuda:
    model.cuda()
    x = x.cuda()
    adj = adj.cuda()
    y = y.cuda()
    train_idx, val_idx, test_idx = train_idx.cuda(), val_idx.cuda(), test_idx.cuda()


def step(epoch):
    began = time.time()
    model.train()
    optimizer.zero_grad()
    output = model(x, adj)
    loss = F.nll_loss(output[train_idx], y[train_idx])
    acc = hits(output[train_idx], y[train_idx])
    loss.backward()
    optimizer.step()

    # once more without dropout
    model.eval()
    output = model(x, adj)
    val_loss = F.nll_loss(output[val_idx], y[val_idx])
    print('epoch {:03d}'.format(epoch + 1),
          'loss {:.4f}'.format(loss.item()),
          'acc {:.4f}'.format(acc.item()),
          'val loss {:.4f}'.format(val_loss.item()),
          'val acc {:.4f}'.format(hits(output[val_idx], y[val_idx]).item()),
          '({:.3f} s)'.format(time.time() - began))


for epoch in range(args.epochs):
    step(epoch)

model.eval()
output = model(x, adj)
print("test loss {:.4f} accuracy {:.4f}".format(
    F.nll_loss(output[test_idx], y[test_idx]).item(), hits(output[test_idx], y[test_idx]).item()))
