"""``__all__`` of a module that hands torch's names on."""

from __future__ import annotations

import ast

from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_LIBRARIES = frozenset({"torch", "torchvision"})


class OfferedNames(Rule):
    """A name of torch's that a module imports and lists in ``__all__`` is taken out of the list: the module imports it no
    longer, and every file that got it from there imports by itself what takes its place.
    """

    code = "MF135"
    title = "A module offers no names of torch's"
    stage = Stage.CALLS
    examples = (
        (
            'import numpy as np\nfrom torch.utils.data import DataLoader\n\n__all__ = ["mean", "DataLoader", "np"]\n\n\n'
            "def mean(x):\n    return np.mean(x)\n",
            'import numpy as np\n\n__all__ = ["mean", "np"]\n\n\ndef mean(x):\n    return np.mean(x)\n',
        ),
    )
    unchanged = ('import numpy as np\n\n__all__ = ["np", "mean"]\n\n\ndef mean(x):\n    return np.mean(x)\n',)

    def apply(self, work: FileWork) -> None:
        for statement in work.tree.body:
            if isinstance(statement, ast.Assign | ast.AugAssign) and isinstance(statement.value, ast.List | ast.Tuple):
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                    self.shorten(work, statement.value.elts)

    def shorten(self, work: FileWork, names: list[ast.expr]) -> None:
        gone = self.imported_from_torch(work)
        spans = [work.source.span(name) for name in names]
        dropped = [isinstance(name, ast.Constant) and name.value in gone for name in names]
        last = max((place for place, drop in enumerate(dropped) if not drop), default=-1)
        for place, drop in enumerate(dropped):
            if drop and place < last:
                work.edits.replace_span(spans[place][0], spans[place + 1][0], [])
        if any(dropped[last + 1 :]):
            work.edits.replace_span(spans[last][1] if last >= 0 else spans[0][0], spans[-1][1], [])

    def imported_from_torch(self, work: FileWork) -> set[str]:
        """The names that the module has from torch and from nowhere else."""
        gone: set[str] = set()
        own = {node.id for node in work.nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
        own |= {node.name for node in work.nodes(ast.FunctionDef, ast.ClassDef)}
        for statement in work.nodes(ast.Import, ast.ImportFrom):
            for alias in statement.names:
                source = (statement.module or "") if isinstance(statement, ast.ImportFrom) else alias.name
                name = alias.asname or (
                    alias.name if isinstance(statement, ast.ImportFrom) else source.partition(".")[0]
                )
                relative = isinstance(statement, ast.ImportFrom) and statement.level
                library = not relative and source.partition(".")[0] in _LIBRARIES
                (gone if library else own).add(name)
        return gone - own
