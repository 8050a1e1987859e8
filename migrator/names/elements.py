"""What a tensor's elements are (``bool``, ``int``, ``float``, ``complex``), where the source shows it.

MindSpore's float functions raise for integers where torch promotes them, and some calls mean another thing for bools
or complex numbers. The reading is cautious: an empty string says that the source does not tell.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.names.values import Kind, Value

ValueOf = Callable[[ast.AST], Value]

_ORDER = ("bool", "int", "float", "complex")

_BOOL = frozenset(
    "eq ne lt gt le ge isnan isinf isfinite isneginf isposinf isreal isclose isin logical_and logical_or logical_xor "
    "logical_not any all bool signbit less less_equal greater greater_equal not_equal BoolTensor".split()
)
_INT = frozenset(
    "argmax argmin argsort nonzero argwhere count_nonzero randint randperm long int short byte char bucketize "
    "searchsorted LongTensor IntTensor ShortTensor ByteTensor CharTensor tril_indices triu_indices".split()
)
_FLOAT = frozenset(
    "float double half bfloat16 rand randn normal linspace logspace mean std var exp log sqrt sigmoid tanh sin cos tan "
    "softmax log_softmax norm true_divide rsqrt log2 log10 log1p exp2 expm1 atan asin acos sinh cosh erf logsumexp "
    "FloatTensor DoubleTensor HalfTensor Tensor uniform_ normal_ cdist quantile median_of_floats".split()
)
_COMPLEX = frozenset(
    "complex polar view_as_complex cfloat cdouble fft ifft fft2 ifft2 fftn ifftn rfft rfft2 rfftn".split()
)
_FACTORIES = frozenset("zeros ones empty eye full".split())
_SAME = frozenset(
    "view reshape permute transpose t contiguous clone squeeze unsqueeze expand expand_as repeat flatten flip roll "
    "narrow select gather index_select masked_fill masked_select clamp clip neg triu tril diag detach unfold tile take "
    "view_as swapaxes movedim ravel zeros_like ones_like full_like empty_like new_zeros new_ones new_full new_empty "
    "scatter scatter_ scatter_add index_fill fill_ zero_ copy_ requires_grad_ cpu cuda max min amax amin cummax cummin "
    "square sign trunc broadcast_to reshape_as flatten diagonal fliplr flipud rot90 repeat_interleave unique matmul mm "
    "bmm mv dot unflatten clamp_min clamp_max add_ sub_ mul_ remainder_ round floor ceil outer inner kron".split()
)
_ARITHMETIC = frozenset("add sub mul subtract multiply remainder floor_divide pow maximum minimum fmod".split())


def kind_of_dtype(dtype: str) -> str:
    """``torch.int64`` → ``int``."""
    name = dtype.rpartition(".")[2]
    if name == "bool":
        return "bool"
    if name.startswith(("int", "uint", "long", "short")):
        return "int"
    if name.startswith(("complex", "cfloat", "cdouble")):
        return "complex"
    return "float" if name.startswith(("float", "double", "half", "bfloat")) else ""


def of_literal(node: ast.AST, value_of: ValueOf) -> str:
    """What ``torch.tensor`` makes of nested lists of numbers."""
    if isinstance(node, ast.Constant):
        kind = type(node.value).__name__
        return kind if kind in _ORDER else ""
    if isinstance(node, ast.UnaryOp):
        return of_literal(node.operand, value_of)
    if isinstance(node, ast.List | ast.Tuple):
        if not node.elts:
            return "float"
        return _joined([of_literal(item, value_of) for item in node.elts])
    if isinstance(node, ast.BinOp):
        parts = [of_literal(node.left, value_of), of_literal(node.right, value_of)]
        return _joined([*parts, "float"] if isinstance(node.op, ast.Div) and all(parts) else parts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in ("float", "complex"):
            return node.func.id
        if node.func.id == "range" or (node.func.id == "list" and "range" in ast.dump(node)):
            return "int"
    if isinstance(node, ast.Attribute) and node.attr in ("inf", "nan", "pi", "e"):
        return "float"
    return value_of(node).elements


def _joined(parts: list[str]) -> str:
    if not all(parts):
        return ""
    return max(parts, key=_ORDER.index) if parts else ""


def of_expression(node: ast.expr, value: Value, value_of: ValueOf, qualified: Callable[[ast.AST], str]) -> str:
    """The elements of a tensor expression whose parts have been read."""
    if isinstance(node, ast.Call):
        return _of_call(node, value_of, qualified(node.func))
    if isinstance(node, ast.BinOp):
        both = _joined([_operand(node.left, value_of), _operand(node.right, value_of)])
        return "float" if isinstance(node.op, ast.Div) and both in ("int", "bool") else both
    if isinstance(node, ast.Compare):
        return "bool"
    if isinstance(node, ast.UnaryOp):
        return value_of(node.operand).elements
    if isinstance(node, ast.Subscript):
        return value_of(node.value).elements
    if isinstance(node, ast.Attribute):
        own = value_of(node.value).elements
        if node.attr in ("real", "imag"):
            return "float" if own == "complex" else own
        return own if node.attr in ("T", "mT", "H", "mH", "data") else ""
    return value.elements


def _counted(node: ast.expr) -> str:
    """``n + 1``: an end that is one more than something else counts."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return "int" if isinstance(node.right, ast.Constant) and node.right.value == 1 else ""
    return ""


def _operand(node: ast.expr, value_of: ValueOf) -> str:
    value = value_of(node)
    if value.is_tensor:
        return value.elements
    return of_literal(node, value_of)


def _of_call(node: ast.Call, value_of: ValueOf, qualified: str) -> str:
    owner, _, name = qualified.rpartition(".")
    if owner.startswith("einops") and name in ("rearrange", "repeat") and node.args:
        return _operand(node.args[0], value_of)
    if not owner.startswith("torch"):
        return ""
    for keyword in node.keywords:
        if keyword.arg == "dtype":
            given = value_of(keyword.value)
            return kind_of_dtype(given.of) if given.kind is Kind.DTYPE else ""
    method = owner == "torch.Tensor" and isinstance(node.func, ast.Attribute)
    arguments = ([node.func.value] if method and isinstance(node.func, ast.Attribute) else []) + list(node.args)
    first = _operand(arguments[0], value_of) if arguments else ""
    if name in ("tensor", "as_tensor", "asarray", "scalar_tensor"):
        return of_literal(arguments[0], value_of) if arguments else ""
    if name in ("to", "type"):
        asked = [value_of(argument) for argument in arguments[1:]]
        dtypes = [kind_of_dtype(value.of) for value in asked if value.kind is Kind.DTYPE]
        return dtypes[0] if dtypes else first
    if name == "stft":
        named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        return "complex" if named.get("return_complex") == "True" else ""
    if name == "arange":
        return _joined([_operand(argument, value_of) or _counted(argument) for argument in arguments])
    if name == "full" and len(arguments) > 1:
        return of_literal(arguments[1], value_of)
    if name in ("abs", "real", "imag", "angle"):
        return "float" if first == "complex" else first
    if name in ("sum", "prod", "cumsum", "cumprod", "nansum"):
        return "int" if first == "bool" else first
    if name in ("cat", "stack", "hstack", "vstack", "concat") and arguments:
        listed = arguments[0]
        if isinstance(listed, ast.List | ast.Tuple):
            return _joined([value_of(item).elements for item in listed.elts])
        return ""
    if name in _ARITHMETIC and len(arguments) > 1:
        return _joined([first, _operand(arguments[1], value_of)])
    if name in ("div", "divide") and first == "int":
        return "int" if any(keyword.arg == "rounding_mode" for keyword in node.keywords) else "float"
    if name == "where" and len(arguments) == 3:
        return _joined([_operand(argument, value_of) for argument in arguments[1:]])
    if name in _FACTORIES and not method:
        return "float"
    for names, kind in ((_BOOL, "bool"), (_INT, "int"), (_COMPLEX, "complex"), (_FLOAT, "float")):
        if name in names:
            return "float" if kind == "float" and first != "complex" else kind if kind != "float" else "complex"
    return first if name in _SAME else ""
