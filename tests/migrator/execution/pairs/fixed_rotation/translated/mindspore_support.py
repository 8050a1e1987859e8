"""Initialisers that write into a parameter or tensor and give it back."""

import numpy as np
from mindspore import Parameter, Tensor


def init_write_(tensor, value):
    if isinstance(tensor, Parameter):
        tensor.set_data(Tensor(value.astype(np.float32)))
    else:
        tensor[:] = Tensor(value.astype(np.float32))
    return tensor


def init_normal_(tensor):
    return init_write_(tensor, np.random.randn(*tensor.shape))


def init_xavier_uniform_(tensor):
    return init_write_(tensor, np.random.rand(*tensor.shape) - 0.5)


def init_orthogonal_(tensor):
    return init_write_(tensor, np.linalg.qr(np.random.randn(*tensor.shape))[0])
