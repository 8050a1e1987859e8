"""Products and decompositions of matrices. What is made of ops has gradients; what says so goes through NumPy."""

from __future__ import annotations

from collections import namedtuple

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

from migrator.support.arithmetic import change
from migrator.support.conversion import adjoint
from migrator.support.reductions import tensor_norm

SLogDet = namedtuple("SLogDet", "sign logabsdet")
Eigen = namedtuple("Eigen", "eigenvalues eigenvectors")
SVD = namedtuple("SVD", "U S Vh")
OldSVD = namedtuple("OldSVD", "U S V")
QR = namedtuple("QR", "Q R")
LU = namedtuple("LU", "P L U")
LUFactor = namedtuple("LUFactor", "LU pivots")
LUFactorInfo = namedtuple("LUFactorInfo", "LU pivots info")
LeastSquares = namedtuple("LeastSquares", "solution residuals rank singular_values")
InverseInfo = namedtuple("InverseInfo", "inverse info")
CholeskyInfo = namedtuple("CholeskyInfo", "L info")
SolveInfo = namedtuple("SolveInfo", "result info")
TriangularSolution = namedtuple("TriangularSolution", "solution cloned_coefficient")
Reflectors = namedtuple("Reflectors", "a tau")


def matmul(input, other):
    """torch.matmul for integers too, which have no gradient, and for matrices without elements. (The gradient of
    MindSpore's matmul fails for a single pair of batched matrices that have one element in common; bmm's does not.)"""
    if (input.is_floating_point() or input.is_complex()) and input.size and other.size:
        batched = input.ndim == other.ndim == 3 and input.shape[0] == other.shape[0]
        return ops.bmm(input, other) if batched else ops.matmul(input, other)
    return Tensor(np.asarray(np.matmul(input.asnumpy(), other.asnumpy())))


def weighted(input, product, beta, alpha):
    """beta * input + alpha * product, where an unused input may be NaN."""
    product = scaled(product, alpha)
    return product if beta == 0 else product + scaled(input, beta)


def scaled(input, factor):
    """A tensor times a number, which may be complex."""
    if factor == 1:
        return input
    return input * (Tensor(np.asarray(factor, np.complex64)) if isinstance(factor, complex) else factor)


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """torch.addmm."""
    return weighted(input, matmul(mat1, mat2), beta, alpha)


def addmv(input, mat, vec, *, beta=1, alpha=1):
    """torch.addmv."""
    return weighted(input, matmul(mat, vec), beta, alpha)


def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """torch.addbmm: the batch's products are summed."""
    return weighted(input, matmul(batch1, batch2).sum(0), beta, alpha)


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """torch.baddbmm."""
    return weighted(input, matmul(batch1, batch2), beta, alpha)


def addr(input, vec1, vec2, *, beta=1, alpha=1):
    """torch.addr: the outer product is added."""
    return weighted(input, vec1.reshape(-1, 1) * vec2.reshape(1, -1), beta, alpha)


def vdot(input, other):
    """torch.vdot: the first vector is conjugated."""
    return ((ops.conj(input) if input.is_complex() else input) * other).sum()


def inner(input, other):
    """torch.inner."""
    if not input.ndim or not other.ndim:
        return input * other
    return tensordot(input, other, ([-1], [-1]))


def chain_matmul(*matrices):
    """torch.chain_matmul and linalg.multi_dot: the product in order."""
    if len(matrices) == 1 and isinstance(matrices[0], (list, tuple)):
        matrices = matrices[0]
    result = matrices[0]
    for matrix in matrices[1:]:
        result = matmul(result, matrix)
    return result


def tensordot(a, b, dims=2):
    """torch.tensordot: the last ``dims`` dimensions of ``a`` with the first of ``b``, or two lists of dimensions."""
    if isinstance(dims, Tensor):
        dims = dims.asnumpy().tolist()
    if isinstance(dims, int):
        left, right = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        left, right = ([d] if isinstance(d, int) else list(d) for d in dims)
    left, right = [d % a.ndim for d in left], [d % b.ndim for d in right]
    for one, two in zip(left, right, strict=True):
        if a.shape[one] == 1 != b.shape[two]:
            b = b.sum(two, keepdim=True)
        elif b.shape[two] == 1 != a.shape[one]:
            a = a.sum(one, keepdim=True)
    rest_a = [d for d in range(a.ndim) if d not in left]
    rest_b = [d for d in range(b.ndim) if d not in right]
    size = int(np.prod([a.shape[d] for d in left]))
    shape = tuple(a.shape[d] for d in rest_a) + tuple(b.shape[d] for d in rest_b)
    one = (a.permute(*rest_a, *left) if a.ndim else a).reshape(-1, size)
    two = (b.permute(*right, *rest_b) if b.ndim else b).reshape(size, -1)
    return matmul(one, two).reshape(shape)


def kron(input, other):
    """torch.kron."""
    rank = max(input.ndim, other.ndim)
    left = input.reshape((1,) * (rank - input.ndim) + tuple(input.shape))
    right = other.reshape((1,) * (rank - other.ndim) + tuple(other.shape))
    pairs, shape = ([], []), []
    for m, n in zip(left.shape, right.shape, strict=False):
        pairs[0].extend((m, 1))
        pairs[1].extend((1, n))
        shape.append(m * n)
    return (left.reshape(tuple(pairs[0])) * right.reshape(tuple(pairs[1]))).reshape(tuple(shape))


def cross(input, other, dim=None):
    """torch.cross: along ``dim``, or the first dimension of size 3."""
    shape = np.broadcast_shapes(input.shape, other.shape)
    input, other = ops.broadcast_to(input, shape), ops.broadcast_to(other, shape)
    axis = shape.index(3) if dim is None else dim
    a, b = ([x.narrow(axis, i, 1) for i in range(3)] for x in (input, other))
    parts = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return ops.cat(parts, axis)


def einsum(equation, *operands):
    """torch.einsum, with gradients: repeated and lone letters are settled first, then one pair of operands after the
    other is multiplied as batched matrices. Takes "..." and the form with lists of numbers."""
    if not isinstance(equation, str):
        equation, operands = lettered(equation, *operands)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    equation, operands = equation.replace(" ", ""), list(operands)
    inputs, arrow, output = equation.partition("->")
    terms = inputs.split(",")
    widest = max(
        (op.ndim - len(t.replace("...", "")) for t, op in zip(terms, operands, strict=False) if "..." in t), default=0
    )
    spare = [chr(code) for code in range(0x3B1, 0x3B1 + widest)]
    for i, (term, operand) in enumerate(zip(terms, operands, strict=False)):
        count = operand.ndim - len(term.replace("...", ""))
        terms[i] = term.replace("...", "".join(spare[widest - count :]))
    if arrow:
        output = output.replace("...", "".join(spare))
    else:
        letters = "".join(terms)
        output = "".join(spare) + "".join(c for c in sorted(set(letters)) if letters.count(c) == 1 and c not in spare)
    for i in range(len(terms)):
        terms[i], operands[i] = without_repeats(terms[i], operands[i])
    while len(operands) > 1:
        first, second = operands.pop(0), operands.pop(0)
        one, two = terms.pop(0), terms.pop(0)
        needed = set(output).union(*terms)
        term, result = einsum_pair(one, first, two, second, needed)
        terms.insert(0, term)
        operands.insert(0, result)
    return einsum_order(terms[0], operands[0], output)


def lettered(*arguments):
    """The form ``einsum(x, [0, 1], y, [1, 2], [0, 2])`` as an equation with letters."""

    def spell(numbers):
        return "".join("..." if n is Ellipsis else chr(97 + n) for n in numbers)

    count = len(arguments) // 2
    terms = [spell(arguments[2 * i + 1]) for i in range(count)]
    equation = ",".join(terms) + (f"->{spell(arguments[-1])}" if len(arguments) % 2 else "")
    return equation, [arguments[2 * i] for i in range(count)]


def without_repeats(term, operand):
    """An operand in which a letter stands twice, reduced to its diagonal over that letter."""
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            first = term.index(letter)
            second = term.index(letter, first + 1)
            operand = ops.diagonal(operand, 0, first, second)
            term = "".join(c for i, c in enumerate(term) if i not in (first, second)) + letter
    return term, operand


def einsum_order(term, operand, output):
    """Sums over letters that are gone and brings the others into the output's order."""
    gone = tuple(i for i, letter in enumerate(term) if letter not in output)
    if gone:
        operand = operand.sum(gone)
        term = "".join(letter for letter in term if letter in output)
    if term == output:
        return operand
    return operand.permute(*(term.index(letter) for letter in output))


def einsum_pair(one, first, two, second, needed):
    """The product of two operands over the letters that nobody needs any more."""
    one_needed = "".join(c for c in one if c in needed or c in two)
    two_needed = "".join(c for c in two if c in needed or c in one)
    first, second = einsum_order(one, first, one_needed), einsum_order(two, second, two_needed)
    one, two = one_needed, two_needed
    batch = [c for c in one if c in two and c in needed]
    summed = [c for c in one if c in two and c not in needed]
    left, right = [c for c in one if c not in two], [c for c in two if c not in one]
    sizes = {}
    for letters, operand in ((one, first), (two, second)):
        for letter, size in zip(letters, operand.shape, strict=False):
            sizes[letter] = max(size, sizes.get(letter, 1))

    def arranged(letters, operand, order):
        operand = operand.permute(*(letters.index(c) for c in order)) if order else operand
        shape = tuple(sizes[c] for c in order)
        return operand if tuple(operand.shape) == shape else ops.broadcast_to(operand, shape)

    first, second = arranged(one, first, batch + left + summed), arranged(two, second, batch + summed + right)
    shape = tuple(sizes[c] for c in batch + left + right)
    size = [int(np.prod([sizes[c] for c in group])) for group in (batch, left, summed, right)]
    if not summed:
        left_part = first.reshape(size[0], size[1], 1)
        result = left_part * second.reshape(size[0], 1, size[3])
    else:
        result = matmul(first.reshape(size[0], size[1], size[2]), second.reshape(size[0], size[2], size[3]))
    return "".join(batch + left + right), result.reshape(shape)


def matrix_power(input, n):
    """torch.linalg.matrix_power for any whole exponent."""
    if n < 0:
        return matrix_power(inv(input), -n)
    result = identity_like(input)
    base = input
    while n:
        if n & 1:
            result = matmul(result, base)
        base = matmul(base, base)
        n >>= 1
    return result


def identity_like(input):
    """Identity matrices in the shape of square matrices."""
    return ops.broadcast_to(Tensor(np.eye(input.shape[-1]), dtype=input.dtype), input.shape)


def matrix_exp(input):
    """torch.matrix_exp: scaling and squaring of the Taylor series in double precision, with gradients."""
    wide = {ms.float32: ms.float64, ms.float16: ms.float64, ms.complex64: ms.complex128}.get(input.dtype)
    if wide is not None and input.size:
        return matrix_exp(input.to(wide)).to(input.dtype)
    largest = float(np.abs(input.asnumpy()).sum(-1).max()) if input.size else 0.0
    halvings = max(0, int(np.ceil(np.log2(largest))) + 4) if largest > 0 else 0
    scaled = input / 2.0**halvings
    result = term = identity_like(input)
    for k in range(1, 13):
        term = matmul(term, scaled) / float(k)
        result = result + term
    for _ in range(halvings):
        result = matmul(result, result)
    return result


class LinAlgError(RuntimeError):
    """torch.linalg.LinAlgError: a matrix has no inverse or no decomposition of the kind that was asked for."""


def on_arrays(function, *tensors):
    """A NumPy function of matrices in double precision, its results in the first one's precision. No gradient flows."""
    arrays = [item.asnumpy() for item in tensors]
    kind = arrays[0].dtype
    wide = [array.astype(np.complex128 if array.dtype.kind == "c" else np.float64) for array in arrays]
    try:
        result = function(*wide)
    except np.linalg.LinAlgError as error:
        raise LinAlgError(str(error)) from error
    narrow = kind in (np.dtype("float32"), np.dtype("complex64"))

    def back(array):
        array = np.asarray(array)
        if narrow and array.dtype == np.float64:
            array = array.astype(np.float32)
        if narrow and array.dtype == np.complex128:
            array = array.astype(np.complex64)
        return Tensor(np.ascontiguousarray(array) if array.ndim else array)

    return tuple(back(item) for item in result) if isinstance(result, tuple) else back(result)


def has_kernel(input):
    """Whether MindSpore's decompositions take the tensor as it is: float32 or float64, not empty."""
    return input.dtype in (ms.float32, ms.float64) and input.size > 0


def is_single(input):
    """Whether a tensor holds matrices of one element, which MindSpore's decompositions do not take."""
    return tuple(input.shape[-2:]) == (1, 1)


def det(input):
    """torch.linalg.det."""
    if is_single(input):
        return input.reshape(tuple(input.shape[:-2]))
    if has_kernel(input):
        return ops.det(input)
    return on_arrays(np.linalg.det, input)


def logdet(input):
    """torch.logdet: log of the determinant, NaN where that is negative."""
    return ops.log(det(input))


def slogdet(input):
    """torch.linalg.slogdet as a named pair."""
    if is_single(input) and input.is_floating_point():
        value = det(input)
        return SLogDet(ops.sign(value), ops.log(ops.abs(value)))
    if has_kernel(input):
        return SLogDet(*ops.slogdet(input))
    return SLogDet(*on_arrays(lambda a: tuple(np.linalg.slogdet(a)), input))


def inv(input):
    """torch.linalg.inv, which refuses a singular matrix; MindSpore's CPU gives finite numbers for it."""
    if not has_kernel(input):
        return on_arrays(np.linalg.inv, input)
    found = ops.reciprocal(input) if is_single(input) else ops.inverse(input)
    product = np.matmul(input.asnumpy(), found.asnumpy())
    if np.isfinite(product).all() and np.abs(product - np.eye(input.shape[-1])).max() > 0.5:
        exact = on_arrays(np.linalg.inv, input)
        return exact - ops.matmul(ops.matmul(exact, change(input)), exact)
    return found


def inv_ex(input, *, check_errors=False):
    """torch.linalg.inv_ex: the inverse, and 0 for success."""
    return InverseInfo(inv(input), no_error(input))


def no_error(input):
    """int32 zeros, one a matrix."""
    return ops.zeros(tuple(input.shape[:-2]), ms.int32) if input.ndim > 2 else ms.tensor(0, dtype=ms.int32)


def solve(A, B, *, left=True):
    """torch.linalg.solve: A X = B (or X A = B); a right side with one dimension less is a vector."""
    if not left:
        return solve(A.swapaxes(-1, -2), B.swapaxes(-1, -2)).swapaxes(-1, -2)
    vector = B.ndim == 1 or (B.ndim == A.ndim - 1 and tuple(B.shape) == tuple(A.shape[:-1]))
    right = B.unsqueeze(-1) if vector else B
    result = ops.matmul(inv(A), right) if has_kernel(A) else on_arrays(np.linalg.solve, A, right)
    if has_kernel(A):
        residual = right - ops.matmul(A, result)
        result = result + ops.matmul(inv(A), residual)
    return result.squeeze(-1) if vector else result


def solve_ex(A, B, *, left=True, check_errors=False):
    """torch.linalg.solve_ex: the solution, and 0 for success."""
    return SolveInfo(solve(A, B, left=left), no_error(A))


def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """torch.linalg.solve_triangular."""
    mask = np.triu(np.ones(A.shape[-2:])) if upper else np.tril(np.ones(A.shape[-2:]))
    matrix = A * Tensor(mask, dtype=A.dtype)
    if unitriangular:
        eye = Tensor(np.eye(A.shape[-1]), dtype=A.dtype)
        matrix = matrix * (1 - eye) + eye
    return solve(matrix, B, left=left)


def triangular_solve(b, A, upper=True, transpose=False, unitriangular=False):
    """torch.triangular_solve."""
    matrix = A.swapaxes(-1, -2) if transpose else A
    solution = solve_triangular(matrix, b, upper=upper != transpose, unitriangular=unitriangular)
    return TriangularSolution(solution, A.copy())


def lower_half(input):
    """The lower triangle with half of the diagonal."""
    size = input.shape[-1]
    return input * Tensor(np.tril(np.ones((size, size))) - 0.5 * np.eye(size), dtype=input.dtype)


def cholesky(input, *, upper=False):
    """torch.linalg.cholesky, through NumPy, with the gradient of its first-order expansion."""
    lower = on_arrays(np.linalg.cholesky, input)
    if not input.is_complex():
        inverse = on_arrays(np.linalg.inv, lower)
        moved = (change(input) + change(input).swapaxes(-1, -2)) / 2
        inner = ops.matmul(ops.matmul(inverse, moved), inverse.swapaxes(-1, -2))
        lower = lower + ops.matmul(lower, lower_half(inner))
    return adjoint(lower) if upper else lower


def cholesky_ex(input, *, upper=False, check_errors=False):
    """torch.linalg.cholesky_ex: the factor, and 0 for success."""
    return CholeskyInfo(cholesky(input, upper=upper), no_error(input))


def triangle_of(L, upper):
    """The lower factor: the lower triangle, or the transposed upper one; the rest of the matrix is not looked at, but has
    a gradient, as in torch."""
    size = L.shape[-2:]
    kept = Tensor(np.triu(np.ones(size)) if upper else np.tril(np.ones(size)), dtype=L.dtype)
    factor = L * kept + change(L) * (1 - kept)
    return factor.swapaxes(-1, -2) if upper else factor


def cholesky_inverse(L, upper=False):
    """torch.cholesky_inverse: the inverse of the matrix whose factor is given."""
    factor = triangle_of(L, upper)
    return inv(ops.matmul(factor, factor.swapaxes(-1, -2)))


def cholesky_solve(B, L, upper=False):
    """torch.cholesky_solve: the solution for the matrix whose factor is given."""
    factor = triangle_of(L, upper)
    return solve(ops.matmul(factor, factor.swapaxes(-1, -2)), B)


def svd(A, full_matrices=True, *, driver=None):
    """torch.linalg.svd: U, S, Vh with the signs that LAPACK gives."""
    left, values, right = on_arrays(lambda a: tuple(np.linalg.svd(a, full_matrices=full_matrices)), A)
    if not has_kernel(A):
        return SVD(left, values, right)
    s, u, v = ops.svd(A, full_matrices=False)
    least = s.shape[-1]
    signs = ops.sign((ops.stop_gradient(u) * left[..., :least]).sum(-2, keepdim=True))
    u, vh = u * signs, (v * signs).swapaxes(-1, -2)
    if full_matrices and left.shape[-1] > least:
        u = ops.cat((u, left[..., least:]), -1)
    if full_matrices and right.shape[-2] > least:
        vh = ops.cat((vh, right[..., least:, :]), -2)
    return SVD(u, values + diagonal_change(left, A, right), vh)


def diagonal_change(left, A, right):
    """The first-order change of the singular values: the diagonal of U^T dA V."""
    least = min(left.shape[-1], right.shape[-2])
    turned = ops.matmul(change(A), right[..., :least, :].swapaxes(-1, -2))
    return (left[..., :least] * turned).sum(-2)


def svdvals(A, *, driver=None):
    """torch.linalg.svdvals, with its gradient for real matrices."""
    return svd(A, full_matrices=False).S


def svd_old(input, some=True, compute_uv=True):
    """torch.svd: U, S, V."""
    u, s, vh = svd(input, full_matrices=not some)
    if not compute_uv:
        return OldSVD(ops.zeros_like(u), s, ops.zeros_like(vh))
    return OldSVD(u, s, vh.swapaxes(-1, -2))


def qr(A, mode="reduced"):
    """torch.linalg.qr with LAPACK's signs, through NumPy, with the gradient of its first-order expansion for real
    matrices (not for more columns of Q than of the matrix)."""
    if mode == "r":
        return QR(ops.zeros((0,), A.dtype), qr(A).R)
    rows, columns = A.shape[-2:]
    if rows < columns:
        head = qr(A[..., :rows], mode)
        rest = ops.matmul(adjoint(head.Q), A[..., rows:])
        return QR(head.Q, ops.cat((head.R, rest), -1))
    q, r = on_arrays(lambda a: batched(lambda m: tuple(np.linalg.qr(m, mode)), a), A)
    if A.is_complex() or q.shape[-1] != columns:
        return QR(q, r)
    moved = ops.matmul(change(A), on_arrays(np.linalg.pinv, r))
    inner = ops.matmul(q.swapaxes(-1, -2), moved)
    below = inner * Tensor(np.tril(np.ones(inner.shape[-2:]), -1), dtype=A.dtype)
    turned = below - below.swapaxes(-1, -2)
    return QR(q + ops.matmul(q, turned - inner) + moved, r + ops.matmul(inner - turned, r))


def qr_old(input, some=True):
    """torch.qr."""
    return qr(input, "reduced" if some else "complete")


def batched(function, array):
    """A function of one matrix on every matrix of a stack; tuples are stacked item by item."""
    if array.ndim == 2:
        return function(array)
    lead = array.shape[:-2]
    if 0 in lead:
        one = function(np.eye(*array.shape[-2:], dtype=array.dtype))
        parts = one if isinstance(one, tuple) else (one,)
        nothing = tuple(np.zeros((*lead, *part.shape), part.dtype) for part in parts)
        return nothing if isinstance(one, tuple) else nothing[0]
    found = [function(matrix) for matrix in array.reshape(int(np.prod(lead)), *array.shape[-2:])]
    if isinstance(found[0], tuple):
        return tuple(np.stack(part).reshape(*lead, *part[0].shape) for part in zip(*found, strict=False))
    return np.stack(found).reshape(*lead, *np.shape(found[0]))


def eigh(A, UPLO="L"):
    """torch.linalg.eigh, through NumPy in the matrix's own precision, which settles the vectors' signs as in torch, with
    the gradient of its first-order expansion for real matrices."""
    found = np.linalg.eigh(A.asnumpy(), UPLO)
    values, vectors = Tensor(found[0]), Tensor(np.ascontiguousarray(found[1]))
    if A.is_complex():
        return Eigen(values, vectors)
    moved = (change(A) + change(A).swapaxes(-1, -2)) / 2
    moved = ops.matmul(ops.matmul(vectors.swapaxes(-1, -2), moved), vectors)
    gaps = values.unsqueeze(-2) - values.unsqueeze(-1)
    mixed = moved * ops.where(gaps == 0, ops.zeros_like(gaps), 1 / ops.where(gaps == 0, ops.ones_like(gaps), gaps))
    along = (moved * Tensor(np.eye(A.shape[-1]), dtype=A.dtype)).sum(-1)
    return Eigen(values + along, vectors + ops.matmul(vectors, mixed))


def eigvalsh(A, UPLO="L"):
    """torch.linalg.eigvalsh, with its gradient for real matrices."""
    return eigh(A, UPLO).eigenvalues


def eig(A):
    """torch.linalg.eig, complex, through NumPy: no gradient flows."""
    values, vectors = on_arrays(lambda a: tuple(np.asarray(x, np.complex128) for x in np.linalg.eig(a)), A)
    return Eigen(values, vectors)


def eigvals(A):
    """torch.linalg.eigvals, complex. No gradient flows."""
    return eig(A).eigenvalues


def pinv(A, *, atol=None, rtol=None, hermitian=False):
    """torch.linalg.pinv, through NumPy, with the gradient of its first-order expansion for real matrices."""
    if hermitian and A.size:
        below = A * Tensor(np.tril(np.ones(A.shape[-2:]), -1), dtype=A.dtype)
        A = below + adjoint(below) + A * Tensor(np.eye(A.shape[-1]), dtype=A.dtype)
    size = max(A.shape[-2:])
    eps = 1.1920929e-07 if A.dtype in (ms.float32, ms.complex64) else 2.220446049250313e-16
    cut = 0.0 if atol is not None and rtol is None else (size * eps if rtol is None else rtol)

    relative, absolute = (
        np.expand_dims(np.asarray(t.asnumpy() if isinstance(t, Tensor) else t or 0.0), -1) for t in (cut, atol)
    )

    def inverse(a):
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        limit = np.maximum(relative * s.max(-1, keepdims=True, initial=0.0), absolute)
        with np.errstate(divide="ignore"):
            turned = np.where(s > limit, 1 / s, 0)
        return np.matmul(np.swapaxes(vh.conj(), -1, -2) * turned[..., None, :], np.swapaxes(u.conj(), -1, -2))

    found = on_arrays(inverse, A)
    if A.is_complex() or not A.size:
        return found
    moved, plain = change(A), ops.stop_gradient(A)
    turned, found_turned = moved.swapaxes(-1, -2), found.swapaxes(-1, -2)
    rest = ops.matmul(turned, Tensor(np.eye(A.shape[-2]), dtype=A.dtype) - ops.matmul(plain, found))
    other = ops.matmul(Tensor(np.eye(A.shape[-1]), dtype=A.dtype) - ops.matmul(found, plain), turned)
    first = ops.matmul(ops.matmul(found, found_turned), rest)
    second = ops.matmul(other, ops.matmul(found_turned, found))
    return found - ops.matmul(ops.matmul(found, moved), found) + first + second


def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None):
    """torch.linalg.matrix_rank. No gradient flows."""
    array = A.asnumpy()
    eps = np.finfo(array.dtype).eps
    if isinstance(tol, Tensor) and tol.ndim:
        tol = Tensor(np.expand_dims(tol.asnumpy(), -1))
    singular = np.abs(np.linalg.eigvalsh(array)) if hermitian else np.linalg.svd(array, compute_uv=False)
    largest = singular.max(-1, keepdims=True, initial=0.0)
    atol, rtol = (np.expand_dims(bound.asnumpy(), -1) if isinstance(bound, Tensor) else bound for bound in (atol, rtol))
    if tol is not None:
        limit = tol.asnumpy() if isinstance(tol, Tensor) else tol
    else:
        share = (0.0 if atol is not None else max(A.shape[-2:]) * eps) if rtol is None else rtol
        limit = np.maximum(share * largest, 0.0 if atol is None else atol)
    return Tensor(np.asarray((singular > limit).sum(-1)).astype(np.int64))


def lstsq(A, B, rcond=None, *, driver=None):
    """torch.linalg.lstsq, with the gradient of the pseudo-inverse."""
    vector = B.ndim == A.ndim - 1
    right = B.unsqueeze(-1) if vector else B
    solution = ops.matmul(pinv(A), right)
    rows, columns = A.shape[-2:]
    nothing = residuals = ops.zeros((0,), A.dtype)
    rank = matrix_rank(A)
    if driver not in (None, "gelsy") and rows > columns and bool((rank == columns).all()):
        residuals = ((ops.matmul(A, solution) - right) ** 2).sum(-2)
    if vector:
        solution = solution.squeeze(-1)
    rank = ops.zeros((0,), ms.int64) if driver == "gels" else rank
    return LeastSquares(solution, residuals, rank, svdvals(A) if driver in ("gelsd", "gelss") else nothing)


def cond(A, p=None):
    """torch.linalg.cond."""
    if p in (None, 2, -2):
        singular = svdvals(A)
        return singular[..., -1] / singular[..., 0] if p == -2 else singular[..., 0] / singular[..., -1]
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """torch.linalg.vector_norm: of all elements, or over one or several dimensions."""
    return tensor_norm(x, ord, dim, keepdim, dtype)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """torch.linalg.matrix_norm with every order."""
    A = A if dtype is None else A.to(dtype)
    if ord == "fro":
        return tensor_norm(A, 2, dim, keepdim)
    rows, columns = (d % A.ndim for d in dim)
    if ord in ("nuc", 2, -2):
        rest = [axis for axis in range(A.ndim) if axis not in (rows, columns)]
        singular = svdvals(A.permute(*rest, rows, columns))
        result = singular.sum(-1) if ord == "nuc" else singular[..., 0] if ord == 2 else singular[..., -1]
        if keepdim:
            for axis in sorted((rows, columns)):
                result = result.unsqueeze(axis)
        return result
    summed, left = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = ops.abs(A).sum(summed, keepdim=True)
    found = ops.amax(sums, left, True) if ord > 0 else ops.amin(sums, left, True)
    return found if keepdim else found.squeeze((rows, columns))


def linalg_norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """torch.linalg.norm: a vector norm, or a matrix norm where two dimensions and an order are given."""
    if ord is None:
        return tensor_norm(A, 2, dim, keepdim, dtype)
    if (isinstance(dim, (tuple, list)) and len(dim) == 2) or (dim is None and A.ndim == 2):
        return matrix_norm(A, ord, (-2, -1) if dim is None else tuple(dim), keepdim, dtype=dtype)
    return tensor_norm(A, ord, dim, keepdim, dtype)


def lu_parts(array):
    """P, L, U and LAPACK's pivots (from 1) of one matrix, with partial pivoting."""
    rows, columns = array.shape
    work, order, pivots = array.copy(), np.arange(rows), []
    for k in range(min(rows, columns)):
        best = k + int(np.argmax(np.abs(work[k:, k].real) + np.abs(work[k:, k].imag)))
        pivots.append(best + 1)
        if best != k:
            work[[k, best]] = work[[best, k]]
            order[[k, best]] = order[[best, k]]
        if work[k, k] != 0:
            work[k + 1 :, k] = work[k + 1 :, k] / work[k, k]
            work[k + 1 :, k + 1 :] -= np.outer(work[k + 1 :, k], work[k, k + 1 :])
    least = min(rows, columns)
    lower = np.tril(work[:, :least], -1) + np.eye(rows, least)
    return np.eye(rows)[:, order].astype(array.dtype), lower, np.triu(work[:least]), work, np.array(pivots, np.int32)


def lu_change(permutation, lower, upper, moved):
    """The first-order change of L and U of a matrix A = P L U that moves."""
    rows, columns = moved.shape[-2:]
    least = min(rows, columns)
    turned = ops.matmul(permutation.swapaxes(-1, -2), moved)
    head_lower, head_upper = lower[..., :least, :], upper[..., :least]
    inverse_lower, inverse_upper = (on_arrays(np.linalg.inv, part) for part in (head_lower, head_upper))
    inner = ops.matmul(ops.matmul(inverse_lower, turned[..., :least, :least]), inverse_upper)
    below = inner * Tensor(np.tril(np.ones((least, least)), -1), dtype=inner.dtype)
    change_lower, change_upper = ops.matmul(head_lower, below), ops.matmul(inner - below, head_upper)
    if rows > least:
        rest = turned[..., least:, :] - ops.matmul(lower[..., least:, :], change_upper)
        change_lower = ops.cat((change_lower, ops.matmul(rest, inverse_upper)), -2)
    if columns > least:
        rest = turned[..., least:] - ops.matmul(change_lower, upper[..., least:])
        change_upper = ops.cat((change_upper, ops.matmul(inverse_lower, rest)), -1)
    return change_lower, change_upper


def lu(A, *, pivot=True):
    """torch.linalg.lu: P, L, U, through NumPy, with the gradient of its first-order expansion for real matrices."""
    permutation, lower, upper = on_arrays(lambda a: batched(lambda m: lu_parts(m)[:3], a), A)
    if A.is_complex() or not has_inverse(upper):
        return LU(permutation, lower, upper)
    change_lower, change_upper = lu_change(permutation, lower, upper, change(A))
    return LU(permutation, lower + change_lower, upper + change_upper)


def has_inverse(upper):
    """Whether the square head of triangular matrices has no zero on its diagonal."""
    return bool(np.diagonal(upper.asnumpy(), 0, -2, -1).all())


def lu_factor(A, *, pivot=True):
    """torch.linalg.lu_factor: both factors in one matrix, and the pivots, with the gradient of :func:`lu`."""
    factors, pivots = on_arrays(lambda a: batched(lambda m: lu_parts(m)[3:], a), A)
    if A.is_complex() or not has_inverse(factors):
        return LUFactor(factors, pivots)
    permutation, lower, upper = (ops.stop_gradient(part) for part in lu_unpack(factors, pivots))
    change_lower, change_upper = lu_change(permutation, lower, upper, change(A))
    rows, columns = A.shape[-2:]
    if rows > columns:
        change_upper = ops.cat((change_upper, ops.zeros((*A.shape[:-2], rows - columns, columns), A.dtype)), -2)
    elif columns > rows:
        change_lower = ops.cat((change_lower, ops.zeros((*A.shape[:-2], rows, columns - rows), A.dtype)), -1)
    return LUFactor(factors + change_lower + change_upper, pivots)


def lu_factor_ex(A, *, pivot=True, check_errors=False):
    """torch.linalg.lu_factor_ex."""
    return LUFactorInfo(*lu_factor(A), no_error(A))


def lu_compact(A, pivot=True, get_infos=False):
    """torch.lu, with the gradient of torch.linalg.lu."""
    return lu_factor_ex(A) if get_infos else lu_factor(A)


def permutation_of(pivots, rows):
    """The permutation matrix of LAPACK's pivots."""
    order = np.arange(rows)
    for k, other in enumerate(pivots):
        order[[k, other - 1]] = order[[other - 1, k]]
    return np.eye(rows)[:, order]


def lu_unpack(LU_data, LU_pivots):
    """torch.lu_unpack: P, L, U, with gradients."""
    rows, columns = LU_data.shape[-2:]
    least = min(rows, columns)
    below = Tensor(np.tril(np.ones((rows, least)), -1), dtype=LU_data.dtype)
    lower = LU_data[..., :least] * below + Tensor(np.eye(rows, least), dtype=LU_data.dtype)
    upper = LU_data[..., :least, :] * Tensor(np.triu(np.ones((least, columns))), dtype=LU_data.dtype)
    pivots = LU_pivots.asnumpy()
    lines = pivots.reshape(int(np.prod(pivots.shape[:-1])), pivots.shape[-1])
    stacked = [permutation_of(line, rows) for line in lines] or [np.zeros((0, rows, rows))]
    permutation = np.stack(stacked).reshape(*pivots.shape[:-1], rows, rows)
    return LU(Tensor(permutation, dtype=LU_data.dtype), lower, upper)


def lu_solve(LU_data, pivots, B, *, left=True, adjoint=False):
    """torch.linalg.lu_solve."""
    permutation, lower, upper = lu_unpack(LU_data, pivots)
    matrix = matmul(permutation, matmul(lower, upper))
    return solve(matrix.swapaxes(-1, -2) if adjoint else matrix, B, left=left)


def householder_product(input, tau):
    """torch.linalg.householder_product: the product of the reflectors, first columns. With gradients."""
    rows, columns = input.shape[-2:]
    mask = Tensor(np.tril(np.ones((rows, columns)), -1), dtype=input.dtype)
    vectors = input * mask + Tensor(np.eye(rows, columns), dtype=input.dtype)
    result = Tensor(np.eye(rows), dtype=input.dtype)
    for k in range(tau.shape[-1]):
        v = vectors[..., :, k : k + 1]
        turned = ops.matmul(v, adjoint(v))
        step = Tensor(np.eye(rows), dtype=input.dtype) - tau[..., k : k + 1].unsqueeze(-1) * turned
        result = ops.matmul(result, step)
    return result[..., :columns]


def geqrf(input):
    """torch.geqrf, through NumPy: no gradient flows."""

    def raw(matrix):
        h, tau = np.linalg.qr(matrix, "raw")
        return np.swapaxes(h, -1, -2), tau

    return Reflectors(*on_arrays(lambda a: batched(raw, a), input))


def ormqr(input, tau, other, left=True, transpose=False):
    """torch.ormqr: the full Q of the reflectors times a matrix."""
    rows, columns = input.shape[-2:]
    wide = (
        ops.cat((input, ops.zeros((*input.shape[:-1], rows - columns), input.dtype)), -1) if rows > columns else input
    )
    q = householder_product(wide, tau)
    q = adjoint(q) if transpose else q
    return ops.matmul(q, other) if left else ops.matmul(other, q)


def tensorinv(A, ind=2):
    """torch.linalg.tensorinv."""
    size = int(np.prod(A.shape[ind:]))
    return inv(A.reshape(size, size)).reshape(tuple(A.shape[ind:]) + tuple(A.shape[:ind]))


def tensorsolve(A, B, dims=None):
    """torch.linalg.tensorsolve."""
    if dims is not None:
        moved = [d % A.ndim for d in dims]
        A = A.permute(*[d for d in range(A.ndim) if d not in moved], *moved)
    shape = A.shape[B.ndim :]
    size = int(np.prod(shape))
    return solve(A.reshape(-1, size), B.reshape(-1)).reshape(tuple(shape))


def vecdot(x, y, *, dim=-1):
    """torch.linalg.vecdot: the first argument is conjugated."""
    return ((ops.conj(x) if x.is_complex() else x) * y).sum(dim)


def ldl_one(matrix):
    """LAPACK's Bunch-Kaufman factors of the lower triangle of one symmetric matrix, and its pivots."""
    from scipy.linalg import lapack

    factors, pivots, _ = lapack.dsytrf(np.tril(matrix), lower=1)
    return np.tril(factors), pivots.astype(np.int32)


LDL = namedtuple("LDL", "LD pivots")
LDLInfo = namedtuple("LDLInfo", "LD pivots info")


def ldl_factor(A, *, hermitian=False):
    """torch.linalg.ldl_factor of real matrices. No gradient flows."""
    return LDL(*on_arrays(lambda a: batched(ldl_one, a), A))


def ldl_factor_ex(A, *, hermitian=False, check_errors=False):
    """torch.linalg.ldl_factor_ex. No gradient flows."""
    return LDLInfo(*ldl_factor(A), no_error(A))


def ldl_solve(LD, pivots, B, *, hermitian=False):
    """torch.linalg.ldl_solve of real matrices. No gradient flows."""
    from scipy.linalg import lapack

    steps = pivots.asnumpy()

    def one(factors, right):
        return lapack.dsytrs(factors, steps, right, lower=1)[0]

    return on_arrays(one, LD, B)


def polar_decomposition(A):
    """The polar decomposition: a unitary matrix and a positive one. With the gradients of the SVD."""
    u, s, vh = svd(A, full_matrices=False)
    return ops.matmul(u, vh), ops.matmul(adjoint(vh) * s.unsqueeze(-2).to(vh.dtype), vh)


def matrix_sqrth(A):
    """The square root of symmetric positive matrices, through their eigenvectors. No gradient flows."""
    values, vectors = eigh(A)
    return ops.matmul(vectors * ops.sqrt(values).unsqueeze(-2), vectors.swapaxes(-1, -2))


def low_rank(A, q):
    """The ``q`` largest singular values of torch.svd_lowrank, taken from the full decomposition."""
    u, s, vh = svd(A, full_matrices=False)
    return OldSVD(u[..., :q], s[..., :q], vh.swapaxes(-1, -2)[..., :q])


def svd_lowrank(A, q=6, M=None):
    """torch.svd_lowrank, exact."""
    return low_rank(A if M is None else A - M, q)


def pca_lowrank(A, q=None, center=True):
    """torch.pca_lowrank, exact."""
    q = min(6, *A.shape[-2:]) if q is None else q
    return low_rank(A - A.mean(-2, True) if center else A, q)
