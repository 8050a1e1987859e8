"""Training in several processes: what a project says of it, and what averages gradients over them."""

from __future__ import annotations

import ast

from migrator.names import FileNames, ProjectNames
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece

WRAPPERS = frozenset(
    {"torch.nn.parallel.DistributedDataParallel", "torch.nn.parallel.distributed.DistributedDataParallel"}
)
_STARTS = WRAPPERS | {"torch.distributed.init_process_group"}


def wraps_models(project: ProjectNames) -> bool:
    """Whether any file trains a model in several processes."""
    return any(
        isinstance(node, ast.Call) and file.qualified(node.func) in WRAPPERS
        for file in project.files.values()
        for node in walk(file.tree)
    )


def may_run_alone(project: ProjectNames) -> bool:
    """Whether the processes are connected, or models wrapped, under a condition: ``if args.distributed:``."""
    return any(
        isinstance(branch, ast.If | ast.IfExp) and _starts(file, branch)
        for file in project.files.values()
        for branch in walk(file.tree)
    )


def _starts(file: FileNames, branch: ast.If | ast.IfExp) -> bool:
    whole_program = any(isinstance(node, ast.Name) and node.id == "__name__" for node in walk(branch.test))
    return not whole_program and any(
        isinstance(node, ast.Call) and file.qualified(node.func) in _STARTS for node in walk(branch)
    )


def reducer_of(project: ProjectNames, weights: list[Piece]) -> list[Piece]:
    """MindSpore's cell that averages the gradients by some parameters over all processes; where a program may run
    alone, one that leaves them as they are."""
    made: list[Piece] = [Need("nn"), ".DistributedGradReducer(", *weights, ", mean=True)"]
    if project.told(may_run_alone):
        made.extend([" if ", Need("communication"), ".GlobalComm.INITED else ", Need("nn"), ".Identity()"])
    return made
