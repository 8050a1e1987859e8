from __future__ import print_function

import argparse

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim


class Waves(nn.Module):
    """Two LSTM cells in a row; with future > 0 the net goes on by itself."""

    def __init__(self, hidden=12):
        super(Waves, self).__init__()
        self.hidden = hidden
        self.first = nn.LSTMCell(1, hidden)
        self.second = nn.LSTMCell(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, series, future=0):
        n = series.size(0)
        h1 = torch.zeros(n, self.hidden, dtype=series.dtype)
        c1 = torch.zeros(n, self.hidden, dtype=series.dtype)
        h2, c2 = h1.clone(), c1.clone()
        outputs = []
        for value in series.split(1, dim=1):
            h1, c1 = self.first(value, (h1, c1))
            h2, c2 = self.second(h1, (h2, c2))
            output = self.out(h2)
            outputs += [output]
        for _ in range(future):
            h1, c1 = self.first(output, (h1, c1))
            h2, c2 = self.second(h1, (h2, c2))
            output = self.out(h2)
            outputs += [output]
        return torch.cat(outputs, dim=1)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=4, help='steps to run')
    opt = parser.parse_args()
    np.random.seed(0)
    torch.manual_seed(0)

    # sine waves of one period that start anywhere
    starts = np.random.randint(-80, 80, 24).reshape(24, 1)
    data = np.sin((np.arange(40) + starts) / 6.0).astype('float32')
    source = torch.from_numpy(data[3:, :-1])
    target = torch.from_numpy(data[3:, 1:])
    test_source = torch.from_numpy(data[:3, :-1])
    test_target = torch.from_numpy(data[:3, 1:])

    seq = Waves()
    criterion = nn.MSELoss()
    # all the data fits in memory: LBFGS
    optimizer = optim.LBFGS(seq.parameters(), lr=0.5, max_iter=6)
    for i in range(opt.steps):
        print('STEP:', i)

        def closure():
            optimizer.zero_grad()
            out = seq(source)
            loss = criterion(out, target)
            print('loss:', loss.item())
            loss.backward()
            return loss

        optimizer.step(closure)
        with torch.no_grad():
            future = 20
            pred = seq(test_source, future=future)
            loss = criterion(pred[:, :-future], test_target)
            print('test loss:', loss.item())
            curve = pred.detach().numpy()
    print('last predicted values', np.round(curve[0, -3:], 3))
