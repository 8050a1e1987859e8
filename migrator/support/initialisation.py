"""torch.nn.init: initialisers that write into a parameter or tensor and give it back."""

from __future__ import annotations

import math
from typing import Any

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn
from mindspore.common.initializer import Normal as NormalInitializer
from mindspore.common.initializer import Uniform as UniformInitializer
from mindspore.common.initializer import initializer as initial_value

from migrator.support.cells import write_parameter


def init_write_(tensor: Tensor, value: Tensor) -> Tensor:
    """Puts ``value`` into ``tensor``, keeping its dtype: what torch's in-place initialisers do to memory. A part or
    another shape of a parameter (``weight.view(n, -1)``, ``weight[:3]``) writes into the parameter."""
    value = value.astype(tensor.dtype) if value.dtype != tensor.dtype else value
    if isinstance(tensor, Parameter):
        write_parameter(tensor, value)
    elif tensor.ndim:
        with ms._no_grad():  # where computations are recorded, the write would not reach the parameter
            tensor[:] = value
    else:
        tensor.assign_value(value)
    return tensor


def init_constant_(tensor: Tensor, val: float) -> Tensor:
    """torch.nn.init.constant_: every element is ``val``."""
    return init_write_(tensor, Tensor(np.full(tensor.shape, val, np.float32)))


def init_uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """torch.nn.init.uniform_: drawn from U(a, b) by MindSpore's initialiser (seeded by ``ms.set_seed``), or from a
    generator."""
    if generator is None:
        drawn = (initial_value(UniformInitializer(1.0), tensor.shape, ms.float32).init_data().asnumpy() + 1.0) / 2.0
    else:
        drawn = np.random.RandomState(generator.next_seed()).random_sample(tensor.shape)
    return init_write_(tensor, Tensor(drawn * (b - a) + a, ms.float32))


def init_draw(shape: tuple[int, ...], generator: Any = None) -> np.ndarray:
    """Standard normal numbers of MindSpore's initialiser (seeded by ``ms.set_seed``), or from a generator."""
    if generator is None:
        return initial_value(NormalInitializer(1.0), shape, ms.float32).init_data().asnumpy()
    return np.random.RandomState(generator.next_seed()).standard_normal(shape)


def init_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """torch.nn.init.normal_: drawn from N(mean, std²)."""
    return init_write_(tensor, Tensor(init_draw(tensor.shape, generator) * std + mean, ms.float32))


def init_trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Tensor:
    """torch.nn.init.trunc_normal_: N(mean, std²) cut off at ``a`` and ``b`` (values, not multiples of ``std``)."""
    drawn = init_draw(tensor.shape, generator) * std + mean
    outside = (drawn < a) | (drawn > b)
    while outside.any():
        drawn[outside] = init_draw((int(outside.sum()),), generator) * std + mean
        outside = (drawn < a) | (drawn > b)
    return init_write_(tensor, Tensor(drawn, ms.float32))


def init_eye_(tensor: Tensor) -> Tensor:
    """torch.nn.init.eye_: the identity matrix, for two dimensions."""
    return init_write_(tensor, Tensor(np.eye(*tensor.shape, dtype=np.float32)))


def init_dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """torch.nn.init.dirac_: a convolution weight (O, I, ...) that hands its input on."""
    value = np.zeros(tensor.shape, np.float32)
    per_group = tensor.shape[0] // groups
    centre = tuple(size // 2 for size in tensor.shape[2:])
    for group in range(groups):
        for channel in range(min(per_group, tensor.shape[1])):
            value[(group * per_group + channel, channel, *centre)] = 1.0
    return init_write_(tensor, Tensor(value))


def init_fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight with at least two dimensions, as torch computes them."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """torch.nn.init.calculate_gain."""
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity == "selu":
        return 3.0 / 4
    if nonlinearity in ("linear", "sigmoid") or nonlinearity.startswith("conv"):
        return 1
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def init_xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """torch.nn.init.xavier_uniform_."""
    bound = gain * math.sqrt(6.0 / sum(init_fans(tensor)))
    return init_uniform_(tensor, -bound, bound, generator)


def init_xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """torch.nn.init.xavier_normal_."""
    return init_normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(init_fans(tensor))), generator)


def init_kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    """The standard deviation of Kaiming initialisation, as torch computes it."""
    fan_in, fan_out = init_fans(tensor)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in if mode == "fan_in" else fan_out)


def init_kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """torch.nn.init.kaiming_uniform_."""
    bound = math.sqrt(3.0) * init_kaiming_std(tensor, a, mode, nonlinearity)
    return init_uniform_(tensor, -bound, bound, generator)


def init_kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """torch.nn.init.kaiming_normal_."""
    return init_normal_(tensor, 0.0, init_kaiming_std(tensor, a, mode, nonlinearity), generator)


def init_orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """torch.nn.init.orthogonal_: a (semi-)orthogonal matrix from the QR decomposition of a normal draw."""
    rows = tensor.shape[0]
    columns = math.prod(tensor.shape[1:])
    drawn = init_draw((rows, columns), generator)
    q, r = np.linalg.qr(drawn.T if rows < columns else drawn)
    q = q * np.sign(np.diag(r))
    value = (q.T if rows < columns else q) * gain
    return init_write_(tensor, Tensor(np.ascontiguousarray(value).reshape(tensor.shape), ms.float32))


def init_sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """torch.nn.init.sparse_: normal draws with a fraction ``sparsity`` of every column set to zero."""
    rows, columns = tensor.shape
    value = init_draw((rows, columns), generator) * std
    for column in range(columns):
        value[np.random.permutation(rows)[: math.ceil(sparsity * rows)], column] = 0.0
    return init_write_(tensor, Tensor(value, ms.float32))


def reset_parameters(layer: nn.Cell) -> None:
    """torch's ``reset_parameters`` of a layer: new values drawn by the law that torch has for it."""
    own = {"gamma": "weight", "beta": "bias", "embedding_table": "weight", "moving_mean": "running_mean"}
    own["moving_variance"] = "running_var"
    found = {own.get(name, name): value for name, value in layer._params.items() if value is not None}
    weight, bias = found.get("weight"), found.get("bias")
    if isinstance(layer, nn.Embedding) or type(layer).__name__.startswith("Embedding"):
        init_normal_(weight)
        padding = getattr(layer, "padding_idx", None)
        if padding is not None:
            weight[padding] = 0.0
    elif weight is not None and weight.ndim >= 2 and len(found) <= 2:
        init_kaiming_uniform_(weight, a=math.sqrt(5))
        if bias is not None:
            bound = 1 / math.sqrt(init_fans(weight)[0])
            init_uniform_(bias, -bound, bound)
    elif weight is not None and weight.ndim == 1:
        init_constant_(weight, 1.0)
        if bias is not None:
            init_constant_(bias, 0.0)
    elif hasattr(layer, "hidden_size"):
        bound = 1 / math.sqrt(layer.hidden_size)
        for value in found.values():
            init_uniform_(value, -bound, bound)
    for name, value in (("running_mean", 0.0), ("running_var", 1.0)):
        if name in found:
            init_constant_(found[name], value)
