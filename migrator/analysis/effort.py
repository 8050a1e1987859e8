"""What is left for a person to do, and how long it takes: minutes, hours, or a redesign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrator.analysis import apis
from migrator.analysis.known_packages import known
from migrator.analysis.results import Effort, EffortItem, FileAnalysis, HeldBack, Package
from migrator.analysis.traces import IMPORT, PACKAGE, Facts, Trace
from migrator.catalog import Catalog
from migrator.findings import Finding, Severity

MINUTES = {"minutes": 10, "hours": 120, "redesign": 960}
"""What one item of each kind is counted as. A second use of the same API costs nothing more."""

LINES_REVIEWED = 25
"""Lines of translated code that a person reads in a minute."""

_BY_RULES = (
    "torch.nn.Module.",
    "torch.nn.utils.clip_grad",
    "torch.cuda.",
    "torch.accelerator.",
    "torch.backends.",
    "torch._dynamo.",
    "torch.autograd.function.FunctionCtx.",
    "torch.optim.lr_scheduler.",
    "torch.distributions.",
)
_BY_RULE_NAMES = frozenset(
    "torch.nn.Module torch.device torch.Tensor.backward torch.autograd.backward torch.autograd.grad "
    "torch.autograd.function.once_differentiable torch.jit.export torch.jit.ignore torch.jit.unused "
    "torch.jit.script_if_tracing torch.jit.script_method torch.jit.interface torch.fx.wrap torch.set_num_threads "
    "torch.set_num_interop_threads torch.set_float32_matmul_precision torch.set_printoptions "
    "torch.set_default_device torch.use_deterministic_algorithms torch.autograd.set_detect_anomaly".split()
)
_NAMESPACES = frozenset(
    "torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.nn.modules torch.optim torch.optim.lr_scheduler "
    "torch.utils torch.utils.data torch.autograd torch.cuda torch.linalg torch.fft torch.special torch.random torch.jit "
    "torchvision.transforms torchvision.datasets torchvision.models torchvision.ops torchvision.utils".split()
)
"""Named as a whole where something of them is chosen by name; the translation sees what."""
_GRAPHS = ("torch.cuda.CUDAGraph", "torch.cuda.graph", "torch.cuda.make_graphed_callables", "torch.cuda.comm")


def hindrance(api: str, catalog: Catalog) -> tuple[str, str]:
    """(estimate, reason) for an API that nothing translates; ("", "") where something does."""
    if api.startswith(_GRAPHS):
        return "hours", "it is not in the catalog"
    row = catalog.row(api)
    by_rule = api in _BY_RULE_NAMES or api in _NAMESPACES or api.startswith(_BY_RULES) or api.count(".") < 1
    if by_rule and (row is None or not row.refused):
        return "", ""
    for prefix in apis.REDESIGN:
        if api == prefix or api.startswith(f"{prefix}."):
            return "redesign", f"{prefix} has nothing like it in MindSpore"
    if row is not None:
        return ("hours", row.refused) if row.refused else ("", "")
    owner, _, name = api.rpartition(".")
    if name.startswith("__"):
        return "", ""
    if owner.rpartition(".")[2][:1].isupper() and owner != "torch.Tensor" and catalog.row(owner) is not None:
        return "", ""
    return "hours", "it is not in the catalog"


def held_back(facts: Facts, files: Sequence[FileAnalysis], catalog: Catalog) -> tuple[list[HeldBack], list[Finding]]:
    """The APIs and packages without translation, those that hold back the most lines of code first, and a finding for
    every use of an API. A package has findings of its own."""
    found: dict[str, list[tuple[str, Trace]]] = {}
    for path, file in facts.files.items():
        for trace in file.traces:
            if trace.role == PACKAGE:
                if catalog.row(trace.api) is None:
                    found.setdefault(apis.root_of(trace.api), []).append((path, trace))
            elif trace.role != IMPORT and hindrance(trace.api, catalog)[0]:
                found.setdefault(trace.api, []).append((path, trace))
    by_path = {file.path: file for file in files}
    rows, findings = [], []
    for api, uses in found.items():
        estimate, reason = of_package(api) if uses[0][1].role == PACKAGE else hindrance(api, catalog)
        lines = 0
        for path, first, last in {_around(by_path[path], trace.line) for path, trace in uses}:
            lines += facts.files[path].code_between(first, last)
        places = tuple(dict.fromkeys(f"{path}:{trace.line}" for path, trace in uses))
        rows.append(HeldBack(api, len(uses), lines, reason, estimate, places))
        for path, trace in uses:
            if trace.role == PACKAGE:
                continue
            column = facts.files[path].parsed.column(trace.node)
            message = f"{api} is not translated: {reason.rstrip('.')}."
            findings.append(Finding(path, trace.line, column, "MF110", Severity.WARNING, message, trace.line, api))
    return sorted(rows, key=lambda row: (-row.lines, -row.uses, row.api)), findings


def of_package(name: str) -> tuple[str, str]:
    """(estimate, reason) for a package that cannot stay."""
    use, detail = known()[name]
    return ("redesign" if use == "blocks" else "hours"), detail


def _around(file: FileAnalysis, line: int) -> tuple[str, int, int]:
    """The innermost unit around a line."""
    spans = [
        (unit.end_line - unit.line, unit.line, unit.end_line)
        for unit in file.units
        if unit.line <= line <= unit.end_line
    ]
    _, first, last = min(spans, default=(0, line, line))
    return file.path, first, last


def effort(
    files: Sequence[FileAnalysis], packages: Iterable[Package], rows: Sequence[HeldBack], findings: Iterable[Finding]
) -> Effort:
    """The estimate: reading what was translated, and one item for every distinct thing that was not."""
    items = [
        EffortItem(row.estimate, f"{row.api}: {row.reason.rstrip('.')}", row.places[0], "MF110")
        for row in rows
        if row.api not in known()
    ]
    for package in packages:
        if package.name in apis.ROOTS or package.use == "reusable":
            continue
        place = package.places[0] if package.places else ""
        blocks = package.use == "blocks"
        items.append(
            EffortItem(
                "redesign" if blocks else "hours",
                f"{package.name}: {package.detail}",
                place,
                "MF003" if blocks else "MF004",
            )
        )
    known_rows = Effort(held_back=tuple(rows))
    for finding in findings:
        if finding.code in ("MF001", "MF007", "MF008"):
            items.append(
                EffortItem(known_rows.of(finding), finding.message, f"{finding.path}:{finding.line}", finding.code)
            )
    moving = sum(lines for file in files for role, lines in file.code_lines if role != "reusable")
    minutes = moving // LINES_REVIEWED + sum(MINUTES[item.estimate] for item in items)
    total = (
        "redesign" if any(item.estimate == "redesign" for item in items) else "hours" if minutes >= 60 else "minutes"
    )
    order = ("redesign", "hours", "minutes")
    items.sort(key=lambda item: order.index(item.estimate))
    return Effort(total, minutes, tuple(items), tuple(rows))
