# coding: UTF-8
import torch
import torch.nn as nn
import torch.nn.functional as F


class Settings(object):
    """Was das Netz wissen muss"""

    def __init__(self, folder):
        self.name = 'convolution'
        self.best = folder + '/' + self.name + '.ckpt'  # bestes Modell
        self.device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        self.width = 16
        self.windows = (2, 3)
        self.filters = 12
        self.length = 10
        self.rate = 4e-3
        self.words = 0
        self.kinds = 3


class Net(nn.Module):
    def __init__(self, settings):
        super(Net, self).__init__()
        self.table = nn.Embedding(settings.words, settings.width, padding_idx=settings.words - 1)
        self.bank = nn.ModuleList(
            [nn.Conv2d(1, settings.filters, (k, settings.width)) for k in settings.windows])
        self.drop = nn.Dropout(0.2)
        self.last = nn.Linear(settings.filters * len(settings.windows), settings.kinds)

    def strongest(self, x, layer):
        x = F.relu(layer(x)).squeeze(3)
        return F.max_pool1d(x, x.size(2)).squeeze(2)

    def forward(self, pair):
        x = self.table(pair[0]).unsqueeze(1)
        x = torch.cat([self.strongest(x, layer) for layer in self.bank], 1)
        return self.last(self.drop(x))
