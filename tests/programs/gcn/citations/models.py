import torch.nn as nn
import torch.nn.functional as F
from layers import GraphConv


class GCN(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes, p):
        super(GCN, self).__init__()
        self.first = GraphConv(n_features, n_hidden)
        self.second = GraphConv(n_hidden, n_classes, bias=False)
        self.p = p

    def forward(self, x, adj):
        x = F.relu(self.first(x, adj))
        x = F.dropout(x, self.p, training=self.training)
        return F.log_softmax(self.second(x, adj), dim=1)
