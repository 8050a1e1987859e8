"""Binding a call's arguments to a torch signature, without running anything."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache


class CannotBind(Exception):
    """The call's arguments do not fit the signature, or cannot be seen (``*args``, ``**options``)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    default: ast.expr | None
    keyword_only: bool = False
    variadic: bool = False
    rest: bool = False


@lru_cache(maxsize=8192)
def parse_signature(text: str) -> tuple[Parameter, ...]:
    """``"(input, other, *, alpha=1, out=None)"`` as parameters; raises SyntaxError on a bad catalog row."""
    definition = ast.parse(f"def f{text}: pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    parameters = [Parameter(a.arg, d) for a, d in zip(positional, defaults, strict=True)]
    if arguments.vararg:
        parameters.append(Parameter(arguments.vararg.arg, None, variadic=True))
    parameters.extend(
        Parameter(a.arg, d, keyword_only=True) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    )
    if arguments.kwarg:
        parameters.append(Parameter(arguments.kwarg.arg, None, keyword_only=True, rest=True))
    return tuple(parameters)


@dataclass(frozen=True, slots=True)
class Binding:
    """Which argument each parameter got; a variadic parameter has all of its arguments."""

    parameters: tuple[Parameter, ...]
    given: dict[str, ast.expr]
    variadic: dict[str, tuple[ast.expr, ...]]
    rest: tuple[ast.keyword, ...] = ()

    def has(self, name: str) -> bool:
        return name in self.given or bool(self.variadic.get(name))

    def default(self, name: str) -> ast.expr | None:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter.default
        return None

    def names(self) -> set[str]:
        return {parameter.name for parameter in self.parameters}


ALIASES = {"axis": "dim", "axes": "dims", "keepdims": "keepdim", "x1": "input", "x2": "other", "x": "input"}
"""Keyword names that torch takes for others, for NumPy's sake (``torch.sum(x, axis=1)``)."""


def spread(call: ast.Call) -> ast.Call:
    """A call with ``*[x, y]`` and ``**{"dim": 1}`` written out, where these are literals."""
    if not any(isinstance(a, ast.Starred) for a in call.args) and all(k.arg for k in call.keywords):
        return call
    arguments: list[ast.expr] = []
    for argument in call.args:
        inner = argument.value if isinstance(argument, ast.Starred) else None
        if isinstance(inner, ast.List | ast.Tuple):
            arguments.extend(inner.elts)
        else:
            arguments.append(argument)
    keywords: list[ast.keyword] = []
    for keyword in call.keywords:
        names = keyword.value.keys if keyword.arg is None and isinstance(keyword.value, ast.Dict) else []
        texts = [name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)]
        if keyword.arg is None and isinstance(keyword.value, ast.Dict) and len(texts) == len(keyword.value.keys):
            keywords.extend(ast.keyword(text, value) for text, value in zip(texts, keyword.value.values, strict=True))
        else:
            keywords.append(keyword)
    return ast.Call(func=call.func, args=arguments, keywords=keywords)


def bind(signature: str, call: ast.Call, receiver: ast.expr | None = None) -> Binding:
    """Binds a call; ``receiver`` is what stands for the first parameter of a method. Raises CannotBind."""
    parameters = parse_signature(signature)
    given: dict[str, ast.expr] = {}
    variadic: dict[str, tuple[ast.expr, ...]] = {}
    rest: list[ast.keyword] = []
    by_name = {parameter.name: parameter for parameter in parameters}
    waiting = [p for p in parameters if not p.keyword_only]
    arguments: list[ast.expr] = ([receiver] if receiver is not None else []) + list(call.args)
    position = 0
    for index, argument in enumerate(arguments):
        if position >= len(waiting):
            raise CannotBind("more positional arguments than the signature has")
        parameter = waiting[position]
        if parameter.variadic:
            variadic[parameter.name] = tuple(arguments[index:])
            break
        if isinstance(argument, ast.Starred):
            raise CannotBind("a starred argument")
        given[parameter.name] = argument
        position += 1
    for keyword in call.keywords:
        if keyword.arg is None:
            raise CannotBind("a ** argument")
        name = keyword.arg
        if name not in by_name and ALIASES.get(name) in by_name:
            name = ALIASES[name]
        if name == "input" and name not in by_name and not call.args and receiver is None and waiting:
            name = waiting[0].name  # torch.linalg documents its matrix as A and takes it as input
        if name not in by_name:
            if any(parameter.rest for parameter in parameters):
                rest.append(keyword)
                continue
            raise CannotBind(f"an argument {keyword.arg!r} that the signature does not have")
        if by_name[name].variadic:
            variadic[name] = (keyword.value,)
            continue
        if name in given:
            raise CannotBind(f"{name!r} is given twice")
        given[name] = keyword.value
    for parameter in parameters:
        missing = parameter.default is None and not parameter.variadic and not parameter.rest
        if missing and parameter.name not in given:
            raise CannotBind(f"{parameter.name!r} is missing")
    return Binding(parameters, given, variadic, tuple(rest))
