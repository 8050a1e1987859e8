"""Taking out what the translation left without a use: ``device = x.device`` once nobody reads ``device`` any more.

Only what was used in the original and is not used in the output goes, and only where taking it out cannot be noticed:
local variables whose value is merely looked up, and imports that no other file takes from here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

from migrator.names import FileNames, Kind, ProjectNames
from migrator.names.modules import absolute
from migrator.names.walking import children, walk
from migrator.rewriting.edits import Fragment, Kept
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import stored
from migrator.rules.device import GPU_QUESTIONS
from migrator.translation.imports import spelled

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SEES_LOCALS = frozenset({"locals", "vars", "eval", "exec", "dir"})


class Survivors:
    """Which nodes of the original are in the output as they were, and which words the output has beside them."""

    def __init__(self, work: FileWork, fragments: Iterable[Fragment]) -> None:
        self.work = work
        fragments = list(fragments)
        self.kept = Kept(fragments)
        self.new_words: set[str] = set()
        self.new_comments: set[str] = set()
        self.needs = {fragment.need for fragment in fragments if fragment.need}
        for fragment in fragments:
            if fragment.origin < 0:
                self.new_words.update(_WORD.findall(_COMMENT.sub("", fragment.text)))
                if "#" in fragment.text:
                    self.new_comments.update(
                        line[line.index("#") :] for line in fragment.text.split("\n") if "#" in line
                    )

    def has(self, node: ast.AST) -> bool:
        return self.kept.has(self.work.source.span(node))


#: What is taken out may have been the only use of something else.
_ROUNDS = 4
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
#: A name that stands alone: what follows a dot is an attribute, and what an equals sign follows is not read.
_WORD = re.compile(r"(?<![.\w])[^\W\d]\w*(?![\w]|\s*=(?!=))")


def tidy(work: FileWork, fragments: list[Fragment]) -> list[Fragment]:
    """The fragments of the output without what is of no use any more."""
    shortened: dict[ast.stmt, set[ast.expr]] = {}
    if _drop_emptied(work) | _turn_around(work) | _leave_contexts(work):
        fragments = work.edits.render()
    for _ in range(_ROUNDS):
        if not _drop_locals(work, Survivors(work, fragments), shortened):
            break
        fragments = work.edits.render()
    if _drop_imports(work, Survivors(work, fragments)):
        fragments = work.edits.render()
    return fragments


def tidy_after_imports(work: FileWork) -> None:
    """Takes out what held nothing but torch's imports, and the imports that only that needed: ``if TYPE_CHECKING:``."""
    if _drop_emptied(work):
        _drop_imports(work, Survivors(work, work.edits.render()))


def _drop_emptied(work: FileWork) -> bool:
    """Takes out every compound statement of which nothing is left: ``if args.cuda: model.cuda()``, ``try: from
    torch.cuda.amp import autocast``, ``with torch.no_grad(): model.cuda()``."""
    dropped = False
    compound = sorted(work.nodes(ast.If, ast.For, ast.With, ast.Try), key=lambda node: (node.lineno, node.col_offset))
    for statement in reversed(compound):
        kept = work.made_way_for(statement)
        emptied = _is_emptied(work, statement) if not kept else all(work.is_removed(part) for part in kept)
        if emptied and not work.is_removed(statement) and (kept or not work.edits.is_replaced(statement)):
            work.remove(statement)
            dropped = True
    return dropped


def _leave_contexts(work: FileWork) -> bool:
    """Takes away ``with torch.cuda.amp.autocast():`` and its like from around statements, where nothing came of it."""
    left = False
    for block in work.nodes(ast.With):
        nothing = [item for item in block.items if _is_nothing(work, item)]
        if not nothing or work.is_removed(block):
            continue
        left = True
        if len(nothing) == len(block.items):
            work.give_way(block, block.body)
            continue
        spans = [work.source.span(item.optional_vars or item.context_expr) for item in block.items]
        first = next(index for index, item in enumerate(block.items) if item not in nothing)
        for index, item in enumerate(block.items):
            if item in nothing and index < first:
                work.edits.replace_span(spans[index][0], spans[index + 1][0], [])
            elif item in nothing:
                work.edits.replace_span(spans[index - 1][1], spans[index][1], [])
    return left


def _is_nothing(work: FileWork, item: ast.withitem) -> bool:
    written = item.optional_vars is None and work.edits.is_replaced(item.context_expr)
    return written and work.edits.text_of(item.context_expr) == "contextlib.nullcontext()"


def _turn_around(work: FileWork) -> bool:
    """``if cuda: model.cuda()`` with an ``else`` becomes ``if not cuda`` with what stood in the ``else``."""
    turned = False
    for branch in work.nodes(ast.If):
        if work.is_removed(branch) or work.edits.is_replaced(branch) or work.edits.is_replaced(branch.test):
            continue
        gone = [work.is_removed(part) for part in branch.body]
        kept = [part for part in branch.orelse if not work.is_removed(part)]
        if not all(gone) or not kept or not work.open_else(branch):
            continue
        turned = True
        test = branch.test
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            work.replace(test, test.operand)
        elif isinstance(test, ast.Compare) and type(test.ops[0]) in _OPPOSITES and len(test.ops) == 1:
            work.replace(test, test.left, f" {_OPPOSITES[type(test.ops[0])]} ", test.comparators[0])
        elif isinstance(test, ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr):
            work.replace(test, "not (", test, ")")
        else:
            work.replace(test, "not ", test)
    return turned


_OPPOSITES = {ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"}


def _is_emptied(work: FileWork, statement: ast.stmt) -> bool:
    """Whether nothing is left in a compound statement that once had something in it, and reaching it does nothing."""
    parts = [part for name in ("body", "orelse", "finalbody") for part in getattr(statement, name, ())]
    if not all(work.is_removed(part) or isinstance(part, ast.Pass) for part in parts):
        return False
    if not any(work.is_removed(part) for part in parts):
        return False
    if isinstance(statement, ast.If):
        return _is_looked_up(work, statement.test)
    if isinstance(statement, ast.For):
        return _only_lists(work, statement.iter) and not _is_read_beside(work, statement, stored([statement.target]))
    if isinstance(statement, ast.With):
        opened = [work.qualified(getattr(item.context_expr, "func", item.context_expr)) for item in statement.items]
        return all(name.startswith("torch.") for name in opened) and not any(i.optional_vars for i in statement.items)
    handled = [part for handler in getattr(statement, "handlers", ()) for part in handler.body]
    return not _is_read_beside(work, statement, stored(part for part in handled if not work.is_removed(part)))


def _only_lists(work: FileWork, node: ast.expr) -> bool:
    """Whether going through an expression changes nothing: ``enumerate(model.named_parameters())``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LISTINGS:
        return not node.args and not node.keywords and _only_lists(work, node.func.value)
    if isinstance(node, ast.Call) and work.qualified(node.func) in ("builtins.enumerate", "builtins.zip"):
        return all(_only_lists(work, argument) for argument in node.args)
    return _is_looked_up(work, node)


_LISTINGS = frozenset("parameters named_parameters modules named_modules children buffers items keys values".split())


def _is_read_beside(work: FileWork, statement: ast.stmt, names: set[str]) -> bool:
    """Whether any of the names is read elsewhere than within a statement, and not in a loop that gives it a value."""
    inside = set(walk(statement))
    reads = [node for node in work.nodes(ast.Name) if node.id in names and isinstance(node.ctx, ast.Load)]
    return any(
        node not in inside and not any(node.id in _given_by(above) for above in work.ancestors(node)) for node in reads
    )


def _given_by(node: ast.AST) -> set[str]:
    """The names that a loop or a comprehension goes through values with."""
    targets = [node.target] if isinstance(node, ast.For) else [part.target for part in getattr(node, "generators", ())]
    return stored(targets)


def _drop_locals(work: FileWork, survivors: Survivors, shortened: dict[ast.stmt, set[ast.expr]]) -> bool:
    dropped = False
    for function in work.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        if not any(isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) for above in work.ancestors(function)):
            dropped = _drop_locals_of(work, function, survivors, shortened) or dropped
    return dropped


def _drop_locals_of(
    work: FileWork, function: Function, survivors: Survivors, shortened: dict[ast.stmt, set[ast.expr]]
) -> bool:
    nodes = walk(function)
    loads: dict[str, list[ast.Name]] = {}
    stores: dict[str, list[ast.Name]] = {}
    outside: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            (loads if isinstance(node.ctx, ast.Load) else stores).setdefault(node.id, []).append(node)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outside.update(node.names)
        elif isinstance(node, ast.ClassDef):
            # What a class body binds is an attribute, whoever reads it.
            outside.update(name.id for name in walk(node) if isinstance(name, ast.Name))
    if any(node.id in _SEES_LOCALS and not _is_of_something(work, node) for name in loads.values() for node in name):
        return False
    dropped = False
    removable: list[ast.stmt] = []
    for name, places in stores.items():
        if name in outside or name not in loads or name in survivors.new_words:
            continue
        if any(survivors.has(node) for node in loads[name]):
            continue
        standing = [place for place in places if survivors.has(place)]
        for place in standing:
            above = work.parent(place)
            if isinstance(above, ast.withitem):
                work.edits.replace_span(work.source.span(above.context_expr)[1], work.source.span(place)[1], [])
                dropped = True
        standing = [place for place in standing if not isinstance(work.parent(place), ast.withitem)]
        if not standing:
            continue
        assignments = [_assignment(work, place) for place in standing]
        pairs = zip(standing, assignments, strict=True)
        if not all(found is not None and _may_go(work, place, *found) for place, found in pairs):
            continue
        for place, found in zip(standing, assignments, strict=True):
            assert found is not None
            statement, value = found
            if work.parent(place) is not statement:
                _shorten(work, statement, place, shortened)
            elif _is_looked_up(work, value) or "(" not in work.edits.text_of(value):
                removable.append(statement)
            elif work.value(value).kind in _KEPT_ALIVE:
                continue
            else:
                work.replace(statement, value)
            dropped = True
    for going in _with_their_branches(work, removable):
        work.remove(going)
    return dropped


_KEPT_ALIVE = frozenset({Kind.MODULE, Kind.OPTIMIZER, Kind.SCHEDULER, Kind.LOADER, Kind.DATASET, Kind.INSTANCE})
"""What is made to stay, and not for what making it does."""


def _is_of_something(work: FileWork, node: ast.Name) -> bool:
    """Whether ``vars`` and ``dir`` are asked about an object, rather than about the names around them."""
    above = work.parent(node)
    return node.id in ("vars", "dir") and isinstance(above, ast.Call) and above.func is node and bool(above.args)


def _may_go(work: FileWork, target: ast.Name, statement: ast.stmt, value: ast.expr) -> bool:
    """Whether a name's assignment can go, or its value stand alone because computing it does something."""
    return _is_looked_up(work, value) or (isinstance(value, ast.Call) and work.parent(target) is statement)


def _assignment(work: FileWork, target: ast.Name) -> tuple[ast.Assign | ast.AnnAssign, ast.expr] | None:
    """The plain assignment that binds a name, and the value that the name takes from it."""
    above = work.parent(target)
    if isinstance(above, ast.AnnAssign) and above.value is not None:
        return above, above.value
    if isinstance(above, ast.Assign) and len(above.targets) == 1:
        return above, above.value
    if isinstance(above, ast.Tuple):
        statement = work.parent(above)
        if (
            isinstance(statement, ast.Assign)
            and statement.targets == [above]
            and isinstance(statement.value, ast.Tuple)
        ):
            value = _partner(above.elts, statement.value.elts, target)
            if value is not None:
                return statement, value
    return None


def _partner(targets: Sequence[ast.expr], values: Sequence[ast.expr], target: ast.expr) -> ast.expr | None:
    """The value that stands for a target, counted from the side on which nothing is starred."""
    place = targets.index(target)
    for at, step in ((place, 1), (place - len(targets), -1)):
        before = range(at + 1) if step > 0 else range(at, 0)
        if -len(values) <= at < len(values) and not any(
            isinstance(row[index], ast.Starred)
            for row in (targets, values)
            for index in before
            if -len(row) <= index < len(row)
        ):
            if len(targets) == len(values) or any(isinstance(item, ast.Starred) for item in (*targets, *values)):
                return values[at]
    return None


def _shorten(
    work: FileWork,
    statement: ast.Assign | ast.AnnAssign,
    target: ast.Name,
    shortened: dict[ast.stmt, set[ast.expr]],
) -> None:
    """Takes one target and its value out of an assignment of tuples."""
    assert isinstance(statement, ast.Assign)
    left, right = statement.targets[0], statement.value
    assert isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple)
    value = _partner(left.elts, right.elts, target)
    gone = shortened.setdefault(statement, set())
    assert value is not None
    gone.update({target, value})
    for side in (left, right):
        staying = [item for item in side.elts if item not in gone]
        if not staying:
            work.remove(statement)
            return
        bare = len(staying) == 1 and not isinstance(staying[0], ast.Starred)
        other = [item for item in (right if side is left else left).elts if item not in gone]
        bare = bare and len(other) == 1 and not isinstance(other[0], ast.Starred)
        alone = len(staying) == 1 and isinstance(staying[0], ast.Starred) and side is right
        pieces: list[str | ast.AST] = []
        for item in staying:
            pieces.extend([", ", item] if pieces else [item])
        if alone:
            starred = staying[0]
            assert isinstance(starred, ast.Starred)
            pieces = [starred.value]
        elif len(staying) == 1 and not bare:
            pieces.append(",")
        enclosed = work.source.span(side)[0] < work.source.span(side.elts[0])[0]
        work.replace(side, *(["(", *pieces, ")"] if enclosed and not bare and not alone else pieces))


_LOOK_UP = frozenset(
    "torch.device torch.cuda.current_device torch.cuda.device_count torch.accelerator.current_accelerator "
    "torch.accelerator.device_count builtins.int builtins.float builtins.str builtins.bool builtins.len "
    "builtins.isinstance builtins.dict builtins.list builtins.tuple builtins.set builtins.range".split()
)


_QUESTIONS = (
    "torch.distributed.get_",
    "torch.distributed.is_",
    "torch.cuda.get_",
    "torch.cuda.is_",
    "torch.accelerator.current_",
    "os.path.",
)


def _is_looked_up(work: FileWork, node: ast.expr) -> bool:
    """Whether computing an expression does nothing but find a value."""
    if isinstance(node, ast.Call):
        name = work.qualified(node.func)
        if name in GPU_QUESTIONS or name in _LOOK_UP or name.startswith(_QUESTIONS):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            return all(_is_looked_up(work, argument) for argument in given)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("startswith", "endswith", "lower", "upper"):
            return _is_looked_up(work, node.func.value) and all(_is_looked_up(work, given) for given in node.args)
        if work.value(node).kind is not Kind.DEVICE:
            return _only_asks(work, name) and all(_is_looked_up(work, argument) for argument in node.args)
        return name.startswith("torch.") or _only_looks_up(work, name)
    if isinstance(node, ast.Attribute) and node.attr == "device":
        return not any(isinstance(item, ast.Await | ast.Yield | ast.NamedExpr) for item in walk(node))
    if isinstance(node, ast.Lambda | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
        return False
    return all(_is_looked_up(work, child) for child in children(node) if isinstance(child, ast.expr))


def _only_looks_up(work: FileWork, name: str) -> bool:
    """Whether a function of the project does nothing but give back what it finds: ``next(m.parameters()).device``."""
    info = work.project.functions.get(name)
    if info is None:
        return False
    body = info.node.body
    if ast.get_docstring(info.node) is not None:
        body = body[1:]
    return len(body) == 1 and isinstance(body[0], ast.Return)


def _only_asks(work: FileWork, name: str) -> bool:
    """Whether a function of the project does nothing but answer a question: ``def exists(x): return x is not None``."""
    info = work.project.functions.get(name)
    body = info.node.body if info is not None else []
    answers = len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None
    calls = ast.Call | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr
    return answers and not any(isinstance(node, calls) for node in walk(body[0]))


def _with_their_branches(work: FileWork, statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, or the ``if`` around them where nothing else is in any of its branches."""
    going = set(statements)
    again = True
    while again:
        again = False
        for statement in list(going):
            above = work.parent(statement)
            if isinstance(above, ast.If) and above not in going and _is_looked_up(work, above.test):
                parts = [*above.body, *above.orelse]
                if all(part in going or work.is_removed(part) for part in parts):
                    outer = work.parent(above)
                    if isinstance(outer, ast.If) and above in outer.orelse and len(outer.orelse) == 1:
                        continue
                    going -= set(parts)
                    going.add(above)
                    again = True
    return [statement for statement in statements if statement in going] + [
        statement for statement in going if statement not in statements
    ]


def _drop_imports(work: FileWork, survivors: Survivors) -> bool:
    """Takes out the imports of names that the file used and uses no longer; torch's own are seen to elsewhere. What a
    package takes from its own modules is its interface."""
    is_interface = work.path.endswith("__init__.py")
    loads: dict[str, list[ast.Name]] = {}
    for node in work.nodes(ast.Name):
        loads.setdefault(node.id, []).append(node)
    dropped = False
    for statement in work.nodes(ast.Import, ast.ImportFrom):
        if not survivors.has(statement) or isinstance(work.parent(statement), ast.Try):
            continue
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            continue
        if is_interface and _is_own(work, statement):
            continue
        gone = []
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            used = loads.get(name)
            if not used or name in survivors.new_words or any(survivors.has(node) for node in used):
                continue
            if alias.name in survivors.needs or (alias.name == "numpy" and "np" in survivors.needs):
                continue  # what is written anew takes it from here
            if not isinstance(work.scope_of(statement), ast.Module) or not _is_taken_elsewhere(work, name):
                gone.append(alias)
        if gone:
            dropped = True
            staying = [alias for alias in statement.names if alias not in gone]
            if staying:
                work.replace(statement, spelled(statement, staying))
            else:
                work.remove(statement)
    return dropped


def _is_own(work: FileWork, statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether a module of the project is imported."""
    if isinstance(statement, ast.ImportFrom) and statement.level:
        return True
    names = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else [statement.module or ""]
    return any(work.project.find_module(name, work.names) is not None for name in names)


def _is_taken_elsewhere(work: FileWork, name: str) -> bool:
    """Whether another file of the project takes a name from this one, or the file says that it is public."""
    if any(node.value == name for node in work.nodes(ast.Constant)):
        return True
    module = work.names.module
    for file in work.project.files.values():
        if file.path == work.path:
            continue
        if (module, name) in _taken(work.project, file) or (module in file.star_imports and name in _words(file)):
            return True
    return False


def _words(file: FileNames) -> set[str]:
    return {node.id for node in walk(file.tree) if isinstance(node, ast.Name)}


_taken_by: WeakKeyDictionary[FileNames, set[tuple[str, str]]] = WeakKeyDictionary()


def _taken(project: ProjectNames, file: FileNames) -> set[tuple[str, str]]:
    """What a file takes from the project's modules, by import or as an attribute: module and name."""
    if file not in _taken_by:
        found = set()
        for node in walk(file.tree):
            if isinstance(node, ast.Attribute):
                value = file.value(node.value)
                if value.kind is Kind.REFERENCE and value.of in project.modules:
                    found.add((value.of, node.attr))
            elif isinstance(node, ast.ImportFrom):
                module = project.find_module(absolute(node.level, node.module or "", file.package), file)
                if module is not None:
                    found.update((module.module, alias.name) for alias in node.names)
        _taken_by[file] = found
    return _taken_by[file]


def keep_comments(work: FileWork, fragments: list[Fragment]) -> list[Fragment]:
    """The fragments with every comment of the original: one that stood inside of what was written anew comes to stand
    above the statement that it was in, or above what is around it."""
    for above in range(_ROUNDS):
        lost = _lost_comments(work, Survivors(work, fragments))
        if not lost:
            break
        for offset, comment in lost:
            statement = _statement_at(work, offset, above)
            if statement is not None:
                work.edits.insert_before(statement, [f"{work.source.indent_of(statement)}{comment}\n"])
        fragments = work.edits.render()
    return fragments


def _lost_comments(work: FileWork, survivors: Survivors) -> list[tuple[int, str]]:
    """The comments, with their places in the original, that are not in the output."""
    text = work.source.text
    gaps, position = [], 0
    for start, end in [*survivors.kept.spans, (len(text), len(text))]:
        if start > position:
            gaps.append((position, start))
        position = max(position, end)
    found = []
    strings: list[tuple[int, int]] | None = None
    for start, end in gaps:
        at = text.find("#", start, end)
        while at >= 0:
            if strings is None:
                strings = _strings(work)
            line_end = text.find("\n", at)
            line_end = len(text) if line_end < 0 else line_end
            around = next((end for start, end in strings if start < at < end), None)
            if around is None:
                comment = text[at:line_end].rstrip()
                if comment not in survivors.new_comments:
                    found.append((at, comment))
            at = text.find("#", line_end if around is None else around, end)
    return found


def _strings(work: FileWork) -> list[tuple[int, int]]:
    nodes = [node for node in work.nodes(ast.Constant) if isinstance(node.value, str | bytes)]
    return [work.source.span(node) for node in (*nodes, *work.nodes(ast.JoinedStr))]


def _statement_at(work: FileWork, offset: int, above: int) -> ast.stmt | None:
    """The innermost statement around a place in the text, or the one so many levels above it."""
    line = work.source.line_of(offset)
    found: list[ast.stmt] = []
    block: list[ast.AST] = [work.tree]
    while block:
        node = block.pop()
        for child in children(node):
            start = min([getattr(child, "lineno", line), *(d.lineno for d in getattr(child, "decorator_list", ()))])
            if start <= line <= (getattr(child, "end_lineno", None) or line) and not isinstance(child, ast.expr):
                if isinstance(child, ast.stmt):
                    found.append(child)
                block.append(child)
    return found[max(len(found) - 1 - above, 0)] if found else None
