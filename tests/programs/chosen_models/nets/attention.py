# coding: UTF-8
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Settings(object):
    def __init__(self, folder):
        self.name = 'attention'
        self.best = folder + '/' + self.name + '.ckpt'
        self.device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        self.width = 16
        self.hidden = 12
        self.length = 10
        self.rate = 4e-3
        self.words = 0
        self.kinds = 3


class Places(nn.Module):
    """Sines and cosines of the places, added to the words."""

    def __init__(self, length, width, device):
        super(Places, self).__init__()
        self.device = device
        self.table = torch.tensor([[at / (100.0 ** (i // 2 * 2.0 / width)) for i in range(width)] for at in range(length)])
        self.table[:, 0::2] = np.sin(self.table[:, 0::2])
        self.table[:, 1::2] = np.cos(self.table[:, 1::2])

    def forward(self, x):
        return x + nn.Parameter(self.table, requires_grad=False).to(self.device)


class Net(nn.Module):
    def __init__(self, settings):
        super(Net, self).__init__()
        self.table = nn.Embedding(settings.words, settings.width, padding_idx=settings.words - 1)
        self.places = Places(settings.length, settings.width, settings.device)
        self.read = nn.LSTM(settings.width, settings.hidden, bidirectional=True, batch_first=True)
        self.ask = nn.Parameter(torch.zeros(2 * settings.hidden))
        self.drop = nn.Dropout(0.2)
        self.last = nn.Linear(2 * settings.hidden, settings.kinds)

    def forward(self, pair):
        words, lengths = pair
        states, _ = self.read(self.places(self.table(words)))
        score = torch.matmul(torch.tanh(states), self.ask)
        beyond = torch.arange(words.size(1), device=words.device).unsqueeze(0) >= lengths.unsqueeze(1)
        share = F.softmax(score.masked_fill(beyond, float('-inf')), dim=1)
        return self.last(self.drop(torch.sum(states * share.unsqueeze(-1), 1)))
