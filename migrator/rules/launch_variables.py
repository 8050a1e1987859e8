"""What torchrun and msrun tell a process in its environment."""

from __future__ import annotations

import ast

from migrator.names import ProjectNames
from migrator.names.walking import walk
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_NAMES = {"RANK": "RANK_ID", "WORLD_SIZE": "RANK_SIZE", "LOCAL_RANK": "DEVICE_ID"}
_READERS = frozenset({"os.environ.get", "os.getenv"})


class LaunchVariables(Rule):
    """``os.environ["RANK"]`` becomes ``os.environ["RANK_ID"]`` in a project that runs in several processes.

    MindSpore's processes are started by ``msrun``, which sets ``RANK_ID``, ``RANK_SIZE`` and ``DEVICE_ID`` (measured on
    MindSpore 2.10.0) where torchrun sets ``RANK``, ``WORLD_SIZE`` and ``LOCAL_RANK``: under the old names each process
    would take itself for the only one. Variables that the program sets itself stay.
    """

    code = "MF155"
    title = "A process learns its rank as msrun tells it"
    stage = Stage.DEVICE
    examples = (
        (
            "import os\nimport torch.distributed as dist\n\nrank = int(os.environ['RANK'])\n"
            "last = rank == dist.get_world_size() - 1\n",
            "import os\n\nrank = int(os.environ['RANK_ID'])\nlast = rank == get_world_size() - 1\n",
        ),
    )
    unchanged = ("import os\n\nrank = int(os.environ['RANK'])\n",)

    def apply(self, work: FileWork) -> None:
        if not work.project.told(_has_processes):
            return
        for node in work.nodes(ast.Constant):
            if isinstance(node.value, str) and node.value in _NAMES and self.reads(work, node):
                quote = work.source.segment(node)[-1]
                work.replace(node, f"{quote}{_NAMES[node.value]}{quote}")

    def reads(self, work: FileWork, name: ast.Constant) -> bool:
        above = work.parent(name)
        if isinstance(above, ast.Subscript):
            return isinstance(above.ctx, ast.Load) and work.qualified(above.value) == "os.environ"
        if isinstance(above, ast.Call):
            return work.qualified(above.func) in _READERS and above.args[:1] == [name]
        return isinstance(above, ast.Compare) and [work.qualified(item) for item in above.comparators] == ["os.environ"]


def _has_processes(project: ProjectNames) -> bool:
    return any(
        isinstance(node, ast.Call) and file.qualified(node.func).startswith("torch.distributed.")
        for file in project.files.values()
        for node in walk(file.tree)
    )
