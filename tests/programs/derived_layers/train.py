import math
import torch
from torch import nn
import torch.nn.functional as F


class TokenEmbedding(nn.Embedding):
    def __init__(self, vocab_size, embed_size=512):
        super().__init__(vocab_size, embed_size, padding_idx=0)


class SegmentEmbedding(nn.Embedding):
    def __init__(self, embed_size=512):
        super().__init__(3, embed_size, padding_idx=0)


class MaskedConv2d(nn.Conv2d):
    def __init__(self, mask_type, *args, **kwargs):
        super(MaskedConv2d, self).__init__(*args, **kwargs)
        assert mask_type in {'A', 'B'}
        self.register_buffer('mask', self.weight.data.clone())
        _, _, kH, kW = self.weight.size()
        self.mask.fill_(1)
        self.mask[:, :, kH // 2, kW // 2 + (mask_type == 'B'):] = 0
        self.mask[:, :, kH // 2 + 1:] = 0

    def forward(self, x):
        self.weight.data *= self.mask
        return super(MaskedConv2d, self).forward(x)


class CausalConv1d(nn.Conv1d):
    def __init__(self, in_channels, out_channels, kernel_size, dilation=1):
        self.left = (kernel_size - 1) * dilation
        super().__init__(in_channels, out_channels, kernel_size, padding=self.left, dilation=dilation)

    def forward(self, x):
        out = super().forward(x)
        if self.left:
            return out[:, :, :-self.left]
        return out


class LayerNorm(nn.LayerNorm):
    def forward(self, x):
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)


class MaskedLinear(nn.Linear):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        self.register_buffer('mask', torch.ones(out_features, in_features))

    def set_mask(self, mask):
        self.mask.data.copy_(torch.from_numpy(mask))

    def forward(self, input):
        return F.linear(input, self.mask * self.weight, self.bias)


class ConvBNReLU(nn.Sequential):
    def __init__(self, in_planes, out_planes, kernel_size=3, stride=1):
        padding = (kernel_size - 1) // 2
        super(ConvBNReLU, self).__init__(
            nn.Conv2d(in_planes, out_planes, kernel_size, stride, padding, bias=False),
            nn.BatchNorm2d(out_planes),
            nn.ReLU6(inplace=True)
        )


class Lambda(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = TokenEmbedding(11, 8)
        self.seg = SegmentEmbedding(8)
        self.causal = CausalConv1d(8, 8, 3, dilation=2)
        self.norm = LayerNorm(8)
        self.conv = MaskedConv2d('A', 1, 4, 3, padding=1, bias=False)
        self.block = ConvBNReLU(4, 6)
        self.fc = MaskedLinear(8, 8)
        self.head = nn.Sequential(nn.Linear(8 + 6, 16), nn.LeakyReLU(0.1), Lambda(lambda t: t * 2), nn.Linear(16, 3))

    def forward(self, tok, seg, img):
        e = self.tok(tok) + self.seg(seg)
        e = self.causal(e.transpose(1, 2)).transpose(1, 2)
        e = self.fc(self.norm(e)).mean(dim=1)
        i = self.block(self.conv(img)).mean(dim=(2, 3))
        return self.head(torch.cat([e, i], dim=-1))


if __name__ == '__main__':
    import numpy as np
    torch.manual_seed(0)
    model = Net()
    mask = np.ones((8, 8), dtype=np.float32)
    mask[:, 0] = 0
    model.fc.set_mask(mask)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-4)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    for it in range(12):
        tok = torch.randint(0, 11, (4, 7))
        seg = torch.randint(0, 3, (4, 7))
        img = torch.rand(4, 1, 6, 6)
        target = torch.randint(0, 3, (4,))
        loss = criterion(model(tok, seg, img), target)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.)
        optimizer.step()
        print('iter %d loss %.4f' % (it, loss.item()))
    n_params = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print('params', n_params)
