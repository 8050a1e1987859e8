"""Device plumbing goes: MindSpore places tensors by itself."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

MOVES = frozenset({"to", "cuda", "cpu", "share_memory", "share_memory_", "compile"})

NO_EFFECT = (
    "torch.cuda.manual_seed",
    "torch.cuda.empty_cache",
    "torch.cuda.synchronize",
    "torch.cuda.set_device",
    "torch.backends.",
    "torch.set_num_threads",
    "torch.set_num_interop_threads",
    "torch.set_float32_matmul_precision",
    "torch.multiprocessing.set_start_method",
    "torch.multiprocessing.set_sharing_strategy",
    "torch.set_printoptions",
    "torch.autograd.set_detect_anomaly",
    "torch.use_deterministic_algorithms",
    "torch.mps.manual_seed",
    "torch.mps.empty_cache",
    "torch.xpu.manual_seed",
    "torch.cuda.reset_peak_memory_stats",
    "torch.set_default_device",
    "torch.set_default_tensor_type",
    "torch.accelerator.set_device_index",
    "torch.jit.enable_onednn_fusion",
    "torch._dynamo",
)

GPU_QUESTIONS = frozenset(
    "torch.cuda.is_available torch.accelerator.is_available torch.backends.mps.is_available "
    "torch.backends.mps.is_built torch.xpu.is_available torch.mps.is_available".split()
)


class Device(Rule):
    """Statements that only move things to a device or tune the GPU are taken out: ``model.to(device)``,
    ``torch.cuda.manual_seed_all(seed)``, ``torch.backends.cudnn.benchmark = True``. A block that held nothing else
    keeps a ``pass``. Inside expressions ``.to(device)``, ``.cuda()`` and ``.cpu()`` go by their catalog rows.
    """

    code = "MF140"
    title = "Device plumbing is removed"
    stage = Stage.DEVICE
    examples = (
        (
            "import torch\n\ndevice = 'cuda' if torch.cuda.is_available() else 'cpu'\n",
            "device = 'cpu'\n",
        ),
    )

    def apply(self, work: FileWork) -> None:
        for choice in work.nodes(ast.IfExp):
            if self.asks_for_gpu(work, choice.test):
                work.replace(choice, choice.orelse)
        for branch in work.nodes(ast.If):
            if self.asks_for_gpu(work, branch.test) and not branch.orelse and not self.is_elif(work, branch):
                work.remove(branch)
        for statement in work.nodes(ast.Expr):
            if isinstance(statement.value, ast.Call) and self.only_places(work, statement.value):
                work.remove(statement)
        for assignment in work.nodes(ast.Assign):
            if all(self.is_switch(work, target) for target in assignment.targets) or self.only_moves(work, assignment):
                work.remove(assignment)

    def asks_for_gpu(self, work: FileWork, test: ast.expr) -> bool:
        """``torch.cuda.is_available()`` alone or with further conditions: never true here."""
        tests = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        return any(isinstance(item, ast.Call) and work.qualified(item.func) in GPU_QUESTIONS for item in tests)

    def is_elif(self, work: FileWork, branch: ast.If) -> bool:
        above = work.parent(branch)
        return isinstance(above, ast.If) and branch in above.orelse

    def only_places(self, work: FileWork, call: ast.Call) -> bool:
        qualified = work.qualified(call.func)
        if qualified.startswith(NO_EFFECT):
            return True
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in MOVES:
            return False
        value = work.value(call.func.value)
        if value.kind not in (Kind.MODULE, Kind.TENSOR, Kind.PARAMETER, Kind.BATCH):
            return False
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        if any(keyword.arg == "dtype" for keyword in call.keywords):
            return False
        return not any(work.value(argument).kind is Kind.DTYPE for argument in arguments)

    def only_moves(self, work: FileWork, assignment: ast.Assign) -> bool:
        """``x = x.to(device)`` and ``x, y = x.to(device), y.to(device)``: nothing is left of them."""
        target, value = assignment.targets[0], assignment.value
        if len(assignment.targets) != 1:
            return False
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        return all(
            isinstance(source, ast.Call)
            and isinstance(source.func, ast.Attribute)
            and ast.unparse(source.func.value) == ast.unparse(place)
            and self.only_places(work, source)
            for place, source in pairs
        )

    def is_switch(self, work: FileWork, target: ast.expr) -> bool:
        return isinstance(target, ast.Attribute) and work.qualified(target).startswith("torch.backends.")
