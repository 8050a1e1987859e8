"""Gradients kept in the parameters between backward passes and steps, as torch keeps them."""

import gc

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, ops
from mindspore.common._grad_function import _Function
from mindspore.common.api import _pynative_executor


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
    differentiate_retained()
    for parameter in parameters:
        kept = getattr(parameter, "grad", None)
        parameter.grad = None if set_to_none or kept is None else ops.zeros_like(kept)


def gradient_of(parameter):
    """``parameter.grad`` as torch has it: None before the first backward pass."""
    differentiate_retained()
    return getattr(parameter, "grad", None)


def apply_gradients(optimizer):
    """``optimizer.step()`` with the gradients kept in the parameters; those without one stay as they are.

    They go in a tuple: given a list, MindSpore's optimizers compile their step anew every time.
    """
    differentiate_retained()
    gradients = tuple(getattr(parameter, "grad", None) for parameter in optimizer.parameters)
    if hasattr(optimizer, "moments") or None not in [gradient if gradient is None else 0 for gradient in gradients]:
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
    loss = closure()
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
    differentiate_retained()
    parameters = [parameter for parameter in _as_list(parameters) if getattr(parameter, "grad", None) is not None]
    clipped, norm = clip_by_norm([parameter.grad for parameter in parameters], max_norm, norm_type)
    if error_if_nonfinite and not np.isfinite(float(norm)):
        raise RuntimeError("The total norm of the gradients is not finite, so they cannot be clipped.")
    for parameter, gradient in zip(parameters, clipped):
        parameter.grad = gradient
    return norm


def clip_gradient_value(parameters, clip_value, foreach=None):
    """torch's ``clip_grad_value_`` on the gradients kept in the parameters."""
    differentiate_retained()
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


RETAINED = []
"""What ``backward(retain_graph=True)`` was called for: differentiated together with what follows."""


def backward(loss, parameters=None, gradient=None, retain_graph=False):
    """torch's ``loss.backward()`` for a computation that was recorded as it ran (``record_gradients``).

    The gradients are added to each parameter's ``grad``; without ``parameters``, of all that the loss depends on.
    ``gradient`` has the shape of ``loss``. MindSpore forgets a computation once it was differentiated, so with
    ``retain_graph`` the loss waits for the next one (or the step) and both are differentiated at once, which comes to
    the same sum. Raises RuntimeError where nothing was recorded, as torch does.
    """
    if not loss._has_auto_grad():
        record_gradients()
        raise RuntimeError("The loss does not depend on anything that was recorded for its gradient.")
    RETAINED.append((loss, parameters, gradient))
    if not retain_graph:
        differentiate_retained()


def differentiate_retained():
    """Adds up the gradients of the losses that wait; nothing where none does."""
    waiting, RETAINED[:] = list(RETAINED), []
    if not waiting:
        return
    wanted = {}
    for loss, parameters, _ in waiting:
        leaves = graph_leaves(loss)
        for parameter in parameters_of(leaves) if parameters is None else _as_list(parameters):
            node = parameter._grad_node
            # What the loss does not depend on has no gradient in torch, and zeros here.
            if node is None or node._unique_id() in leaves:
                wanted[id(parameter)] = parameter
    parameters = list(wanted.values())

    def several_losses():
        losses = [loss.sum() if gradient is None else (loss * gradient).sum() for loss, _, gradient in waiting]
        return (sum(losses[1:], losses[0]), *losses)

    _, gradients = ms.value_and_grad(several_losses, None, parameters, has_aux=True)()
    record_gradients()
    accumulate_gradients(parameters, gradients)


def leaf_tensor(data):
    """A tensor that gradients are asked for (torch's ``requires_grad=True``): a Parameter with the same values."""
    return data if isinstance(data, Parameter) else Parameter(Tensor(data))


def gradients_by(function, inputs, grad_outputs=None):
    """torch's ``autograd.grad``: a tuple with the gradient by each input of the (weighted) sum of what ``function`` gives.

    ``grad_outputs`` has the shape of the result; None stands for ones. May be differentiated again.
    """

    def total(*arguments):
        result = function(*arguments)
        return result.sum() if grad_outputs is None else (result * grad_outputs).sum()

    gradients = ms.grad(total, tuple(range(len(inputs))))(*inputs)
    return gradients if isinstance(gradients, tuple) else (gradients,)


class AutogradFunction(_Function):
    """torch's ``autograd.Function``: static ``forward(ctx, ...)`` and ``backward(ctx, ...)``, called by ``apply``.

    ``ctx`` has torch's ``save_for_backward``, ``saved_tensors``, ``needs_input_grad`` and ``mark_non_differentiable``.
    """
