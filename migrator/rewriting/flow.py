"""What statements read and write: the names that flow into a run of statements, and out of it.

Names are those of one scope. What a nested function or a comprehension binds for itself is not counted; what it reads
from outside is, since it may run at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from migrator.names.walking import children, walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def is_true(node: ast.expr) -> bool:
    """Whether an expression is the constant ``True``."""
    return isinstance(node, ast.Constant) and node.value is True


def stored(statements: Iterable[ast.AST]) -> set[str]:
    """The names that the statements bind in their scope."""
    found: set[str] = set()
    for statement in statements:
        found |= _stored_by(statement)
    return found


def _stored_by(statement: ast.AST) -> set[str]:
    """What one statement binds; asked again and again, so it is kept with the node, which never changes."""
    found: set[str] | None = getattr(statement, "_stored", None)
    if found is None:
        found = set()
        _stored(statement, found)
        statement._stored = found  # type: ignore[attr-defined]
    return found


def _stored(node: ast.AST, found: set[str]) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        found.add(node.name)
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, COMPREHENSIONS):
        for child in walk(node):
            if isinstance(child, ast.NamedExpr):
                found.add(child.target.id)
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        found.add(node.id)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        found.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        found.add(node.name)
    for child in children(node):
        _stored(child, found)


def loaded(node: ast.AST) -> set[str]:
    """The names that a statement or expression reads from its scope, in whatever order."""
    return _exposed(node, set())


def exposed(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that a run of statements may read before it has bound them itself."""
    definite: set[str] = set()
    found: set[str] = set()
    for statement in statements:
        found |= _exposed(statement, definite)
        definite |= _definite(statement)
    return found


def _definite(statement: ast.stmt) -> set[str]:
    """The names that are bound whenever the statement has run to its end."""
    if isinstance(statement, ast.If):
        if not statement.orelse:
            return stored([statement.test])
        return _definite_run(statement.body) & _definite_run(statement.orelse)
    if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
        return set()
    if isinstance(statement, ast.With | ast.AsyncWith):
        return stored(item for item in statement.items) | _definite_run(statement.body)
    if isinstance(statement, ast.Try | ast.TryStar):
        return _definite_run(statement.finalbody)
    if isinstance(statement, ast.Delete | ast.Match):
        return set()
    return stored([statement])


def _definite_run(statements: Sequence[ast.stmt]) -> set[str]:
    if any(isinstance(item, ast.Raise | ast.Return | ast.Continue | ast.Break) for item in statements):
        return set()
    found: set[str] = set()
    for statement in statements:
        found |= _definite(statement)
    return found


def _exposed(node: ast.AST | None, bound: set[str]) -> set[str]:
    """What a node reads of the names that are not yet in ``bound``."""
    if node is None:
        return set()
    if isinstance(node, ast.Name):
        return {node.id} - bound if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.AugAssign):
        target = {node.target.id} if isinstance(node.target, ast.Name) else set()
        return (target - bound) | _exposed(node.target, bound) | _exposed(node.value, bound)
    if isinstance(node, ast.Lambda):
        return _exposed(node.body, bound | parameters(node)) | _defaults(node.args, bound)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inner = bound | parameters(node) | (stored(node.body) - _declared(node.body))
        found = _defaults(node.args, bound)
        for child in (*node.body, *node.decorator_list):
            found |= _exposed(child, inner)
        return found
    if isinstance(node, COMPREHENSIONS):
        inner = bound | {
            name.id for generator in node.generators for name in walk(generator.target) if isinstance(name, ast.Name)
        }
        found = _exposed(node.generators[0].iter, bound)
        for child in children(node):
            found |= _exposed(child, inner)
        return found
    if isinstance(node, ast.If):
        return _exposed(node.test, bound) | _exposed_run(node.body, bound) | _exposed_run(node.orelse, bound)
    if isinstance(node, ast.For | ast.AsyncFor):
        inside = bound | stored([node.target])
        return (
            _exposed(node.iter, bound)
            | _exposed(node.target, bound)
            | _exposed_run(node.body, inside)
            | _exposed_run(node.orelse, bound)
        )
    if isinstance(node, ast.While):
        return _exposed(node.test, bound) | _exposed_run(node.body, bound) | _exposed_run(node.orelse, bound)
    if isinstance(node, ast.With | ast.AsyncWith):
        found = set()
        for item in node.items:
            found |= _exposed(item.context_expr, bound)
        return found | _exposed_run(node.body, bound | stored(node.items))
    if isinstance(node, ast.Try | ast.TryStar):
        found = _exposed_run(node.body, bound) | _exposed_run(node.orelse, bound) | _exposed_run(node.finalbody, bound)
        for handler in node.handlers:
            found |= _exposed(handler.type, bound)
            found |= _exposed_run(handler.body, bound | ({handler.name} if handler.name else set()))
        return found
    found = set()
    for child in children(node):
        found |= _exposed(child, bound)
    return found


def _exposed_run(statements: Sequence[ast.stmt], bound: set[str]) -> set[str]:
    definite = set(bound)
    found: set[str] = set()
    for statement in statements:
        found |= _exposed(statement, definite)
        definite |= _definite(statement)
    return found


def parameters(scope: ast.AST) -> set[str]:
    """The names of a function's parameters; of anything else there are none."""
    arguments = getattr(scope, "args", None)
    if not isinstance(arguments, ast.arguments):
        return set()
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every.extend(extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None)
    return {argument.arg for argument in every}


def _defaults(arguments: ast.arguments, bound: set[str]) -> set[str]:
    found: set[str] = set()
    for default in (*arguments.defaults, *arguments.kw_defaults):
        found |= _exposed(default, bound)
    return found


def _declared(statements: Sequence[ast.stmt]) -> set[str]:
    """Names that a function body declares to be another scope's."""
    return {
        name
        for statement in statements
        for node in walk(statement)
        if isinstance(node, ast.Global | ast.Nonlocal)
        for name in node.names
    }


def escapes(statements: Sequence[ast.stmt]) -> ast.stmt | ast.expr | None:
    """The first statement (or ``yield``, ``await``) that would leave the run: it cannot become a function."""
    for statement in statements:
        found = _escape(statement, in_loop=False)
        if found is not None:
            return found
    return None


def _escape(node: ast.AST, in_loop: bool) -> ast.stmt | ast.expr | None:
    if isinstance(node, _SCOPES):
        return None
    if isinstance(node, ast.Return):
        return node
    if isinstance(node, ast.Break | ast.Continue):
        return None if in_loop else node
    if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await):
        return node
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        for part in node.body:
            found = _escape(part, True)
            if found is not None:
                return found
        rest: Iterable[ast.AST] = node.orelse
    else:
        rest = children(node)
    for child in rest:
        found = _escape(child, in_loop)
        if found is not None:
            return found
    return None


def paths(node: ast.AST) -> set[str]:
    """The plain places that a node reads or writes: names, and attribute paths such as ``self.loss``."""
    found: set[str] = set()
    for child in walk(node):
        text = path_of(child)
        if text:
            found.add(text)
    return found


def path_of(node: ast.AST) -> str:
    """``loss`` or ``self.loss`` for a name or an attribute path, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = path_of(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
