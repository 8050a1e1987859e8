"""Runs many small programs in forked processes: a crash or a hang is one program's result and not the end.

    python -m migrator.probing.running torch|mindspore cpu|ascend TASKS.pickle OUTCOMES.pickle

The parent imports the library and runs no operation of it, so a fork of it is sound (measured: a fork after the first
operation hangs). A program is Python source whose last statement assigns ``result``.
"""

from __future__ import annotations

import ast
import contextlib
import faulthandler
import io
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from migrator.probing.outcomes import plain

SECONDS = 30
GRACE = 5
# MindSpore's own names.
DEVICE_TARGETS = {"cpu": "CPU", "ascend": "Ascend"}
REPEATS = 5


@dataclass(frozen=True)
class Measured:
    """What became of a program: its ``result``, or ``error``, the last line of its traceback; where asked, the
    gradients of its weighted sum by the floating inputs (None where there are none) and the time of its last statement
    in milliseconds. What changes its inputs in place has neither."""

    result: Any = None
    error: str = ""
    gradients: Any = None
    milliseconds: float | None = None


def measured(
    library: str, codes: Sequence[str], deep: bool = False, device: str = "cpu", apart: bool = False
) -> list[Measured]:
    """The outcome of each program under a library, in a process of their own, where ``apart`` in one for each program.
    MindSpore runs on ``device``, torch always on the CPU."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "codes"), Path(folder, "outcomes")
        asked.write_bytes(pickle.dumps((list(codes), deep, apart)))
        environment = {**os.environ, "GLOG_v": "4", "ONEDNN_MAX_CPU_ISA": "AVX2", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "migrator.probing.running", library, device, str(asked), str(answered)]
        nowhere = subprocess.DEVNULL
        # The parent of the measuring processes was once seen to die itself.
        if subprocess.run(command, check=False, env=environment, stderr=nowhere, stdout=nowhere).returncode:
            subprocess.run(command, check=True, env=environment, stderr=nowhere, stdout=nowhere)
        found: list[Measured] = pickle.loads(answered.read_bytes())
    return found


def outcomes(library: str, codes: Sequence[str]) -> list[tuple[str, Any]]:
    """("ok", result) or ("error", message) for each program."""
    return [("error", one.error) if one.error else ("ok", one.result) for one in measured(library, codes)]


def run_one(code: str, library: str, deep: bool) -> Measured:
    """Executes one program."""
    try:
        _seed(library)
        space: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()):
            if not deep:
                exec(compile(code, "program", "exec"), space)
                return Measured(plain(space["result"]))
            return _deeply(code, library, space)
    except TimeoutError:
        return Measured(error="time limit")
    except Exception as error:
        lines = [line for line in str(error).strip().splitlines() if line.strip(" -")]
        place = traceback.extract_tb(error.__traceback__)[-1]
        return Measured(error=f"{type(error).__name__}: {(lines or [''])[0][:140]} ({place.name}:{place.lineno})")


def _seed(library: str) -> None:
    if library == "mindspore":
        import mindspore

        mindspore.set_seed(1)
    else:
        import torch

        torch.manual_seed(1)
        torch.set_default_dtype(torch.float32)


def _deeply(code: str, library: str, space: dict[str, Any]) -> Measured:
    tree = ast.parse(code)
    last = tree.body.pop()
    exec(compile(tree, "program", "exec"), space)
    statement = compile(ast.Module([last], []), "program", "exec")
    exec(statement, space)
    result = plain(space["result"])
    if "_(" in ast.unparse(last) and library == "torch":
        return Measured(result)
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        exec(statement, space)
        times.append(time.perf_counter() - start)
    used = {node.id for node in ast.walk(last) if isinstance(node, ast.Name)}
    names = sorted(name for name in used if name in space and name != "result" and _is_floating(space[name]))
    gradients = None
    if names and isinstance(last, ast.Assign) and not any(isinstance(n, ast.NamedExpr) for n in ast.walk(last)):
        with contextlib.suppress(Exception):
            gradients = _gradients(last, names, space, library)
    return Measured(result, "", gradients, min(times) * 1000)


def _is_floating(value: Any) -> bool:
    return type(value).__name__ == "Tensor" and "float" in str(value.dtype).lower()


def _gradients(last: ast.Assign, names: list[str], space: dict[str, Any], library: str) -> Any:
    """By name, the gradient of the sum of the result's numbers, each times a weight of its own."""
    header = f"def _forward({', '.join(names)}):\n    return None\n"
    function = ast.parse(header)
    definition = function.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.body = [ast.Return(last.value)]
    exec(compile(ast.fix_missing_locations(function), "program", "exec"), space)
    forward: Callable[..., Any] = space["_forward"]
    values = [space[name] for name in names]
    if library == "torch":
        import torch

        leaves = [value.detach().clone().requires_grad_() for value in values]
        total = _weighted(forward(*leaves), lambda weights, like: torch.tensor(weights, dtype=like.dtype))
        found = torch.autograd.grad(total, leaves, allow_unused=True)
        kept = [torch.zeros_like(v) if g is None else g for g, v in zip(found, leaves, strict=True)]
        return {name: gradient.numpy() for name, gradient in zip(names, kept, strict=True)}
    import mindspore

    def scalar(*inputs: Any) -> Any:
        return _weighted(forward(*inputs), lambda weights, like: mindspore.Tensor(weights, dtype=like.dtype))

    gradient = mindspore.grad(scalar, tuple(range(len(values))))(*values)
    listed = gradient if isinstance(gradient, tuple) else (gradient,)
    return {name: item.asnumpy() for name, item in zip(names, listed, strict=True)}


def _weighted(result: Any, weights: Callable[[Any, Any], Any]) -> Any:
    tensors = [item for item in _flat(result) if _is_floating(item) and 0 not in item.shape]
    total = None
    for item in tensors:
        count = int(np.prod(item.shape))
        part = (item.reshape(-1) * weights(np.linspace(0.5, 1.5, count, dtype=np.float32), item)).sum()
        total = part if total is None else total + part
    return total


def _flat(result: Any) -> list[Any]:
    return [leaf for item in result for leaf in _flat(item)] if isinstance(result, list | tuple) else [result]


def _alarm(*_: Any) -> None:
    raise TimeoutError


def _child(codes: list[str], library: str, deep: bool, pipe: int) -> None:
    signal.signal(signal.SIGALRM, _alarm)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with os.fdopen(pipe, "wb") as stream:
        for code in codes:
            signal.alarm(SECONDS)
            # The alarm does not reach a library that hangs in its own code.
            faulthandler.dump_traceback_later(SECONDS + GRACE, exit=True)
            outcome = run_one(code, library, deep)
            signal.alarm(0)
            faulthandler.cancel_dump_traceback_later()
            try:
                blob = pickle.dumps(outcome)
            except Exception as error:
                blob = pickle.dumps(Measured(error=f"{type(error).__name__}: the result cannot be pickled"))
            stream.write(len(blob).to_bytes(4, "big") + blob)
            stream.flush()
            if outcome.error == "time limit":
                break
    os._exit(0)


def main(library: str, device: str, asked: Path, answered: Path) -> None:
    codes, deep, apart = pickle.loads(asked.read_bytes())
    if library == "mindspore":
        sys.modules["torch"] = None  # type: ignore[assignment]
        import mindspore

        mindspore.set_context(pynative_synchronize=True, device_target=DEVICE_TARGETS[device])
    else:
        import torch

        torch.set_num_threads(1)
    found: list[Measured] = []
    while len(found) < len(codes):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _child(codes[len(found) :][: 1 if apart else None], library, deep, writing)
        os.close(writing)
        before = len(found)
        with os.fdopen(reading, "rb") as stream:
            while len(size := stream.read(4)) == 4:
                found.append(pickle.loads(stream.read(int.from_bytes(size, "big"))))
        _, status = os.waitpid(child, 0)
        if status or len(found) == before:
            found.append(Measured(error=f"the process died with status {status}"))
    answered.write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    # What is pickled must be this module's own classes and not those of ``__main__``.
    from migrator.probing.running import main as run

    run(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
