"""A tensor with one element can be formatted as a number in torch, and must be made a number in MindSpore."""

from __future__ import annotations

import ast
import re
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
    the arguments only show themselves when the program runs (``template.format(**vars(self))``, ``{meter.avg:.3f}``),
    the text is made by ``formatted``, which does the same to every tensor. What may be a number already, as what a
    checkpoint holds, goes through ``float``.
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
                self.make_number(work, field.value, ast.unparse(field.format_spec).strip("'\""))
        for call in work.nodes(ast.Call):
            function = call.func
            if not isinstance(function, ast.Attribute) or function.attr != "format":
                continue
            if isinstance(function.value, ast.Constant) and isinstance(function.value.value, str):
                for argument, specification in formatted_arguments(function.value.value, call):
                    self.make_number(work, argument, specification)
                late = has_formats(function.value.value) and any(keyword.arg is None for keyword in call.keywords)
                late = late or any(
                    self.may_hold_tensor(work, argument, attribute)
                    for argument, attribute in formatted_attributes(function.value.value, call)
                )
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

    def may_hold_tensor(self, work: FileWork, argument: ast.expr, attribute: str) -> bool:
        """Whether what a field reads of an argument (``{top1.avg:.3f}``) is not sure to be a number."""
        value = work.value(argument)
        if value.kind is Kind.PYTHON or value.kind in (Kind.TENSOR, Kind.PARAMETER):
            return False
        if value.of in work.project.classes:
            return work.project.attribute(value.of, attribute).kind not in (Kind.PYTHON, Kind.ARRAY)
        return True

    def make_number(self, work: FileWork, node: ast.expr, specification: str) -> None:
        value = work.value(node)
        numeric = specification[-1:] in tuple("eEfFgGn%d")
        saved = numeric and isinstance(node, ast.Subscript) and work.value(node.value).kind is Kind.STATE
        if value.kind not in (Kind.TENSOR, Kind.PARAMETER) and not saved:
            return
        uncertain = value.uncertain or saved
        if uncertain and specification[-1:] in "eEfFgGn%":
            work.edits.wrap(node, ["float("], [")"])
        elif uncertain and specification[-1:] == "d":
            work.edits.wrap(node, ["int("], [")"])
        else:
            tight = is_atomic(node) or isinstance(node, ast.Call | ast.Subscript | ast.Attribute)
            work.edits.wrap(node, [] if tight else ["("], [".item()"] if tight else [").item()"])
        work.cite(node, self.code)


def has_formats(template: str) -> bool:
    """Whether a field of a template has a format of its own."""
    try:
        return any(specification for _, _, specification, _ in string.Formatter().parse(template))
    except ValueError:
        return False


def formatted_arguments(template: str, call: ast.Call) -> list[tuple[ast.expr, str]]:
    """The arguments of ``str.format`` whose fields have a format of their own, and the format."""
    return [(argument, specification) for argument, path, specification in _formatted(template, call) if not path]


def formatted_attributes(template: str, call: ast.Call) -> list[tuple[ast.expr, str]]:
    """The arguments of which a field with a format reads an attribute or an item, and which."""
    return [(argument, path.lstrip(".")) for argument, path, _ in _formatted(template, call) if path]


def _formatted(template: str, call: ast.Call) -> list[tuple[ast.expr, str, str]]:
    found: list[tuple[ast.expr, str, str]] = []
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    position = 0
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return found
    for _, name, specification, conversion in fields:
        if name is None:
            continue
        cut = re.search(r"[.\[]", name)
        key, path = (name[: cut.start()], name[cut.start() :]) if cut else (name, "")
        if not key:
            key, position = str(position), position + 1
        if not specification or conversion:
            continue
        if key.isdigit() and int(key) < len(call.args):
            found.append((call.args[int(key)], path, specification))
        elif key in named:
            found.append((named[key], path, specification))
    return found
