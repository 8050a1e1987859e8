"""Snippets for torch.nn, torch.nn.functional, torch.nn.init, torch.nn.utils and torch.distributions: names with the
arguments that they take, on small inputs; torch itself says which of them run."""

# ruff: noqa: E501 - argument lists are read across

from __future__ import annotations

import itertools

from tests.migrator.catalog.snippets.patterns import Snippet

INPUTS = {
    "v": "torch.tensor([0.5, -1.5, 2.0, 0.1])",
    "x": "torch.linspace(-2.0, 3.0, 12).reshape(3, 4)",
    "y": "torch.linspace(1.5, -1.0, 12).reshape(3, 4)",
    "s": "torch.sin(torch.arange(48.0)).reshape(2, 4, 6)",
    "i": "torch.cos(torch.arange(288.0) * 0.7).reshape(2, 4, 6, 6)",
    "d": "torch.sin(torch.arange(480.0) * 0.3).reshape(1, 4, 5, 4, 6)",
    "p": "torch.sigmoid(torch.linspace(-2.0, 2.0, 12).reshape(3, 4))",
    "t": "(torch.arange(12).reshape(3, 4) % 3 == 0).float()",
    "q": "torch.softmax(torch.sin(torch.arange(12.0)).reshape(3, 4), 1)",
    "c": "torch.tensor([1, 0, 3])",
    "c2": "torch.arange(12).reshape(2, 6) % 4",
    "k": "torch.tensor([[1, 2, 0, 4], [3, 1, 1, 2]])",
    "g": "torch.tensor([1.0, -1.0, 1.0])",
    "g4": "torch.where(torch.arange(12).reshape(3, 4) % 2 == 0, 1.0, -1.0)",
    "w": "torch.tensor([0.2, 1.0, 0.5, 2.0])",
    "lp": "torch.log_softmax(torch.sin(torch.arange(12.0)).reshape(3, 4), 1)",
    "m3": "torch.triu(torch.ones(3, 3), 1).bool()",
    "e": "torch.sin(torch.arange(24.0) * 0.9).reshape(3, 2, 4)",
    "e2": "torch.cos(torch.arange(40.0) * 0.4).reshape(5, 2, 4)",
}
"""Names that the argument lists below use."""

MODULES = """
Linear | 4, 3 ; 4, 3, bias=False ; in_features=4, out_features=2 | x ; v ; s.transpose(1, 2)
Bilinear | 4, 4, 3 ; 4, 4, 2, bias=False | x, y
Identity |  ; 54, unused=1 | x
Conv1d | 4, 3, 3 ; 4, 8, 3, padding=1 ; 4, 4, 3, stride=2, groups=2 ; 4, 2, kernel_size=2, dilation=2, bias=False ; 4, 3, 3, padding='same' ; 4, 3, 3, padding=1, padding_mode='circular' | s ; s[0]
Conv2d | 4, 3, 3 ; 4, 8, 3, padding=1 ; 4, 4, 3, 2, 1 ; 4, 4, 3, groups=4 ; 4, 2, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2) ; 4, 3, 3, padding='same' ; 4, 3, 3, padding=1, padding_mode='reflect' ; 4, 3, 1, bias=False ; in_channels=4, out_channels=2, kernel_size=3, padding_mode='replicate', padding=1 ; 4, 3, 3, padding='valid' | i ; i[0]
Conv3d | 4, 3, 3 ; 4, 2, 3, padding=1 ; 4, 4, (2, 1, 3), stride=(2, 1, 1), groups=2 ; 4, 2, 2, dilation=2, bias=False | d
ConvTranspose1d | 4, 3, 3 ; 4, 2, 3, stride=2, padding=1, output_padding=1 ; 4, 4, 2, groups=2, bias=False ; 4, 2, 3, dilation=2 | s ; s[0]
ConvTranspose2d | 4, 3, 3 ; 4, 2, 3, stride=2, padding=1, output_padding=1 ; 4, 4, 2, 2, groups=2 ; 4, 2, (3, 2), stride=(2, 1), bias=False ; 4, 3, 3, padding=1, dilation=2 | i
ConvTranspose3d | 4, 3, 2 ; 4, 2, 3, stride=2, padding=1, output_padding=1 | d
BatchNorm1d | 4 ; 4, affine=False ; 4, eps=1e-3, momentum=0.5 ; 4, track_running_stats=False ; 4, momentum=None | x ; s
BatchNorm2d | 4 ; 4, affine=False ; 4, eps=1e-3, momentum=0.5 ; 4, track_running_stats=False ; num_features=4, momentum=None | i
BatchNorm3d | 4 ; 4, affine=False ; 4, 1e-3, 0.2 | d
SyncBatchNorm | 4 | d
InstanceNorm1d | 4 ; 4, affine=True ; 4, track_running_stats=True | s ; s[0]
InstanceNorm2d | 4 ; 4, affine=True ; 4, eps=1e-3 | i ; i[0]
InstanceNorm3d | 4 ; 4, affine=True | d
LayerNorm | 4 ; (3, 4) ; [4], 1e-3 ; 4, elementwise_affine=False ; 4, bias=False | x
GroupNorm | 2, 4 ; 4, 4 ; 1, 4, eps=1e-3 ; 2, 4, affine=False | i ; s ; x ; d
RMSNorm | 4 ; [3, 4] ; 4, eps=1e-5 ; 4, elementwise_affine=False | x
LocalResponseNorm | 2 ; 3, alpha=0.01, beta=0.5, k=2.0 | i ; s
CrossMapLRN2d | 3 | i
ReLU |  ; inplace=True | x ; i
ReLU6 |  ; True | x * 3
LeakyReLU |  ; 0.2 ; negative_slope=0.3 | x
PReLU |  ; 4 ; init=0.1 ; num_parameters=4, init=0.5 | x ; i
RReLU |  ; 0.1, 0.3 | x
ELU |  ; 0.5 ; alpha=2.0 | x
CELU |  ; 0.5 | x
SELU |  | x
GELU |  ; 'tanh' ; approximate='tanh' ; approximate='none' | x
SiLU |  | x
Mish |  | x
Sigmoid |  | x
Tanh |  | x
LogSigmoid |  | x * 20
Softplus |  ; 2 ; beta=0.5, threshold=1 | x ; x * 20
Softsign |  | x
Tanhshrink |  | x
Hardshrink |  ; 1.0 ; lambd=0.2 | x
Softshrink |  ; 1.0 ; lambd=0.2 | x
Hardtanh |  ; -0.5, 0.5 ; min_val=-2, max_val=1.0 | x
Hardsigmoid |  | x * 3
Hardswish |  | x * 3
Threshold | 0.1, 20 ; 0.5, -1.0 | x
GLU |  ; 1 ; dim=0 | s ; i
Softmax | dim=1 ; -1 ; 0 ; dim=None | x
LogSoftmax | dim=1 ; -1 ; 0 | x
Softmin | dim=1 ; 0 | x
Softmax2d |  | i ; i[0]
MaxPool1d | 2 ; 3, 1, 1 ; 3, stride=2, ceil_mode=True ; 2, return_indices=True ; 2, dilation=2, stride=1 | s ; s[0]
MaxPool2d | 2 ; 3, 1, 1 ; (3, 2), stride=(2, 1) ; 3, stride=2, ceil_mode=True ; 2, return_indices=True ; 2, 1, dilation=2 ; kernel_size=3, stride=2, padding=1 | i ; i[0]
MaxPool3d | 2 ; (2, 1, 2), stride=(1, 2, 1) ; 2, padding=1 ; 2, return_indices=True | d ; d[0]
AvgPool1d | 2 ; 3, 1, 1 ; 3, stride=2, ceil_mode=True ; 3, padding=1, count_include_pad=False | s ; s[0]
AvgPool2d | 2 ; 3, 1, 1 ; (3, 2), stride=(2, 1) ; 3, stride=2, ceil_mode=True ; 3, padding=1, count_include_pad=False ; 2, divisor_override=3 ; kernel_size=3, stride=2, padding=1 | i ; i[0]
AvgPool3d | 2 ; (2, 1, 2), stride=(1, 2, 1) ; 3, padding=1, count_include_pad=False | d
AdaptiveAvgPool1d | 1 ; 4 ; 3 | s
AdaptiveAvgPool2d | 1 ; (1, 1) ; (3, 4) ; (None, 2) ; 5 ; output_size=2 | i ; i[0]
AdaptiveAvgPool3d | 1 ; (2, 3, 2) ; (None, 1, 2) | d
AdaptiveMaxPool1d | 1 ; 4 ; 3, return_indices=True | s
AdaptiveMaxPool2d | 1 ; (3, 4) ; 2, return_indices=True ; (None, 2) | i ; i[0]
AdaptiveMaxPool3d | 1 ; (2, 3, 2) | d
LPPool1d | 2, 3 ; 1, 2, stride=1 | s.abs()
LPPool2d | 2, 3 ; 3, (2, 1), stride=(2, 1) | i.abs()
LPPool3d | 2, 2 | d.abs()
FractionalMaxPool2d | 2, output_size=3 ; 2, output_ratio=0.5 ; 3, output_size=(2, 3), _random_samples=torch.full((2, 4, 2), 0.3) | i
FractionalMaxPool3d | 2, output_size=2 | d
Dropout |  ; 0.3 ; p=0.0 ; 1.0 | x
Dropout1d |  ; 0.2 | s
Dropout2d |  ; p=0.2 | i
Dropout3d |  ; 0.2 | d
AlphaDropout |  ; 0.2 | x
FeatureAlphaDropout |  ; 0.2 | i
Embedding | 5, 3 ; 5, 3, padding_idx=0 ; num_embeddings=6, embedding_dim=2 ; 5, 3, max_norm=1.0 | k
EmbeddingBag | 5, 3 ; 5, 3, mode='sum' ; 5, 3, mode='max' | k ; k.reshape(-1), torch.tensor([0, 3]) ; torch.tensor([1, 2, 4]), torch.tensor([0, 2])
Flatten |  ; 0 ; 0, 2 ; start_dim=2 | i
Unflatten | 1, (2, 2) ; dim=1, unflattened_size=(1, 4) | x ; i
PixelShuffle | 2 | i
PixelUnshuffle | 2 ; 3 | i
ChannelShuffle | 2 | i
Upsample | scale_factor=2 ; size=(3, 9) ; scale_factor=2, mode='bilinear' ; scale_factor=1.5, mode='bilinear', align_corners=True ; size=4, mode='bicubic' ; scale_factor=(2, 3), mode='nearest-exact' | i
UpsamplingNearest2d | scale_factor=2 ; size=(4, 8) | i
UpsamplingBilinear2d | scale_factor=2 ; (4, 8) | i
ConstantPad1d | 2, 3.5 ; (1, 0), 1.0 | s ; x
ConstantPad2d | 1, 3.5 ; (1, 0, 2, 1), -1 ; (-1, 1, 0, 0), 2.0 | i
ConstantPad3d | 1, 0.5 | d
ZeroPad1d | 2 | s
ZeroPad2d | 2 ; (1, 2, 0, 1) ; (-1, 2, 1, -2) | i
ZeroPad3d | 1 | d
ReflectionPad1d | 2 ; (1, 3) | s
ReflectionPad2d | 2 ; (1, 2, 0, 1) | i
ReflectionPad3d | 1 | d
ReplicationPad1d | 2 ; (1, 3) | s
ReplicationPad2d | 2 ; (1, 2, 0, 1) | i
ReplicationPad3d | 1 ; (1, 0, 2, 0, 1, 1) | d
CircularPad1d | 2 ; (1, 3) | s
CircularPad2d | 2 ; (1, 2, 0, 1) | i
CircularPad3d | 1 | d
Unfold | 2 ; (2, 3), dilation=1, padding=1, stride=2 ; kernel_size=3, stride=3 | i
Fold | (4, 5), (2, 2) ; output_size=(4, 5), kernel_size=(2, 2), dilation=1, padding=0, stride=1 | torch.sin(torch.arange(96.0)).reshape(2, 4, 12)
CosineSimilarity |  ; dim=0 ; dim=1, eps=1e-6 | x, y
PairwiseDistance |  ; p=1 ; 2, keepdim=True | x, y
MSELoss |  ; reduction='sum' ; reduction='none' ; size_average=False ; reduce=False | x, y ; v, v * 0.5
L1Loss |  ; reduction='sum' ; reduction='none' | x, y
SmoothL1Loss |  ; reduction='sum' ; beta=0.5 ; reduction='none', beta=2.0 | x, y
HuberLoss |  ; delta=0.5 ; reduction='sum', delta=2.0 ; 'none' | x, y
CrossEntropyLoss |  ; w ; weight=w, reduction='sum' ; reduction='none' ; ignore_index=1 ; label_smoothing=0.1 ; weight=w, label_smoothing=0.2 | x, c ; x, q ; s, c2 ; v, torch.tensor(2)
NLLLoss |  ; w ; weight=w, reduction='sum' ; reduction='none' ; ignore_index=1 | lp, c ; torch.log_softmax(s, 1), c2
BCELoss |  ; reduction='sum' ; reduction='none' ; weight=w | p, t
BCEWithLogitsLoss |  ; reduction='sum' ; reduction='none' ; weight=w ; pos_weight=w ; pos_weight=torch.tensor([3.0]) | x, t
KLDivLoss |  ; reduction='batchmean' ; reduction='sum' ; reduction='none' | lp, q
KLDivLoss | log_target=True, reduction='batchmean' ; reduction='sum', log_target=True | lp, torch.log_softmax(y, 1)
PoissonNLLLoss |  ; log_input=False ; full=True ; reduction='sum' | x.abs(), c.float().reshape(3, 1) * torch.ones(3, 4)
GaussianNLLLoss |  ; full=True ; reduction='sum' ; eps=0.1, reduction='none' | x, y, p ; x, y, p[:, :1]
HingeEmbeddingLoss |  ; margin=2.0 ; reduction='sum' | x, g4
SoftMarginLoss |  ; reduction='sum' ; reduction='none' | x, g4
MarginRankingLoss |  ; margin=0.5 ; reduction='none' | v[:3], v[1:], g
CosineEmbeddingLoss |  ; margin=0.2 ; reduction='none' | x, y, g
TripletMarginLoss |  ; margin=2.0, p=1 ; swap=True ; reduction='none' | x, y, x * 0.5
TripletMarginWithDistanceLoss |  ; margin=2.0 ; distance_function=nn.PairwiseDistance(), swap=True | x, y, x * 0.5
MultiMarginLoss |  ; p=2 ; margin=0.5, weight=w ; reduction='none' | x, c
MultiLabelMarginLoss |  ; reduction='none' | x, torch.tensor([[3, 0, -1, 1], [0, -1, 2, 1], [1, 2, 3, 0]])
MultiLabelSoftMarginLoss |  ; weight=w ; reduction='none' | x, t
CTCLoss |  ; blank=3 ; reduction='sum' ; reduction='none', zero_infinity=True | torch.log_softmax(e2, 2), torch.tensor([[1, 2], [2, 1]]), torch.tensor([5, 4]), torch.tensor([2, 1]) ; torch.log_softmax(e2, 2), torch.tensor([1, 2, 2]), (5, 5), (2, 1)
RNN | 4, 3 ; 4, 3, num_layers=2, nonlinearity='relu' ; 4, 3, batch_first=True ; 4, 3, bidirectional=True, bias=False | e ; e[:, 0]
RNN | 4, 3 | e, torch.ones(1, 2, 3) * 0.3
LSTM | 4, 3 ; 4, 3, num_layers=2 ; 4, 3, batch_first=True ; 4, 3, 2, bidirectional=True ; 4, 3, bias=False ; 4, 5, proj_size=2 ; input_size=4, hidden_size=3, dropout=0.0 | e ; e[:, 0]
LSTM | 4, 3 | e, (torch.ones(1, 2, 3) * 0.3, torch.ones(1, 2, 3) * 0.1)
GRU | 4, 3 ; 4, 3, num_layers=2 ; 4, 3, batch_first=True ; 4, 3, 2, bidirectional=True ; 4, 3, bias=False | e ; e[:, 0]
GRU | 4, 3 | e, torch.ones(1, 2, 3) * 0.3
RNNCell | 4, 3 ; 4, 3, nonlinearity='relu' ; 4, 3, bias=False | x ; v ; x, torch.ones(3, 3) * 0.2
LSTMCell | 4, 3 ; 4, 3, bias=False | x ; v ; x, (torch.ones(3, 3) * 0.2, torch.ones(3, 3) * 0.1)
GRUCell | 4, 3 ; 4, 3, bias=False | x ; v ; x, torch.ones(3, 3) * 0.2
MultiheadAttention | 4, 2 ; 4, 2, bias=False ; 4, 1, batch_first=True ; 4, 2, add_bias_kv=True ; 4, 2, add_zero_attn=True ; embed_dim=4, num_heads=4 | e, e, e ; e, e, e, need_weights=False ; e, e, e, average_attn_weights=False
MultiheadAttention | 4, 2 ; 4, 2, add_zero_attn=True | e, e2, e2 ; e, e2, e2, key_padding_mask=torch.arange(10).reshape(2, 5) % 5 == 4 ; e, e, e, attn_mask=m3 ; e, e, e, attn_mask=torch.triu(torch.full((3, 3), -10.0), 1)
MultiheadAttention | 4, 2, kdim=4, vdim=4 ; 4, 2, kdim=3, vdim=2 | e, e2[..., :3], e2[..., :2] ; e, e, e
TransformerEncoderLayer | 4, 2, 8, 0.0 ; d_model=4, nhead=2, dim_feedforward=8, dropout=0.0, activation='gelu' ; 4, 2, 8, 0.0, norm_first=True, batch_first=True | e ; e, src_key_padding_mask=None
TransformerEncoderLayer | 4, 2, 8, 0.0 | e, m3 ; e, src_mask=m3
TransformerDecoderLayer | 4, 2, 8, 0.0 ; d_model=4, nhead=2, dim_feedforward=8, dropout=0.0, norm_first=True | e, e2 ; e, e2, tgt_mask=m3
TransformerEncoder | nn.TransformerEncoderLayer(4, 2, 8, 0.0), 2 ; nn.TransformerEncoderLayer(4, 2, 8, 0.0), num_layers=2, norm=nn.LayerNorm(4) | e
TransformerDecoder | nn.TransformerDecoderLayer(4, 2, 8, 0.0), 2 | e, e2
Transformer | 4, 2, 1, 1, 8, 0.0 ; d_model=4, nhead=2, num_encoder_layers=1, num_decoder_layers=2, dim_feedforward=8, dropout=0.0, batch_first=False | e2, e
Sequential | nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2) ; nn.Linear(4, 3), nn.Tanh() ; OrderedDict([('a', nn.Linear(4, 2)), ('b', nn.Sigmoid())]) ; nn.BatchNorm1d(4), nn.Linear(4, 2) | x
LazyLinear | 3 | x
LazyConv1d | 3, 2 | s
LazyConv2d | 3, 3 ; 3, 3, padding=1 | i
LazyConv3d | 2, 2 | d
LazyConvTranspose2d | 3, 2 | i
LazyBatchNorm1d |  | x
LazyBatchNorm2d |  | i
LazyInstanceNorm2d |  | i
AdaptiveLogSoftmaxWithLoss | 4, 6, cutoffs=[2, 4], div_value=2.0 | x, c
NLLLoss2d |  | torch.log_softmax(i, 1), torch.arange(72).reshape(2, 6, 6) % 4
"""

FILLS = (
    "for par in m.parameters():\n    nn.init.constant_(par, 0.1)",
    "with torch.no_grad():\n    for par in m.parameters():\n        par.copy_(torch.linspace(-0.5, 0.7, par.numel()).reshape(par.shape))",
    "for par in m.parameters():\n    par.data.fill_(0.05)",
    "with torch.no_grad():\n    for name, par in m.named_parameters():\n        par.copy_(torch.cos(torch.arange(par.numel(), dtype=torch.float32)).view_as(par))",
)
"""Ways to give a module weights that both libraries have."""

RANDOM_MODULES = frozenset(
    "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout RReLU FractionalMaxPool2d FractionalMaxPool3d".split()
)

ATTRIBUTES = """
Linear(4, 3) | weight.shape ; bias.shape ; in_features ; out_features ; weight.data.shape ; training
Linear(4, 3, bias=False) | bias is None ; weight.dtype
Conv1d(4, 3, 3) | weight.shape ; bias.shape ; kernel_size ; stride ; padding
Conv2d(4, 6, 3, padding=1, groups=2) | weight.shape ; bias.shape ; in_channels ; out_channels ; kernel_size ; stride ; padding ; groups ; dilation
Conv2d(4, 6, 3) | padding ; kernel_size ; stride
ConvTranspose2d(4, 3, 3) | weight.shape ; bias.shape
BatchNorm2d(4) | weight ; bias ; running_mean ; running_var ; num_features ; eps ; momentum ; affine ; num_batches_tracked.item()
BatchNorm1d(4) | weight ; running_mean ; running_var ; weight.shape
LayerNorm(4) | weight ; bias ; normalized_shape ; eps ; weight.shape
GroupNorm(2, 4) | weight ; num_groups ; num_channels
Embedding(5, 3) | weight.shape ; num_embeddings ; embedding_dim ; padding_idx
Embedding(5, 3, padding_idx=1) | weight[1] ; padding_idx
Dropout(0.3) | p ; training
PReLU() | weight
LSTM(4, 3, num_layers=2) | weight_ih_l0.shape ; bias_hh_l1.shape ; hidden_size ; num_layers
MultiheadAttention(4, 2) | in_proj_weight.shape ; out_proj.weight.shape ; embed_dim ; num_heads ; in_proj_bias
MaxPool2d(2) | kernel_size ; stride ; padding
LeakyReLU(0.2) | negative_slope
Softmax(dim=1) | dim
Sequential(nn.Linear(4, 3), nn.ReLU()) | [0].weight.shape ; [0].bias.shape ; [0].in_features ; [-1](x)
CrossEntropyLoss() | reduction ; ignore_index
Flatten() | start_dim
"""

WHOLE = r"""
Module.parameters ~ m = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)); result = [tuple(p.shape) for p in m.parameters()]
Module.named_parameters ~ m = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)); result = [n for n, p in m.named_parameters()]
Module.state_dict ~ m = nn.Linear(4, 3); result = list(m.state_dict().keys())
Module.state_dict ~ m = nn.Linear(4, 3); result = m.state_dict()['weight'].shape
Module.train ~ m = nn.Dropout(0.5); m.train(False); result = m(x)
Module.eval ~ m = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(4)); m.eval(); result = m(x)
Module.training ~ m = nn.Dropout(0.5); m.eval(); result = m.training
Module.children ~ m = nn.Sequential(nn.Linear(4, 3), nn.ReLU()); result = len(list(m.children()))
Module.modules ~ m = nn.Sequential(nn.Linear(4, 3), nn.ReLU()); result = len(list(m.modules()))
Module.named_children ~ m = nn.Sequential(nn.Linear(4, 3), nn.ReLU()); result = [n for n, _ in m.named_children()]
Module.named_modules ~ m = nn.Sequential(nn.Linear(4, 3), nn.ReLU()); result = [n for n, _ in m.named_modules()]
Module.double ~ m = nn.Linear(4, 3).double(); result = m.weight.dtype
Module.requires_grad_ ~ m = nn.Linear(4, 3).requires_grad_(False); result = [p.requires_grad for p in m.parameters()]
Module.apply ~ m = nn.Sequential(nn.Linear(4, 3)); m.apply(lambda l: nn.init.constant_(l.weight, 0.5) if isinstance(l, nn.Linear) else None); result = m[0].weight
Module.load_state_dict ~ m = nn.Linear(4, 3); m.load_state_dict({'weight': torch.ones(3, 4), 'bias': torch.zeros(3)}); result = m(x)
ModuleList ~ m = nn.ModuleList([nn.Linear(4, 4), nn.ReLU()]); result = len(m)
ModuleList ~ m = nn.ModuleList([nn.ReLU(), nn.Tanh()]); result = x; exec('for l in m: result = l(result)')
ModuleList ~ m = nn.ModuleList(); m.append(nn.ReLU()); m.extend([nn.Tanh(), nn.Sigmoid()]); result = [type(l).__name__ for l in m]
ModuleList ~ m = nn.ModuleList([nn.ReLU(), nn.Tanh()]); m.insert(1, nn.Sigmoid()); result = m[1](x)
ModuleList ~ m = nn.ModuleList([nn.ReLU(), nn.Tanh()]); result = m[-1](x)
ModuleDict ~ m = nn.ModuleDict({'a': nn.ReLU(), 'b': nn.Tanh()}); result = m['b'](x)
ModuleDict ~ m = nn.ModuleDict([['a', nn.ReLU()], ['b', nn.Tanh()]]); result = list(m.keys())
ModuleDict ~ m = nn.ModuleDict({'a': nn.ReLU()}); m['c'] = nn.Sigmoid(); result = m['c'](x)
ModuleDict ~ m = nn.ModuleDict({'a': nn.ReLU()}); result = 'a' in m
ModuleDict ~ m = nn.ModuleDict({'a': nn.ReLU()}); m.update({'d': nn.Tanh()}); result = len(m)
ParameterList ~ m = nn.ParameterList([nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(3))]); result = len(m)
ParameterList ~ m = nn.ParameterList([nn.Parameter(torch.ones(2)) for _ in range(3)]); result = m[1]
ParameterDict ~ m = nn.ParameterDict({'a': nn.Parameter(torch.ones(2))}); result = m['a']
ParameterDict ~ m = nn.ParameterDict({'a': nn.Parameter(torch.ones(2))}); result = list(m.keys())
Parameter ~ m = nn.Parameter(torch.ones(2, 3)); result = m * 2
Parameter ~ m = nn.Parameter(torch.ones(2, 3), requires_grad=False); result = m.requires_grad
Sequential ~ m = nn.Sequential(nn.ReLU(), nn.Tanh()); result = m[0](x)
Sequential ~ m = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid()); result = m[:2](x)
Sequential ~ m = nn.Sequential(nn.ReLU()); m.append(nn.Tanh()); result = m(x)
Sequential ~ m = nn.Sequential(); m.add_module('a', nn.ReLU()); m.add_module('b', nn.Tanh()); result = m(x)
Sequential ~ m = nn.Sequential(nn.ReLU(), nn.Tanh()); m.insert(0, nn.Sigmoid()); result = m(x)
Sequential ~ m = nn.Sequential(nn.ReLU(), nn.Tanh()); result = len(m)
MaxUnpool2d ~ pool = nn.MaxPool2d(2, stride=2, return_indices=True); m = nn.MaxUnpool2d(2, stride=2); o, n = pool(i); result = m(o, n)
MaxUnpool1d ~ pool = nn.MaxPool1d(2, stride=2, return_indices=True); m = nn.MaxUnpool1d(2, stride=2); o, n = pool(s); result = m(o, n)
MaxUnpool2d ~ pool = nn.MaxPool2d(2, stride=2, return_indices=True); m = nn.MaxUnpool2d(2); o, n = pool(i); result = m(o, n, output_size=torch.Size([7, 7]))
MaxUnpool3d ~ pool = nn.MaxPool3d(2, return_indices=True); m = nn.MaxUnpool3d(2); o, n = pool(d); result = m(o, n)
Embedding.from_pretrained ~ m = nn.Embedding.from_pretrained(x); result = m(torch.tensor([1, 0]))
Embedding.from_pretrained ~ m = nn.Embedding.from_pretrained(x, freeze=False); result = m.weight.requires_grad
EmbeddingBag.from_pretrained ~ m = nn.EmbeddingBag.from_pretrained(x); result = m(torch.tensor([[1, 0]]))
Transformer.generate_square_subsequent_mask ~ result = nn.Transformer.generate_square_subsequent_mask(3)
Linear ~ m = nn.Linear(4, 3); m.weight.data = torch.ones(3, 4); m.bias.data = torch.zeros(3); result = m(x)
Linear ~ m = nn.Linear(4, 3); m.weight.data.fill_(0.5); m.bias.data.zero_(); result = m(x)
Linear ~ m = nn.Linear(4, 3); m.weight = nn.Parameter(torch.ones(3, 4)); nn.init.zeros_(m.bias); result = m(x)
Conv1d ~ m = nn.Conv1d(4, 2, 3); m.weight.data.fill_(0.5); nn.init.zeros_(m.bias); result = m(s)
Conv2d ~ m = nn.Conv2d(4, 2, 3); m.weight.data = torch.full((2, 4, 3, 3), 0.5); nn.init.zeros_(m.bias); result = m(i)
BatchNorm2d ~ m = nn.BatchNorm2d(4); m(i); result = m.running_mean
BatchNorm2d ~ m = nn.BatchNorm2d(4, momentum=0.3); m(i); result = m.running_var
BatchNorm1d ~ m = nn.BatchNorm1d(4); m(x); m.eval(); result = m(x)
BatchNorm2d ~ m = nn.BatchNorm2d(4); m.weight.data.fill_(2.0); result = m(i)
LayerNorm ~ m = nn.LayerNorm(4); m.weight.data.fill_(2.0); result = m(x)
Embedding ~ m = nn.Embedding(5, 3); m.weight.data.copy_(torch.arange(15.0).reshape(5, 3)); result = m(k)
utils.rnn.pad_sequence ~ result = nn.utils.rnn.pad_sequence([x[0], x[1, :2]])
utils.rnn.pad_sequence ~ from torch.nn.utils.rnn import pad_sequence; result = pad_sequence([x, y[:2]], batch_first=True, padding_value=-1.0)
utils.rnn.pack_padded_sequence ~ from torch.nn.utils.rnn import pack_padded_sequence; result = pack_padded_sequence(e, [3, 2]).data
utils.rnn.pack_padded_sequence ~ from torch.nn.utils.rnn import pack_padded_sequence; result = pack_padded_sequence(x, torch.tensor([4, 2, 1]), batch_first=True).batch_sizes
utils.rnn.pack_padded_sequence ~ from torch.nn.utils.rnn import pack_padded_sequence; result = pack_padded_sequence(x, [2, 4, 1], batch_first=True, enforce_sorted=False).sorted_indices
utils.rnn.pad_packed_sequence ~ from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence; result = pad_packed_sequence(pack_padded_sequence(e, [3, 2]))
utils.rnn.pad_packed_sequence ~ from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence; result = pad_packed_sequence(pack_padded_sequence(e, [2, 3], enforce_sorted=False), batch_first=True, total_length=4)
utils.rnn.pack_sequence ~ result = nn.utils.rnn.pack_sequence([v, v[:2]]).data
utils.rnn.unpad_sequence ~ result = nn.utils.rnn.unpad_sequence(x, torch.tensor([2, 4, 1]), batch_first=True)
utils.rnn.unpack_sequence ~ result = nn.utils.rnn.unpack_sequence(nn.utils.rnn.pack_sequence([v, v[:2]]))
LSTM ~ m = nn.LSTM(4, 3); exec('for p in m.parameters(): p.data.fill_(0.1)') if False else [nn.init.constant_(p, 0.1) for p in m.parameters()]; o, (h, c) = m(nn.utils.rnn.pack_padded_sequence(e, [3, 2])); result = h
GRU ~ m = nn.GRU(4, 3, bidirectional=True); [nn.init.constant_(p, 0.1) for p in m.parameters()]; o, h = m(nn.utils.rnn.pack_padded_sequence(e, [2, 3], enforce_sorted=False)); result = nn.utils.rnn.pad_packed_sequence(o)[0]
utils.parameters_to_vector ~ m = nn.Linear(2, 2); [nn.init.constant_(p, 0.1) for p in m.parameters()]; result = nn.utils.parameters_to_vector(m.parameters())
utils.vector_to_parameters ~ m = nn.Linear(2, 1); nn.utils.vector_to_parameters(torch.tensor([1.0, 2.0, 3.0]), m.parameters()); result = m.weight
utils.clip_grad_norm_ ~ m = nn.Linear(4, 1); nn.init.constant_(m.weight, 0.5); nn.init.zeros_(m.bias); result = m(x)
utils.weight_norm ~ m = nn.utils.weight_norm(nn.Linear(4, 3)); result = m(x).shape
utils.spectral_norm ~ m = nn.utils.spectral_norm(nn.Linear(4, 3)); result = m(x).shape
utils.parametrizations.weight_norm ~ m = nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)); result = m(x).shape
utils.parametrizations.spectral_norm ~ m = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)); result = m(x).shape
"""

FUNCTIONS = """
relu | x ; input=x ; x, inplace=False
relu_ | x
relu6 | x * 4
leaky_relu | x ; x, 0.2 ; x, negative_slope=0.3
leaky_relu_ | x
elu | x ; x, 0.5 ; x, alpha=2.0
elu_ | x
celu | x ; x, 0.5
selu | x
gelu | x ; x, approximate='tanh'
silu | x
mish | x
sigmoid | x
tanh | x
hardtanh | x ; x, -0.5, 0.5 ; x, min_val=-2, max_val=1
hardtanh_ | x
hardsigmoid | x * 3
hardswish | x * 3
hardshrink | x ; x, 1.0 ; x, lambd=0.2
softshrink | x ; x, 1.0 ; x, lambd=0.2
tanhshrink | x ; x + y
softsign | x ; x * 2
softplus | x ; x, 2 ; x, beta=2, threshold=1
logsigmoid | x
threshold | x, 0.1, 20 ; x, threshold=0.5, value=-1
threshold_ | x, 0.1, 20
prelu | x, torch.tensor([0.25]) ; x, w ; i, w
rrelu | x ; x, 0.1, 0.3 ; x, training=False
glu | s ; s, 1 ; s, dim=-1
softmax | x, 1 ; x, dim=-1 ; x, dim=0, dtype=torch.float64 ; s, dim=1 ; x, dim=None
log_softmax | x, 1 ; x, dim=-1 ; x, dim=0, dtype=torch.float64
softmin | x, 1 ; x, dim=-1
gumbel_softmax | x ; x, tau=0.5, hard=True
normalize | x ; x, dim=0 ; x, p=1, dim=1 ; x, 3.0 ; x, p=float('inf') ; i, dim=1
linear | x, y ; x, y, v[:3] ; v, y
bilinear | x, y, torch.ones(2, 4, 4) * 0.1 ; x, y, torch.arange(32.0).reshape(2, 4, 4), v[:2]
embedding | k, torch.arange(15.0).reshape(5, 3) ; k, torch.arange(15.0).reshape(5, 3), padding_idx=1 ; k, torch.arange(15.0).reshape(5, 3), max_norm=2.0
embedding_bag | k, torch.arange(15.0).reshape(5, 3) ; k, torch.arange(15.0).reshape(5, 3), mode='sum' ; k.reshape(-1), torch.arange(15.0).reshape(5, 3), torch.tensor([0, 3]), mode='max' ; torch.tensor([1, 2, 4]), torch.arange(15.0).reshape(5, 3), torch.tensor([0, 2]) ; k, torch.arange(15.0).reshape(5, 3), mode='sum', per_sample_weights=torch.ones(2, 4) * 0.5
one_hot | k ; k, 6 ; c, num_classes=5
conv1d | s, torch.ones(2, 4, 3) ; s, torch.sin(torch.arange(24.0)).reshape(2, 4, 3), v[:2], padding=1 ; s, torch.ones(4, 2, 3), stride=2, groups=2 ; s, torch.ones(2, 4, 2), dilation=2 ; s, torch.ones(2, 4, 3), padding='same'
conv2d | i, torch.ones(2, 4, 3, 3) ; i, torch.sin(torch.arange(72.0)).reshape(2, 4, 3, 3), v[:2], padding=1 ; i, torch.ones(4, 2, 3, 3), stride=2, groups=2 ; i, torch.ones(2, 4, 2, 2), None, 1, (1, 0), (2, 1) ; i, torch.ones(2, 4, 2, 2), padding='same' ; i, torch.ones(2, 4, 3, 3), padding='valid' ; i[0], torch.ones(2, 4, 3, 3)
conv3d | d, torch.ones(2, 4, 2, 2, 2) ; d, torch.ones(2, 4, 3, 3, 3), padding=1 ; d, torch.ones(4, 2, 2, 2, 2), v, stride=(1, 2, 1), groups=2
conv_transpose1d | s, torch.ones(4, 2, 3) ; s, torch.sin(torch.arange(24.0)).reshape(4, 2, 3), stride=2, padding=1, output_padding=1 ; s, torch.ones(4, 1, 2), groups=2, dilation=2
conv_transpose2d | i, torch.ones(4, 2, 3, 3) ; i, torch.sin(torch.arange(72.0)).reshape(4, 2, 3, 3), v[:2], stride=2, padding=1, output_padding=1 ; i, torch.ones(4, 1, 2, 2), groups=2, dilation=2
conv_transpose3d | d, torch.ones(4, 2, 2, 2, 2) ; d, torch.ones(4, 2, 3, 3, 3), stride=2, padding=1
conv_tbc | e, torch.ones(2, 4, 3), torch.ones(3), 1
unfold | i, 2 ; i, kernel_size=(2, 3), padding=1, stride=2 ; i, 2, dilation=2
fold | torch.sin(torch.arange(96.0)).reshape(2, 4, 12), (4, 5), (2, 2) ; torch.ones(1, 12, 9), output_size=(4, 4), kernel_size=2
max_pool1d | s, 2 ; s, 3, stride=1, padding=1 ; s, 2, return_indices=True ; s, 4, 3, ceil_mode=True
max_pool2d | i, 2 ; i, 3, stride=1, padding=1 ; i, (2, 3), stride=(1, 2) ; i, 2, return_indices=True ; i, 4, 3, ceil_mode=True ; i, kernel_size=2, dilation=2 ; i[0], 2
max_pool3d | d, 2 ; d, (2, 1, 2), stride=1 ; d, 2, padding=1
max_pool1d_with_indices | s, 2
max_pool2d_with_indices | i, 2 ; i, 3, stride=2
max_pool3d_with_indices | d, 2
avg_pool1d | s, 2 ; s, 3, stride=1, padding=1 ; s, 4, 3, ceil_mode=True ; s, 3, padding=1, count_include_pad=False
avg_pool2d | i, 2 ; i, 3, stride=1, padding=1 ; i, 4, 3, ceil_mode=True ; i, 3, padding=1, count_include_pad=False ; i, (2, 3), divisor_override=2
avg_pool3d | d, 2 ; d, (2, 1, 2), stride=1
adaptive_avg_pool1d | s, 1 ; s, 4
adaptive_avg_pool2d | i, 1 ; i, (2, 4) ; i, (None, 3) ; i, output_size=(1, 1)
adaptive_avg_pool3d | d, 1 ; d, (2, 3, 4)
adaptive_max_pool1d | s, 1 ; s, 4 ; s, 4, return_indices=True
adaptive_max_pool2d | i, 1 ; i, (2, 4) ; i, 3, return_indices=True
adaptive_max_pool3d | d, 1 ; d, (2, 3, 4)
adaptive_max_pool1d_with_indices | s, 4
adaptive_max_pool2d_with_indices | i, 4
lp_pool1d | s.abs(), 2, 3 ; s.abs(), 2, 2, stride=1
lp_pool2d | i.abs(), 2, 3 ; i.abs(), 3.0, (2, 1), ceil_mode=True
lp_pool3d | d.abs(), 2, 2
fractional_max_pool2d | i, 2, output_size=3 ; i, 2, output_ratio=(0.5, 0.5)
max_unpool2d | *F.max_pool2d(i, 2, return_indices=True), 2
max_unpool1d | *F.max_pool1d(s, 2, return_indices=True), 2
dropout | x ; x, 0.3 ; x, p=0.3, training=False ; x, training=False
dropout1d | s ; s, training=False
dropout2d | i ; i, 0.2, training=False
dropout3d | d ; d, training=False
alpha_dropout | x ; x, 0.2, True
feature_alpha_dropout | i ; i, 0.2, True
batch_norm | i, torch.zeros(4), torch.ones(4) ; i, v, w, w, v ; x, torch.zeros(4), torch.ones(4), training=True ; x, None, None, training=True ; i, v, w, weight=w, bias=v, eps=1e-3
instance_norm | i ; s ; i, weight=w, bias=v ; i, v, w, use_input_stats=False
layer_norm | x, (4,) ; x, [3, 4] ; x, (4,), w, v ; x, (4,), weight=w, eps=1e-3
group_norm | i, 2 ; x, 2, w, v ; s, 4, eps=1e-3
rms_norm | x, (4,) ; x, [4], w ; x, (4,), eps=1e-3
local_response_norm | i, 2 ; s, 3, alpha=0.1, beta=0.5, k=2.0
pad | x, (1, 1) ; x, (1, 2, 0, 1), value=2.0 ; i, (1, 1, 2, 0), mode='reflect' ; i, (1, 1, 2, 0), 'replicate' ; s, (2, 1), mode='circular' ; x, (-1, 1) ; i, [0, 1], 'constant', 3.0 ; k, (1, 1)
interpolate | i, scale_factor=2 ; i, size=(3, 9) ; i, size=4, mode='bilinear' ; i, scale_factor=1.5, mode='bilinear', align_corners=True ; i, (8, 8), mode='bicubic' ; i, scale_factor=0.5, mode='area' ; s, size=9, mode='linear' ; d, scale_factor=2, mode='trilinear' ; s, scale_factor=2, mode='nearest-exact' ; i, size=(3, 4), mode='bilinear', antialias=True ; i, scale_factor=1.7, mode='nearest' ; i, scale_factor=1.7, mode='bilinear', recompute_scale_factor=True ; i, size=(9, 9), mode='bicubic', align_corners=True ; i, size=3, mode='bicubic', antialias=True
upsample | i, scale_factor=2 ; i, size=(4, 8), mode='bilinear'
upsample_nearest | i, scale_factor=2 ; i, (4, 8)
upsample_bilinear | i, scale_factor=2
grid_sample | i, torch.sin(torch.arange(36.0)).reshape(2, 3, 3, 2) ; i, torch.sin(torch.arange(36.0)).reshape(2, 3, 3, 2) * 1.4, padding_mode='border', align_corners=True ; i, torch.sin(torch.arange(36.0)).reshape(2, 3, 3, 2) * 1.4, 'nearest', 'reflection', False ; i, torch.sin(torch.arange(36.0)).reshape(2, 3, 3, 2), mode='bicubic', align_corners=False
affine_grid | torch.tensor([[[1.0, 0.2, 0.1], [0.0, 0.9, -0.3]]]), (1, 3, 2, 4), align_corners=True ; torch.tensor([[[1.0, 0.2, 0.1], [0.0, 0.9, -0.3]]]), torch.Size([1, 1, 3, 3]), align_corners=False
pixel_shuffle | i, 2
pixel_unshuffle | i, 2
channel_shuffle | i, 2
native_channel_shuffle | i, 2
cosine_similarity | x, y ; x, y, dim=0 ; x, y, 1, 1e-6
pairwise_distance | x, y ; x, y, p=1 ; x, y, 2, 1e-6, True
pdist | x ; x, p=1
mse_loss | x, y ; x, y, reduction='sum' ; x, y, reduction='none' ; x, y, size_average=False
l1_loss | x, y ; x, y, reduction='sum' ; x, y, reduction='none'
smooth_l1_loss | x, y ; x, y, reduction='sum' ; x, y, beta=0.5 ; x, y, reduction='none'
huber_loss | x, y ; x, y, delta=0.5 ; x, y, reduction='sum' ; x, y, 'none', 2.0
cross_entropy | x, c ; x, c, w ; x, c, reduction='sum' ; x, c, ignore_index=1 ; x, c, label_smoothing=0.1 ; x, q ; s, c2 ; x, c, weight=w, reduction='none' ; x, target=c ; v, torch.tensor(1)
nll_loss | lp, c ; lp, c, w ; lp, c, reduction='sum' ; lp, c, ignore_index=1 ; lp, c, weight=w, reduction='none' ; torch.log_softmax(s, 1), c2
binary_cross_entropy | p, t ; p, t, w ; p, t, reduction='sum' ; p, t, reduction='none'
binary_cross_entropy_with_logits | x, t ; x, t, w ; x, t, pos_weight=w ; x, t, reduction='sum' ; x, t, reduction='none'
kl_div | lp, q ; lp, q, reduction='batchmean' ; lp, lp * 0.9, log_target=True ; lp, q, reduction='sum' ; lp, q, reduction='none'
poisson_nll_loss | x, t ; p, t, log_input=False ; x, t * 3, full=True ; x, t, reduction='sum'
gaussian_nll_loss | x, y, p ; x, y, p, full=True ; x, y, p, reduction='sum' ; x, y, p[:, :1]
hinge_embedding_loss | x, g4 ; x, g4, margin=2.0 ; x, g4, reduction='sum'
soft_margin_loss | x, g4 ; x, g4, reduction='sum'
margin_ranking_loss | v[:3], v[1:], g ; v[:3], v[1:], g, margin=0.5, reduction='none'
cosine_embedding_loss | x, y, g ; x, y, g, margin=0.3 ; x, y, g, reduction='none'
triplet_margin_loss | x, y, x * 0.5 ; x, y, x * 0.5, margin=2.0, p=1 ; x, y, x * 0.5, swap=True, reduction='none'
triplet_margin_with_distance_loss | x, y, x * 0.5 ; x, y, x * 0.5, margin=3.0, swap=True
multi_margin_loss | x, c ; x, c, p=2 ; x, c, margin=0.5, weight=w ; x, c, reduction='none'
multilabel_margin_loss | x, torch.tensor([[3, 0, -1, 1], [0, -1, 2, 1], [1, 2, 3, 0]])
multilabel_soft_margin_loss | x, t ; x, t, weight=w ; x, t, reduction='none'
ctc_loss | torch.log_softmax(e2, 2), torch.tensor([[1, 2], [2, 1]]), torch.tensor([5, 4]), torch.tensor([2, 1]) ; torch.log_softmax(e2, 2), torch.tensor([[1, 2], [2, 1]]), (5, 5), (2, 2), reduction='sum' ; torch.log_softmax(e2, 2), torch.tensor([[1, 1], [2, 2]]), (3, 5), (2, 2), blank=0, reduction='none'
scaled_dot_product_attention | s, s, s ; i, i, i ; i, i, i, is_causal=True ; s, s, s, torch.tril(torch.ones(4, 4)).bool() ; s, s, s, attn_mask=torch.triu(torch.full((4, 4), -5.0), 1) ; s, s, s, scale=0.3
multi_head_attention_forward | e, e, e, 4, 2, torch.sin(torch.arange(48.0)).reshape(12, 4), torch.zeros(12), None, None, False, 0.0, torch.ones(4, 4), torch.zeros(4)
"""

INITS = """
constant_ | x, 0.3 ; tensor=x, val=2
ones_ | x
zeros_ | x
eye_ | x
dirac_ | torch.empty(4, 4, 3) ; torch.empty(4, 2, 3, 3), groups=2
uniform_ | x ; x, -1.0, 1.0 ; x, a=0.5, b=0.6
normal_ | x ; x, 0.0, 0.02 ; x, mean=1.0, std=0.1
trunc_normal_ | x ; x, std=0.02 ; x, 0.0, 1.0, -0.5, 0.5
xavier_uniform_ | x ; x, gain=2.0 ; x, gain=nn.init.calculate_gain('relu')
xavier_normal_ | x ; x, 0.5
kaiming_uniform_ | x ; x, a=0.1 ; x, mode='fan_out', nonlinearity='relu'
kaiming_normal_ | x ; x, mode='fan_out', nonlinearity='relu' ; i
orthogonal_ | x ; x, gain=2
sparse_ | x, sparsity=0.3
calculate_gain | 'relu' ; 'leaky_relu', 0.2 ; 'tanh' ; 'linear' ; 'selu' ; 'leaky_relu' ; 'sigmoid' ; 'conv2d'
"""

DISTRIBUTIONS = """
Normal | 0.0, 1.0 ; torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]) ; loc=0.5, scale=2.0 | torch.tensor([0.5, 1.5])
LogNormal | 0.0, 1.0 ; torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.5]) | torch.tensor([0.5, 1.5])
Bernoulli | 0.3 ; torch.tensor([0.3, 0.6]) ; probs=torch.tensor([0.2, 0.9]) ; logits=torch.tensor([0.5, -1.0]) | torch.tensor([1.0, 0.0])
Beta | 2.0, 3.0 ; torch.tensor([0.5, 2.0]), torch.tensor([0.5, 1.0]) | torch.tensor([0.2, 0.7])
Binomial | 10, torch.tensor([0.3, 0.6]) ; total_count=5, logits=torch.tensor([0.5, -1.0]) ; 4, probs=torch.tensor(0.4) | torch.tensor([2.0, 3.0])
Categorical | torch.tensor([0.2, 0.3, 0.5]) ; probs=torch.tensor([[0.2, 0.8], [0.5, 0.5]]) ; logits=torch.tensor([0.1, 2.0, -1.0]) | torch.tensor([1, 0])
OneHotCategorical | torch.tensor([0.2, 0.3, 0.5]) ; logits=torch.tensor([0.1, 2.0, -1.0]) | torch.tensor([0.0, 1.0, 0.0])
Cauchy | 0.0, 1.0 ; torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]) | torch.tensor([0.5, 1.5])
Chi2 | 2.0 ; torch.tensor([1.0, 3.0]) | torch.tensor([0.5, 1.5])
ContinuousBernoulli | torch.tensor([0.3, 0.6]) ; logits=torch.tensor([0.5, -1.0]) | torch.tensor([0.2, 0.7])
Dirichlet | torch.tensor([0.5, 1.5, 2.0]) ; concentration=torch.tensor([[1.0, 2.0], [3.0, 4.0]]) | torch.tensor([0.2, 0.3, 0.5]) ; torch.tensor([0.4, 0.6])
Exponential | 1.0 ; torch.tensor([0.5, 2.0]) ; rate=3.0 | torch.tensor([0.5, 1.5])
FisherSnedecor | 3.0, 5.0 ; torch.tensor([3.0, 4.0]), torch.tensor([5.0, 9.0]) | torch.tensor([0.5, 1.5])
Gamma | 2.0, 1.0 ; torch.tensor([0.5, 2.0]), torch.tensor([1.0, 3.0]) ; concentration=3.0, rate=0.5 | torch.tensor([0.5, 1.5])
InverseGamma | 3.0, 1.0 ; torch.tensor([3.0, 4.0]), torch.tensor([1.0, 2.0]) | torch.tensor([0.5, 1.5])
Geometric | torch.tensor([0.3, 0.6]) ; 0.4 ; logits=torch.tensor([0.5, -1.0]) | torch.tensor([2.0, 0.0])
Gumbel | 0.0, 1.0 ; torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]) | torch.tensor([0.5, 1.5])
HalfCauchy | 1.0 ; torch.tensor([1.0, 2.0]) | torch.tensor([0.5, 1.5])
HalfNormal | 1.0 ; torch.tensor([1.0, 2.0]) | torch.tensor([0.5, 1.5])
Kumaraswamy | torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0]) | torch.tensor([0.2, 0.7])
Laplace | 0.0, 1.0 ; torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]) | torch.tensor([0.5, 1.5])
LowRankMultivariateNormal | torch.zeros(2), torch.tensor([[1.0], [0.5]]), torch.ones(2) | torch.tensor([0.5, 1.5])
LogisticNormal | torch.tensor([0.0, 0.5]), torch.tensor([1.0, 2.0]) | torch.tensor([0.2, 0.3, 0.5])
Multinomial | 5, torch.tensor([0.2, 0.3, 0.5]) ; total_count=4, logits=torch.tensor([0.1, 2.0, -1.0]) | torch.tensor([1.0, 2.0, 2.0]) ; torch.tensor([1.0, 2.0, 1.0])
MultivariateNormal | torch.zeros(2), torch.eye(2) ; torch.tensor([0.5, 1.0]), torch.tensor([[2.0, 0.3], [0.3, 1.0]]) ; torch.zeros(2), scale_tril=torch.tensor([[1.0, 0.0], [0.5, 2.0]]) ; torch.zeros(2), precision_matrix=torch.tensor([[2.0, 0.3], [0.3, 1.0]]) | torch.tensor([0.5, 1.5])
NegativeBinomial | 3, torch.tensor([0.3, 0.6]) ; 3.0, logits=torch.tensor([0.5, -1.0]) | torch.tensor([2.0, 0.0])
Pareto | 1.0, 3.0 ; torch.tensor([0.4, 1.0]), torch.tensor([3.0, 4.0]) | torch.tensor([1.5, 2.5])
GeneralizedPareto | 0.0, 1.0, 0.2 ; torch.tensor([0.0]), torch.tensor([2.0]), torch.tensor([0.1]) | torch.tensor([0.5, 1.5])
Poisson | 2.0 ; torch.tensor([1.0, 4.0]) | torch.tensor([2.0, 0.0])
RelaxedBernoulli | torch.tensor(0.5), torch.tensor([0.3, 0.6]) ; torch.tensor(2.0), logits=torch.tensor([0.5, -1.0]) | torch.tensor([0.2, 0.7])
RelaxedOneHotCategorical | torch.tensor(0.5), torch.tensor([0.2, 0.3, 0.5]) | torch.tensor([0.1, 0.2, 0.7])
OneHotCategoricalStraightThrough | torch.tensor([0.2, 0.3, 0.5]) | torch.tensor([0.0, 1.0, 0.0])
StudentT | 3.0 ; torch.tensor([3.0, 5.0]), 0.5, 2.0 | torch.tensor([0.5, 1.5])
Uniform | 0.0, 2.0 ; torch.tensor([0.0, 1.0]), torch.tensor([2.0, 3.0]) ; low=-1.0, high=2.0 | torch.tensor([0.5, 1.5])
VonMises | torch.tensor([0.0, 1.0]), torch.tensor([1.0, 4.0]) | torch.tensor([0.5, 1.5])
Weibull | 1.0, 2.0 ; torch.tensor([1.0, 2.0]), torch.tensor([1.5, 3.0]) | torch.tensor([0.5, 1.5])
Wishart | torch.tensor([4.0]), covariance_matrix=torch.eye(2) ; 5.0, torch.tensor([[2.0, 0.3], [0.3, 1.0]]) | torch.tensor([[2.0, 0.1], [0.1, 1.5]])
LKJCholesky | 3, 0.5 ; 3 | torch.linalg.cholesky(torch.tensor([[1.0, 0.2, 0.1], [0.2, 1.0, 0.3], [0.1, 0.3, 1.0]]))
Independent | D.Normal(torch.zeros(3), torch.ones(3)), 1 | torch.tensor([0.5, 1.5, -1.0])
MixtureSameFamily | D.Categorical(torch.tensor([0.3, 0.7])), D.Normal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0])) | torch.tensor([0.5, 1.5])
TransformedDistribution | D.Normal(0.0, 1.0), [D.ExpTransform()] ; D.Normal(torch.zeros(2), torch.ones(2)), D.AffineTransform(1.0, 2.0) ; D.Uniform(0.0, 1.0), [D.SigmoidTransform().inv, D.AffineTransform(loc=0.5, scale=2.0)] | torch.tensor([0.5, 1.5])
"""

MEASURES = "log_prob({v})|cdf({v})|icdf(torch.tensor([0.2, 0.7]))|entropy()|mean|variance|stddev|mode|sample().shape|sample((3,)).shape|sample(torch.Size([2, 3])).shape|rsample((2,)).shape|batch_shape|event_shape|expand((2,)).batch_shape|enumerate_support()|perplexity()|has_rsample|probs|logits|loc|scale|rate|concentration|total_count|covariance_matrix|scale_tril|precision_matrix|param_shape".split(
    "|"
)

PAIRS = """
Normal(0.0, 1.0) | Normal(1.0, 2.0) ; Laplace(1.0, 2.0)
Normal(torch.zeros(2), torch.ones(2)) | Normal(torch.ones(2), torch.ones(2) * 2) ; Gumbel(torch.ones(2), torch.ones(2) * 2)
Bernoulli(torch.tensor([0.3, 0.6])) | Bernoulli(torch.tensor([0.5, 0.2])) ; Poisson(torch.tensor([0.5, 0.2]))
Beta(2.0, 3.0) | Beta(1.0, 1.5) ; Gamma(1.0, 2.0) ; Exponential(1.5) ; Normal(0.0, 1.0)
Binomial(5, torch.tensor([0.3, 0.6])) | Binomial(5, torch.tensor([0.5, 0.2]))
Categorical(torch.tensor([0.2, 0.3, 0.5])) | Categorical(torch.tensor([0.4, 0.3, 0.3]))
OneHotCategorical(torch.tensor([0.2, 0.3, 0.5])) | OneHotCategorical(torch.tensor([0.4, 0.3, 0.3]))
Dirichlet(torch.tensor([0.5, 1.5, 2.0])) | Dirichlet(torch.tensor([1.0, 1.0, 1.0]))
Exponential(1.0) | Exponential(2.0) ; Gamma(2.0, 1.0) ; Normal(0.0, 1.0) ; Gumbel(0.0, 1.0)
Gamma(2.0, 1.0) | Gamma(3.0, 2.0) ; Exponential(2.0) ; Normal(0.0, 1.0) ; Gumbel(0.0, 1.0)
Geometric(torch.tensor([0.3, 0.6])) | Geometric(torch.tensor([0.5, 0.2]))
Gumbel(0.0, 1.0) | Gumbel(1.0, 2.0) ; Normal(0.0, 1.0)
HalfNormal(1.0) | HalfNormal(2.0)
Laplace(0.0, 1.0) | Laplace(1.0, 2.0) ; Normal(1.0, 2.0)
LogNormal(0.0, 1.0) | LogNormal(1.0, 2.0)
MultivariateNormal(torch.zeros(2), torch.eye(2)) | MultivariateNormal(torch.ones(2), torch.eye(2) * 2)
LowRankMultivariateNormal(torch.zeros(2), torch.tensor([[1.0], [0.5]]), torch.ones(2)) | MultivariateNormal(torch.ones(2), torch.eye(2) * 2)
Pareto(1.0, 3.0) | Pareto(0.5, 2.0) ; Exponential(1.0) ; Normal(0.0, 1.0)
Poisson(2.0) | Poisson(3.0)
Uniform(0.0, 1.0) | Uniform(-1.0, 2.0) ; Normal(0.0, 1.0) ; Beta(2.0, 3.0) ; Exponential(1.0) ; Gamma(2.0, 1.0) ; Gumbel(0.0, 1.0) ; Pareto(0.5, 2.0)
Cauchy(0.0, 1.0) | Cauchy(1.0, 2.0)
ContinuousBernoulli(torch.tensor([0.3, 0.6])) | ContinuousBernoulli(torch.tensor([0.5, 0.2])) ; Normal(0.0, 1.0) ; Exponential(1.0)
Independent(D.Normal(torch.zeros(3), torch.ones(3)), 1) | Independent(D.Normal(torch.ones(3), torch.ones(3)), 1)
"""

TRANSFORMS = """
ExpTransform() | v
SigmoidTransform() | v
TanhTransform() | v * 0.3
AbsTransform() | v
AffineTransform(1.0, 2.0) | v
AffineTransform(loc=torch.tensor([1.0, 2.0, 0.0, 1.0]), scale=torch.tensor([1.0, -2.0, 3.0, 0.5])) | v
PowerTransform(2.0) | v.abs()
SoftplusTransform() | v
SoftmaxTransform() | v
StickBreakingTransform() | v
LowerCholeskyTransform() | x[:, :3]
CorrCholeskyTransform() | v[:3] * 0.3
ReshapeTransform((4,), (2, 2)) | v
IndependentTransform(D.ExpTransform(), 1) | v
ComposeTransform([D.AffineTransform(0.0, 2.0), D.TanhTransform()]) | v * 0.2
CumulativeDistributionTransform(D.Normal(0.0, 1.0)) | v
"""

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def used(text: str) -> str:
    """Assignments of the inputs that a piece of code mentions."""
    import ast

    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return "".join(f"{name} = {code}\n" for name, code in INPUTS.items() if name in names - stored)


def rows(table: str) -> list[list[str]]:
    return [[part.strip() for part in line.split(" | ")] for line in table.strip("\n").splitlines()]


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";")]


def modules() -> list[Snippet]:
    found = []
    fills = itertools.cycle(FILLS)
    for line in MODULES.strip("\n").splitlines():
        name, arguments, inputs = [part.strip() for part in line.split("|")]
        for argument, given in itertools.product(parts(arguments), parts(inputs)):
            body = f"m = nn.{name}({argument})\n"
            if name.startswith("Lazy"):
                body += f"m({given})\n"
            if name not in RANDOM_MODULES:
                body += next(fills) + "\n"
            body += f"result = m({given})\n"
            lead = "from collections import OrderedDict\n" if "OrderedDict" in body else ""
            found.append(Snippet(f"torch.nn.{name}", HEAD + lead + used(body) + body, name in RANDOM_MODULES))
            if "weight" in name:
                continue
    for number, (made, attributes) in enumerate(rows(ATTRIBUTES)):
        name = made.partition("(")[0]
        for attribute in parts(attributes):
            reach = attribute if attribute.startswith("[") else f".{attribute}"
            body = f"m = nn.{made}\nresult = m{reach}\n"
            head = HEAD if number % 2 else HEAD.replace("import torch.nn as nn", "from torch import nn")
            found.append(Snippet(f"torch.nn.{name}", head + used(body) + body))
    for line in WHOLE.strip("\n").splitlines():
        name, _, body = line.partition(" ~ ")
        body = body.replace("; ", "\n").strip() + "\n"
        body = body.replace("exec('for l in m: result = l(result)')", "for l in m:\n    result = l(result)")
        found.append(Snippet(f"torch.nn.{name}", HEAD + used(body) + body))
    return found


def functions() -> list[Snippet]:
    found = []
    for number, (name, arguments) in enumerate(rows(FUNCTIONS)):
        for argument in parts(arguments):
            body = f"result = F.{name}({argument})\n"
            random = ("drop" in name and "training=False" not in argument) or name in (
                "gumbel_softmax",
                "fractional_max_pool2d",
            )
            head = (
                HEAD
                if number % 3
                else HEAD.replace("import torch.nn.functional as F", "from torch.nn import functional as F")
            )
            found.append(Snippet(f"torch.nn.functional.{name}", head + used(body) + body, random))
    return found


def initialisers() -> list[Snippet]:
    exact = ("constant_", "ones_", "zeros_", "eye_", "dirac_", "calculate_gain")
    found = []
    for name, arguments in rows(INITS):
        for argument in parts(arguments):
            body = f"result = nn.init.{name}({argument})\n"
            found.append(Snippet(f"torch.nn.init.{name}", HEAD + used(body) + body, name not in exact))
            if name == "calculate_gain" or not argument.startswith("x"):
                continue
            body = f"nn.init.{name}({argument})\nresult = x\n"
            found.append(Snippet(f"torch.nn.init.{name}", HEAD + used(body) + body, name not in exact))
    return found


def distributions() -> list[Snippet]:
    head = "import torch\nimport torch.distributions as D\n"
    found = []
    for line in DISTRIBUTIONS.strip("\n").splitlines():
        name, arguments, values = [part.strip() for part in line.split("|")]
        for argument, value in itertools.product(parts(arguments), parts(values)):
            for measure in MEASURES:
                body = f"d = D.{name}({argument})\nresult = d.{measure.format(v=value)}\n"
                found.append(Snippet(f"torch.distributions.{name}", head + body))
    for line in PAIRS.strip("\n").splitlines():
        first, others = [part.strip() for part in line.split("|")]
        for other in parts(others):
            for call in ("D.kl_divergence(p, q)", "D.kl.kl_divergence(p, q)"):
                body = f"p = D.{first}\nq = D.{other}\nresult = {call}\n"
                found.append(Snippet("torch.distributions.kl_divergence", head + body))
    for line in TRANSFORMS.strip("\n").splitlines():
        made, value = [part.strip() for part in line.split("|")]
        for measure in (
            "f(x0)",
            "f.inv(f(x0))",
            "f.log_abs_det_jacobian(x0, f(x0))",
            "f.bijective",
            "f.sign",
            "f.forward_shape((4,))",
        ):
            body = f"f = D.{made}\nx0 = {value}\nresult = {measure}\n"
            found.append(Snippet(f"torch.distributions.{made.partition('(')[0]}", head + used(body) + body))
    return found


def gradients() -> list[Snippet]:
    """Gradients by the inputs and the weights of layers and functions."""
    found = []
    fills = itertools.cycle(FILLS)
    head = HEAD + "from collections import OrderedDict\n"
    for number, line in enumerate(MODULES.strip("\n").splitlines()):
        name, arguments, inputs = [part.strip() for part in line.split("|")]
        if name in RANDOM_MODULES or name.startswith("Lazy"):
            continue
        for argument, given in list(itertools.product(parts(arguments), parts(inputs)))[:4]:
            first = given.partition(",")[0]
            body = f"m = nn.{name}({argument})\n{next(fills)}\n"
            last = "out[0] if isinstance(out, tuple) else out"
            if first in INPUTS:
                tail = f"{first}.requires_grad_(True)\nout = m({given})\nout = {last}\n(out ** 2).sum().backward()\n"
                code = head + used(body + f"m({given})") + body + tail + f"result = {first}.grad\n"
                found.append(Snippet(f"torch.nn.{name}", code))
            if number % 2:
                tail = f"out = m({given})\nout = {last}\nloss = (out ** 2).mean()\nloss.backward()\n"
                ask = "result = [p.grad for p in m.parameters()]\n"
                found.append(Snippet(f"torch.nn.{name}", head + used(body + f"m({given})") + body + tail + ask))
    for name, arguments in rows(FUNCTIONS):
        if "drop" in name or name == "gumbel_softmax":
            continue
        for number, argument in enumerate(parts(arguments)[:3]):
            first = argument.partition(",")[0].strip()
            if first not in INPUTS:
                continue
            lead = head + used(f"F.{name}({argument})") + f"{first}.requires_grad_()\n"
            if number % 2:
                code = f"y = F.{name}({argument})\ny.sum().backward()\nresult = {first}.grad\n"
            else:
                code = f"y = F.{name}({argument})\nresult = torch.autograd.grad((y * y).sum(), {first})[0]\n"
            found.append(Snippet(f"torch.nn.functional.{name}", lead + code))
    return found


def options() -> list[Snippet]:
    """What a layer says of the options that it was made with, the names of its parameters, and layers in float64."""
    import inspect

    from torch import nn

    found = []
    for line in MODULES.strip("\n").splitlines():
        name, arguments, inputs = [part.strip() for part in line.split("|")]
        head = HEAD + "from collections import OrderedDict\n"
        signature = inspect.signature(getattr(nn, name).__init__).parameters
        for argument in parts(arguments)[:3]:
            body = f"m = nn.{name}({argument})\n"
            for option in list(signature)[1:]:
                if option not in ("device", "dtype", "args", "kwargs"):
                    found.append(Snippet(f"torch.nn.{name}", f"{head}{used(body)}{body}result = m.{option}\n"))
            if name.startswith("Lazy"):
                continue
            for ask in ("list(m.state_dict().keys())", "[tuple(p.shape) for p in m.parameters()]", "m.training"):
                found.append(Snippet(f"torch.nn.{name}", f"{head}{used(body)}{body}result = {ask}\n"))
            ask = "sum(p.numel() for p in m.parameters())"
            found.append(Snippet(f"torch.nn.{name}", f"{head}{used(body)}{body}result = {ask}\n"))
            given = parts(inputs)[0]
            if name not in RANDOM_MODULES and given in INPUTS:
                body += FILLS[0] + f"\nm = m.double()\nresult = m({given}.double())\n"
                found.append(Snippet(f"torch.nn.{name}", head + used(body) + body))
                body = body.replace(".double()", ".eval()", 1).replace(".double()", "")
                found.append(Snippet(f"torch.nn.{name}", head + used(body) + body))
    return found


def variants() -> list[Snippet]:
    """The functions' snippets with float64, float16, NaN and infinite inputs, with keywords, and the layers' with float64."""
    import inspect
    import re

    from torch.nn import functional

    found = []
    special = (
        "torch.tensor([[0.5, float('nan'), -1.0, 0.0], [float('inf'), 1.0, -float('inf'), 2.0], [0.0, -0.0, 3.0, 1.0]])"
    )
    for name, arguments in rows(FUNCTIONS):
        for number, argument in enumerate(parts(arguments)):
            random = "drop" in name or name in ("gumbel_softmax", "fractional_max_pool2d")
            body = f"result = F.{name}({argument})\n"
            lead = used(body)
            api = f"torch.nn.functional.{name}"
            wide = re.sub(r"(?m)^([vxysidpqew]\w?|lp) = (.*)$", r"\1 = (\2).double()", lead)
            found.append(Snippet(api, HEAD + wide + body, random))
            if number == 0:
                half = re.sub(r"(?m)^([vxysidpqew]\w?|lp) = (.*)$", r"\1 = (\2).half()", lead)
                found.append(Snippet(api, HEAD + half + body, random))
            if "x" in argument and "x = " in lead:
                odd = re.sub(r"(?m)^x = .*$", f"x = {special}", lead)
                found.append(Snippet(api, HEAD + odd + body, random))
            try:
                import ast

                call = ast.parse(f"F.{name}({argument})", mode="eval").body
                names = list(inspect.signature(getattr(functional, name)).parameters)
                call.keywords = [*(ast.keyword(n, a) for n, a in zip(names, call.args, strict=False)), *call.keywords]
                call.args = []
                found.append(Snippet(api, HEAD + lead + f"result = {ast.unparse(call)}\n", random))
            except (TypeError, ValueError, AttributeError):
                continue
    return found


HOMES = {
    "torch.nn.variants": variants,
    "torch.nn.options": options,
    "torch.nn.gradients": gradients,
    "torch.nn": modules,
    "torch.nn.functional": functions,
    "torch.nn.init": initialisers,
    "torch.distributions": distributions,
}
"""The namespaces that are offered from here."""
