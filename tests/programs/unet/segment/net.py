import torch
from torch import nn
import torch.nn.functional as F


def conv_bn(c_in, c_out):
  return [nn.Conv2d(c_in, c_out, 3, padding=1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True)]


class Stage(nn.Sequential):
  """two 3x3 convolutions; on the way down a pooling comes first"""

  def __init__(self, c_in, c_out, pool=False):
    layers = [nn.MaxPool2d(2)] if pool else []
    layers += conv_bn(c_in, c_out) + conv_bn(c_out, c_out)
    super().__init__(*layers)


class Merge(nn.Module):
  """doubles the resolution and takes in what the encoder saw there"""

  def __init__(self, c_deep, c_skip, learned=True):
    super().__init__()
    self.learned = learned
    if learned:
      self.grow = nn.ConvTranspose2d(c_deep, c_skip, kernel_size=2, stride=2)
    else:
      self.grow = nn.Conv2d(c_deep, c_skip, 1)
    self.stage = Stage(2 * c_skip, c_skip)

  def forward(self, deep, skip):
    if self.learned:
      deep = self.grow(deep)
    else:
      deep = F.interpolate(self.grow(deep), scale_factor=2, mode='nearest')
    return self.stage(torch.cat([skip, deep], dim=1))


class UNet(nn.Module):
  def __init__(self, widths=(8, 16, 32), learned=(True, False)):
    super().__init__()
    self.encoder = nn.ModuleList()
    self.decoder = nn.ModuleList()
    previous = 1
    for level, width in enumerate(widths):
      self.encoder.append(Stage(previous, width, pool=level > 0))
      previous = width
    for (deep, skip), how in zip(list(zip(widths[1:], widths[:-1]))[::-1], learned):
      self.decoder.append(Merge(deep, skip, how))
    self.head = nn.Conv2d(widths[0], 1, kernel_size=1)

  def forward(self, x):
    seen = []
    for stage in self.encoder:
      x = stage(x)
      seen.append(x)
    x = seen.pop()
    for merge in self.decoder:
      x = merge(x, seen.pop())
    return self.head(x).squeeze(1)
