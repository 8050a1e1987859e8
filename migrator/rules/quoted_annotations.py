"""Types in quotes are written as those without."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.names import Kind, library
from migrator.names.walking import walk
from migrator.rewriting.edits import Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class QuotedAnnotations(Rule):
    """``def f(x: "torch.Tensor") -> "Optional[Tensor]"`` names torch's types in strings, which type checkers and
    ``typing.get_type_hints`` read as code. They become the types that stand for them, or ``object`` where none does.
    """

    code = "MF118"
    title = "Types in quotes are translated like those without"
    stage = Stage.CALLS
    examples = (
        (
            'import torch\n\ndef f(x: "torch.Tensor") -> "list[torch.nn.Module]":\n    return [x]\n',
            'def f(x: "Tensor") -> "list[nn.Cell]":\n    return [x]\n',
        ),
    )
    unchanged = ('def f(x: "numpy.ndarray") -> "torch":\n    return x\n',)

    def apply(self, work: FileWork) -> None:
        for annotation in _annotations(work):
            for node in walk(annotation):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    self.rewrite(work, node, node.value)

    def rewrite(self, work: FileWork, node: ast.Constant, text: str) -> None:
        written = work.source.segment(node)
        if len(written) < 2 or written != f"{written[0]}{text}{written[0]}" or not text.isascii():
            return
        try:
            tree = ast.parse(text, mode="eval")
        except SyntaxError:
            return
        pieces: list[Piece] = [written[0]]
        position = 0
        for path, start, end in sorted(_paths(tree.body), key=lambda found: found[1]):
            root, dot, rest = path.partition(".")
            value = work.names.globals.get(root)
            known = value is not None and value.kind in (Kind.REFERENCE, Kind.DTYPE)
            of = (value.of if value is not None and known else "") or _imported(work, root)
            qualified = library.canonical(f"{of}{dot}{rest}")
            if not qualified.startswith(("torch.", "torchvision.")):
                continue
            row = work.catalog.row(qualified)
            stands = work.catalog.reference(row, target=work.target) if row is not None else None
            pieces.extend([text[position:start], *(stands or ("object",))])
            position = end
        if position:
            work.replace(node, *pieces, text[position:], written[0])


def _imported(work: FileWork, name: str) -> str:
    """What one of the file's imports binds a name to, where branches import it from different places."""
    for statement in work.nodes(ast.ImportFrom):
        for alias in statement.names:
            if (alias.asname or alias.name) == name and not statement.level:
                return f"{statement.module}.{alias.name}"
    return ""


def _annotations(work: FileWork) -> Iterator[ast.expr]:
    for argument in work.nodes(ast.arg):
        if argument.annotation is not None:
            yield argument.annotation
    for function in work.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        if function.returns is not None:
            yield function.returns
    for assignment in work.nodes(ast.AnnAssign):
        yield assignment.annotation


def _paths(node: ast.AST) -> Iterator[tuple[str, int, int]]:
    """The longest dotted names in an expression on one line, with their places."""
    path = _dotted(node)
    if path and isinstance(node, ast.expr):
        yield path, node.col_offset, node.end_col_offset or 0
        return
    for child in ast.iter_child_nodes(node):
        yield from _paths(child)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
