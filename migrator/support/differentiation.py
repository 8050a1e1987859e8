"""Derivatives of functions: torch.autograd.functional, torch.func, and a check of gradients against differences."""

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

from migrator.support.gradients import gradients_by


def _as_inputs(inputs):
    """(inputs as a tuple, whether they were one); a tensor given twice counts as two, as MindSpore tells them apart by
    what they are and not where they stand."""
    if not isinstance(inputs, (tuple, list)):
        return (inputs,), False
    seen = set()
    apart = []
    for x in inputs:
        apart.append(x.copy() if id(x) in seen and isinstance(x, Tensor) else x)
        seen.add(id(x))
    return tuple(apart), True


def _single(values, several):
    return tuple(values) if several else values[0]


def _rows(function, inputs, template):
    """The derivatives of every number of a result by every input: for each input a list over the numbers."""
    rows = [[] for _ in inputs]
    for place in range(int(np.prod(template.shape, dtype=np.int64))):

        def one(*arguments, place=place):
            # Gathered and not indexed: indexing fails where this is itself differentiated.
            return ops.gather(function(*arguments).reshape(-1), Tensor(place, ms.int64), 0)

        for row, gradient in zip(rows, gradients_by(one, inputs)):
            row.append(gradient)
    return rows


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """torch's ``autograd.functional.jacobian``: derivatives of shape ``output.shape + input.shape``.

    A tuple of inputs or outputs gives a tuple of derivatives, both give a tuple of tuples (outputs first).
    """
    inputs, several = _as_inputs(inputs)
    outputs = func(*inputs)
    found = []
    for index, output in enumerate(outputs if isinstance(outputs, (tuple, list)) else (outputs,)):

        def part(*arguments, index=index):
            result = func(*arguments)
            return result[index] if isinstance(result, (tuple, list)) else result

        rows = _rows(part, inputs, output)
        blocks = [ops.stack(row).reshape(tuple(output.shape) + tuple(x.shape)) for row, x in zip(rows, inputs)]
        found.append(_single(blocks, several))
    return tuple(found) if isinstance(outputs, (tuple, list)) else found[0]


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """torch's ``autograd.functional.hessian`` of a function that gives one number.

    Differences of fourth order between exact gradients, in float64 where the function takes it: MindSpore's second
    derivatives lose terms (of ``x.sum() ** 3``, say) and fail where a tensor is indexed. Has no gradient itself.
    """
    inputs, several = _as_inputs(inputs)
    wide = tuple(Tensor(x.asnumpy().astype(np.float64)) for x in inputs)
    step = 1e-3
    try:
        func(*wide)
    except (TypeError, ValueError, RuntimeError):
        wide, step = inputs, 2e-2
    columns = [[[] for _ in inputs] for _ in inputs]
    for place, x in enumerate(wide):
        numbers = x.asnumpy()
        for index in np.ndindex(numbers.shape):
            slopes = []
            for shift in (1, -1, 2, -2):
                moved = numbers.copy()
                moved[index] += shift * step
                given = (*wide[:place], Tensor(moved), *wide[place + 1 :])
                slopes.append([gradient.asnumpy().astype(np.float64) for gradient in gradients_by(func, given)])
            for other, (up, down, far_up, far_down) in enumerate(zip(*slopes)):
                columns[other][place].append((8 * (up - down) - (far_up - far_down)) / (12 * step))
    blocks = tuple(
        tuple(
            Tensor(np.moveaxis(np.stack(columns[i][j]), 0, -1).reshape(x.shape + y.shape)).astype(x.dtype)
            for j, y in enumerate(inputs)
        )
        for i, x in enumerate(inputs)
    )
    return blocks if several else blocks[0][0]


def _weighted_result(outputs, weights):
    if isinstance(outputs, (tuple, list)):
        return sum((output * weight).sum() for output, weight in zip(outputs, weights))
    return outputs.sum() if weights is None else (outputs * weights).sum()


def _weights_apart(weights):
    """Weights as tensors of their own: one that is also what is differentiated by would count as that."""
    if isinstance(weights, (tuple, list)):
        return [weight * 1.0 for weight in weights]
    return None if weights is None else weights * 1.0


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """torch's ``autograd.functional.vjp``: (the function's result, ``v`` times its derivatives)."""
    inputs, several = _as_inputs(inputs)
    weights = _weights_apart(v)
    found = gradients_by(lambda *arguments: _weighted_result(func(*arguments), weights), inputs)
    return func(*inputs), _single(found, several)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """torch's ``autograd.functional.jvp``: (the function's result, its derivatives times ``v``)."""
    inputs, _ = _as_inputs(inputs)
    vectors = [ops.ones_like(x) for x in inputs] if v is None else _as_inputs(v)[0]
    outputs = func(*inputs)
    several = isinstance(outputs, (tuple, list))
    blocks = jacobian(func, inputs)
    found = []
    for output, row in zip(outputs if several else (outputs,), blocks if several else (blocks,)):
        total = sum(
            (block.reshape(int(output.size), -1) * vector.reshape(1, -1)).sum(axis=1)
            for block, vector in zip(row, vectors)
        )
        found.append(total.reshape(tuple(output.shape)))
    return outputs, _single(found, several)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """torch's ``autograd.functional.hvp``: (the function's result, its second derivatives times ``v``)."""
    inputs, several = _as_inputs(inputs)
    vectors = [ops.ones_like(x) for x in inputs] if v is None else _as_inputs(v)[0]
    found = []
    for row, x in zip(hessian(func, inputs), inputs):
        total = sum(
            (block.reshape(int(x.size), -1) * vector.reshape(1, -1)).sum(axis=1) for block, vector in zip(row, vectors)
        )
        found.append(total.reshape(tuple(x.shape)))
    return func(*inputs), _single(found, several)


def gradcheck(
    func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0, check_undefined_grad=True,
    check_grad_dtypes=False, check_batched_grad=False, check_batched_forward_grad=False, check_forward_ad=False,
    check_backward_ad=True, fast_mode=False, masked=None,
):  # fmt: skip
    """torch's ``autograd.gradcheck``: whether the gradients agree with central differences; raises RuntimeError."""
    inputs, _ = _as_inputs(inputs)
    inputs = tuple(Tensor(x.asnumpy()) if isinstance(x, Tensor) else x for x in inputs)
    found = gradients_by(func, inputs)
    for place, (x, gradient) in enumerate(zip(inputs, found)):
        if not isinstance(x, Tensor):
            continue
        numbers = x.asnumpy()
        differences = np.zeros_like(numbers)
        for index in np.ndindex(numbers.shape):
            sums = []
            for sign in (1, -1):
                moved = numbers.copy()
                moved[index] += sign * eps
                outputs = func(*inputs[:place], Tensor(moved), *inputs[place + 1 :])
                sums.append(sum(float(o.sum()) for o in (outputs if isinstance(outputs, tuple) else (outputs,))))
            differences[index] = (sums[0] - sums[1]) / (2 * eps)
        if not np.allclose(gradient.asnumpy(), differences, rtol=rtol, atol=atol):
            if raise_exception:
                raise RuntimeError(
                    f"The gradient by input {place} is {gradient.asnumpy()}, differences give {differences}"
                )
            return False
    return True


def gradient_function(func, argnums=0, has_aux=False):
    """torch.func's ``grad``: the function that gives a function's gradient by the arguments at ``argnums``."""

    def slopes(*arguments, **options):
        places = argnums if isinstance(argnums, tuple) else (argnums,)
        aux = []

        def of_places(*chosen):
            whole = list(arguments)
            for place, value in zip(places, chosen):
                whole[place] = value
            result = func(*whole, **options)
            if has_aux:
                aux[:] = [result[1]]
                result = result[0]
            return result

        chosen = tuple(arguments[place] for place in places)
        found = _tree_gradients(of_places, chosen)
        found = found if isinstance(argnums, tuple) else found[0]
        return (found, aux[0]) if has_aux else found

    return slopes


def _leaves_of(value):
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves_of(item)]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves_of(item)]
    return [value]


def _like(value, leaves):
    """The leaves put together as ``value`` is."""
    if isinstance(value, dict):
        return {key: _like(item, leaves) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_like(item, leaves) for item in value)
    return leaves.pop(0)


def _tree_gradients(function, inputs):
    """Gradients by inputs that may be dictionaries or lists of tensors, in their own form."""
    leaves = tuple(_leaves_of(inputs))
    found = gradients_by(lambda *given: function(*_like(inputs, list(given))), leaves)
    return _like(inputs, list(found))


def gradient_and_value(func, argnums=0, has_aux=False):
    """torch.func's ``grad_and_value``: (gradient, value)."""

    def both(*arguments, **options):
        value = func(*arguments, **options)
        slopes = gradient_function(func, argnums, has_aux)(*arguments, **options)
        return (slopes[0], value) if has_aux else (slopes, value)

    return both


def jacobian_function(func, argnums=0, has_aux=False, chunk_size=None, randomness="error"):
    """torch.func's ``jacrev`` and ``jacfwd``: the function that gives the derivatives by the arguments at ``argnums``."""

    def derivatives(*arguments, **options):
        places = argnums if isinstance(argnums, tuple) else (argnums,)

        def of_places(*chosen):
            whole = list(arguments)
            for place, value in zip(places, chosen):
                whole[place] = value
            result = func(*whole, **options)
            return result[0] if has_aux else result

        chosen = tuple(arguments[place] for place in places)
        found = jacobian(of_places, chosen if isinstance(argnums, tuple) else chosen[0])
        return (found, func(*arguments, **options)[1]) if has_aux else found

    return derivatives


def hessian_function(func, argnums=0):
    """torch.func's ``hessian``."""

    def second(*arguments, **options):
        def of_place(value):
            whole = list(arguments)
            whole[argnums] = value
            return func(*whole, **options)

        return hessian(of_place, arguments[argnums])

    return second


def pull_back(func, *primals, has_aux=False):
    """torch.func's ``vjp``: (result, the function that turns a cotangent into gradients by ``primals``)."""
    result = func(*primals)

    def back(*cotangents):
        weights = _weights_apart(cotangents[0] if len(cotangents) == 1 else cotangents)
        chosen = (lambda *a: func(*a)[0]) if has_aux else func
        return gradients_by(lambda *given: _weighted_result(chosen(*given), weights), primals)

    return (result[0], back, result[1]) if has_aux else (result, back)


def push_forward(func, primals, tangents, *, strict=False, has_aux=False):
    """torch.func's ``jvp``: (result, directional derivative)."""
    chosen = (lambda *a: func(*a)[0]) if has_aux else func
    result, moved = jvp(chosen, tuple(primals), tuple(tangents))
    return (result, moved, func(*primals)[1]) if has_aux else (result, moved)


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """torch's ``vmap``: the function called on each slice of its inputs, and the results stacked."""

    def mapped(*arguments, **options):
        dims = in_dims if isinstance(in_dims, (tuple, list)) else [in_dims] * len(arguments)
        size = next(
            leaf.shape[dim if isinstance(dim, int) else 0]
            for argument, dim in zip(arguments, dims)
            if dim is not None
            for leaf in _leaves_of(argument)[:1]
        )

        def slice_of(value, dim, place):
            if isinstance(value, dict):
                return {k: slice_of(v, dim[k] if isinstance(dim, dict) else dim, place) for k, v in value.items()}
            if isinstance(value, (list, tuple)):
                parts = dim if isinstance(dim, (list, tuple)) else [dim] * len(value)
                return type(value)(slice_of(v, d, place) for v, d in zip(value, parts))
            if dim is None:
                return value
            return value[(slice(None),) * (dim % value.ndim) + (place,)]

        results = [func(*(slice_of(a, d, place) for a, d in zip(arguments, dims)), **options) for place in range(size)]

        def stacked(items, dim):
            if isinstance(items[0], dict):
                return {key: stacked([item[key] for item in items], dim) for key in items[0]}
            if isinstance(items[0], (list, tuple)):
                parts = dim if isinstance(dim, (list, tuple)) else [dim] * len(items[0])
                return type(items[0])(stacked(list(group), d) for group, d in zip(zip(*items), parts))
            whole = ops.stack(items)
            return whole if dim == 0 else ops.movedim(whole, 0, dim)

        return stacked(results, out_dims)

    return mapped
