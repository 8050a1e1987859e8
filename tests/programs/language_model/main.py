# coding: utf-8
import argparse
import math
import time

import torch
import torch.nn as nn

import data
import model

parser = argparse.ArgumentParser(description='a word-level language model')
parser.add_argument('--text', type=str, default='./text', help='folder of train.txt and valid.txt')
parser.add_argument('--kind', type=str, default='LSTM', help='RNN, LSTM or GRU')
parser.add_argument('--dim', type=int, default=32)
parser.add_argument('--hidden', type=int, default=48)
parser.add_argument('--layers', type=int, default=1)
parser.add_argument('--lr', type=float, default=20, help='initial learning rate')
parser.add_argument('--clip', type=float, default=0.25)
parser.add_argument('--epochs', type=int, default=6)
parser.add_argument('--columns', type=int, default=8, help='sequences read side by side')
parser.add_argument('--bptt', type=int, default=10, help='words between two updates')
parser.add_argument('--tied', action='store_true')
parser.add_argument('--seed', type=int, default=1111)
parser.add_argument('--save', type=str, default='model.pt')
args = parser.parse_args()

torch.manual_seed(args.seed)
device = torch.device("cpu")
text = data.Text(args.text)


def columns(stream, n):
    # the stream in n columns, what does not fill a row is left off
    rows = stream.size(0) // n
    return stream.narrow(0, 0, rows * n).view(n, -1).t().contiguous().to(device)


train_data = columns(text.train, args.columns)
valid_data = columns(text.valid, 4)
net = model.WordModel(args.kind, len(text.words), args.dim, args.hidden, args.layers, tie=args.tied).to(device)
criterion = nn.NLLLoss()


def cut(state):
    """The same state without its history: gradients stop here."""
    if isinstance(state, torch.Tensor):
        return state.detach()
    return tuple(cut(part) for part in state)


def window(source, i):
    n = min(args.bptt, len(source) - 1 - i)
    return source[i:i + n], source[i + 1:i + 1 + n].view(-1)


def evaluate(source):
    net.eval()
    total = 0.
    state = net.start(source.size(1))
    with torch.no_grad():
        for i in range(0, source.size(0) - 1, args.bptt):
            tokens, targets = window(source, i)
            output, state = net(tokens, state)
            total += len(tokens) * criterion(output, targets).item()
    return total / (len(source) - 1)


def train(epoch, lr):
    net.train()
    total, updates = 0., 0
    began = time.time()
    state = net.start(args.columns)
    for i in range(0, train_data.size(0) - 1, args.bptt):
        tokens, targets = window(train_data, i)
        net.zero_grad()
        state = cut(state)
        output, state = net(tokens, state)
        loss = criterion(output, targets)
        loss.backward()

        torch.nn.utils.clip_grad_norm_(net.parameters(), args.clip)
        # plain SGD without an optimizer
        for p in net.parameters():
            p.data.add_(p.grad, alpha=-lr)

        total += loss.item()
        updates += 1
    print('| epoch {:2d} | lr {:05.2f} | {:5.1f} ms/update | loss {:.4f} | perplexity {:.3f}'.format(
        epoch, lr, (time.time() - began) * 1000 / updates, total / updates, math.exp(total / updates)))


lr = args.lr
best = None
for epoch in range(1, args.epochs + 1):
    train(epoch, lr)
    loss = evaluate(valid_data)
    print('| epoch {:2d} | valid loss {:.4f} | valid perplexity {:.3f}'.format(epoch, loss, math.exp(loss)))
    if not best or loss < best:
        with open(args.save, 'wb') as f:
            torch.save(net.state_dict(), f)
        best = loss
    else:
        # no better than before: smaller steps
        lr /= 4.0
