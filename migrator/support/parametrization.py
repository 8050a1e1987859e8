"""torch.nn.utils: parameters as one vector, weight and spectral normalisation, parametrizations, pruning, fusing."""

from __future__ import annotations

import copy
import math

import numpy as np
from mindspore import Parameter, Tensor, nn, ops

from migrator.support.cells import TORCH_PARAMETER_NAMES, register_buffer, write_parameter


def parameters_to_vector(parameters):
    """torch.nn.utils.parameters_to_vector: all parameters, flattened, one after another."""
    return ops.concat([parameter.reshape((-1,)) for parameter in parameters], 0)


def vector_to_parameters(vec, parameters):
    """torch.nn.utils.vector_to_parameters: writes the pieces of a vector into the parameters."""
    start = 0
    for parameter in parameters:
        count = int(np.prod(parameter.shape))
        write_parameter(parameter, vec[start : start + count].reshape(parameter.shape).astype(parameter.dtype))
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


class ComputedParameters:
    """Mixed into a layer's class: some of its parameters are made from others whenever they are looked at.

    ``recipes`` of a layer maps such a parameter's name to what makes it: a function of the layer.
    """

    def __setattr__(self, name, value):
        recipe = self.__dict__.get("recipes", {}).get(name)
        if recipe is None:
            super().__setattr__(name, value)
        else:
            recipe.assign(self, value)


def own_name(module, name):
    """The name under which a MindSpore layer keeps what torch calls ``name``."""
    return next((own for own in module._params if TORCH_PARAMETER_NAMES.get(own, own) == name), name)


def compute_parameter(module, name, recipe, parameters):
    """Takes the parameter ``name`` out of a layer: from now on it is what the recipe makes of the new parameters."""
    own = own_name(module, name)
    if not isinstance(module, ComputedParameters):
        original = type(module)
        module.__class__ = type(original.__name__, (ComputedParameters, original), {"layer_class": original})
        module.__dict__["recipes"] = {}
    module._params.pop(own, None)
    module.__dict__.pop(own, None)
    module.recipes[own] = recipe
    setattr(type(module), own, property(lambda layer: layer.recipes[own](layer)))
    for added, parameter in parameters.items():
        module.insert_param_to_cell(added, parameter, check_name_contain_dot=False)
    return module


def keep_parameter(module, name, value):
    """A computed parameter is a plain one again, with this value."""
    own = next(own for own in module.recipes if TORCH_PARAMETER_NAMES.get(own, own) == name)
    del module.recipes[own]
    delattr(type(module), own)
    if not module.recipes:
        module.__class__ = module.layer_class
    module.insert_param_to_cell(own, Parameter(Tensor(value.asnumpy()), name=own))
    return module


def recipe_of(module, name):
    """What makes a layer's parameter; None where it is a plain one."""
    recipes = module.__dict__.get("recipes", {})
    return next((recipe for own, recipe in recipes.items() if TORCH_PARAMETER_NAMES.get(own, own) == name), None)


class Recipe:
    """What makes a parameter. Its sources are called after it: ``weight_orig``."""

    sources = ()

    def __init__(self, name):
        self.name = name

    def source(self, module, ending):
        return getattr(module, f"{self.name}{ending}")

    def remove(self, module):
        """Makes the parameter a plain one with the value that it has now."""
        value = self(module)
        for ending in self.sources:
            module._params.pop(f"{self.name}{ending}", None)
            module.__dict__.get("buffer_names", {}).pop(f"{self.name}{ending}", None)
            module.__dict__.pop(f"{self.name}{ending}", None)
        return keep_parameter(module, self.name, value)


class WeightNormRecipe(Recipe):
    """weight = weight_g * weight_v / ||weight_v||."""

    sources = ("_g", "_v")

    def __init__(self, name, dim):
        super().__init__(name)
        self.dim = dim

    def __call__(self, module):
        value = self.source(module, "_v")
        return self.source(module, "_g") * value / norm_except(value, self.dim)


def weight_norm(module, name="weight", dim=0):
    """torch.nn.utils.weight_norm: the parameter ``name`` is a length times a direction."""
    value = Tensor(getattr(module, own_name(module, name)).asnumpy())
    parameters = {
        f"{name}_g": Parameter(norm_except(value, dim), name=f"{name}_g"),
        f"{name}_v": Parameter(value, name=f"{name}_v"),
    }
    return compute_parameter(module, name, WeightNormRecipe(name, dim), parameters)


def remove_weight_norm(module, name="weight"):
    """torch.nn.utils.remove_weight_norm and remove_spectral_norm: the weight is a plain parameter again. Raises
    ValueError where it was one already."""
    recipe = recipe_of(module, name)
    if recipe is None:
        raise ValueError(f"weight_norm of '{name}' not found in {type(module).__name__}")
    return recipe.remove(module)


def weight_matrix(weight, dim):
    """A weight as a matrix whose rows go along ``dim``."""
    if dim:
        weight = weight.movedim(dim, 0)
    return weight.reshape((weight.shape[0], -1))


def output_axis(module):
    """The axis of a weight that belongs to the outputs."""
    return 1 if isinstance(module, nn.Conv2dTranspose) or getattr(module, "transposed", False) else 0


def unit(vector, eps):
    return vector / max(np.linalg.norm(vector), eps)


def power_iteration(values, u, v, count, eps):
    """``count`` steps towards the largest singular value of a NumPy matrix, from u: the new (u, v)."""
    for _ in range(count):
        v = unit(values.T @ u, eps)
        u = unit(values @ v, eps)
    return u, v


class SpectralNormRecipe(Recipe):
    """weight = weight_orig / sigma, with sigma from power iterations that go on at each call in training."""

    sources = ("_orig", "_u", "_v")

    def __init__(self, name, dim, iterations, eps):
        super().__init__(name)
        self.dim, self.iterations, self.eps = dim, iterations, eps

    def __call__(self, module):
        original = self.source(module, "_orig")
        matrix = weight_matrix(original, self.dim)
        u, v = self.source(module, "_u"), self.source(module, "_v")
        return original / (u * ops.matmul(matrix, v)).sum()

    def remove(self, module):
        self.handle.remove()
        return super().remove(module)

    def before_call(self, module):
        if module.training:
            matrix = weight_matrix(self.source(module, "_orig"), self.dim).asnumpy()
            u, v = (self.source(module, ending).asnumpy() for ending in ("_u", "_v"))
            u, v = power_iteration(matrix, u, v, self.iterations, self.eps)
            setattr(module, f"{self.name}_u", Tensor(u))
            setattr(module, f"{self.name}_v", Tensor(v))


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """torch.nn.utils.spectral_norm: the parameter ``name`` divided by its largest singular value."""
    dim = output_axis(module) if dim is None else dim
    value = getattr(module, own_name(module, name)).asnumpy()
    rows, columns = weight_matrix(Tensor(value), dim).shape
    u, v = (unit(ops.standard_normal((size,)).asnumpy(), eps).astype(value.dtype) for size in (rows, columns))
    recipe = SpectralNormRecipe(name, dim, n_power_iterations, eps)
    compute_parameter(module, name, recipe, {f"{name}_orig": Parameter(Tensor(value), name=f"{name}_orig")})
    register_buffer(module, f"{name}_u", Tensor(u))
    register_buffer(module, f"{name}_v", Tensor(v))
    recipe.handle = module.register_forward_pre_hook(lambda layer, inputs: recipe.before_call(module))
    return module


class Parametrization(nn.CellList):
    """torch's ``ParametrizationList``: the steps that make a parameter from its ``original`` (or ``original0``, …)."""

    def __init__(self, steps, originals):
        super().__init__(steps)
        self.count = len(originals)
        for number, value in enumerate(originals):
            name = "original" if self.count == 1 else f"original{number}"
            self.insert_param_to_cell(name, Parameter(Tensor(value.asnumpy()), name=name))

    def originals(self):
        return [self.original] if self.count == 1 else [getattr(self, f"original{n}") for n in range(self.count)]

    def made(self):
        value, steps = self.originals(), list(self)
        made = steps[0](*value)
        for step in steps[1:]:
            made = step(made)
        return made

    def assign(self, value):
        for original, part in zip(self.originals(), inverted(list(self), value)):
            write_parameter(original, Tensor(part.asnumpy()))


def inverted(steps, value):
    """The originals from which the steps make ``value``, as far as they have a ``right_inverse``."""
    for step in reversed(steps):
        if hasattr(step, "right_inverse"):
            value = step.right_inverse(value)
    return list(value) if isinstance(value, (tuple, list)) else [value]


class Parametrizations(nn.Cell):
    """What ``layer.parametrizations`` is: a Parametrization for each parametrized parameter."""

    def __getitem__(self, name):
        return self._cells[name]

    def __contains__(self, name):
        return name in self._cells


class ParametrizedRecipe(Recipe):
    """A parameter that its registered parametrizations make."""

    def __call__(self, module):
        return module.parametrizations[self.name].made()

    def assign(self, module, value):
        module.parametrizations[self.name].assign(value)


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """torch.nn.utils.parametrize.register_parametrization; more than one for a parameter are chained."""
    if isinstance(recipe_of(module, tensor_name), ParametrizedRecipe):
        module.parametrizations[tensor_name].append(parametrization)
        return module
    value = Tensor(getattr(module, own_name(module, tensor_name)).asnumpy())
    parametrized = Parametrization([parametrization], inverted([parametrization], value))
    compute_parameter(module, tensor_name, ParametrizedRecipe(tensor_name), {})
    if "parametrizations" not in module._cells:
        module.insert_child_to_cell("parametrizations", Parametrizations())
    module.parametrizations.insert_child_to_cell(tensor_name, parametrized)
    return module


def is_parametrized(module, tensor_name=None):
    """torch.nn.utils.parametrize.is_parametrized."""
    found = [
        own for own, recipe in module.__dict__.get("recipes", {}).items() if isinstance(recipe, ParametrizedRecipe)
    ]
    return bool(found) if tensor_name is None else isinstance(recipe_of(module, tensor_name), ParametrizedRecipe)


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """torch.nn.utils.parametrize.remove_parametrizations: a plain parameter again, as made last or as it was before.
    Raises ValueError where it is not parametrized."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {type(module).__name__} does not have a parametrization on {tensor_name}")
    parametrized = module.parametrizations[tensor_name]
    value = parametrized.made() if leave_parametrized else parametrized.originals()[0]
    keep_parameter(module, tensor_name, value)
    del module.parametrizations._cells[tensor_name]
    if not module.parametrizations._cells:
        del module._cells["parametrizations"]
    return module


class WeightNormStep(nn.Cell):
    """weight = g * v / ||v||, as a parametrization."""

    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def construct(self, length, direction):
        return length * direction / norm_except(direction, self.dim)

    def right_inverse(self, weight):
        return norm_except(weight, self.dim), weight


def parametrized_weight_norm(module, name="weight", dim=0):
    """torch.nn.utils.parametrizations.weight_norm."""
    return register_parametrization(module, name, WeightNormStep(dim))


class SpectralNormStep(nn.Cell):
    """weight / sigma, as a parametrization: power iterations go on whenever the weight is looked at in training."""

    def __init__(self, weight, dim, iterations, eps):
        super().__init__()
        self.dim, self.iterations, self.eps = dim, iterations, eps
        if weight.ndim > 1:
            matrix = weight_matrix(weight, dim).asnumpy()
            start = [unit(ops.standard_normal((size,)).asnumpy(), eps).astype(matrix.dtype) for size in matrix.shape]
            u, v = power_iteration(matrix, *start, 15, eps)
            register_buffer(self, "_u", Tensor(u))
            register_buffer(self, "_v", Tensor(v))
        self.set_train(True)

    def construct(self, weight):
        if weight.ndim == 1:
            return weight / ops.maximum(ops.sqrt((weight * weight).sum()), self.eps)
        matrix = weight_matrix(weight, self.dim)
        if self.training:
            u, v = power_iteration(matrix.asnumpy(), self._u.asnumpy(), self._v.asnumpy(), self.iterations, self.eps)
            self._u, self._v = Tensor(u), Tensor(v)
        return weight / (self._u * ops.matmul(matrix, self._v)).sum()


def parametrized_spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """torch.nn.utils.parametrizations.spectral_norm."""
    weight = Tensor(getattr(module, own_name(module, name)).asnumpy())
    dim = output_axis(module) if dim is None else dim
    return register_parametrization(module, name, SpectralNormStep(weight, dim, n_power_iterations, eps))


class PruningRecipe(Recipe):
    """weight = weight_orig * weight_mask."""

    sources = ("_orig", "_mask")

    def __call__(self, module):
        return self.source(module, "_orig") * self.source(module, "_mask")


def mask_of(module, name):
    """The mask of a pruned parameter; None where it is not pruned."""
    return getattr(module, f"{name}_mask") if isinstance(recipe_of(module, name), PruningRecipe) else None


def custom_from_mask(module, name, mask):
    """torch.nn.utils.prune.custom_from_mask: the weight is ``weight_orig * weight_mask`` from now on. Pruned again, a
    layer has the product of its masks."""
    weight, before = getattr(module, own_name(module, name)), mask_of(module, name)
    mask = Tensor(mask.asnumpy().astype(np.float32)).astype(weight.dtype)
    if before is not None:
        setattr(module, f"{name}_mask", before * mask)
        return module
    original = Parameter(Tensor(weight.asnumpy()), name=f"{name}_orig")
    compute_parameter(module, name, PruningRecipe(name), {f"{name}_orig": original})
    register_buffer(module, f"{name}_mask", mask)
    return module


def _to_prune(amount, size):
    return round(amount * size) if isinstance(amount, float) else amount


def _mask_of_smallest(scores, count):
    mask = np.ones(scores.size, np.float32)
    mask[np.argsort(scores.reshape(-1), kind="stable")[:count]] = 0.0
    return mask.reshape(scores.shape)


def _scores(module, name, importance_scores):
    """What pruning orders weights by; pruned weights come first, so that they are not counted again."""
    weight, mask = getattr(module, own_name(module, name)), mask_of(module, name)
    values = np.abs(weight.asnumpy()) if importance_scores is None else np.abs(importance_scores.asnumpy())
    return values if mask is None else np.where(mask.asnumpy() == 0, -1.0, values)


def l1_unstructured(module, name, amount, importance_scores=None):
    """torch.nn.utils.prune.l1_unstructured: the smallest weights become 0; a float is a share of those left."""
    scores = _scores(module, name, importance_scores)
    gone = int((scores < 0).sum())
    count = gone + _to_prune(amount, scores.size - gone)
    return custom_from_mask(module, name, Tensor(_mask_of_smallest(scores, count)))


def random_unstructured(module, name, amount):
    """torch.nn.utils.prune.random_unstructured: weights chosen by chance become 0."""
    scores = _scores(module, name, None)
    scores = np.where(scores < 0, -1.0, ops.rand(*scores.shape).asnumpy())
    gone = int((scores < 0).sum())
    count = gone + _to_prune(amount, scores.size - gone)
    return custom_from_mask(module, name, Tensor(_mask_of_smallest(scores, count)))


def _without_slices(module, name, scores, amount, dim):
    kept = _mask_of_smallest(scores, _to_prune(amount, scores.size))
    sizes = getattr(module, own_name(module, name)).shape
    shape = [1] * len(sizes)
    shape[dim] = -1
    return custom_from_mask(module, name, Tensor(np.broadcast_to(kept.reshape(shape), sizes).copy()))


def ln_structured(module, name, amount, n, dim, importance_scores=None):
    """torch.nn.utils.prune.ln_structured: the slices of smallest ``n``-norm along ``dim`` become 0."""
    weight = getattr(module, own_name(module, name))
    values = (weight if importance_scores is None else importance_scores).asnumpy()
    rows = np.moveaxis(values, dim, 0).reshape(values.shape[dim], -1)
    return _without_slices(module, name, np.linalg.norm(rows, ord=n, axis=1), amount, dim)


def random_structured(module, name, amount, dim):
    """torch.nn.utils.prune.random_structured: slices along ``dim`` chosen by chance become 0."""
    size = getattr(module, own_name(module, name)).shape[dim]
    return _without_slices(module, name, ops.rand(size).asnumpy(), amount, dim)


def prune_nothing(module, name):
    """torch.nn.utils.prune.identity: a mask of ones."""
    return custom_from_mask(module, name, ops.ones_like(getattr(module, own_name(module, name))))


def is_pruned(module):
    """torch.nn.utils.prune.is_pruned."""
    recipes = [recipe for _, cell in module.cells_and_names() for recipe in cell.__dict__.get("recipes", {}).values()]
    return any(isinstance(recipe, PruningRecipe) for recipe in recipes)


def remove_pruning(module, name):
    """torch.nn.utils.prune.remove: the pruned weight is a plain parameter again. Raises ValueError where it is not
    pruned."""
    recipe = recipe_of(module, name)
    if not isinstance(recipe, PruningRecipe):
        raise ValueError(f"Parameter '{name}' of module has to be pruned before pruning can be removed")
    return recipe.remove(module)


def skip_init(module_cls, *args, device=None, **kwargs):
    """torch.nn.utils.skip_init: the layer, whose weights are whatever they are."""
    return module_cls(*args, **kwargs)


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
