import torch.nn as nn
import torch.nn.functional as F
from .base import Net


class PlainNet(Net):
    def __init__(self, num_classes=10, width=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, kernel_size=3)
        self.conv2 = nn.Conv2d(width, 2 * width, kernel_size=2)
        self.drop = nn.Dropout2d(0.1)
        self.fc1 = nn.Linear(2 * width * 4, 50)
        self.fc2 = nn.Linear(50, num_classes)

    def forward(self, x):
        x = F.relu(F.avg_pool2d(self.conv1(x), 2))
        x = F.relu(self.drop(self.conv2(x)))
        x = x.view(x.size(0), -1)
        x = F.dropout(F.relu(self.fc1(x)), p=0.2, training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class WideNet(PlainNet):
    def __init__(self, **kwargs):
        super().__init__(width=32, **kwargs)
