"""Attributes of torch's layers that a program reads or sets, and MindSpore's layers do not keep.

``if layer.inplace:`` asks for what ``nn.ReLU`` has not; ``bn.momentum = 0.01`` after the layer was made says nothing to
``nn.BatchNorm2d``, which built its operator already, and ``layer.bias = None`` makes ``nn.Dense`` fail. The support
class has torch's attributes and looks at them in every call, so it is written where the program, in any file, does one of
the two.
"""

from __future__ import annotations

import ast

from migrator.catalog import Row
from migrator.catalog.rows import Candidate
from migrator.catalog.signature import parse_signature
from migrator.catalog.template import passes_all
from migrator.names import Kind, ProjectNames, Value
from migrator.names.walking import walk
from migrator.rewriting.edits import Piece
from migrator.rewriting.file import FileWork

READING = ("getattr", "hasattr")
_TENSORS = ("weight", "bias", "running_mean", "running_var")
"""What a layer may be deprived of by None."""


def keeping_candidate(work: FileWork, row: Row) -> Candidate | None:
    """The candidate that keeps all of torch's attributes, where the program needs that of this layer; else None."""
    if not row.forms or not row.name.startswith("torch.nn.") or row.name.count(".") != 2:
        return None
    last = row.forms[0].candidates[-1]
    if len(row.forms[0].candidates) < 2 or last.condition or not passes_all(last.template):
        return None
    read, stored, emptied = work.project.told(_asked)
    if not read and not stored and not emptied:
        return None
    options = {parameter.name for parameter in parse_signature(row.forms[0].signature)}
    options -= {"weight", "bias", "dtype", "device"}
    owners = ("", row.name)
    wanted = any((owner, name) in read for owner in owners for name in row.loses)
    wanted = wanted or any((owner, name) in stored for owner in owners for name in options - {"inplace", *row.loses})
    wanted = wanted or any((owner, name) in emptied for owner in owners for name in _TENSORS)
    return last if wanted else None


def with_lost(pieces: tuple[Piece, ...], call: ast.Call, row: Row) -> tuple[Piece, ...]:
    """A call with the keywords that are left out elsewhere because they change no number (``inplace=True``)."""
    written = list(pieces[:-1])
    for keyword in call.keywords:
        if keyword.arg in row.loses and keyword.value not in pieces:
            written.extend([f"{'' if written[-1] == '(' else ', '}{keyword.arg}=", keyword.value])
    return (*written, pieces[-1])


Pairs = set[tuple[str, str]]


def _asked(project: ProjectNames) -> tuple[Pairs, Pairs, Pairs]:
    """The (class, attribute) pairs that any file reads, those that it sets, and those that it sets to None; no class
    where it cannot be told."""
    read: Pairs = set()
    stored: Pairs = set()
    emptied: Pairs = set()
    for file in project.files.values():
        for node in walk(file.tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is None:
                for target in node.targets:
                    if isinstance(target, ast.Attribute):
                        _add(emptied, file.value(target.value), target.attr, project)
            if isinstance(node, ast.Attribute):
                owner, attribute, storing = file.value(node.value), node.attr, isinstance(node.ctx, ast.Store)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
                named = node.args[1]
                if not (isinstance(named, ast.Constant) and isinstance(named.value, str)):
                    continue
                if node.func.id not in (*READING, "setattr"):
                    continue
                owner, attribute, storing = file.value(node.args[0]), named.value, node.func.id == "setattr"
            else:
                continue
            _add(stored if storing else read, owner, attribute, project)
    return read, stored, emptied


def _add(pairs: Pairs, owner: Value, attribute: str, project: ProjectNames) -> None:
    if owner.kind is Kind.MODULE and owner.of not in project.classes:
        # A base that torch keeps to itself (``_BatchNorm``) may be any of its classes.
        pairs.add(("" if owner.of.rpartition(".")[2].startswith("_") else owner.of, attribute))
