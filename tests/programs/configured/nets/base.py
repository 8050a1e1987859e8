import numpy as np
import torch.nn as nn
from abc import abstractmethod


class Net(nn.Module):
    @abstractmethod
    def forward(self, *inputs):
        raise NotImplementedError

    def __str__(self):
        learned = filter(lambda p: p.requires_grad, self.parameters())
        return type(self).__name__ + ' with {} parameters'.format(sum([np.prod(p.size()) for p in learned]))
