"""A ``Dataset`` is any object with ``__getitem__`` and ``__len__``: its base class goes."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

BASES = frozenset({"torch.utils.data.Dataset", "torch.utils.data.IterableDataset", "torch.utils.data.Sampler"})
ASKED = {
    "torch.utils.data.Dataset": "support.AnyDataset",
    "torch.utils.data.IterableDataset": "support.AnyIterableDataset",
}
"""What stands for a base class where ``isinstance`` asks for it."""


class DatasetClass(Rule):
    """``class Faces(Dataset):`` becomes ``class Faces:``.

    MindSpore's ``GeneratorDataset`` takes any object with ``__getitem__`` and ``__len__``, or one that can be iterated
    (`GeneratorDataset <https://www.mindspore.cn/docs/en/master/api_python/dataset/mindspore.dataset.GeneratorDataset.html>`_),
    so the base class has nothing to give; nor has a ``Sampler``'s. What it gave is written out: the sum of two data sets
    and ``isinstance(value, Dataset)`` become support functions.
    """

    code = "MF150"
    title = "Dataset needs no base class"
    stage = Stage.DATA
    examples = (
        (
            "from torch.utils.data import Dataset\n\nclass Rows(Dataset):\n    def __len__(self):\n        return 3\n",
            "class Rows:\n    def __len__(self):\n        return 3\n",
        ),
    )
    unchanged = ("class Rows:\n    def __len__(self):\n        return 3\n",)

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if isinstance(call.func, ast.Name) and call.func.id == "isinstance" and len(call.args) == 2:
                for named in ast.walk(call.args[1]):
                    asked = ASKED.get(work.qualified(named)) if isinstance(named, ast.expr) else None
                    if asked:
                        work.replace(named, Need(asked))
        for node in work.nodes(ast.BinOp):
            sides = (node.left, node.right)
            if isinstance(node.op, ast.Add) and all(work.value(side).kind is Kind.DATASET for side in sides):
                work.replace(node, Need("support.joined_datasets"), "(", node.left, ", ", node.right, ")")
        for definition in work.nodes(ast.ClassDef):
            if not definition.bases:
                continue
            staying = [base for base in definition.bases if not self.is_dataset(work, base)]
            if len(staying) == len(definition.bases):
                continue
            if any(isinstance(base, ast.Subscript) for base in staying):
                continue
            rest = [*staying, *definition.keywords]
            first, last = definition.bases[0], (definition.keywords or definition.bases)[-1]
            last_end = work.source.span(last.value if isinstance(last, ast.keyword) else last)[1]
            if rest:
                pieces: list[str | ast.AST] = []
                for index, item in enumerate(rest):
                    pieces.extend([", "] if index else [])
                    pieces.extend([f"{item.arg}=", item.value] if isinstance(item, ast.keyword) else [item])
                work.edits.replace_span(work.source.span(first)[0], last_end, pieces)
            else:
                opening = work.source.text.rindex("(", 0, work.source.span(first)[0])
                closing = work.source.text.index(")", last_end)
                work.edits.replace_span(opening, closing + 1, [])

    def is_dataset(self, work: FileWork, base: ast.expr) -> bool:
        named = base.value if isinstance(base, ast.Subscript) else base
        return work.qualified(named) in BASES
