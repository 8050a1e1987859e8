"""Calls with ``*args`` and ``**options`` where the source says what these hold."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from migrator.names import Value
from migrator.names.walking import walk
from migrator.rewriting.edits import Piece
from migrator.rewriting.file import FileWork


@dataclass(slots=True)
class Spread:
    """A call with its arguments written out. An argument that is no name and no constant is an item of what was spread
    (``args[0]``); such a node is not part of the source, so that its text and value are kept here."""

    call: ast.Call
    work: FileWork
    items: dict[ast.AST, tuple[tuple[Piece, ...], ast.expr]] = field(default_factory=dict)
    only_numbers: bool = True

    def value(self, node: ast.AST) -> Value:
        return self.work.value(self.items[node][1] if node in self.items else node)

    def pieces(self, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        written: list[Piece] = []
        for piece in pieces:
            written.extend(self.items[piece][0] if isinstance(piece, ast.AST) and piece in self.items else (piece,))
        return tuple(written)


def spread_by_name(work: FileWork, call: ast.Call) -> Spread | None:
    """``pair = (x, 1); torch.max(*pair)`` is ``torch.max(x, 1)``: where a name that is spread is bound once, above in
    the same block, to a literal, and nothing is put into it. None where that cannot be seen."""
    names = [argument.value for argument in call.args if isinstance(argument, ast.Starred)]
    names.extend(keyword.value for keyword in call.keywords if keyword.arg is None)
    if not names:
        return None
    done = Spread(ast.Call(func=call.func, args=[], keywords=[]), work)
    for argument in call.args:
        if not isinstance(argument, ast.Starred):
            done.call.args.append(argument)
            continue
        bound = _literal(work, argument.value, call)
        if not isinstance(bound, ast.Tuple | ast.List) or any(isinstance(item, ast.Starred) for item in bound.elts):
            return None
        for index, item in enumerate(bound.elts):
            done.call.args.append(_item(done, argument.value, item, call, f"[{index}]"))
    for keyword in call.keywords:
        if keyword.arg is not None:
            done.call.keywords.append(keyword)
            continue
        options = _options(_literal(work, keyword.value, call))
        if options is None:
            return None
        for name, item in options.items():
            done.call.keywords.append(ast.keyword(name, _item(done, keyword.value, item, call, f"[{name!r}]")))
    return done


def _literal(work: FileWork, node: ast.expr, call: ast.Call) -> ast.expr | None:
    """The literal that a name holds at a call."""
    if not isinstance(node, ast.Name):
        return node if isinstance(node, ast.Tuple | ast.List | ast.Dict) else None
    scope = work.scope_of(call)
    bindings = []
    for found in walk(scope):
        if not isinstance(found, ast.Name) or found.id != node.id:
            continue
        above = work.parent(found)
        if not isinstance(found.ctx, ast.Load):
            bindings.append(above)
        elif not isinstance(above, ast.Starred | ast.keyword) and not (
            isinstance(above, ast.Subscript) and above.value is found and isinstance(above.ctx, ast.Load)
        ):
            return None
    if len(bindings) != 1 or not isinstance(bindings[0], ast.Assign) or len(bindings[0].targets) != 1:
        return None
    binding = bindings[0]
    if not isinstance(binding.targets[0], ast.Name) or _user(work, binding, call) is None:
        return None
    return binding.value


def _user(work: FileWork, binding: ast.stmt, call: ast.Call) -> ast.stmt | None:
    """The statement that holds the call in the block of the binding, where it comes later."""
    block = work.block_of(binding)
    later = block[block.index(binding) + 1 :]
    return next((above for above in work.ancestors(call) if above in later and isinstance(above, ast.stmt)), None)


def _options(node: ast.expr | None) -> dict[str, ast.expr] | None:
    if isinstance(node, ast.Dict):
        names = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        if all(isinstance(name, str) for name in names):
            return dict(zip(map(str, names), node.values, strict=True))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg} if _named(node) else None
    return None


def _named(call: ast.Call) -> bool:
    return all(keyword.arg for keyword in call.keywords)


def _item(done: Spread, name: ast.expr, item: ast.expr, call: ast.Call, index: str) -> ast.expr:
    """An item as an argument: a constant or a name that still means the same as it is, others by their index."""
    number = item.operand if isinstance(item, ast.UnaryOp) else item
    done.only_numbers &= isinstance(number, ast.Constant) and isinstance(number.value, int | float)
    if not isinstance(name, ast.Name) or _is_constant(item) or _still_means(done.work, item, call):
        return item
    node = ast.Subscript(value=ast.Name(name.id, ast.Load()), slice=ast.Constant(index[1:-1]), ctx=ast.Load())
    done.items[node] = ((name, index), item)
    return node


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.Tuple | ast.List):
        return all(_is_constant(item) for item in node.elts)
    return isinstance(node, ast.Constant)


def _still_means(work: FileWork, node: ast.expr, call: ast.Call) -> bool:
    """Whether a name, or a dotted name of a library, is not bound anew between an item and the call that gets it."""
    base = node
    while isinstance(base, ast.Attribute):
        base = base.value
    if not isinstance(base, ast.Name) or (base is not node and not work.qualified(node).startswith("torch.")):
        return False
    block = work.block_of(binding := work.statement_of(node))
    user = _user(work, binding, call)
    if user is None:
        return False
    between = block[block.index(binding) + 1 : block.index(user) + 1]
    targets = [user] if isinstance(user, ast.Assign) else []
    return not any(
        isinstance(found, ast.Name) and found.id == base.id and not isinstance(found.ctx, ast.Load)
        for statement in between
        for found in walk(statement.value if statement in targets and isinstance(statement, ast.Assign) else statement)
    )
