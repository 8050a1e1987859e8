"""``parameters()`` and its relatives: which of MindSpore's listings gives what torch's gives."""

from __future__ import annotations

import ast

from migrator.names import Kind, ProjectNames
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of
from migrator.rewriting.rule import Rule, Stage


class ModuleParameters(Rule):
    """``model.parameters()`` is ``model.trainable_params()`` wherever frozen parameters make no difference.

    A cell's ``get_parameters()`` also lists the running statistics of batch normalization, ``trainable_params()``
    leaves frozen parameters out. Where the program may freeze or thaw parameters (it sets ``requires_grad``), the
    support function ``module_parameters`` lists exactly what torch lists. Both are lists and no iterators, so that
    ``next`` asks for one.
    """

    code = "MF121"
    title = "parameters() lists what can be trained"
    stage = Stage.MODEL
    examples = (
        (
            "import torch.nn as nn\n\nnet = nn.Linear(2, 3)\ncount = len(list(net.parameters()))\n",
            "net = nn.Dense(2, 3)\ncount = len(list(net.trainable_params()))\n",
        ),
        (
            "import torch\n\ndef f(net: torch.nn.Module):\n"
            "    return torch.optim.SGD(filter(lambda p: p.requires_grad, net.parameters()), lr=0.1)\n",
            "def f(net: nn.Cell):\n    return SGD(net.trainable_params(), lr=0.1)\n",
        ),
    )

    def apply(self, work: FileWork) -> None:
        frozen = work.project.told(freezes)
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) != "torch.nn.Module.parameters" or not isinstance(call.func, ast.Attribute):
                continue
            if work.value(call.func.value).kind is Kind.REFERENCE:
                continue
            listed: list[Piece]
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if given and not (isinstance(given[0], ast.Constant) and given[0].value is True):
                listed = [Need("support.module_parameters"), "(", call.func.value, ", ", given[0], ")"]
            elif frozen and not self.for_optimizer(work, call):
                listed = [Need("support.module_parameters"), "(", call.func.value, ")"]
            else:
                listed = [call.func.value, ".trainable_params()"]
            above = work.parent(call)
            if isinstance(above, ast.Call) and isinstance(above.func, ast.Name) and above.func.id == "next":
                listed = ["iter(", *listed, ")"]
            work.replace(call, *listed)

        for attribute in work.nodes(ast.Attribute):
            above = work.parent(attribute)
            if (isinstance(above, ast.Call) and above.func is attribute) or not isinstance(attribute.ctx, ast.Load):
                continue
            if work.qualified(attribute) == "torch.nn.Module.parameters":
                if work.value(attribute.value).kind is Kind.MODULE:
                    work.replace(attribute, attribute.value, ".trainable_params")

        for node in work.nodes(ast.Call, ast.ListComp):
            chosen = trainable_of(work, node)
            if chosen is not None:
                work.replace(node, chosen, ".trainable_params()")

        for call in work.nodes(ast.Call):
            self.name_apart(work, call)

    def name_apart(self, work: FileWork, call: ast.Call) -> None:
        """Parameters of several models for one optimizer get names of their own: MindSpore tells them by their names.
        So do those of layers that were put into a model that was finished: they know nothing of their place there."""
        if work.value(call).kind is not Kind.OPTIMIZER or not work.qualified(call.func).startswith("torch.optim."):
            return
        keyword = next((item.value for item in call.keywords if item.arg == "params"), None)
        given = call.args[0] if call.args else keyword
        if given is None or isinstance(given, ast.Starred):
            return
        if (
            len(_models(work, given, set())) > 1
            or work.project.told(exchanges_layers)
            or work.project.told(grows_lists)
        ):
            work.edits.wrap(given, [Need("support.distinct_parameters"), "("], [")"])

    def for_optimizer(self, work: FileWork, call: ast.Call) -> bool:
        above = work.parent(call)
        return isinstance(above, ast.Call) and work.value(above).kind is Kind.OPTIMIZER


def trainable_of(work: FileWork, node: ast.expr) -> ast.expr | None:
    """The model of ``filter(lambda p: p.requires_grad, model.parameters())`` and of the comprehension that says so."""
    if isinstance(node, ast.Call):
        if work.qualified(node.func) == "builtins.list" and len(node.args) == 1 and isinstance(node.args[0], ast.Call):
            return trainable_of(work, node.args[0]) if work.qualified(node.args[0].func) == "builtins.filter" else None
        if work.qualified(node.func) != "builtins.filter" or len(node.args) != 2:
            return None
        asks, listing = node.args
        if not isinstance(asks, ast.Lambda) or len(asks.args.args) != 1:
            return None
        name, test = asks.args.args[0].arg, asks.body
    elif isinstance(node, ast.ListComp) and len(node.generators) == 1 and len(node.generators[0].ifs) == 1:
        walk_over = node.generators[0]
        if not isinstance(walk_over.target, ast.Name) or not isinstance(node.elt, ast.Name):
            return None
        name, test, listing = walk_over.target.id, walk_over.ifs[0], walk_over.iter
        if node.elt.id != name:
            return None
    else:
        return None
    asked = isinstance(test, ast.Attribute) and test.attr == "requires_grad" and isinstance(test.value, ast.Name)
    if not asked or ast.unparse(test) != f"{name}.requires_grad":
        return None
    listed = isinstance(listing, ast.Call) and not listing.args and not listing.keywords
    if not listed or not isinstance(listing, ast.Call) or not isinstance(listing.func, ast.Attribute):
        return None
    return listing.func.value if work.qualified(listing.func) == "torch.nn.Module.parameters" else None


def freezes(project: ProjectNames) -> bool:
    """Whether any file of the project says which parameters are to have a gradient."""
    return any(
        _is_made_frozen(node)
        if isinstance(node, ast.Call)
        else isinstance(node, ast.Attribute)
        and ((node.attr == "requires_grad" and isinstance(node.ctx, ast.Store)) or node.attr == "requires_grad_")
        for file in project.files.values()
        for node in walk(file.tree)
    )


def _is_made_frozen(call: ast.Call) -> bool:
    """``nn.Parameter(x, requires_grad=False)``, and ``nn.Embedding.from_pretrained(x)`` unless it says otherwise."""
    made = _last_name(call.func)
    given = (
        {keyword.arg: keyword.value for keyword in call.keywords} if made in ("Parameter", "from_pretrained") else {}
    )
    if made == "Parameter":
        asked = given.get("requires_grad", call.args[1] if len(call.args) > 1 else None)
        return asked is not None and not (isinstance(asked, ast.Constant) and asked.value is True)
    owner = _last_name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if made == "from_pretrained" and owner in ("Embedding", "EmbeddingBag"):
        asked = given.get("freeze", call.args[1] if len(call.args) > 1 else None)
        return not (isinstance(asked, ast.Constant) and asked.value is False)
    return False


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def exchanges_layers(project: ProjectNames) -> bool:
    """Whether any file of the project puts layers into other modules by name: ``setattr(block, name, Adapter(...))``."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "setattr"
        and len(node.args) == 3
        and not (isinstance(node.args[0], ast.Name) and node.args[0].id == "self")
        and file.value(node.args[2]).kind is Kind.MODULE
        for file in project.files.values()
        for node in walk(file.tree)
    )


def grows_lists(project: ProjectNames) -> bool:
    """Whether a class puts layers into several of its lists one by one: ``self.downs.append(…)``, ``self.ups.append(…)``.
    MindSpore names what is added to a list by its place alone."""
    for file in project.files.values():
        for owner in walk(file.tree):
            if not isinstance(owner, ast.ClassDef):
                continue
            nodes = list(walk(owner))
            lists = {
                path_of(node)
                for node in nodes
                if isinstance(node, ast.Attribute) and file.value(node).of == "torch.nn.ModuleList"
            }
            grown = {path_of(added) for node in nodes if (added := _grown(node)) is not None} & lists
            if len(grown) > 1:
                return True
    return False


def _grown(node: ast.AST) -> ast.expr | None:
    """What a statement or call adds to."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        return node.target
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if node.func.attr in ("append", "extend", "insert") else None
    return None


def _models(work: FileWork, given: ast.expr, seen: set[str]) -> set[str]:
    """The models whose parameters an expression lists, by the name that they are reached from (``self.encoder`` of an
    object that is no model itself), names followed to what is assigned to them."""
    found: set[str] = set()
    for node in walk(given):
        if isinstance(node, ast.Attribute) and node.attr in ("parameters", "named_parameters", "trainable_params"):
            found |= _gone_through(work, node.value) or {_root_model(work, node.value)}
        elif isinstance(node, ast.Name) and node.id not in seen and work.value(node).kind is not Kind.MODULE:
            seen.add(node.id)
            for assignment in work.nodes(ast.Assign):
                if any(isinstance(target, ast.Name) and target.id == node.id for target in assignment.targets):
                    found |= _models(work, assignment.value, seen)
            for addition in work.nodes(ast.AugAssign):
                if isinstance(addition.target, ast.Name) and addition.target.id == node.id:
                    found |= _models(work, addition.value, seen)
            for call in work.nodes(ast.Call):
                function = call.func
                if isinstance(function, ast.Attribute) and function.attr in ("extend", "append"):
                    if isinstance(function.value, ast.Name) and function.value.id == node.id:
                        found |= {model for added in call.args for model in _models(work, added, seen)}
    return found


def _gone_through(work: FileWork, node: ast.expr) -> set[str]:
    """The models that a name stands for one after another: ``m`` of ``for m in (encoder, decoder)``."""
    if not isinstance(node, ast.Name):
        return set()
    found = set()
    for loop in work.nodes(ast.For, ast.comprehension):
        if isinstance(loop.target, ast.Name) and loop.target.id == node.id:
            listed = loop.iter
            spelled = isinstance(listed, ast.Tuple | ast.List)
            each = [ast.unparse(item) for item in listed.elts] if spelled else [f"{node.id} 1", f"{node.id} 2"]  # type: ignore[attr-defined]
            found.update(each)
    return found


def _root_model(work: FileWork, node: ast.expr) -> str:
    root = node
    while isinstance(root, ast.Attribute | ast.Subscript) and work.value(root.value).kind is Kind.MODULE:
        root = root.value
    return ast.unparse(root)
