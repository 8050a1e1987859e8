"""Every torch API becomes what its catalog row says."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from migrator.catalog import Choice, Refusal, Row, is_lambda
from migrator.catalog.template import is_atomic
from migrator.findings import Severity
from migrator.names import Kind
from migrator.names.tensor_names import TENSOR_NAMES
from migrator.names.walking import walk
from migrator.rewriting.bindings import read_later
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import parameters, path_of, stored
from migrator.rewriting.layer_options import keeping_candidate, with_lost
from migrator.rewriting.rule import Rule, Stage
from migrator.rewriting.sharing import (
    WRITTEN_THROUGH,
    Hold,
    cite_hold,
    cuts_a_part,
    data_owner,
    hold,
    is_piece,
    is_reached,
    shared,
    way_back,
    without_gradients,
)
from migrator.rewriting.spreading import spread_by_name

_TORCH = ("torch.", "torchvision.", "torchaudio.", "torchtext.", "einops.")
_VIEWS = frozenset({"T", "mT", "H", "mH", "real", "imag"})
_RESIZING = frozenset({"torch.Tensor.resize_", "torch.Tensor.resize_as_"})
_INITIALISERS = {
    "torch.Tensor.normal_": "torch.nn.init.normal_",
    "torch.Tensor.uniform_": "torch.nn.init.uniform_",
    "torch.Tensor.fill_": "torch.nn.init.constant_",
    "torch.Tensor.zero_": "torch.nn.init.zeros_",
}
"""Methods that fill a parameter, and the initialisers that do the same."""
_NO_WAY = (
    "In torch the values of a part are changed here and its gradient goes on. Here the gradient ends at what is written: "
    "write through the whole tensor's .data instead."
)


def _is_balanced(text: str) -> bool:
    """Whether a text closes no bracket that it did not open."""
    depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0:
            return False
    return depth == 0


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The arguments of a call as a candidate writes them: their keywords (or nothing), and what follows the last."""

    values: list[ast.expr]
    labels: list[str]
    added: str


def _labelled(pieces: Sequence[Piece]) -> _Arguments | None:
    """The arguments that pieces up to the closing bracket are; None where they are more than nodes with keywords."""
    values: list[ast.expr] = []
    labels: list[str] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, ast.expr):
            label = text.removeprefix(", ")
            if (values and label == text) or not _LABEL.fullmatch(label):
                return None
            values.append(piece)
            labels.append(label)
            text = ""
        elif isinstance(piece, str):
            text += piece
        else:
            return None
    if not text.endswith(")") or not text.startswith((",", ")")):
        return None
    return _Arguments(values, labels, text[:-1].removeprefix(", "))


_LABEL = re.compile(r"([^\W\d]\w*=|\*\*)?")
"""What may stand before an argument."""


class Calls(Rule):
    """Calls, attributes and bare names of torch are looked up in the catalog and written as the best candidate says.

    A candidate is written only where it carries every argument that matters and where it was measured to work on the
    target. Arguments that only say where to compute (``device``, ``pin_memory``, ``non_blocking``) are dropped. An
    in-place method becomes an assignment of the result, because MindSpore's in-place methods give wrong gradients.
    What has no candidate stays as it was, with a finding.
    """

    code = "MF110"
    title = "A torch API is written as its catalog row says"
    stage = Stage.CALLS
    unchanged = ("import numpy as np\nx = np.ones((2, 3)).sum(axis=1)\n",)

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if not work.edits.is_replaced(call):
                self.call(work, call)
        for attribute in work.nodes(ast.Attribute):
            if not work.edits.is_replaced(attribute):
                self.attribute(work, attribute)
        for name in work.nodes(ast.Name):
            if isinstance(name.ctx, ast.Load) and not work.edits.is_replaced(name):
                self.name(work, name)

    def call(self, work: FileWork, call: ast.Call) -> None:
        qualified = work.qualified(call.func)
        if not _is_library(work, qualified):
            return
        if qualified.endswith(".__init__"):
            self.constructor(work, call, qualified)
            return
        row = work.catalog.row(qualified)
        if row is None:
            row = self.inherited(work, qualified)
        if row is None:
            return
        receiver = self.receiver(work, call, qualified)
        if self.spread_call(work, call, row, receiver):
            return
        if row.in_place:
            self.in_place(work, call, row, receiver)
            return
        if receiver is not None and (call.args or call.keywords) and _is_property(row):
            self.value_called(work, call.func, row, receiver)
            return
        out = next((keyword for keyword in call.keywords if keyword.arg == "out"), None)
        seen = call
        if out is not None and not (isinstance(out.value, ast.Constant) and out.value.value is None):
            rest = [keyword for keyword in call.keywords if keyword is not out]
            seen = ast.Call(func=call.func, args=call.args, keywords=rest)
        keeping = keeping_candidate(work, row)
        choice = work.catalog.choose(row, seen, work.value, work.target, receiver, keeping)
        if isinstance(choice, Refusal):
            self.refuse(work, call, qualified, choice)
            return
        self.cite(work, call, choice, qualified)
        if keeping is not None:
            choice = replace(choice, pieces=with_lost(choice.pieces, call, row))
        if seen is not call and out is not None:
            self.assign_result(work, call, out.value, choice)
            return
        if self.keep_layout(work, call, choice, receiver):
            return
        work.replace(call, *self.spelled(work, call, choice))
        work.replace(call.func, "")

    def spread_call(self, work: FileWork, call: ast.Call, row: Row, receiver: ast.expr | None) -> bool:
        """``torch.max(*pair)`` where the source says what ``pair`` holds. Sizes stay spread where a candidate takes them
        so."""
        spread = spread_by_name(work, call)
        if spread is None:
            return False
        if spread.only_numbers:
            plain = work.catalog.choose(row, call, work.value, work.target, receiver)
            if isinstance(plain, Choice) and not str(plain.pieces[0]).startswith("(lambda "):
                return False
        out = next((keyword.value for keyword in spread.call.keywords if keyword.arg == "out"), None)
        keywords = [keyword for keyword in spread.call.keywords if keyword.arg != "out"]
        seen = ast.Call(func=call.func, args=spread.call.args, keywords=keywords)
        choice = work.catalog.choose(row, seen, spread.value, work.target, receiver)
        place = out
        if row.in_place:
            place = receiver if receiver is not None else next(iter(seen.args), None)
        if isinstance(choice, Refusal) or place in spread.items or (row.in_place and place is None):
            return False
        choice = replace(choice, pieces=spread.pieces(choice.pieces))
        for code in choice.traps(spread.value):
            work.cite(call, code, row.name)
        if place is not None:
            self.assign_result(work, call, place, choice)
        else:
            work.replace(call, *self.spelled(work, call, choice))
            work.replace(call.func, "")
        return True

    def value_called(self, work: FileWork, function: ast.expr, row: Row, receiver: ast.expr) -> None:
        """``parallel.module(x)``, ``dataset.transform(image)``: an attribute's value is called, not a method."""
        read = ast.Call(func=function, args=[], keywords=[])
        choice = work.catalog.choose(row, read, work.value, work.target, receiver)
        if isinstance(choice, Refusal):
            self.refuse(work, function, row.name, choice)
        else:
            work.replace(function, *self.spelled(work, function, choice))

    def constructor(self, work: FileWork, call: ast.Call, qualified: str) -> None:
        """``nn.Module.__init__(self)`` names the base class that the class now has; ``super().__init__(...)`` stays,
        for a class derives from one that takes torch's arguments."""
        assert isinstance(call.func, ast.Attribute)
        row = work.catalog.row(qualified.removesuffix(".__init__"))
        if work.value(call.func.value).kind is Kind.REFERENCE and row is not None:
            pieces = work.catalog.reference(row, called=True, target=work.target)
            if pieces is not None:
                work.replace(call.func, *pieces, ".__init__")

    def keep_layout(self, work: FileWork, call: ast.Call, choice: Choice, receiver: ast.expr | None) -> bool:
        """Rewrites a call over several lines in place where its arguments stay in order, so that the lines stay.

        Only the called name, renamed keywords, left out and added arguments change; says False where that is not enough.
        """
        pieces = list(choice.pieces)
        if not pieces or not isinstance(pieces[-1], str) or not pieces[-1].endswith(")"):
            return False
        opening = next((i for i, piece in enumerate(pieces) if isinstance(piece, str) and piece.endswith("(")), -1)
        if opening < 0:
            return False
        head, rest = pieces[: opening + 1], pieces[opening + 1 :]
        as_method = receiver is not None and head[0] is receiver and str(head[1]).startswith(".")
        if any(isinstance(piece, ast.AST) or (as_method and not isinstance(piece, str)) for piece in head[as_method:]):
            return False
        if as_method and rest == [")"] and not call.args and not call.keywords:
            self.rename_method(work, call, head)
            return True
        first = receiver is not None and not as_method
        if first and (rest[:1] != [receiver] or len(rest) < 2):
            return False
        arguments = _labelled(rest[first:])
        if arguments is None or not _is_balanced(arguments.added):
            return False
        if len(set(arguments.values)) < len(arguments.values):
            return False
        own = [*call.args, *call.keywords]
        values: list[ast.expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
        labels = dict(zip(arguments.values, arguments.labels, strict=True))
        ordered = [value for value in values if value in labels]
        positional = [value for value in arguments.values if not labels[value]]
        if ordered[: len(positional)] != positional or len(ordered) != len(arguments.values) or not labels:
            return False
        text = work.source.text
        spans = [work.source.span(node) for node in own]
        begins = [work.source.span(value)[0] for value in values]
        gone = [i for i, value in enumerate(values) if value not in labels]
        if any(
            text[spans[i - 1][1] : spans[i][0]].strip() != "," for i in {*gone, *(i + 1 for i in gone)} - {0, len(own)}
        ):
            return False
        kept = [i for i in range(len(own)) if i not in gone]
        for i in kept:
            written = text[spans[i][0] : begins[i]].rstrip(" ")
            if written and not written.endswith(("=", "**")):
                return False
        if first:
            assert receiver is not None
            start = text.index("(", work.source.span(call.func)[1]) + 1
            alone = text[start:].lstrip(" ").startswith("\n")
            work.edits.replace_span(start, start, [receiver, "," if alone else ", "])
        for i in kept:
            if text[spans[i][0] : begins[i]].replace(" ", "") != labels[values[i]]:
                work.edits.replace_span(spans[i][0], begins[i], [labels[values[i]]])
        for i in gone:
            span = (spans[i - 1][1], spans[i][1]) if i > kept[0] else (spans[i][0], spans[i + 1][0])
            work.edits.replace_span(*span, [])
        if as_method:
            self.rename_method(work, call, head)
        else:
            head[-1] = str(head[-1])[:-1]
            work.replace(call.func, *head)
        if arguments.added:
            end = spans[kept[-1]][1]
            work.edits.replace_span(end, end, [f", {arguments.added}"])
        return True

    def rename_method(self, work: FileWork, call: ast.Call, head: Sequence[Piece]) -> None:
        """Writes another method's name where one stands, and nothing where it is the same."""
        assert isinstance(call.func, ast.Attribute)
        name, end = "".join(map(str, head[1:]))[1:-1], work.source.span(call.func)[1]
        if name != call.func.attr:
            work.edits.replace_span(end - len(call.func.attr), end, [name])

    def spelled(self, work: FileWork, call: ast.AST, choice: Choice) -> tuple[Piece, ...]:
        """Parentheses where the template is an operator expression and the call stood inside another expression."""
        template = ast.parse(choice.candidate.template.replace("(...)", "()"), mode="eval").body
        loose = isinstance(template, ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp | ast.BoolOp)
        above = work.parent(call)
        outer = isinstance(above, ast.Attribute | ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.Call)
        if loose and (outer or (isinstance(above, ast.Subscript) and above.value is call)):
            if isinstance(above, ast.Call) and above.func is not call:
                return choice.pieces
            product = isinstance(template, ast.BinOp) and isinstance(template.op, ast.Mult | ast.Div)
            if product and isinstance(above, ast.BinOp) and isinstance(above.op, ast.Add | ast.Sub):
                return choice.pieces
            return ("(", *choice.pieces, ")")
        return choice.pieces

    def receiver(self, work: FileWork, call: ast.Call, qualified: str) -> ast.expr | None:
        """What a method was called on; None for a function, or a method called through its class."""
        if not isinstance(call.func, ast.Attribute):
            return None
        value = work.value(call.func.value)
        return None if value.kind is Kind.REFERENCE else call.func.value

    def inherited(self, work: FileWork, qualified: str) -> Row | None:
        """The row of a base class's method: ``torch.nn.Linear.train`` is ``torch.nn.Module.train``."""
        owner, _, method = qualified.rpartition(".")
        if owner.startswith("torch.nn.") and owner != "torch.nn.Module" and work.catalog.row(owner) is not None:
            return None  # the row's candidates keep torch's attributes, or have rows for those that they call otherwise
        for prefix, base in _BASES:
            if owner.startswith(prefix):
                return work.catalog.row(f"{base}.{method}")
        return None

    def in_place(self, work: FileWork, call: ast.Call, row: Row, receiver: ast.expr | None) -> None:
        place = receiver if receiver is not None else next(iter(call.args), None)
        if place is None or isinstance(place, ast.Starred):
            self.refuse(work, call, row.name, Refusal("MF111", "what it changes in place cannot be seen"))
            return
        if isinstance(place, ast.Attribute) and place.attr in _VIEWS and work.value(place.value).is_tensor:
            self.refuse(
                work, call, row.name, Refusal("MF111", f"a tensor's .{place.attr} is a copy of it in MindSpore")
            )
            return
        if row.name in _RESIZING and isinstance(work.parent(call), ast.Expr) and _keeps_shape(place):
            work.replace(call, *self.resizing(call, place))
            work.replace(call.func, "")
            return
        if receiver is not None:
            place = receiver = self.resized_above(work, call, receiver)
            if self.fills_parameter(work, call, row, receiver):
                return
        seen = ast.Call(func=call.func, args=call.args, keywords=call.keywords)
        choice = work.catalog.choose(row, seen, work.value, work.target, receiver)
        if isinstance(choice, Refusal):
            self.refuse(work, call, row.name, choice)
            return
        self.cite(work, call, choice, row.name)
        if self.changes_in_place(work, work.parent(work.parent(call) or call), call):
            work.replace(call, *self.spelled(work, call, choice))
            work.replace(call.func, "")
            return
        while isinstance(place, ast.Call) and self.changes_in_place(work, place, None):
            assert isinstance(place.func, ast.Attribute)
            place = place.func.value
        self.assign_result(work, call, place, choice)

    def fills_parameter(self, work: FileWork, call: ast.Call, row: Row, receiver: ast.expr) -> bool:
        """``layer.weight.data.normal_(0, 0.02)`` does what ``nn.init.normal_(layer.weight, 0, 0.02)`` does."""
        filled = receiver.value if isinstance(receiver, ast.Attribute) and receiver.attr == "data" else receiver
        initialiser = work.catalog.row(_INITIALISERS.get(row.name, ""))
        kind = work.value(filled).kind
        named = filled is not receiver and isinstance(filled, ast.Attribute) and filled.attr in ("weight", "bias")
        if initialiser is None or not (kind is Kind.PARAMETER or (named and kind is Kind.UNKNOWN)):
            return False
        if not isinstance(work.parent(call), ast.Expr):
            return False
        seen = ast.Call(func=call.func, args=[filled, *call.args], keywords=call.keywords)
        choice = work.catalog.choose(initialiser, seen, work.value, work.target)
        if isinstance(choice, Refusal):
            return False
        self.cite(work, call, choice, row.name)
        work.replace(call, *choice.pieces)
        work.replace(call.func, "")
        return True

    def resized_above(self, work: FileWork, call: ast.Call, receiver: ast.expr) -> ast.expr:
        """``x`` of ``x.resize_(shape).copy_(y)``, which is resized in a line of its own above; else the receiver."""
        statement = work.parent(call)
        if not isinstance(receiver, ast.Call) or not isinstance(receiver.func, ast.Attribute):
            return receiver
        resized = receiver.func.value
        if work.qualified(receiver.func) not in _RESIZING or not _keeps_shape(resized):
            return receiver
        if not isinstance(statement, ast.Expr) or not work.has_its_lines(statement):
            return receiver
        pieces = self.resizing(receiver, resized)
        work.edits.insert_before(statement, [work.source.indent_of(statement), *pieces, "\n"])
        return resized

    def resizing(self, call: ast.Call, place: ast.expr) -> list[Piece]:
        """A buffer keeps its identity when it gets another shape: ``resize_(x, shape)``."""
        pieces: list[Piece] = [Need("support.resize_"), f"({path_of(place)}"]
        for argument in call.args:
            pieces.extend([", ", argument])
        as_another = isinstance(call.func, ast.Attribute) and call.func.attr == "resize_as_"
        return [*pieces, ".shape)" if as_another else ")"]

    def changes_in_place(self, work: FileWork, node: ast.AST | None, of: ast.Call | None) -> bool:
        """Whether a node is an in-place method's call, on ``of``: of ``m.mul_(b).add_(g)`` only the last one writes."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return False
        row = work.catalog.row(work.qualified(node.func))
        return row is not None and row.in_place and (of is None or node.func.value is of)

    def cite(self, work: FileWork, call: ast.Call, choice: Choice, qualified: str) -> None:
        """Notes the traps that the chosen candidate avoids."""
        for code in choice.traps(work.value):
            work.cite(call, code, qualified)

    def assign_result(self, work: FileWork, call: ast.Call, place: ast.expr, choice: Choice) -> None:
        """``x.add_(1)`` and ``torch.add(x, 1, out=x)``: the result takes the place of ``x``.

        A name is bound anew, a statement's attribute or item is assigned; anything else (a parameter, what somebody
        else holds too, a result of another call, a place inside a larger expression) gets the values written into it.
        """
        pieces = choice.pieces
        # What is written into something takes its shape and type there.
        written_as_is = call.args[:1] if choice.row.name == "torch.Tensor.copy_" else []
        poured: Sequence[Piece] = written_as_is or pieces
        statement = work.parent(call)
        named = isinstance(place, ast.Name)
        asked = named or (not _assignable(place) and not isinstance(place, ast.Attribute))
        how = hold(work, place) if asked and work.value(place).kind is not Kind.PARAMETER else Hold.NOBODY
        back: tuple[Piece, ...] = ()
        if how is Hold.SHAPE and isinstance(statement, ast.Expr) and not is_reached(work, call, how):
            back = way_back(work, place, () if named else ("(", *pieces, ")"))
        cite_hold(work, call, how, choice.row.name, bool(back))
        parameter = (
            work.value(place).kind is Kind.PARAMETER
            or (isinstance(place, ast.Attribute) and place.attr == "data")
            or (isinstance(place, ast.Name) and shared(work, place) and how is Hold.NOBODY)
            or (how in WRITTEN_THROUGH and not back)
            or is_piece(work, place)
            or _is_free(work, place)
        )
        owner = data_owner(work, place) if isinstance(statement, ast.Expr) else None
        if owner is None and cuts_a_part(work, place) and not without_gradients(work, call):
            work.find(call, "MF214", _NO_WAY, Severity.WARNING, choice.row.name)
        if owner is not None and not without_gradients(work, call):
            work.replace(call, Need("support.write_data"), "(", owner, ", ", *poured, ")")
        elif back and not named:
            work.replace(call, *back)
        elif parameter:
            target: ast.expr = place.value if isinstance(place, ast.Attribute) and place.attr == "data" else place
            work.replace(call, Need("support.assign_"), "(", target, ", ", *poured, ")")
        elif (isinstance(statement, ast.Expr) and _assignable(place)) or (
            isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(place, ast.Name)
        ):
            # An attribute may be read otherwise (``getattr(p, "grad", None)``), but it is written by its name.
            written: tuple[Piece, ...] = (
                (place.value, f".{place.attr}") if isinstance(place, ast.Attribute) else (place,)
            )
            work.replace(call, *written, " = ", *pieces)
            if back and isinstance(statement, ast.stmt):
                work.edits.insert_after(statement, [work.source.indent_of(statement), *back, "\n"])
        elif isinstance(place, ast.Name) and not _in_class_body(work, call):
            if _is_last_use(work, place, call):
                work.replace(call, *self.spelled(work, call, choice))
            else:
                work.replace(call, "(", place, " := ", *pieces, ")")
        elif is_atomic(place):
            work.replace(call, Need("support.assign_"), "(", place, ", ", *poured, ")")
        else:
            work.replace(call, *pieces)
        work.replace(call.func, "")

    def attribute(self, work: FileWork, node: ast.Attribute) -> None:
        qualified = work.qualified(node)
        if not _is_library(work, qualified) or qualified.endswith(".__init__"):
            return
        above = work.parent(node)
        if isinstance(above, ast.Attribute) and work.qualified(above).startswith(_TORCH):
            if work.value(node).kind is Kind.REFERENCE and not self.has_members(work, qualified):
                return
        called = isinstance(above, ast.Call) and above.func is node
        row = work.catalog.row(qualified) or self.inherited(work, qualified)
        instance = work.value(node.value).kind is not Kind.REFERENCE
        if row is None:
            members = self.members(work, qualified)
            if members:
                self.of_member(work, node, members)
                return
            if instance and isinstance(node.ctx, ast.Store) and qualified.startswith("torch.nn."):
                if self.sets_new_parameter(work, node):
                    return
            if instance and qualified.startswith("torch.Tensor."):
                if isinstance(node.ctx, ast.Store) or node.attr not in TENSOR_NAMES:
                    return  # an attribute that torch does not know either: a note of the program's own
            if not (instance and self.keeps_name(work, qualified, called)):
                self.unknown(work, node, qualified)
            return
        if called:
            return
        if isinstance(node.ctx, ast.Store | ast.Del):
            if instance and isinstance(node.ctx, ast.Store):
                self.assigned(work, node, row)
            return
        if instance:
            fake = ast.Call(func=node, args=[], keywords=[])
            choice = work.catalog.choose(row, fake, work.value, work.target, node.value)
            if isinstance(choice, Choice) and not _is_method(row):
                work.replace(node, *self.spelled(work, node, choice))
            return
        self.refer(work, node, row, qualified)

    def has_members(self, work: FileWork, qualified: str) -> bool:
        row = work.catalog.row(qualified)
        return row is not None and bool(row.members)

    def members(self, work: FileWork, qualified: str) -> str:
        """What describes the members of the row that a name stands below: those of ``ResNet18_Weights`` for
        ``torchvision.models.ResNet18_Weights.DEFAULT.meta``. Empty where there is none."""
        while "." in qualified:
            qualified = qualified.rpartition(".")[0]
            row = work.catalog.row(qualified)
            if row is not None:
                return row.members
        return ""

    def of_member(self, work: FileWork, node: ast.Attribute, members: str) -> None:
        """What a member offers keeps its name, unless there is a row for it."""
        row = work.catalog.row(f"{members}.{node.attr}")
        if row is None or not isinstance(node.ctx, ast.Load):
            return
        fake = ast.Call(func=node, args=[], keywords=[])
        choice = work.catalog.choose(row, fake, work.value, work.target, node.value)
        if isinstance(choice, Refusal):
            self.refuse(work, node, row.name, choice)
        else:
            work.replace(node, *choice.pieces)

    def assigned(self, work: FileWork, node: ast.Attribute, row: Row) -> None:
        """``decoder.weight = encoder.weight``: a layer's parameter is replaced, under MindSpore's name for it."""
        owner, _, attribute = row.name.rpartition(".")
        statement = work.parent(node)
        if not owner.startswith("torch.nn.") or attribute not in ("weight", "bias", "running_mean", "running_var"):
            return
        choice = work.catalog.choose(
            row, ast.Call(func=node, args=[], keywords=[]), work.value, work.target, node.value
        )
        if not isinstance(choice, Choice):
            return
        renamed = choice.candidate.template
        if self.sets_new_parameter(work, node):
            return
        if renamed.startswith("self.") and renamed[5:].isidentifier():
            work.replace(node, node.value, renamed[4:])
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            self.set_parameter(work, statement, node)

    def sets_new_parameter(self, work: FileWork, node: ast.Attribute) -> bool:
        """``layer.weight = nn.Parameter(...)``: MindSpore would know it by the bare name, like any other layer's."""
        statement = work.parent(node)
        new = isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        inner = not (isinstance(node.value, ast.Name) and node.value.id == "self")
        if not new or not inner or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return False
        if node.attr not in ("weight", "bias") or work.value(statement.value).kind is not Kind.PARAMETER:
            return False
        self.set_parameter(work, statement, node)
        return True

    def set_parameter(self, work: FileWork, statement: ast.Assign, node: ast.Attribute) -> None:
        work.replace(node, "")
        setting: list[Piece] = [Need("support.set_layer_parameter"), "(", node.value, f", '{node.attr}', "]
        work.replace(statement, *setting, statement.value, ")")

    def keeps_name(self, work: FileWork, qualified: str, called: bool) -> bool:
        """Whether what an instance offers is called the same in MindSpore: options of layers, their inner layers
        (``transformer.encoder(x)``) and the constructor that a subclass calls."""
        if qualified.startswith(
            ("torch.distributions.", "torch.autograd.function.FunctionCtx.", "torch.optim.lr_scheduler.")
        ):
            return True
        owner, _, attribute = qualified.rpartition(".")
        if not called or not owner.startswith("torch.nn."):
            return qualified.startswith("torch.nn.")
        inner = owner != "torch.nn.Module" and not attribute.endswith("reset_parameters")
        return inner and work.catalog.row(owner) is not None

    def name(self, work: FileWork, node: ast.Name) -> None:
        qualified = work.qualified(node)
        if not _is_library(work, qualified) and not _is_namespace(qualified):
            return
        above = work.parent(node)
        row = work.catalog.row(qualified)
        if isinstance(above, ast.Attribute) and (work.qualified(above).startswith(_TORCH) or _is_namespace(qualified)):
            if row is None or not row.members:
                return
        if row is None:
            if not self.members(work, qualified):
                self.unknown(work, node, qualified)
            return
        if isinstance(above, ast.Call) and above.func is node:
            return
        self.refer(work, node, row, qualified)

    def refer(self, work: FileWork, node: ast.expr, row: Row, qualified: str) -> None:
        annotates = is_annotation(work, node)
        called = not annotates and not _tests_class(work, node)
        above = work.parent(node)
        given = above.keywords if isinstance(above, ast.Call) and called else []
        keywords = frozenset(keyword.arg for keyword in given if keyword.arg)
        pieces = work.catalog.reference(row, called, work.target, annotates, keywords)
        if pieces is None:
            reason = row.refused or f"{qualified} is named without being called, and no single MindSpore name fits"
            self.refuse(work, node, qualified, Refusal("MF112", reason))
            return
        if is_lambda(pieces) and not _is_by_itself(work, node):
            pieces = ("(", *pieces, ")")
        work.replace(node, *pieces)

    def unknown(self, work: FileWork, node: ast.expr, qualified: str) -> None:
        if _is_namespace(qualified):
            reason = "it is used as a value here, and which of its names is meant is only known when the program runs"
            self.refuse(work, node, qualified, Refusal("MF112", reason))
            return
        if not _is_gone(work, node):
            work.find(node, "MF110", f"{qualified} is not in the catalog.", Severity.ERROR, qualified, todo=True)

    def refuse(self, work: FileWork, node: ast.expr, qualified: str, refusal: Refusal) -> None:
        if _is_gone(work, node):
            return
        message = f"{qualified} was left as it is: {refusal.reason.rstrip('.')}."
        work.find(node, refusal.code, message, Severity.ERROR, qualified, todo=True)


def _is_library(work: FileWork, qualified: str) -> bool:
    """Whether a name is one of the libraries', and not of a package of the project that is called the same."""
    return qualified.startswith(_TORCH) and qualified.partition(".")[0] not in work.project.modules


def _is_gone(work: FileWork, node: ast.expr) -> bool:
    """Whether another rule took out the statement that a node stands in, or one around it."""
    return any(isinstance(above, ast.stmt) and work.is_removed(above) for above in work.ancestors(node))


_BASES = (
    ("torch.nn.", "torch.nn.Module"),
    ("torch.optim.lr_scheduler.", "torch.optim.lr_scheduler.LRScheduler"),
    ("torch.optim.", "torch.optim.Optimizer"),
    ("torch.distributions.", "torch.distributions.Distribution"),
    ("torchvision.models.", "torch.nn.Module"),
)

_NAMESPACES = frozenset(
    "torch torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.optim torch.optim.lr_scheduler torch.utils "
    "torch.utils.data torch.autograd torch.cuda torch.cuda.amp torch.amp torch.backends torch.backends.cudnn "
    "torch.distributed torch.linalg torch.fft torch.special torch.distributions torch.random torch.jit torch.nn.parallel "
    "torch.nn.utils.rnn torch.utils.tensorboard torch.multiprocessing torch.backends.mps torch.hub torch.onnx "
    "torch.utils.checkpoint torch.nn.modules torch.accelerator torch.mps torch.xpu torch.version torch.profiler "
    "torchvision torchvision.transforms torchvision.datasets torchvision.models torchvision.utils "
    "torchvision.transforms.functional torchvision.transforms.v2 torchvision.ops torchvision.io".split()
)


def _is_by_itself(work: FileWork, node: ast.expr) -> bool:
    """Whether an expression is a whole argument, item or right-hand side, so that a ``lambda`` needs no parentheses."""
    return isinstance(
        work.parent(node), ast.Call | ast.keyword | ast.Dict | ast.List | ast.Tuple | ast.Assign | ast.Return
    )


def _is_namespace(qualified: str) -> bool:
    return qualified in _NAMESPACES


def _tests_class(work: FileWork, node: ast.expr) -> bool:
    """Whether a class is named to ask what something is (``isinstance``, ``type(m) ==``), and not to be called later,
    under another name or as the base of a class."""
    child: ast.AST = node
    for above in work.ancestors(node):
        if isinstance(above, ast.Call):
            tested = isinstance(above.func, ast.Name) and above.func.id in ("isinstance", "issubclass")
            return tested and child in above.args[1:]
        if isinstance(above, ast.Compare):
            return any(_asks_type(side) for side in (above.left, *above.comparators))
        if isinstance(above, ast.MatchClass) and above.cls is child:
            return True
        if isinstance(above, ast.Assign):
            names = {target.id for target in above.targets if isinstance(target, ast.Name)}
            return bool(names) and any(
                isinstance(call.func, ast.Name)
                and call.func.id == "isinstance"
                and any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(call.args[-1]))
                for call in work.nodes(ast.Call)
                if call.args
            )
        if isinstance(above, ast.stmt):
            return False
        child = above
    return False


def is_annotation(work: FileWork, node: ast.expr) -> bool:
    """Whether a class is named to say what something is: in an annotation, ``Dict[str, Tensor]`` or ``cast(Tensor, x)``."""
    child: ast.AST = node
    generic = False
    for above in work.ancestors(node):
        if isinstance(above, ast.AnnAssign | ast.arg) and above.annotation is child:
            return True
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) and above.returns is child:
            return True
        if isinstance(above, ast.Call) and work.qualified(above.func) == "typing.cast":
            return above.args[:1] == [child]
        if isinstance(above, ast.Subscript) and above.slice is child:
            generic = generic or work.qualified(above.value).startswith(_GENERIC)
        elif not isinstance(above, ast.Tuple | ast.List | ast.BinOp):
            break
        child = above
    return generic


_GENERIC = ("typing.", "typing_extensions.", "collections.abc.", "builtins.")


def _asks_type(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "__class__"
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"


def _is_method(row: Row) -> bool:
    """Whether reading the attribute without calling it only names a method."""
    return bool(row.forms) and row.forms[0].signature != "(self)"


def _is_property(row: Row) -> bool:
    """Whether an attribute can only be read, so that what is called is its value."""
    return bool(row.forms) and all(form.signature == "(self)" for form in row.forms)


def _assignable(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr != "data")


def _keeps_shape(place: ast.expr) -> bool:
    """Whether a place has the shape that it is given from then on: ``x.data`` gives ``x`` none."""
    return bool(path_of(place)) and not path_of(place).endswith(".data")


def _is_free(work: FileWork, place: ast.expr) -> bool:
    """Whether a name is another function's or the module's: binding it here would make it a local one."""
    if not isinstance(place, ast.Name):
        return False
    scope = work.scope_of(place)
    if isinstance(scope, ast.Module | ast.ClassDef):
        return False
    if place.id in parameters(scope) or isinstance(scope, ast.Lambda):
        return False
    declared = any(place.id in node.names for node in walk(scope) if isinstance(node, ast.Global | ast.Nonlocal))
    return not declared and place.id not in stored(scope.body)


def _is_last_use(work: FileWork, name: ast.Name, call: ast.Call) -> bool:
    """Whether nobody asks for a function's variable after a call, so that its result need not have the name."""
    scope, statement = work.scope_of(name), work.statement_of(call)
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) or isinstance(statement, ast.Try):
        return False
    if any(name.id in node.names for node in walk(scope) if isinstance(node, ast.Global | ast.Nonlocal)):
        return False
    inside = set(walk(call))
    asked = (node for node in walk(statement) if isinstance(node, ast.Name) and node.id == name.id)
    return all(node in inside for node in asked) and not read_later(work, name.id, statement)


def _in_class_body(work: FileWork, node: ast.AST) -> bool:
    return isinstance(work.scope_of(node), ast.ClassDef)
