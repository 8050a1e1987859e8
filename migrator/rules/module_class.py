"""A torch ``Module`` becomes a MindSpore ``Cell``."""

from __future__ import annotations

import ast
import re

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

RENAMED = {"forward": "construct", "train": "set_train", "extra_repr": "extend_repr"}


class ModuleClass(Rule):
    """Classes that descend from ``nn.Module``, across files and mixins, descend from ``nn.Cell``, and their
    ``forward`` is called ``construct``, where it is defined and where it is called by name. Their ``train`` is called
    ``set_train``, unless it wants arguments that torch's has not, and their ``extra_repr`` ``extend_repr``.

    MindSpore asks a cell for attributes before they are there, which a ``__getattr__`` that looks into an inner model
    would never come back from; the support function ``asked_once`` guards it.

    The base class itself is written by the catalog (``torch.nn.Module`` is ``nn.Cell``).
    """

    code = "MF120"
    title = "Module becomes Cell, forward becomes construct"
    stage = Stage.MODEL
    examples = (
        (
            "import torch.nn as nn\n\nclass Twice(nn.Module):\n    def forward(self, x):\n        return x * 2\n",
            "class Twice(nn.Cell):\n    def construct(self, x):\n        return x * 2\n",
        ),
    )
    unchanged = ("class Pipeline:\n    def forward(self, x):\n        return x\n",)

    def apply(self, work: FileWork) -> None:
        for definition in work.nodes(ast.ClassDef):
            info = work.names.class_of.get(definition)
            if info is None or work.project.kind_of(info.qualified) is not Kind.MODULE:
                continue
            for method in definition.body:
                if isinstance(method, ast.FunctionDef) and method.name in RENAMED and not is_own(method):
                    rename_definition(work, method, RENAMED[method.name])
                elif isinstance(method, ast.FunctionDef) and method.name == "__getattr__" and not method.decorator_list:
                    begin = work.source.offset(method.lineno, method.col_offset)
                    indent = " " * method.col_offset
                    work.edits.replace_span(begin, begin, ["@", Need("support.asked_once"), f"\n{indent}"])
        for attribute in work.nodes(ast.Attribute):
            if attribute.attr == "forward" and self.on_module(work, attribute):
                work.edits.replace(attribute, [attribute.value, ".construct"])
            elif attribute.attr in ("train", "extra_repr") and self.on_module(work, attribute):
                found = work.project.method(work.value(attribute.value).of, attribute.attr)
                if found is not None and not is_own(found.node):
                    work.edits.replace(attribute, [attribute.value, f".{RENAMED[attribute.attr]}"])

    def on_module(self, work: FileWork, attribute: ast.Attribute) -> bool:
        value = work.value(attribute.value)
        if value.kind is Kind.REFERENCE:
            return work.project.kind_of(value.of) is Kind.MODULE
        return value.kind is Kind.MODULE


def is_own(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a ``train`` cannot be called as torch calls its own, so that it is another method of that name."""
    return method.name == "train" and len(method.args.args) - len(method.args.defaults) > 1


def rename_definition(work: FileWork, definition: ast.FunctionDef, name: str) -> None:
    """Replaces the name in ``def name(``."""
    begin = work.source.offset(definition.lineno, definition.col_offset)
    match = re.compile(r"(?:async\s+)?def\s+").match(work.source.text, begin)
    assert match is not None, "a function definition starts with def"
    work.edits.replace_span(match.end(), match.end() + len(definition.name), [name])
