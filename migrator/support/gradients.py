"""Gradients kept in the parameters between backward passes and steps, as torch keeps them."""

import gc
import sys
import warnings
from inspect import CO_VARARGS
from types import FunctionType

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, ops
from mindspore._c_expression import run_backward
from mindspore.common._grad_function import _Function
from mindspore.common.api import _pynative_executor

from migrator.support.cells import SECOND_DERIVATIVES, assign_
from migrator.support.reached_layers import is_as_kept, kept_once, layers_behind


def accumulate_gradients(parameters, gradients):
    """Adds gradients to each parameter's ``grad``, as ``Tensor.backward()`` does in torch.

    ``parameters`` and ``gradients`` go together one by one; a parameter listed twice counts once.
    """
    seen = set()
    for parameter, gradient in zip(parameters, gradients):
        if id(parameter) in seen or gradient is None:
            continue
        seen.add(id(parameter))
        kept = getattr(parameter, "grad", None)
        parameter.grad = gradient if kept is None else kept + gradient


def clear_gradients(parameters, set_to_none=True):
    """Forgets the ``grad`` of each parameter, as ``zero_grad()`` does in torch, or fills those that there are with
    zeros."""
    for parameter in parameters:
        kept = getattr(parameter, "grad", None)
        parameter.grad = None if set_to_none or kept is None else ops.zeros_like(kept)


def gradient_of(parameter):
    """``parameter.grad`` as torch has it: None before the first backward pass."""
    return getattr(parameter, "grad", None)


def apply_gradients(optimizer):
    """``optimizer.step()`` with the gradients kept in the parameters; those without one stay as they are.

    They go in a tuple: given a list, MindSpore's optimizers compile their step anew every time.
    """
    gradients = tuple(getattr(parameter, "grad", None) for parameter in optimizer.parameters)
    if hasattr(optimizer, "takes_missing") or all(gradient is not None for gradient in gradients):
        optimizer(gradients)
    elif any(gradient is not None for gradient in gradients):
        # MindSpore's own optimizers want a gradient for every parameter: what they did to the others is taken back.
        kept = [(p, p.copy()) for p, gradient in zip(optimizer.parameters, gradients) if gradient is None]
        optimizer(tuple(ops.zeros_like(p) if g is None else g for p, g in zip(optimizer.parameters, gradients)))
        for parameter, value in kept:
            ops.assign(parameter, value)


def step_with(optimizer, closure):
    """torch's ``optimizer.step(closure)``: gives back the closure's loss; the step is taken after it."""
    if not hasattr(optimizer, "construct"):
        return optimizer.step(closure)
    loss = closure() if closure is not None else None
    apply_gradients(optimizer)
    return loss


def _as_list(parameters):
    if isinstance(parameters, Tensor):
        return [parameters]
    return list(parameters)


def gradients_norm(gradients, norm_type=2.0):
    """The norm of all gradients taken as one vector: a float32 tensor without dimensions."""
    gradients = [gradient for gradient in gradients if gradient is not None]
    if not gradients:
        return Tensor(0.0, ms.float32)
    norm_type = float(norm_type)
    if norm_type == float("inf"):
        return ops.stack([gradient.abs().max() for gradient in gradients]).max()
    if norm_type == 2.0:
        return ops.sqrt(sum((gradient * gradient).sum() for gradient in gradients))
    return sum((gradient.abs() ** norm_type).sum() for gradient in gradients) ** (1.0 / norm_type)


def clip_by_norm(gradients, max_norm, norm_type=2.0):
    """torch's ``clip_grad_norm_`` for a tuple of gradients: (clipped gradients, their norm before clipping).

    All are scaled by ``min(1, max_norm / (norm + 1e-6))``.
    """
    norm = gradients_norm(gradients, norm_type)
    scale = ops.minimum(Tensor(float(max_norm), ms.float32) / (norm + 1e-6), Tensor(1.0, ms.float32))
    return tuple(None if gradient is None else gradient * scale for gradient in gradients), norm


def clip_gradient_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """torch's ``clip_grad_norm_`` on the gradients kept in the parameters; gives back their norm before clipping."""
    parameters = [parameter for parameter in _as_list(parameters) if getattr(parameter, "grad", None) is not None]
    clipped, norm = clip_by_norm([parameter.grad for parameter in parameters], max_norm, norm_type)
    if error_if_nonfinite and not np.isfinite(float(norm)):
        raise RuntimeError("The total norm of the gradients is not finite, so they cannot be clipped.")
    for parameter, gradient in zip(parameters, clipped):
        parameter.grad = gradient
    return norm


def clip_gradient_value(parameters, clip_value, foreach=None):
    """torch's ``clip_grad_value_`` on the gradients kept in the parameters."""
    for parameter in _as_list(parameters):
        if getattr(parameter, "grad", None) is not None:
            parameter.grad = ops.clamp(parameter.grad, -float(clip_value), float(clip_value))


def record_gradients():
    """From here on computations are recorded, as torch always does, so that ``backward`` finds the way back.

    MindSpore stops recording after each ``value_and_grad``, also one in another file; here it goes on.
    """
    executor = _pynative_executor
    executor.set_grad_flag(True)
    if hasattr(executor, "differentiate"):
        return
    executor.differentiate = executor.grad

    def differentiate_and_record(*arguments):
        try:
            return executor.differentiate(*arguments)
        finally:
            executor.set_grad_flag(True)

    executor.grad = differentiate_and_record


def graph_leaves(loss):
    """What identifies the parameters that a recorded computation goes back to."""
    leaves, seen, waiting = set(), set(), [loss._grad_node]
    while waiting:
        node = waiting.pop()
        if node is None or node._unique_id() in seen:
            continue
        seen.add(node._unique_id())
        if node.is_leaf():
            leaves.add(node._unique_id())
        waiting.extend(following for following, _ in node.next_functions)
    return leaves


LEAF_PARAMETERS = {}
"""The parameters that were met as leaves, by what identifies them."""


def parameters_of(leaves):
    """The parameters among a program's objects that are such leaves."""
    if not leaves <= LEAF_PARAMETERS.keys():
        for thing in gc.get_objects():
            if issubclass(type(thing), Parameter) and thing._grad_node is not None:
                LEAF_PARAMETERS[thing._grad_node._unique_id()] = thing
    return [LEAF_PARAMETERS[leaf] for leaf in leaves if leaf in LEAF_PARAMETERS]


def backward(loss, parameters=None, gradient=None, retain_graph=False):
    """torch's ``loss.backward()`` for a computation that was recorded as it ran (``record_gradients``), and
    ``torch.autograd.backward`` for several losses.

    The gradients are added to each parameter's ``grad``; without ``parameters``, of all that the loss depends on.
    ``gradient`` has the shape of ``loss``. With ``retain_graph`` the computation can be differentiated once more. Raises
    RuntimeError where nothing was recorded, as torch does.
    """
    losses = list(loss) if isinstance(loss, (list, tuple)) else [loss]
    given = list(gradient) if isinstance(gradient, (list, tuple)) else [gradient] * len(losses)
    if not all(loss._has_auto_grad() for loss in losses):
        record_gradients()
        raise RuntimeError("The loss does not depend on anything that was recorded for its gradient.")
    weights = [ops.ones_like(loss) if own is None else own.astype(loss.dtype) for loss, own in zip(losses, given)]
    leaves = set().union(*(graph_leaves(loss) for loss in losses))
    found = parameters_of(leaves) if parameters is None else _as_list(parameters)
    # What the loss does not depend on has no gradient in torch.
    wanted = {
        id(item): item for item in found if item._grad_node is not None and item._grad_node._unique_id() in leaves
    }
    if wanted:
        inputs = tuple(wanted.values())
        gradients = run_backward(
            tuple(losses), tuple(weights), bool(retain_graph), False, inputs, True, accumulate_grad=False
        )
        accumulate_gradients(inputs, gradients)


def write_data(target, value):
    """What an in-place method or an index does to ``target.data`` in torch: the values are ``value`` from here on, and
    the gradient of ``target`` goes the way that it went, also for the numbers that were written over."""
    if isinstance(target, Parameter) or not isinstance(target, Tensor) or not target._has_auto_grad():
        return assign_(target, value)
    value = value if isinstance(value, Tensor) else Tensor(value)
    target.data = ops.stop_gradient(value).astype(target.dtype).broadcast_to(target.shape)
    return target


def leaf_tensor(data):
    """A tensor that gradients are asked for (torch's ``requires_grad=True``): a Parameter with the same values."""
    return data if isinstance(data, Parameter) else Parameter(Tensor(data))


def weighted_sum(results, weights):
    """What torch's ``autograd.grad`` differentiates: the sum of all numbers of the results, times the weights for
    them. None stands for ones."""
    if not isinstance(results, (tuple, list)):
        return results.sum() if weights is None else (results * weights).sum()
    weights = [None] * len(results) if weights is None else weights
    parts = [weighted_sum(result, weight) for result, weight in zip(results, weights)]
    return sum(parts[1:], parts[0])


COMPILED_GRADIENTS = {}
"""The compiled gradient functions by what they were made of; None for what does not compile."""


def captured_by(function):
    """What a function uses of the ones around it: (what identifies it, the things themselves). What other functions
    among it use belongs to that."""
    held, things = [], []
    for cell in function.__closure__ or ():
        value = cell.cell_contents
        if value is function:
            continue
        if isinstance(value, FunctionType):
            inner, used = captured_by(value)
            held.extend((value.__code__, *inner))
            things.extend(used)
        else:
            held.append(value if isinstance(value, (int, float, str, bool, type(None))) else id(value))
            things.append(value)
    return tuple(held), things


def compiled_gradients(function, inputs, given, grad_outputs):
    """The gradients by the inputs from a compiled function, whose own gradient has all terms; None where the function
    does not compile, draws random numbers, keeps statistics or anything else in its layers, or compiled gives something
    else."""
    held, things = captured_by(function)
    loose = any(
        isinstance(item, Tensor) and not isinstance(item, Parameter)
        for thing in things
        for item in (thing if isinstance(thing, (list, tuple)) else [thing])
    )
    layers = layers_behind(function)
    if loose or any(
        cell.training and ("Dropout" in (kind := type(cell).__name__) or "BatchNorm" in kind) for cell in layers
    ):
        return None
    if function.__module__ not in sys.modules:
        return None
    weighted = () if grad_outputs is None else (grad_outputs,)
    owned = all(isinstance(item, Parameter) for item in inputs)
    arguments = (*weighted, *given) if owned else (*weighted, *given, *inputs)
    kinds = tuple((tuple(x.shape), x.dtype) for x in arguments)
    key = (function.__code__, held, bool(weighted), kinds, tuple(id(x) for x in inputs) if owned else len(inputs))
    if key not in COMPILED_GRADIENTS:
        taken = inputs if owned and takes_inputs(function, given) else ()

        def total(*arguments):
            if weighted:
                return (function(*arguments[1:], *taken) * arguments[0]).sum()
            return function(*arguments, *taken).sum()

        first = len(weighted) + len(given)
        places = None if owned else tuple(range(first, first + len(inputs)))
        differentiate = ms.grad(total, places, list(inputs) if owned else None)
        # Where a function does not compile, MindSpore would forget what it has recorded around it.
        outer = vars(_pynative_executor).get("clear_res")
        _pynative_executor.clear_res = lambda: None
        try:
            with kept_once(function) as kept:
                plain = _as_tuple(differentiate(*arguments))
                equal = is_as_kept(kept)
            if equal:
                compiled = ms.jit(differentiate)
                pairs = list(zip(plain, _as_tuple(compiled(*arguments))))
                equal = all(np.allclose(a.asnumpy(), b.asnumpy(), rtol=1e-3, atol=1e-5) for a, b in pairs)
        except Exception:
            equal = False
        finally:
            if outer is None:
                del _pynative_executor.clear_res
        COMPILED_GRADIENTS[key] = compiled if equal else None
        KEPT_ALIVE.append((function, inputs if owned else ()))
    compiled = COMPILED_GRADIENTS[key]
    return None if compiled is None else _as_tuple(compiled(*arguments))


def takes_inputs(function, given):
    """Whether a function has parameters for the inputs, beside those for what is given."""
    return function.__code__.co_argcount > len(given) or bool(function.__code__.co_flags & CO_VARARGS)


KEPT_ALIVE = []
"""The functions that were compiled, so that what identifies them is not given to others."""


def _as_tuple(found):
    return found if isinstance(found, tuple) else (found,)


def take_numbers_as_indices():
    """From here on ``x[0]`` works within a gradient of a gradient too, where MindSpore only takes ``x[0,]``."""
    if not hasattr(Tensor, "getitem_in_gradients"):
        Tensor.getitem_in_gradients = Tensor._getitem_origin

        def getitem(self, index):
            return self.getitem_in_gradients((index,) if type(index) is int else index)

        Tensor._getitem_origin = getitem


def gradients_by(function, inputs, grad_outputs=None, given=(), again=False):
    """torch's ``autograd.grad``: a tuple with the gradient by each input of the (weighted) sum of what ``function`` gives.

    ``function`` is called with what is ``given`` and the inputs; where all inputs are parameters, or all after those
    that it takes, it may have them from elsewhere. ``grad_outputs`` has the shape of the result, one for each of several;
    None stands for ones. An input that the result does not depend on has a gradient of zeros, where torch gives None.
    ``again`` says that the result was computed before: running statistics count it once.
    """
    if again:
        with kept_once(function):
            return gradients_by(function, inputs, grad_outputs, given)
    take_numbers_as_indices()
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    if all(isinstance(item, Parameter) for item in inputs):
        taken = inputs if takes_inputs(function, given) else ()
        found = ms.grad(lambda: weighted_sum(function(*given, *taken), grad_outputs), None, list(inputs))()
        return found if isinstance(found, tuple) else (found,)

    def total(*arguments):
        return weighted_sum(function(*given, *arguments), grad_outputs)

    own = [item for item in inputs if not isinstance(item, Parameter)]
    weights = list(inputs[len(own) :])
    if weights and all(isinstance(item, Parameter) for item in weights) and takes_only(function, len(given) + len(own)):
        by_own, by_weights = ms.grad(total, tuple(range(len(own))), weights)(*own)
        return (*(by_own if isinstance(by_own, tuple) else (by_own,)), *by_weights)
    found = ms.grad(total, tuple(range(len(inputs))))(*inputs)
    return found if isinstance(found, tuple) else (found,)


def takes_only(function, number):
    """Whether a function takes no more than so many arguments by position."""
    return function.__code__.co_argcount == number and not function.__code__.co_flags & CO_VARARGS


def differentiable_gradients_by(function, inputs, grad_outputs=None, given=(), again=False):
    """torch's ``autograd.grad(create_graph=True)``: as :func:`gradients_by`, compiled where that is possible, because
    the gradients of these gradients lose terms otherwise. Warns where it is not."""
    SECOND_DERIVATIVES["asked"] = True
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    several = isinstance(grad_outputs, (tuple, list))
    found = None if several else compiled_gradients(function, inputs, given, grad_outputs)
    if found is not None:
        return found
    warnings.warn("Second derivatives through here may lose terms: the gradient could not be compiled.", stacklevel=2)
    return gradients_by(function, inputs, grad_outputs, given, again)


class AutogradFunction(_Function):
    """torch's ``autograd.Function``: static ``forward(ctx, ...)`` and ``backward(ctx, ...)``, called by ``apply``.

    ``ctx`` has torch's ``save_for_backward``, ``saved_tensors``, ``needs_input_grad`` and ``mark_non_differentiable``.
    """
