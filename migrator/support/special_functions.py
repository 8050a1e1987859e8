"""Special functions of torch.special. Those through SciPy (which MindSpore needs anyway) say that no gradient flows."""

from __future__ import annotations

import math

import mindspore as ms
import numpy as np
import scipy.special
from mindspore import Tensor, ops


def sloped(function, slope, input):
    """A SciPy function with its gradient: the value by ``function``, its derivative by ``slope``."""
    values = input if input.is_floating_point() else input.float()
    found, slopes = elementwise(function, values), elementwise(slope, values)
    finite = ops.logical_and(ops.isfinite(slopes), ops.isfinite(values))
    moved = ops.where(finite, values, ops.zeros_like(values))
    slopes = ops.where(finite, slopes, ops.zeros_like(slopes))
    return found + slopes * (moved - ops.stop_gradient(moved))


def elementwise(function, *inputs):
    """A SciPy function of tensors and numbers in double precision; integers give float32. No gradient flows."""
    arrays = [item.asnumpy() if isinstance(item, Tensor) else np.asarray(item) for item in inputs]
    tensors = [array.dtype for array, item in zip(arrays, inputs, strict=False) if isinstance(item, Tensor)]
    kind = np.float64 if np.dtype("float64") in tensors else np.float32
    return Tensor(np.asarray(function(*(array.astype(np.float64) for array in arrays))).astype(kind))


def polygamma(n, input):
    """torch.polygamma."""
    return sloped(lambda x: scipy.special.polygamma(n, x), lambda x: scipy.special.polygamma(n + 1, x), input)


def multigammaln(input, p):
    """torch.mvlgamma: the log of the multivariate gamma function, with its gradient."""
    total = p * (p - 1) / 4 * math.log(math.pi)
    values = input if input.is_floating_point() else input.float()
    for j in range(p):
        total = ops.lgamma(values - j / 2) + total
    return total


def entr(input):
    """torch.special.entr: -x log x, 0 at 0, -inf below."""
    values = input if input.is_floating_point() else input.float()
    positive = values > 0
    safe = ops.where(positive, values, ops.ones_like(values))
    below = ops.where(values == 0, ops.zeros_like(values), ops.full_like(values, -math.inf))
    result = ops.where(positive, -safe * ops.log(safe), below)
    return ops.where(ops.isnan(values), values, result)


def ndtr(input):
    """torch.special.ndtr: the normal distribution function."""
    values = input if input.is_floating_point() else input.float()
    return 0.5 * ops.erfc(-values / math.sqrt(2.0))


def log_ndtr(input):
    """torch.special.log_ndtr."""

    def slope(x):
        return np.exp(-x * x / 2 - scipy.special.log_ndtr(x)) / math.sqrt(2 * math.pi)

    return sloped(scipy.special.log_ndtr, slope, input)


def ndtri(input):
    """torch.special.ndtri: the normal quantile function."""
    root = math.sqrt(2 * math.pi)
    return sloped(scipy.special.ndtri, lambda x: root * np.exp(scipy.special.ndtri(x) ** 2 / 2), input)


def erfcx(input):
    """torch.special.erfcx."""
    erfcx_of = scipy.special.erfcx
    return sloped(erfcx_of, lambda x: 2 * x * erfcx_of(x) - 2 / math.sqrt(math.pi), input)


def i0e(input):
    """torch.special.i0e."""
    special = scipy.special
    return sloped(special.i0e, lambda x: special.i1e(x) - np.sign(x) * special.i0e(x), input)


def i1(input):
    """torch.special.i1."""
    return sloped(scipy.special.i1, lambda x: (scipy.special.i0(x) + scipy.special.iv(2, x)) / 2, input)


def i1e(input):
    """torch.special.i1e."""
    special = scipy.special
    return sloped(special.i1e, lambda x: (special.i0e(x) + special.ive(2, x)) / 2 - np.sign(x) * special.i1e(x), input)


def bessel_j0(input):
    """torch.special.bessel_j0. No gradient flows."""
    return elementwise(scipy.special.j0, input)


def bessel_j1(input):
    """torch.special.bessel_j1. No gradient flows."""
    return elementwise(scipy.special.j1, input)


def bessel_y0(input):
    """torch.special.bessel_y0. No gradient flows."""
    return elementwise(scipy.special.y0, input)


def bessel_y1(input):
    """torch.special.bessel_y1. No gradient flows."""
    return elementwise(scipy.special.y1, input)


def modified_bessel_k0(input):
    """torch.special.modified_bessel_k0. No gradient flows."""
    return elementwise(scipy.special.k0, input)


def modified_bessel_k1(input):
    """torch.special.modified_bessel_k1. No gradient flows."""
    return elementwise(scipy.special.k1, input)


def scaled_modified_bessel_k0(input):
    """torch.special.scaled_modified_bessel_k0. No gradient flows."""
    return elementwise(scipy.special.k0e, input)


def scaled_modified_bessel_k1(input):
    """torch.special.scaled_modified_bessel_k1. No gradient flows."""
    return elementwise(scipy.special.k1e, input)


def spherical_bessel_j0(input):
    """torch.special.spherical_bessel_j0. No gradient flows."""
    return elementwise(lambda x: np.sinc(x / np.pi), input)


def airy_ai(input):
    """torch.special.airy_ai. No gradient flows."""
    return elementwise(lambda x: scipy.special.airy(x)[0], input)


def zeta(input, other):
    """torch.special.zeta: the Hurwitz zeta function. No gradient flows."""
    return elementwise(scipy.special.zeta, input, other)


def gammainc(input, other):
    """torch.special.gammainc: the regularised lower incomplete gamma function. No gradient flows."""
    return elementwise(scipy.special.gammainc, input, other)


def gammaincc(input, other):
    """torch.special.gammaincc: the regularised upper incomplete gamma function. No gradient flows."""
    return elementwise(scipy.special.gammaincc, input, other)


def xlog1py(input, other):
    """torch.special.xlog1py: x * log1p(y), 0 where x is 0."""
    x = input if isinstance(input, Tensor) else ms.tensor(float(input))
    y = other if isinstance(other, Tensor) else ms.tensor(float(other))
    y = y if y.is_floating_point() else y.float()
    zero = ops.logical_and(x == 0, ops.logical_not(ops.isnan(y)))
    product = x * ops.log1p(ops.where(zero, ops.zeros_like(y), y))
    return ops.where(zero, ops.zeros_like(product), product)


def polynomial(name, x, n):
    """An orthogonal polynomial of SciPy's. No gradient flows."""

    def values(points, orders):
        orders = np.trunc(orders).astype(np.int64)
        return np.where(orders < 0, 0.0, getattr(scipy.special, name)(np.maximum(orders, 0), points))

    return elementwise(values, x, n)


def chebyshev_polynomial_t(input, n):
    """torch.special.chebyshev_polynomial_t. No gradient flows."""
    return polynomial("eval_chebyt", input, n)


def chebyshev_polynomial_u(input, n):
    """torch.special.chebyshev_polynomial_u. No gradient flows."""
    return polynomial("eval_chebyu", input, n)


def chebyshev_of_half(points, orders, sign):
    """Chebyshev polynomials of the third (-1) and fourth (1) kind: U_n plus or minus U_(n-1)."""
    orders = np.trunc(orders).astype(np.int64)
    before = np.where(orders > 0, scipy.special.eval_chebyu(np.maximum(orders - 1, 0), points), 0.0)
    return np.where(orders < 0, 0.0, scipy.special.eval_chebyu(np.maximum(orders, 0), points) + sign * before)


def chebyshev_polynomial_v(input, n):
    """torch.special.chebyshev_polynomial_v. No gradient flows."""
    return elementwise(lambda x, order: chebyshev_of_half(x, order, -1), input, n)


def chebyshev_polynomial_w(input, n):
    """torch.special.chebyshev_polynomial_w. No gradient flows."""
    return elementwise(lambda x, order: chebyshev_of_half(x, order, 1), input, n)


def shifted_chebyshev_polynomial_v(input, n):
    """torch.special.shifted_chebyshev_polynomial_v. No gradient flows."""
    return elementwise(lambda x, order: chebyshev_of_half(2 * x - 1, order, -1), input, n)


def shifted_chebyshev_polynomial_w(input, n):
    """torch.special.shifted_chebyshev_polynomial_w. No gradient flows."""
    return elementwise(lambda x, order: chebyshev_of_half(2 * x - 1, order, 1), input, n)


def shifted_chebyshev_polynomial_t(input, n):
    """torch.special.shifted_chebyshev_polynomial_t. No gradient flows."""
    return polynomial("eval_sh_chebyt", input, n)


def shifted_chebyshev_polynomial_u(input, n):
    """torch.special.shifted_chebyshev_polynomial_u. No gradient flows."""
    return polynomial("eval_sh_chebyu", input, n)


def hermite_polynomial_h(input, n):
    """torch.special.hermite_polynomial_h. No gradient flows."""
    return polynomial("eval_hermite", input, n)


def hermite_polynomial_he(input, n):
    """torch.special.hermite_polynomial_he. No gradient flows."""
    return polynomial("eval_hermitenorm", input, n)


def laguerre_polynomial_l(input, n):
    """torch.special.laguerre_polynomial_l. No gradient flows."""
    return polynomial("eval_laguerre", input, n)


def legendre_polynomial_p(input, n):
    """torch.special.legendre_polynomial_p. No gradient flows."""
    return polynomial("eval_legendre", input, n)


def digamma(input):
    """torch.digamma, with its gradient for negative numbers too."""
    return sloped(scipy.special.digamma, lambda x: scipy.special.polygamma(1, x), input)
