"""Snippets from PyTorch's own test tables, which ship with it: the sample inputs of every operation, module and optimizer
with their dtypes, empty, zero-dimensional, broadcast and unbatched shapes and keyword arguments."""

from __future__ import annotations

import inspect
import itertools
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from migrator.catalog import shipped
from migrator.catalog.signature import parse_signature
from tests.migrator.catalog.snippets.literals import NoLiteral, literal
from tests.migrator.catalog.snippets.patterns import RANDOM, Snippet, left_out

DTYPES = {"float32": 10, "int64": 4, "bool": 2, "float64": 2, "complex64": 2, "float16": 1}
"""How many samples of an operation are taken for each dtype."""

_NAMES = "xyzwuvabc"
_HEADS = ("torch", "torch", "torch", "th", "torch", "F", "torch", "torch")
_NO_OPERATION = frozenset(
    "item broadcast_shapes to_sparse resolve_conj resolve_neg as_strided_scatter scalar_tensor contiguous "
    "view_as_real hash_tensor unsafe_chunk unsafe_split geqrf ormqr cauchy exponential geometric log_normal uniform".split()
)


def operations(each: float = 1.0, one_in: int = 1, forms: Sequence[str] = ()) -> list[Snippet]:
    """Calls of torch's operations as functions, methods, operators, in place, with ``out=`` and with gradients."""
    import torch
    from torch.testing._internal.common_methods_invocations import op_db

    found: list[Snippet] = []
    for operation in op_db:
        name = operation.name
        if name.startswith(("_", "torch.", "jiterator", "sparse")) and not name.startswith("__"):
            continue
        if left_out(name.rpartition(".")[2]) or zlib.crc32(name.encode()) % one_in:
            continue
        offered = [form for form in _forms(operation) if form in forms or not forms]
        if not offered:
            continue
        for dtype_name, count in DTYPES.items():
            dtype = getattr(torch, dtype_name)
            if dtype not in operation.dtypes:
                continue
            wanted = max(1, round(count * each))
            for number, sample in enumerate(_samples(operation, dtype, wanted)):
                form = offered[(number + list(DTYPES).index(dtype_name)) % len(offered)]
                try:
                    found.append(_snippet(operation, form, sample, number + zlib.crc32(name.encode())))
                except NoLiteral:
                    continue
                except Exception:  # not every form takes every sample
                    continue
    return found


def _samples(operation: Any, dtype: Any, count: int) -> list[Any]:
    import torch

    torch.manual_seed(0)
    random.seed(zlib.crc32(f"{operation.name}{dtype}".encode()))
    try:
        samples = list(itertools.islice(operation.sample_inputs("cpu", dtype, requires_grad=False), 200))
    except Exception:
        return []
    return samples if len(samples) <= count else sorted(random.sample(samples, count), key=samples.index)


def _forms(operation: Any) -> list[str]:
    forms = ["function"]
    if operation.method_variant is not None and not operation.name.startswith(("nn.", "linalg.", "fft.", "special.")):
        forms.append("method")
    if operation.operator_variant is not None:
        forms.append("operator")
    if operation.inplace_variant is not None and not operation.name.startswith(("nn.", "__")):
        forms.append("in place")
    if operation.supports_autograd:
        forms.append("gradient")
    if operation.supports_out:
        forms.append("out")
    forms.extend(f"alias {alias.name}" for alias in operation.aliases)
    forms.extend(("starred", "keywords", "imported"))
    if "method" in forms:
        forms.extend(("class", "method with keywords"))
    return forms


def _snippet(operation: Any, form: str, sample: Any, seed: int) -> Snippet:
    import torch

    if form in ("function", "starred", "keywords", "imported") and not _is_function(operation.name):
        form = "method"
    alias = _HEADS[seed % len(_HEADS)]
    inputs, arguments = _written(sample, form != "method" and seed % 5 == 4)
    first = arguments[0]
    rest = ", ".join(arguments[1:])
    name = operation.name
    qualified = f"torch.{name}"
    lines = list(inputs)
    expression = f"{qualified}({', '.join(arguments)})"
    if name.startswith("__") or form == "operator":
        form = "operator"
        symbol = _SYMBOLS.get(name.strip("_").removeprefix("r") if name.startswith("__r") else name)
        if symbol is None or len(arguments) != 2:
            raise NoLiteral(name)
        expression = (
            f"{arguments[1]} {symbol} {first}" if name.startswith("__r") else f"{first} {symbol} {arguments[1]}"
        )
    elif form in ("method", "class", "method with keywords"):
        if not isinstance(sample.input, torch.Tensor):
            raise NoLiteral("no receiver")
        qualified = f"torch.Tensor.{name}"
        if form == "class":
            expression = f"torch.Tensor.{name}({', '.join(arguments)})"
        else:
            named = _named(qualified, arguments) if form == "method with keywords" else arguments
            expression = f"{first}.{name}({', '.join(named[1:])})"
    elif form == "keywords":
        expression = f"{qualified}({', '.join(_named(qualified, arguments))})"
    elif form == "imported":
        alias = f"from {qualified.rpartition('.')[0]} import {qualified.rpartition('.')[2]}"
        expression = f"{qualified.rpartition('.')[2]}({', '.join(arguments)})"
    elif form.startswith("alias "):
        qualified = f"torch.{form[6:]}"
        expression = f"{qualified}({', '.join(arguments)})"
    if form == "starred":
        lines.append(f"args = ({', '.join(arguments[: 1 + len(sample.args)])},)")
        keywords = ", ".join(arguments[1 + len(sample.args) :])
        expression = f"{qualified}(*args{', ' + keywords if keywords else ''})"
    if form == "in place":
        if not isinstance(sample.input, torch.Tensor):
            raise NoLiteral("no receiver")
        lines.extend((f"{first}.{name}_({rest})", f"result = {first}"))
        qualified = f"torch.Tensor.{name}_"
    elif form == "gradient":
        wanted = [n for n, value in _tensors(sample) if value.is_floating_point() and n in arguments]
        if not wanted or _first_tensor(operation(sample.input, *sample.args, **sample.kwargs)) is None:
            raise NoLiteral("nothing to differentiate")
        lines = [f"{line[:-1]}, requires_grad=True)" if line.split(" = ")[0] in wanted else line for line in lines]
        lines.append(f"out = {expression}")
        lines.append("out.pow(2).sum().backward()" if seed % 2 else "out.sum().backward()")
        lines.append(f"result = {', '.join(f'{n}.grad' for n in wanted)}")
    elif form == "out":
        made = operation(sample.input, *sample.args, **sample.kwargs)
        if not isinstance(made, torch.Tensor):
            raise NoLiteral("several results")
        dtype = "" if made.dtype == torch.float32 else f", dtype={made.dtype}"
        lines.append(f"out = torch.empty({tuple(made.shape)}{dtype})")
        lines.append(f"{expression[:-1]}, out=out)")
        lines.append("result = out")
    else:
        lines.append(f"result = {expression}")
    code = _headed("\n".join(lines) + "\n", alias)
    drawn = {name, f"{name}_"} & RANDOM or "dropout" in name or "fractional" in name or "rrelu" in name
    return Snippet(qualified, code, bool(drawn), "table")


_SYMBOLS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "true_divide": "/", "floor_divide": "//", "remainder": "%", "mod": "%",
    "pow": "**", "matmul": "@", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "bitwise_and": "&",
    "and": "&", "bitwise_or": "|", "or": "|", "bitwise_xor": "^", "xor": "^", "bitwise_left_shift": "<<",
    "bitwise_right_shift": ">>",
}  # fmt: skip


def _named(qualified: str, arguments: list[str]) -> list[str]:
    """The arguments with the names that the catalog's signatures give them: what torch does not take is left out later."""
    row = shipped().row(qualified)
    for form in row.forms if row else ():
        parameters = [parameter for parameter in parse_signature(form.signature) if not parameter.keyword_only]
        if len(parameters) >= len(arguments) and not any(parameter.variadic for parameter in parameters):
            pairs = zip(arguments, parameters, strict=False)
            return [a if re.match(r"\w+=", a) else f"{parameter.name}={a}" for a, parameter in pairs]
    raise NoLiteral("no names")


def _tensors(sample: Any) -> list[tuple[str, Any]]:
    """Names and values of the tensors that get a line of their own."""
    import torch

    values = [sample.input, *sample.args, *sample.kwargs.values()]
    return list(zip(_NAMES, (value for value in values if isinstance(value, torch.Tensor)), strict=False))


def _written(sample: Any, inline: bool) -> tuple[list[str], list[str]]:
    """Lines that make the inputs, and the arguments of the call."""
    import torch

    names = iter(_NAMES)
    lines: list[str] = []

    def written(value: Any) -> str:
        if isinstance(value, torch.Tensor):
            name = next(names)
            if value.is_conj() or value.is_neg():
                raise NoLiteral("a lazy view")
            if inline and lines:
                return literal(value)
            lines.append(f"{name} = {literal(value)}")
            return name
        return literal(value)

    arguments = [written(sample.input), *map(written, sample.args)]
    arguments.extend(f"{key}={written(value)}" for key, value in sample.kwargs.items())
    return lines, arguments


def _is_function(name: str) -> bool:
    import torch

    home = torch
    for part in name.split("."):
        home = getattr(home, part, None)
    return name.startswith("__") or (callable(home) and not isinstance(home, torch.dtype))


def _first_tensor(value: Any) -> Any:
    import torch

    return value if isinstance(value, torch.Tensor) and (value.is_floating_point()) else None


def _headed(code: str, alias: str) -> str:
    if alias == "th":
        return "import torch as th\n" + code.replace("torch.", "th.")
    if alias == "F" and "torch.nn.functional." in code:
        return "import torch\nimport torch.nn.functional as F\n" + code.replace("torch.nn.functional.", "F.")
    return "import torch\n" + (f"{alias}\n" if alias.startswith("from ") else "") + code


def modules(each: int = 6) -> list[Snippet]:
    """torch's modules with the arguments and inputs of its own module tests, weights set, in training and evaluation,
    with the gradients of the input."""
    import torch
    from torch.testing._internal.common_modules import module_db

    found = []
    for info in module_db:
        name = info.module_cls.__name__
        if left_out(name) or not hasattr(torch.nn, name):
            continue
        random.seed(zlib.crc32(name.encode()))
        torch.manual_seed(0)
        try:
            samples = list(info.module_inputs_func(info, "cpu", torch.float32, False, True))
        except Exception:
            continue
        chosen = samples if len(samples) <= each else random.sample(samples, each)
        for number, sample in enumerate(chosen):
            try:
                found.append(_module_snippet(name, sample, number))
            except Exception:  # what takes no float32 or has no short literal
                continue
    return found


_FILLED = """with torch.no_grad():
    for p in m.parameters():
        p.copy_(torch.linspace(-0.4, 0.6, p.numel()).reshape(p.shape))
"""


def _module_snippet(name: str, sample: Any, number: int) -> Snippet:
    import torch

    given = sample.constructor_input
    made = ", ".join([*map(literal, given.args), *(f"{key}={literal(value)}" for key, value in given.kwargs.items())])
    lines: list[str] = []
    arguments = []
    called = sample.forward_input
    module = getattr(torch.nn, name)(*given.args, **given.kwargs)
    names: list[str | None] = list(inspect.signature(module.forward).parameters)
    by_order = zip(names if number % 4 == 3 else [None] * len(called.args), called.args, strict=False)
    for key, value in [*by_order, *called.kwargs.items()]:
        written = literal(value)
        if isinstance(value, torch.Tensor):
            lines.append(f"{_NAMES[len(lines)]} = {written}")
            written = _NAMES[len(lines) - 1]
        arguments.append(written if key is None else f"{key}={written}")
    lines.append(f"m = torch.nn.{name}({made})")
    if any(True for _ in module.parameters()):
        lines.append(_FILLED.rstrip())
    if number % 3 == 1 or "Dropout" in name or "dropout" in made or name in ("RReLU", "TransformerEncoder"):
        lines.append("m.eval()")
    floating = [line.split(" = ")[0] for line, value in zip(lines, called.args, strict=False)
                if isinstance(value, torch.Tensor) and value.is_floating_point()]  # fmt: skip
    if number % 3 == 2 and floating and not isinstance(module(*called.args, **called.kwargs), tuple):
        lines[0] = f"{lines[0][:-1]}, requires_grad=True)"
        lines.extend((f"out = m({', '.join(arguments)})", "out.sum().backward()", f"result = out, {floating[0]}.grad"))
    else:
        lines.append(f"result = m({', '.join(arguments)})")
    code = "\n".join(lines) + "\n"
    if number % 2:
        return Snippet(f"torch.nn.{name}", "import torch\nfrom torch import nn\n" + code.replace("torch.nn.", "nn."))
    return Snippet(f"torch.nn.{name}", "import torch\nimport torch.nn as nn\n" + code.replace("torch.nn.", "nn."))


def optimizers() -> list[Snippet]:
    """torch's optimizers with the arguments of its own optimizer tests, three steps of a small model."""
    from torch.testing._internal.common_optimizers import optim_db

    found = []
    for info in optim_db:
        name = info.optim_cls.__name__
        for number, sample in enumerate(info.optim_inputs_func("cpu")):
            try:
                found.extend(_optimizer_snippets(name, sample.kwargs, number, info.step_requires_closure))
            except NoLiteral:
                continue
    return found


_STEPS = """
    opt.zero_grad()
    loss = ((x @ w + b) ** 2).mean()
    loss.backward()
    opt.step()"""
_CLOSURE = """
    def closure():
        opt.zero_grad()
        loss = ((x @ w + b) ** 2).mean()
        loss.backward()
        return loss
    opt.step(closure)"""


def _optimizer_snippets(name: str, options: dict[str, Any], number: int, closure: bool) -> Iterator[Snippet]:
    made = "".join(f", {key}={literal(value)}" for key, value in options.items())
    lead = (
        "import torch\nfrom torch import nn, optim\nx = torch.tensor([[0.5, -1.0], [2.0, 0.3], [-0.7, 1.1]])\n"
        "w = nn.Parameter(torch.tensor([[0.4], [-0.6]]))\nb = nn.Parameter(torch.tensor([0.1]))\n"
    )
    body = _CLOSURE if closure else _STEPS
    yield Snippet(
        f"torch.optim.{name}",
        f"{lead}opt = optim.{name}([w, b]{made})\nfor _ in range(3):{body}\nresult = w.detach(), b.detach()\n",
    )
    if not closure and number % 2 == 0:
        groups = "[{'params': [w]}, {'params': [b], 'lr': 0.02}]"
        yield Snippet(
            f"torch.optim.{name}",
            f"{lead}opt = optim.{name}({groups}{made})\nfor _ in range(3):{body}\n"
            "result = w.data, b.data, [group['lr'] for group in opt.param_groups]\n",
        )


def _sparsely(made: Sequence[Snippet], one_in: int) -> list[Snippet]:
    return [snippet for snippet in made if zlib.crc32(snippet.code.encode()) % one_in == 0]


def _sample() -> list[Snippet]:
    return [*operations(0.1, one_in=7), *_sparsely(modules(3), 2), *_sparsely(optimizers(), 3)]


HOMES = {"torch.tables": _sample}
"""The namespace that is offered from here: a sample of every table."""
