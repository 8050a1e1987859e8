import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvBlock(nn.Module):
    """conv -> batch norm -> elu, with a skip connection where the shapes allow it"""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.skip = in_channels == out_channels and stride == 1

    def forward(self, x):
        out = F.elu(self.bn(self.conv(x)))
        if self.skip:
            out = out + x
        return out


class DigitNet(nn.Module):
    def __init__(self, width=16, num_classes=10, dropout=0.25):
        super(DigitNet, self).__init__()
        self.features = nn.Sequential(
            ConvBlock(1, width),
            ConvBlock(width, width),
            nn.AvgPool2d(2),
            ConvBlock(width, 2 * width),
            ConvBlock(2 * width, 2 * width),
            nn.AvgPool2d(2),
        )
        self.dropout = nn.Dropout(dropout)
        self.fc1 = nn.Linear(2 * width * 3 * 3, 64)
        self.fc2 = nn.Linear(64, num_classes)
        self._init_weights()

    def _init_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.05)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = self.features(x)            # (N, 2w, 3, 3)
        x = torch.flatten(x, 1)
        x = self.dropout(F.elu(self.fc1(x)))
        return self.fc2(x)


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
