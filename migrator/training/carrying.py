"""Which expressions carry a gradient: what comes out of a module or a parameter, until something cuts it off."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from migrator.names import FileNames, FunctionInfo, Kind, ProjectNames, Value
from migrator.names.walking import children, walk
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import exposed, is_true, path_of
from migrator.rewriting.sharing import NO_GRAD

_PLAIN = frozenset(
    {
        Kind.ARRAY,
        Kind.DEVICE,
        Kind.DTYPE,
        Kind.LOADER,
        Kind.DATASET,
        Kind.OPTIMIZER,
        Kind.SCHEDULER,
        Kind.STATE,
        Kind.GENERATOR,
        Kind.TRANSFORM,
        Kind.SAMPLER,
        Kind.REFERENCE,
    }
)

_CUTTING = frozenset(
    "item detach detach_ numpy tolist size dim numel nelement argmax argmin argsort long int bool eq ne gt lt ge le "
    "nonzero sign backward is_floating_point state_dict zero_grad train eval load_state_dict step requires_grad_ "
    "named_modules modules children named_children new new_zeros new_ones new_full new_empty new_tensor".split()
)
CUT_OFF = frozenset({"detach", "item", "size", "numel", "argmax", "tolist"})
"""Methods that give back values without the gradients of what they are called on, whatever that is."""

_CUTTING_FUNCTIONS = frozenset(
    f"torch.{name}"
    for name in "argmax argmin argsort eq ne gt lt ge le isnan isinf isfinite sign numel zeros_like ones_like empty_like "
    "full_like rand_like randn_like randint_like".split()
)
_CUTTING_ATTRIBUTES = frozenset("shape dtype device ndim data grad requires_grad is_cuda is_leaf training".split())
_GROWING = frozenset("append extend add insert appendleft update".split())


class Names(Protocol):
    """What is asked of a file: a :class:`FileWork`, or :class:`OnlyRead` for a file that is not being rewritten."""

    project: ProjectNames

    def qualified(self, node: ast.AST) -> str: ...
    def value(self, node: ast.AST) -> Value: ...


class OnlyRead:
    """A file of the project that is looked into, not rewritten."""

    def __init__(self, project: ProjectNames, names: FileNames) -> None:
        self.project = project
        self.qualified = names.qualified
        self.value = names.value


class Carriers:
    """Answers for one file whether an expression carries a gradient, given the places that are known to."""

    def __init__(self, work: Names, leaves: Iterable[str] = ()) -> None:
        self.work = work
        self.leaves = frozenset(leaves)
        self._functions: dict[str, bool] = {}
        self._sources = True

    def carries(self, node: ast.AST, live: set[str]) -> bool:
        if isinstance(node, ast.Name | ast.Attribute):
            return self._place(node, live)
        if isinstance(node, ast.Constant | ast.Lambda | ast.Compare):
            return False
        if isinstance(node, ast.expr) and self.work.value(node).kind in _PLAIN:
            return False
        if isinstance(node, ast.Call):
            return self._call(node, live)
        if isinstance(node, ast.IfExp):
            return self.carries(node.body, live) or self.carries(node.orelse, live)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            return self._comprehension(node, live)
        if isinstance(node, ast.Subscript):
            own = self._sources and self.work.value(node).kind is Kind.PARAMETER
            return own or self.carries(node.value, live)
        return any(self.carries(child, live) for child in children(node))

    def _place(self, node: ast.Name | ast.Attribute, live: set[str]) -> bool:
        path = path_of(node)
        if path and (path in live or (path in self.leaves and self._sources)):
            return True
        value = self.work.value(node)
        if value.kind is Kind.PARAMETER and self._sources:
            return not (isinstance(node, ast.Attribute) and node.attr in _CUTTING_ATTRIBUTES)
        if value.kind is Kind.MODULE and value.of.endswith(("ParameterList", "ParameterDict")):
            return self._sources
        if value.kind in (Kind.SEQUENCE, Kind.MAPPING) and value.element().kind is Kind.PARAMETER:
            return self._sources
        if isinstance(node, ast.Attribute):
            if node.attr in _CUTTING_ATTRIBUTES or value.kind in _PLAIN or value.kind is Kind.MODULE:
                return False
            return self.carries(node.value, live)
        return False

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, live: set[str]
    ) -> bool:
        inner = set(live)
        for generator in node.generators:
            if self.carries(generator.iter, inner):
                inner |= {name.id for name in walk(generator.target) if isinstance(name, ast.Name)}
        return self.carries(node.value if isinstance(node, ast.DictComp) else node.elt, inner)

    def _call(self, node: ast.Call, live: set[str]) -> bool:
        work, function = self.work, node.func
        qualified = work.qualified(function)
        if qualified in _CUTTING_FUNCTIONS or qualified in NO_GRAD:
            return False
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        any_given = any(self.carries(argument, live) for argument in given)
        value = work.value(function)
        if not self._sources:
            receiver_given = isinstance(function, ast.Attribute) and self.carries(function.value, live)
            return (any_given or receiver_given) and not self._cuts(node)
        if any(keyword.arg == "requires_grad" and is_true(keyword.value) for keyword in node.keywords):
            return True
        if value.kind is Kind.MODULE:
            return True
        if qualified in work.project.functions:
            if work.value(node).kind in (Kind.PYTHON, Kind.ARRAY) and work.value(node).of != "None":
                return False
            return any_given or self.function_carries(qualified) or self._gets_a_module(given)
        if isinstance(function, ast.Attribute):
            receiver = work.value(function.value)
            if function.attr in _CUTTING:
                return False
            if receiver.kind is Kind.MODULE:
                return function.attr in ("forward", "__call__", "parameters", "named_parameters") or (
                    not qualified.startswith("torch.nn.Module.") and work.value(node).kind is not Kind.PYTHON
                )
            if receiver.kind is Kind.REFERENCE:
                return any_given
            if receiver.kind is Kind.INSTANCE and value.kind is Kind.UNKNOWN and not qualified:
                return True  # an object's attribute that reading cannot tell, called: it may well be the model
            return any_given or self.carries(function.value, live)
        if (qualified or value.kind is Kind.REFERENCE) and qualified not in work.project.modules:
            return any_given
        # Something that reading cannot tell, called on something: it may well be the model.
        return any_given if value.kind is Kind.PYTHON else not isinstance(function, ast.Lambda)

    def _gets_a_module(self, given: list[ast.expr]) -> bool:
        return any(self.work.value(argument).kind is Kind.MODULE for argument in given)

    def function_carries(self, qualified: str) -> bool:
        """Whether a function of the project gives back what it computed with modules or parameters of its own."""
        if qualified in self._functions:
            return self._functions[qualified]
        self._functions[qualified] = False
        info = self.work.project.functions[qualified]
        names = info.module
        if without_gradients(info):
            return False
        found = False
        for child in walk(info.node):
            if isinstance(child, ast.Call):
                called = names.qualified(child.func)
                if names.value(child.func).kind is Kind.MODULE:
                    found = True
                elif called in self.work.project.functions and self.function_carries(called):
                    found = True
            elif isinstance(child, ast.Attribute | ast.Name) and isinstance(child.ctx, ast.Load):
                found = found or names.value(child).kind is Kind.PARAMETER
            if found:
                break
        self._functions[qualified] = found
        return found

    def _cuts(self, node: ast.Call) -> bool:
        """Whether a call gives back values without the gradients of what it was given."""
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _CUTTING:
            return True
        info = self.work.project.functions.get(self.work.qualified(function))
        if info is None:
            return False
        return any(
            isinstance(child, ast.Attribute) and child.attr in ("detach", "detach_", "data")
            for child in walk(info.node)
        )

    def entering(
        self, statements: Sequence[ast.stmt], objective: ast.expr, before: Sequence[ast.stmt]
    ) -> ast.AST | None:
        """What carries a gradient into a run of statements from the ones before it in the function."""
        live: set[str] = set()
        origin: dict[str, ast.stmt] = {}
        for statement in before:
            for place in self.written(statement, live):
                live.add(place)
                origin[place] = statement
        own = {place for statement in statements for place in self.written(statement, live)}
        asked = exposed([*statements, ast.Expr(objective)])
        self._sources = False
        try:
            for place in sorted(live - own - self.leaves):
                if place.isidentifier() and place not in asked:
                    continue  # it is bound anew before anything reads it
                reached = {place}
                for statement in statements:
                    reached |= self.written(statement, reached)
                reads = self.carries(objective, reached - {place}) or self.carries(objective, {place})
                if reads:
                    return origin[place]
        finally:
            self._sources = True
        return None

    def passes_on(self, name: str, statements: Sequence[ast.stmt], objective: ast.expr) -> bool:
        """Whether a gradient that a name brings along gets through a run of statements to the loss."""
        self._sources = False
        try:
            reached = {name}
            for statement in statements:
                reached |= self.written(statement, reached)
            return self.carries(objective, reached)
        finally:
            self._sources = True

    def sources(self, statement: ast.stmt) -> set[str]:
        """The places that a statement reads, without those whose gradient it cuts off: ``fake.detach()``; where it is
        no plain assignment, those that it writes too."""
        found: set[str] = set()
        waiting: list[ast.AST] = [statement.value if isinstance(statement, ast.Assign) else statement]
        if isinstance(statement, ast.Assign):
            waiting.extend(target for target in statement.targets if isinstance(target, ast.Subscript))
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CUT_OFF:
                continue
            if isinstance(node, ast.Attribute) and node.attr == "data" and isinstance(node.ctx, ast.Load):
                continue
            if path_of(node):
                found.add(path_of(node))
            waiting.extend(children(node))
        return found

    # -- statements -------------------------------------------------------------------------------------------------

    def written(self, statement: ast.stmt, live: set[str]) -> set[str]:
        """The places into which a statement puts something that carries a gradient."""
        found: set[str] = set()
        known = set(live)
        for _ in range(2 if isinstance(statement, ast.For | ast.While | ast.AsyncFor) else 1):
            for place, value in writes(statement, self.work):
                if value is None or self.carries(value, known):
                    found.add(place)
                    known.add(place)
        return found


def without_gradients(info: FunctionInfo) -> bool:
    """Whether a function is decorated so that nothing in it is recorded."""
    return any(info.module.qualified(_callee(item)) in NO_GRAD for item in info.node.decorator_list)


def writes(statement: ast.stmt, work: Names) -> Iterator[tuple[str, ast.expr]]:
    """The places that a statement (or a statement inside it) writes to, each with what is written."""
    for node in _statements(statement, work):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _pairs(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _pairs(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            yield from _pairs(node.target, node.value)
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield from _pairs(node.target, node.iter)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    yield from _pairs(item.optional_vars, item.context_expr)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            if isinstance(function, ast.Attribute):
                inner = function.attr.endswith("_") and not function.attr.startswith("_")
                of_library = work.value(function.value).kind is Kind.REFERENCE  # torch.nn.init.ones_(weight)
                if function.attr in _GROWING or (inner and function.attr not in _CUTTING and not of_library):
                    base = _base(function.value)
                    for argument in [*node.value.args, *(keyword.value for keyword in node.value.keywords)]:
                        if base:
                            yield base, argument
        for child in _expressions(node):
            for inner_node in walk(child):
                if isinstance(inner_node, ast.NamedExpr):
                    yield inner_node.target.id, inner_node.value


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    for child in children(statement):
        if isinstance(child, ast.expr):
            yield child


def _statements(statement: ast.stmt, work: Names) -> Iterator[ast.stmt]:
    """The statement and those inside it that run where gradients are recorded."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    yield statement
    if isinstance(statement, ast.With | ast.AsyncWith):
        if any(work.qualified(_callee(item.context_expr)) in NO_GRAD for item in statement.items):
            return
    for child in children(statement):
        if isinstance(child, ast.stmt):
            yield from _statements(child, work)
        elif isinstance(child, ast.ExceptHandler):
            for inner in child.body:
                yield from _statements(inner, work)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple | ast.List):
        matched = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for index, item in enumerate(target.elts):
            yield from _pairs(item, value.elts[index] if matched and isinstance(value, ast.Tuple | ast.List) else value)
        return
    place = _base(target)
    if place:
        yield place, value


def _base(node: ast.expr) -> str:
    """The place that an assignment target belongs to: ``out`` for ``out[i]`` and ``out``, ``self.loss`` for itself."""
    while isinstance(node, ast.Subscript | ast.Starred):
        node = node.value
    return path_of(node)


def _callee(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def leaves_of(work: FileWork) -> Iterator[tuple[str, ast.AST]]:
    """Places of tensors that the program itself made to need a gradient, each with what says so."""
    for call in work.nodes(ast.Call):
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr == "requires_grad_":
            off = call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value is False
            if not off and work.value(function.value).kind is not Kind.MODULE:
                yield path_of(function.value), call
                yield from _assigned(work, call)
        elif any(keyword.arg == "requires_grad" and is_true(keyword.value) for keyword in call.keywords):
            yield from _assigned(work, call)
    for statement in work.nodes(ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Attribute) and target.attr == "requires_grad" and is_true(statement.value):
                yield path_of(target.value), statement


def _assigned(work: FileWork, call: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    above = work.parent(call)
    if isinstance(above, ast.Assign):
        for target in above.targets:
            yield path_of(target), call
