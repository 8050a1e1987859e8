"""A tensor with one element can be formatted as a number in torch, and must be made a number in MindSpore."""

from __future__ import annotations

import ast
import string

from migrator.catalog.template import is_atomic
from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class TensorFormatting(Rule):
    """``f"{loss:.4f}"`` becomes ``f"{loss.item():.4f}"``, and the same in ``"{:.4f}".format(loss)``.

    A torch tensor with one element takes a number's format; MindSpore's raises ``TypeError: unsupported format string``
    (measured on MindSpore 2.10.0). Fields without a format are left alone: they print the tensor. Where the template or
    the arguments only show themselves when the program runs (``template.format(**vars(self))``), the text is made by
    ``formatted``, which does the same to every tensor.
    """

    code = "MF218"
    title = "A formatted tensor is made a number first"
    stage = Stage.CALLS
    examples = (
        (
            'import torch\n\nloss = torch.tensor(0.5)\nprint(f"{loss:.2f}", "{:.2f}".format(loss))\n',
            'loss = ms.tensor(0.5)\nprint(f"{loss.item():.2f}", "{:.2f}".format(loss.item()))\n',
        ),
        (
            'import torch\n\nfound = {"loss": torch.eye(1)}\nprint("{loss:.2f}".format(**found))\n',
            'found = {"loss": mint.eye(1)}\nprint(formatted("{loss:.2f}", **found))\n',
        ),
    )
    unchanged = ('loss = 0.5\nprint(f"{loss:.2f}", "{:.2f}".format(loss))\n',)

    def apply(self, work: FileWork) -> None:
        for field in work.nodes(ast.FormattedValue):
            if field.format_spec is not None and field.conversion == -1:
                self.make_number(work, field.value)
        for call in work.nodes(ast.Call):
            function = call.func
            if not isinstance(function, ast.Attribute) or function.attr != "format":
                continue
            if isinstance(function.value, ast.Constant) and isinstance(function.value.value, str):
                for argument in formatted_arguments(function.value.value, call):
                    self.make_number(work, argument)
                late = has_formats(function.value.value) and any(keyword.arg is None for keyword in call.keywords)
            else:
                known = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg)]
                late = any(keyword.arg is None for keyword in call.keywords) or any(
                    work.value(argument).kind in (Kind.TENSOR, Kind.PARAMETER) for argument in known
                )
            if late and work.qualified(function) == "":
                rest = [*call.args, *call.keywords]
                work.replace(function, Need("support.formatted"))
                work.edits.wrap(rest[0], [function.value, ", "], [])
                work.cite(call, self.code)

    def make_number(self, work: FileWork, node: ast.expr) -> None:
        if work.value(node).kind not in (Kind.TENSOR, Kind.PARAMETER):
            return
        tight = is_atomic(node) or isinstance(node, ast.Call | ast.Subscript | ast.Attribute)
        work.edits.wrap(node, [] if tight else ["("], [".item()"] if tight else [").item()"])
        work.cite(node, self.code)


def has_formats(template: str) -> bool:
    """Whether a field of a template has a format of its own."""
    try:
        return any(specification for _, _, specification, _ in string.Formatter().parse(template))
    except ValueError:
        return False


def formatted_arguments(template: str, call: ast.Call) -> list[ast.expr]:
    """The arguments of ``str.format`` whose fields have a format of their own."""
    found: list[ast.expr] = []
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    position = 0
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return found
    for _, name, specification, conversion in fields:
        if name is None:
            continue
        key = name
        if not name:
            key, position = str(position), position + 1
        if not specification or conversion:
            continue
        if key.isdigit() and int(key) < len(call.args):
            found.append(call.args[int(key)])
        elif key in named:
            found.append(named[key])
    return found
