"""Comprehensions that move a batch's items to a device go with the moving."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage
from migrator.rules.device import Device

Comprehension = ast.ListComp | ast.GeneratorExp | ast.DictComp


class PlacedItems(Rule):
    """``batch = tuple(t.to(device) for t in batch)`` and ``batch = {k: v.cuda() for k, v in batch.items()}`` are taken
    out, and ``x, y = [t.to(device) for t in batch]`` becomes ``x, y = batch``: MindSpore places tensors by itself.
    So does ``x, y = Variable(x.cuda()), Variable(y.cuda())``, which leaves nothing.
    """

    code = "MF144"
    title = "Batches need not be moved item by item"
    stage = Stage.DEVICE
    examples = (
        (
            "import torch\n\ndef f(batch, device: torch.device):\n    x, y = [t.to(device) for t in batch]\n    return x\n",
            "def f(batch, device: str):\n    x, y = batch\n    return x\n",
        ),
    )
    unchanged = ("def f(batch, place):\n    x, y = [place(t) for t in batch]\n    return x\n",)

    def apply(self, work: FileWork) -> None:
        for assignment in work.nodes(ast.Assign):
            if len(assignment.targets) != 1 or work.is_removed(assignment):
                continue
            target = assignment.targets[0]
            if self.wraps_itself(work, target, assignment.value):
                work.remove(assignment)
                continue
            items = self.items(work, assignment.value)
            if items is None:
                continue
            if ast.unparse(target).strip("()") == ast.unparse(items).strip("()"):
                work.remove(assignment)
            elif isinstance(target, ast.Tuple | ast.List):
                work.replace(assignment.value, items)

        for statement in work.nodes(ast.Expr):
            several = statement.value.elts if isinstance(statement.value, ast.Tuple) else ()
            if several and all(isinstance(each, ast.Call) and Device().only_places(work, each) for each in several):
                work.remove(statement)

    def wraps_itself(self, work: FileWork, target: ast.expr, value: ast.expr) -> bool:
        """``x = Variable(x)``, one by one or several in a tuple."""
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        if not any(isinstance(source, ast.Call) for _, source in pairs):
            return False
        bare = [(place, self.unwrapped(work, source)) for place, source in pairs]
        return all(ast.unparse(place) == ast.unparse(source) for place, source in bare)

    def unwrapped(self, work: FileWork, node: ast.expr) -> ast.expr:
        """What a ``Variable`` or ``DataParallel`` holds, without the device that it is moved to."""
        while isinstance(node, ast.Call):
            plain = len(node.args) == 1 and not [each for each in node.keywords if not _is_a_default(each)]
            wraps = work.qualified(node.func) in _WRAPPERS
            if (wraps and node.args) or (plain and work.qualified(node.func) == "torch.autograd.Variable"):
                node = node.args[0]
            elif isinstance(node.func, ast.Attribute) and (
                Device().only_places(work, node) or self.names_device(work, node)
            ):
                node = node.func.value
            else:
                break
        return node

    def items(self, work: FileWork, value: ast.expr) -> ast.expr | None:
        """What a comprehension, or ``map``, moves item by item; None where it does more."""
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and not value.keywords:
            if value.func.id in ("tuple", "list") and len(value.args) == 1:
                return self.items(work, value.args[0])
            if value.func.id == "map" and len(value.args) == 2 and isinstance(value.args[0], ast.Lambda):
                names = [argument.arg for argument in value.args[0].args.args]
                return value.args[1] if len(names) == 1 and self.moves(work, value.args[0].body, names[0]) else None
        if not isinstance(value, Comprehension) or len(value.generators) != 1:
            return None
        walk = value.generators[0]
        if walk.ifs or walk.is_async:
            return None
        if not isinstance(value, ast.DictComp):
            name = walk.target.id if isinstance(walk.target, ast.Name) else ""
            return walk.iter if name and self.moves(work, value.elt, name) else None
        if not isinstance(walk.target, ast.Tuple) or not all(isinstance(name, ast.Name) for name in walk.target.elts):
            return None
        pair = [name.id for name in walk.target.elts if isinstance(name, ast.Name)]
        whole = walk.iter.func if isinstance(walk.iter, ast.Call) and not walk.iter.args else None
        if len(pair) != 2 or not isinstance(whole, ast.Attribute) or whole.attr != "items":
            return None
        same = isinstance(value.key, ast.Name) and value.key.id == pair[0]
        return whole.value if same and self.moves(work, value.value, pair[1]) else None

    def moves(self, work: FileWork, item: ast.expr, name: str) -> bool:
        """Whether an expression is the named item on another device, and nothing else."""
        if isinstance(item, ast.IfExp):
            sides = [item.body, item.orelse]
            kept = [side for side in sides if isinstance(side, ast.Name) and side.id == name]
            asks = isinstance(item.test, ast.Call) and work.qualified(item.test.func) in _QUESTIONS
            return asks and len(kept) == 1 and any(self.moves(work, side, name) for side in sides)
        if not isinstance(item, ast.Call) or not isinstance(item.func, ast.Attribute):
            return False
        if not isinstance(item.func.value, ast.Name) or item.func.value.id != name:
            return False
        return Device().only_places(work, item) or self.names_device(work, item)

    def names_device(self, work: FileWork, call: ast.Call) -> bool:
        """Whether an unknown thing is moved to what is called a device."""
        assert isinstance(call.func, ast.Attribute)
        if work.value(call.func.value).kind is not Kind.UNKNOWN or call.func.attr not in ("to", "cuda", "cpu"):
            return False
        places = [*call.args, *(k.value for k in call.keywords if k.arg == "device")]
        flags = [keyword.arg for keyword in call.keywords if keyword.arg != "device"]
        if not all(flag == "non_blocking" for flag in flags) or len(places) > 1:
            return False
        return call.func.attr != "to" or any("device" in ast.unparse(place).lower() for place in places)


def _is_a_default(keyword: ast.keyword) -> bool:
    """``requires_grad=False`` and ``volatile=True`` of a ``Variable``, which has no gradient then."""
    asked = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
    return (keyword.arg, asked) in {("requires_grad", False), ("volatile", True), ("volatile", False)}


_WRAPPERS = frozenset({"torch.nn.DataParallel", "torch.nn.parallel.DataParallel"})
_QUESTIONS = frozenset({"builtins.isinstance", "builtins.hasattr", "torch.is_tensor"})
