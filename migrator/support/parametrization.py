"""torch.nn.utils: parameters as one vector, weight and spectral normalisation, parametrizations, pruning, fusing."""

from __future__ import annotations

import copy
import math

import numpy as np
from mindspore import Parameter, Tensor, nn, ops

from migrator.support.cells import TORCH_PARAMETER_NAMES


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
    """The 2-norm over all axes but ``dim``, with the axes kept; over all, as a number, where it is None."""
    if dim is None:
        return ops.sqrt((value * value).sum())
    axes = tuple(axis for axis in range(value.ndim) if axis != dim % value.ndim)
    return ops.sqrt((value * value).sum(axis=axes, keepdims=True))


class ReparametrizedLayer:
    """Mixed into a layer's class: its weight is made anew from other parameters at every call."""

    hidden_parameters = ("weight",)

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


class Parametrized(ReparametrizedLayer):
    """weight = the registered parametrizations, one after another, of weight_original."""

    def compute_weight(self):
        weight = self.weight_original
        for parametrization in self.weight_parametrizations:
            weight = parametrization(weight)
        return weight


class Pruned(ReparametrizedLayer):
    """weight = weight_orig * weight_mask."""

    def compute_weight(self):
        return self.weight_orig * self.weight_mask


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
    for extra in ("weight_g", "weight_v", "weight_u", "weight_orig", "weight_original"):
        module._params.pop(extra, None)
    module.__class__ = module.layer_class
    return module


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """torch.nn.utils.parametrize.register_parametrization for a layer's ``weight``; more than one are chained."""
    if tensor_name != "weight":
        raise ValueError(f"only a layer's weight can be parametrized, not {tensor_name}")
    if isinstance(module, Parametrized):
        module.weight_parametrizations.append(parametrization)
    else:
        original = Parameter(Tensor(module.weight.asnumpy()), name="weight_original")
        module.weight_parametrizations = [parametrization]
        reparametrize(module, Parametrized, {"weight_original": original})
    module.weight.set_data(module.compute_weight())
    return module


def is_parametrized(module, tensor_name=None):
    """torch.nn.utils.parametrize.is_parametrized."""
    return isinstance(module, ReparametrizedLayer) and tensor_name in (None, "weight")


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """torch.nn.utils.parametrize.remove_parametrizations: the weight is a plain parameter again, as made last or as
    it was before."""
    original = None if leave_parametrized else Tensor(module.weight_original.asnumpy())
    remove_weight_norm(module, tensor_name)
    if original is not None:
        module.weight.set_data(original)
    return module


def custom_from_mask(module, name, mask):
    """torch.nn.utils.prune.custom_from_mask: the weight is ``weight_orig * weight_mask`` from now on. Pruned again, a
    layer has the product of its masks."""
    if name != "weight":
        raise ValueError(f"only a layer's weight can be pruned, not {name}")
    mask = Tensor(mask.asnumpy().astype(np.float32)).astype(module.weight.dtype)
    if isinstance(module, Pruned):
        module.weight_mask = module.weight_mask * mask
    else:
        original = Parameter(Tensor(module.weight.asnumpy()), name="weight_orig")
        module.weight_mask = mask
        module.__dict__.setdefault("buffer_names", {})["weight_mask"] = True
        reparametrize(module, Pruned, {"weight_orig": original})
    module.weight.set_data(module.compute_weight())
    return module


def _to_prune(amount, size):
    return round(amount * size) if isinstance(amount, float) else amount


def _mask_of_smallest(scores, count):
    mask = np.ones(scores.size, np.float32)
    mask[np.argsort(scores.reshape(-1), kind="stable")[:count]] = 0.0
    return mask.reshape(scores.shape)


def _scores(module, importance_scores):
    """What pruning orders weights by; pruned weights come first, so that they are not counted again."""
    values = np.abs(module.weight.asnumpy()) if importance_scores is None else np.abs(importance_scores.asnumpy())
    return np.where(module.weight_mask.asnumpy() == 0, -1.0, values) if isinstance(module, Pruned) else values


def l1_unstructured(module, name, amount, importance_scores=None):
    """torch.nn.utils.prune.l1_unstructured: the smallest weights become 0; a float is a share of those left."""
    scores = _scores(module, importance_scores)
    gone = int((scores < 0).sum())
    count = gone + _to_prune(amount, scores.size - gone)
    return custom_from_mask(module, name, Tensor(_mask_of_smallest(scores, count)))


def random_unstructured(module, name, amount):
    """torch.nn.utils.prune.random_unstructured: weights chosen by chance become 0."""
    scores = np.where(_scores(module, None) < 0, -1.0, ops.rand(*module.weight.shape).asnumpy())
    gone = int((scores < 0).sum())
    count = gone + _to_prune(amount, scores.size - gone)
    return custom_from_mask(module, name, Tensor(_mask_of_smallest(scores, count)))


def _without_slices(module, name, scores, amount, dim):
    kept = _mask_of_smallest(scores, _to_prune(amount, scores.size))
    shape = [1] * module.weight.ndim
    shape[dim] = -1
    return custom_from_mask(module, name, Tensor(np.broadcast_to(kept.reshape(shape), module.weight.shape).copy()))


def ln_structured(module, name, amount, n, dim, importance_scores=None):
    """torch.nn.utils.prune.ln_structured: the slices of smallest ``n``-norm along ``dim`` become 0."""
    values = (module.weight if importance_scores is None else importance_scores).asnumpy()
    rows = np.moveaxis(values, dim, 0).reshape(values.shape[dim], -1)
    return _without_slices(module, name, np.linalg.norm(rows, ord=n, axis=1), amount, dim)


def random_structured(module, name, amount, dim):
    """torch.nn.utils.prune.random_structured: slices along ``dim`` chosen by chance become 0."""
    return _without_slices(module, name, ops.rand(module.weight.shape[dim]).asnumpy(), amount, dim)


def prune_nothing(module, name):
    """torch.nn.utils.prune.identity: a mask of ones."""
    return custom_from_mask(module, name, ops.ones_like(module.weight))


def is_pruned(module):
    """torch.nn.utils.prune.is_pruned."""
    return any(isinstance(cell, Pruned) for _, cell in module.cells_and_names())


def remove_pruning(module, name):
    """torch.nn.utils.prune.remove: the pruned weight is a plain parameter again."""
    if not isinstance(module, Pruned):
        raise ValueError(f"Parameter '{name}' of module has to be pruned before pruning can be removed")
    module.buffer_names.pop("weight_mask")
    return remove_weight_norm(module, name)


def fuse_conv_bn_eval(conv, bn, transpose=False):
    """torch.nn.utils.fuse_conv_bn_eval: a copy of the convolution with the normalization's scale and shift in it."""
    found = {TORCH_PARAMETER_NAMES.get(name, name): value for name, value in bn._params.items() if value is not None}
    scale = 1.0 / ops.sqrt(found["running_var"] + getattr(bn, "eps", 1e-5))
    scale = scale * found["weight"] if "weight" in found else scale
    shift = found.get("bias", 0.0) - found["running_mean"] * scale
    fused = copy.deepcopy(conv)
    weight, bias = fused.weight, getattr(fused, "bias", None)
    shape = (1, -1) if transpose else (-1, 1)
    fused.weight.set_data(weight * scale.reshape(shape + (1,) * (weight.ndim - 2)))
    value = shift if bias is None else shift + bias * scale
    if bias is None:
        fused.has_bias = True
        fused.bias = Parameter(Tensor(value.asnumpy()), name="bias")
    else:
        fused.bias.set_data(value)
    return fused


def clip_gradients_with_norm(parameters, max_norm, total_norm, foreach=None):
    """torch.nn.utils.clip_grads_with_norm_ on the gradients kept in the parameters."""
    listed = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    scale = min(1.0, float(max_norm) / (float(total_norm) + 1e-6))
    for parameter in listed:
        if getattr(parameter, "grad", None) is not None:
            parameter.grad = parameter.grad * scale


def invert_permutation(permutation):
    """torch.nn.utils.rnn.invert_permutation; None stays None."""
    return None if permutation is None else Tensor(np.argsort(permutation.asnumpy(), kind="stable"))
