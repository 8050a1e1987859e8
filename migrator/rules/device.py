"""Device plumbing goes: MindSpore places tensors by itself."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import stored
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
    "torch.cuda.nvtx.range_push",
    "torch.cuda.nvtx.range_pop",
    "torch.cuda.nvtx.mark",
    "torch.set_default_device",
    "torch.accelerator.set_device_index",
    "torch.jit.enable_onednn_fusion",
    "torch._dynamo",
    "torch.serialization.add_safe_globals",
)

GPU_QUESTIONS = frozenset(
    "torch.cuda.is_available torch.accelerator.is_available torch.backends.mps.is_available "
    "torch.backends.mps.is_built torch.xpu.is_available torch.mps.is_available torch.cuda.is_initialized "
    "torch.cuda.is_bf16_supported torch.backends.cuda.is_built torch.backends.cudnn.is_available".split()
)

ALWAYS_TRUE = frozenset({"torch.distributed.is_available"})
WRAPPERS = frozenset(
    "torch.nn.DataParallel torch.nn.parallel.DataParallel torch.nn.parallel.DistributedDataParallel "
    "torch.nn.parallel.distributed.DistributedDataParallel torch.nn.parallel.data_parallel.DataParallel".split()
)
"""Classes around a model; here the model stays without one, so that nothing is an instance of them."""

GPU_COUNTS = frozenset({"torch.cuda.device_count", "torch.accelerator.device_count", "torch.xpu.device_count"})
NEVER_THERE = frozenset({"torch.utils.data.get_worker_info"})
"""Questions whose answer is always ``None``: what reads the data knows of no workers."""


def _has_no_instances(qualified: str) -> bool:
    """Whether nothing here is of a class: of a tensor's on a GPU, of a wrapper's, or of what torch compiles."""
    on_gpu = qualified.startswith("torch.cuda.") and qualified.endswith("Tensor")
    return on_gpu or qualified in WRAPPERS or qualified == "torch.jit.ScriptModule"


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_EQUALITY = (operator.eq, operator.ne)


class Device(Rule):
    """Statements that only move things to a device or tune the GPU are taken out: ``model.to(device)``,
    ``torch.cuda.manual_seed_all(seed)``, ``torch.backends.cudnn.benchmark = True``. A block that held nothing else
    keeps a ``pass``. Of a branch that asks for a GPU what runs without one stays. Inside expressions ``.to(device)``,
    ``.cuda()`` and ``.cpu()`` go by their catalog rows.
    """

    code = "MF140"
    title = "Device plumbing is removed"
    stage = Stage.DEVICE
    examples = (
        (
            "import torch\n\ndevice = 'cuda' if torch.cuda.is_available() else 'cpu'\n",
            "device = 'cpu'\n",
        ),
        (
            "import torch\n\nif torch.cuda.device_count() > 1:\n    print('several')\nelse:\n    print('one')  # CPU\n",
            "print('one')  # CPU\n",
        ),
        (
            "import torch.nn as nn\n\n\nclass Net(nn.Module):\n    def to(self, device):\n        self.scale = 1\n"
            "        return super(Net, self).to(device)\n",
            "class Net(nn.Cell):\n    def to(self, device):\n        self.scale = 1\n        return self\n",
        ),
        (
            "import torch.nn as nn\n\nif isinstance(net, nn.DataParallel):\n    net = net.module\nprint(net)\n",
            "print(net)\n",
        ),
    )
    unchanged = ("if available():\n    print('yes')\nelse:\n    print('no')\n",)

    def apply(self, work: FileWork) -> None:
        for test in work.nodes(ast.BoolOp):
            self.shorten(work, test)
        for choice in work.nodes(ast.IfExp):
            answer = self.answer(work, choice.test)
            if answer is not None:
                work.replace(choice, choice.body if answer else choice.orelse)
                self.blank(work, choice.orelse if answer else choice.body)
            elif self.is_all_one(work, choice):
                work.replace(choice, choice.orelse)
                self.blank(work, choice.test)
                self.blank(work, choice.body)
        for branch in work.nodes(ast.If):
            answer = self.answer(work, branch.test)
            if answer is not None and not self.is_elif(work, branch):
                self.keep_branch(work, branch, branch.body if answer else branch.orelse)
        for claim in work.nodes(ast.Assert):
            if self.answer(work, claim.test):
                work.remove(claim)
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) == "builtins.isinstance" and self.answer(work, call) is False:
                work.replace(call, "False")
                for node in ast.walk(call.args[1]):
                    if isinstance(node, ast.Name | ast.Attribute):
                        work.replace(node, "")
        for statement in work.nodes(ast.Expr):
            if isinstance(statement.value, ast.Call) and self.only_places(work, statement.value):
                work.remove(statement)
        for call in work.nodes(ast.Call):
            self.keep_moved_self(work, call)
        for assignment in work.nodes(ast.Assign):
            if all(self.is_switch(work, target) for target in assignment.targets) or self.only_moves(work, assignment):
                work.remove(assignment)

    def answer(self, work: FileWork, test: ast.expr) -> bool | None:
        """What a question about GPUs is answered here, alone or with further conditions; None where it is open."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            answer = self.answer(work, test.operand)
            return None if answer is None else not answer
        if isinstance(test, ast.BoolOp):
            answers = [self.answer(work, value) for value in test.values]
            decisive = isinstance(test.op, ast.Or)
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        if isinstance(test, ast.Attribute) and work.qualified(test) == "torch.Tensor.is_cuda":
            return False
        if isinstance(test, ast.Call):
            qualified = work.qualified(test.func)
            if qualified == "builtins.isinstance" and len(test.args) == 2:
                classes = test.args[1].elts if isinstance(test.args[1], ast.Tuple) else [test.args[1]]
                return False if classes and all(_has_no_instances(work.qualified(item)) for item in classes) else None
            return False if qualified in GPU_QUESTIONS else True if qualified in ALWAYS_TRUE else None
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self.compared(work, test.left, _COMPARISONS.get(type(test.ops[0])), test.comparators[0])
        return None

    def is_all_one(self, work: FileWork, choice: ast.IfExp) -> bool:
        """Whether a choice between devices, or between tensors' types on them, comes to the same here."""
        if any(isinstance(node, ast.Call | ast.NamedExpr) for node in ast.walk(choice.test)):
            return False
        sides = (choice.body, choice.orelse)
        if all(isinstance(side, ast.Call) and work.qualified(side.func) == "torch.device" for side in sides):
            return True
        first, second = (work.qualified(side).replace("torch.cuda.", "torch.") for side in sides)
        return first == second and first.startswith("torch.") and first.endswith("Tensor")

    def compared(
        self, work: FileWork, left: ast.expr, compare: Callable[[Any, Any], Any] | None, right: ast.expr
    ) -> bool | None:
        """The outcome of comparing a number of GPUs, a worker of a loader, or the devices of two tensors: all tensors
        are on one."""
        if compare is None:
            return None
        constant = right.value if isinstance(right, ast.Constant) else None
        if isinstance(left, ast.Call) and work.qualified(left.func) in GPU_COUNTS and isinstance(constant, int):
            return bool(compare(0, constant))
        if isinstance(left, ast.Call) and work.qualified(left.func) in NEVER_THERE and constant is None:
            return bool(compare(None, None)) if isinstance(right, ast.Constant) else None
        if self.is_place(work, left) and self.is_place(work, right):
            return bool(compare(0, 0)) if compare in _EQUALITY else None
        of_tensor = isinstance(left, ast.Attribute) and left.attr == "type" and self.is_place(work, left.value)
        if of_tensor and constant in ("cuda", "mps", "xpu") and compare in _EQUALITY:
            return bool(compare(constant, ""))
        return None

    def is_place(self, work: FileWork, node: ast.expr) -> bool:
        return isinstance(node, ast.Attribute) and work.qualified(node) == "torch.Tensor.device"

    def keep_branch(self, work: FileWork, branch: ast.If, kept: list[ast.stmt]) -> None:
        """An ``if`` whose outcome is known gives way to the statements that it would run."""
        dropped = branch.orelse if kept is branch.body else branch.body
        while kept is not branch.body and len(kept) == 1 and isinstance(following := kept[0], ast.If):
            answer = self.answer(work, following.test) if self.is_elif(work, following) else None
            if answer is None:
                break
            dropped = [*dropped, *(following.orelse if answer else following.body)]
            kept = following.body if answer else following.orelse
        if self.is_needed(work, branch, dropped):
            self.blank(work, branch.test)
            work.replace(branch.test, str(kept is branch.body))
            return
        if not kept:
            work.remove(branch)
            return
        if kept is not branch.body and len(kept) == 1 and work.source.segment(kept[0]).startswith("elif"):
            start = work.source.span(kept[0])[0]
            work.edits.replace_span(start, start + len("elif"), ["if"])
        work.give_way(branch, kept)

    def is_needed(self, work: FileWork, branch: ast.If, dropped: list[ast.stmt]) -> bool:
        """Whether a branch that never runs imports what is named elsewhere, in code that never runs either."""
        imports = [node for part in dropped for node in walk(part) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = stored(imports)
        if not names:
            return False
        inside = {id(node) for part in dropped for node in walk(part)}
        scope = work.scope_of(branch)
        rest = [node for node in walk(scope) if id(node) not in inside]
        bound = {
            (alias.asname or alias.name).partition(".")[0]
            for node in rest
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        } | {node.id for node in rest if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        return any(isinstance(node, ast.Name) and node.id in names - bound for node in rest)

    def keep_moved_self(self, work: FileWork, call: ast.Call) -> None:
        """``return super().to(device)`` in a model's own ``to``: the model itself."""
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr not in ("to", "cuda", "cpu"):
            return
        if not isinstance(function.value, ast.Call) or work.qualified(function.value.func) != "builtins.super":
            return
        scope = work.scope_of(call)
        inner = isinstance(scope, ast.FunctionDef) and scope.args.args and self.only_places(work, call)
        if inner and isinstance(scope, ast.FunctionDef):
            work.replace(call, scope.args.args[0].arg)
            for node in ast.walk(call):
                if node is not call and isinstance(node, ast.Call | ast.Attribute | ast.Name):
                    work.replace(node, "")

    def shorten(self, work: FileWork, test: ast.BoolOp) -> None:
        """``dist.is_available() and dist.is_initialized()``: what is always so need not be asked first, and what
        settles the whole need not be asked at all."""
        neutral = isinstance(test.op, ast.And)
        first, second = test.values[0], test.values[1]
        answer = self.answer(work, test)
        if answer is not None and self.only_asks(work, test):
            self.blank(work, test)
            work.replace(test, str(answer))
        elif self.answer(work, first) is neutral and answer is None:
            work.edits.replace_span(work.source.span(first)[0], work.source.span(second)[0], [])
            self.blank(work, first)

    def only_asks(self, work: FileWork, test: ast.BoolOp) -> bool:
        """Whether a question can be left out because putting it does nothing."""
        calls = (node for node in ast.walk(test) if isinstance(node, ast.Call | ast.NamedExpr | ast.Await))
        return all(isinstance(call, ast.Call) and self.answer(work, call) is not None for call in calls)

    def blank(self, work: FileWork, asked: ast.expr) -> None:
        """Keeps the later rules from what is not written."""
        for node in ast.walk(asked):
            if isinstance(node, ast.Call | ast.Attribute | ast.Name):
                work.replace(node, "")

    def is_elif(self, work: FileWork, branch: ast.If) -> bool:
        above = work.parent(branch)
        return isinstance(above, ast.If) and branch in above.orelse

    def only_places(self, work: FileWork, call: ast.Call) -> bool:
        qualified = work.qualified(call.func)
        if qualified.startswith(NO_EFFECT) or self.sets_what_is_so(work, call, qualified):
            return True
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in MOVES:
            return False
        if qualified and not qualified.startswith("torch."):
            return False  # a method of the project's own
        value = work.value(call.func.value)
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        placed = any(work.value(argument).kind is Kind.DEVICE for argument in arguments)
        unknown = value.kind is Kind.UNKNOWN and qualified.startswith("torch.") and placed
        if value.kind not in (Kind.MODULE, Kind.TENSOR, Kind.PARAMETER, Kind.BATCH) and not unknown:
            return False
        if any(keyword.arg == "dtype" for keyword in call.keywords):
            return False
        return not any(work.value(argument).kind is Kind.DTYPE for argument in arguments)

    def sets_what_is_so(self, work: FileWork, call: ast.Call, qualified: str) -> bool:
        """``torch.set_default_tensor_type("torch.cuda.FloatTensor")``: 32 bits are the default anyway."""
        if qualified not in ("torch.set_default_tensor_type", "torch.set_default_dtype") or len(call.args) != 1:
            return False
        given = call.args[0]
        cases = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
        names = [
            case.value if isinstance(case, ast.Constant) else work.qualified(case) or work.value(case).of
            for case in cases
        ]
        usual = ("torch.FloatTensor", "torch.cuda.FloatTensor", "torch.float32", "torch.float", "float32")
        return all(name in usual for name in names)

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
        return isinstance(target, ast.Attribute) and work.qualified(target).startswith(
            ("torch.backends.", "torch.cuda.")
        )
