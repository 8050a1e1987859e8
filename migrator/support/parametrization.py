"""torch.nn.utils: parameters as one vector, weight normalisation and spectral normalisation."""

from __future__ import annotations

import math

import numpy as np
from mindspore import Parameter, Tensor, nn, ops


def parameters_to_vector(parameters):
    """torch.nn.utils.parameters_to_vector: all parameters, flattened, one after another."""
    return ops.concat([parameter.reshape((-1,)) for parameter in parameters], 0)


def vector_to_parameters(vec, parameters):
    """torch.nn.utils.vector_to_parameters: writes the pieces of a vector into the parameters."""
    start = 0
    for parameter in parameters:
        count = int(np.prod(parameter.shape))
        parameter.set_data(vec[start : start + count].reshape(parameter.shape).astype(parameter.dtype))
        start += count


def total_norm(tensors, norm_type=2.0):
    """torch.nn.utils.get_total_norm: the norm of the tensors' norms."""
    flat = ops.concat([ops.abs(tensor.reshape((-1,))) for tensor in tensors], 0)
    if norm_type == math.inf:
        return flat.max()
    return (flat**norm_type).sum() ** (1.0 / norm_type)


def norm_except(value, dim):
    """The 2-norm over all axes but ``dim`` (over all where it is None), with the axes kept."""
    axes = tuple(axis for axis in range(value.ndim) if dim is None or axis != dim % value.ndim)
    return ops.sqrt((value * value).sum(axis=axes, keepdims=True))


class ReparametrizedLayer:
    """Mixed into a layer's class: its weight is made anew from other parameters at every call."""

    def construct(self, *args, **kwargs):
        weight = self.compute_weight()
        kept = self._params.pop("weight")
        object.__setattr__(self, "weight", weight)
        try:
            return self.layer_class.construct(self, *args, **kwargs)
        finally:
            object.__delattr__(self, "weight")
            self._params["weight"] = kept


class WeightNormed(ReparametrizedLayer):
    """weight = weight_g * weight_v / ||weight_v||."""

    def compute_weight(self):
        return self.weight_g * self.weight_v / norm_except(self.weight_v, self.weight_norm_dim)


class SpectrallyNormed(ReparametrizedLayer):
    """weight = weight_orig / sigma, with sigma from power iterations that go on in training."""

    def compute_weight(self):
        matrix = self.weight_orig
        if self.spectral_dim:
            matrix = matrix.swapaxes(0, self.spectral_dim)
        matrix = matrix.reshape((matrix.shape[0], -1))
        if self.training:
            values, u = matrix.asnumpy(), self.weight_u.asnumpy()
            for _ in range(self.power_iterations):
                v = values.T @ u
                v = v / max(np.linalg.norm(v), self.spectral_eps)
                u = values @ v
                u = u / max(np.linalg.norm(u), self.spectral_eps)
            self.weight_u.set_data(Tensor(u))
            self.weight_v.set_data(Tensor(v))
        sigma = (self.weight_u * ops.matmul(matrix, self.weight_v)).sum()
        return self.weight_orig / sigma


def reparametrize(module, mixin, parameters):
    """Makes ``module`` an instance of its class with ``mixin`` and gives it the new parameters."""
    original = type(module)
    module.__class__ = type(original.__name__, (mixin, original), {"layer_class": original})
    for name, parameter in parameters.items():
        module.insert_param_to_cell(name, parameter)
    module.weight.requires_grad = False
    return module


def weight_norm(module, name="weight", dim=0):
    """torch.nn.utils.weight_norm for a layer's ``weight``."""
    value = Tensor(module.weight.asnumpy())
    parameters = {
        "weight_g": Parameter(norm_except(value, dim), name="weight_g"),
        "weight_v": Parameter(value, name="weight_v"),
    }
    module.weight_norm_dim = dim
    return reparametrize(module, WeightNormed, parameters)


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """torch.nn.utils.spectral_norm for a layer's ``weight``."""
    dim = (
        dim
        if dim is not None
        else 1
        if isinstance(module, nn.Conv2dTranspose) or hasattr(module, "output_padding")
        else 0
    )
    value = module.weight.asnumpy()
    matrix = np.moveaxis(value, dim, 0).reshape(value.shape[dim], -1)
    u = ops.standard_normal((matrix.shape[0],)).asnumpy()
    u = u / max(np.linalg.norm(u), eps)
    v = matrix.T @ u
    v = v / max(np.linalg.norm(v), eps)
    parameters = {
        "weight_orig": Parameter(Tensor(value), name="weight_orig"),
        "weight_u": Parameter(Tensor(u.astype(value.dtype)), name="weight_u", requires_grad=False),
        "weight_v": Parameter(Tensor(v.astype(value.dtype)), name="weight_v", requires_grad=False),
    }
    module.spectral_dim, module.power_iterations, module.spectral_eps = dim, n_power_iterations, eps
    return reparametrize(module, SpectrallyNormed, parameters)


def remove_weight_norm(module, name="weight"):
    """torch.nn.utils.remove_weight_norm and remove_spectral_norm: the weight is a plain parameter again."""
    module.weight.set_data(module.compute_weight())
    module.weight.requires_grad = True
    for extra in ("weight_g", "weight_v", "weight_u", "weight_orig"):
        module._params.pop(extra, None)
    module.__class__ = module.layer_class
    return module
