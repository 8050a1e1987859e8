import torch
from torch import nn


class Backbone(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.layer1 = self._make(1, width)
        self.layer2 = self._make(width, width * 2)
        self.avgpool = nn.AdaptiveAvgPool2d(2)
        self.num_features = width * 2 * 4

    def _make(self, c_in, c_out):
        return nn.Sequential(
            nn.Conv2d(c_in, c_out, kernel_size=3, padding=1),
            nn.GroupNorm(4, c_out),
            nn.SiLU(),
            nn.AvgPool2d(2),
        )

    def forward(self, x):
        x = self.layer2(self.layer1(x))
        return torch.flatten(self.avgpool(x), start_dim=1)


class Classifier(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.backbone = Backbone()
        self.fc = nn.Linear(self.backbone.num_features, num_classes)

    def forward(self, x):
        return self.fc(self.backbone(x))
