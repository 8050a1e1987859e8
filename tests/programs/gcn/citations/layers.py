import math

import torch
from torch.nn.modules.module import Module
from torch.nn.parameter import Parameter


class GraphConv(Module):
    """H' = A H W + b"""

    def __init__(self, n_in, n_out, bias=True):
        super(GraphConv, self).__init__()
        self.n_in, self.n_out = n_in, n_out
        self.weight = Parameter(torch.FloatTensor(n_in, n_out))
        if bias:
            self.bias = Parameter(torch.FloatTensor(n_out))
        else:
            self.register_parameter('bias', None)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1. / math.sqrt(self.weight.size(1))
        for p in (self.weight, self.bias):
            if p is not None:
                p.data.uniform_(-bound, bound)

    def forward(self, h, adj):
        h = torch.mm(adj, torch.mm(h, self.weight))
        return h if self.bias is None else h + self.bias

    def __repr__(self):
        return '%s(%d, %d)' % (self.__class__.__name__, self.n_in, self.n_out)
