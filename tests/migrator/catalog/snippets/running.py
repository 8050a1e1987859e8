"""Runs many snippets in forked processes: a crash or a hang is one snippet's result and not the end.

    python -m tests.migrator.catalog.snippets.running torch|mindspore CODES.pickle OUTCOMES.pickle

The parent imports the library and runs no operation of it, so a fork of it is sound.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import traceback
import types
from pathlib import Path
from typing import Any

from tests.migrator.catalog.snippets.outcomes import plain

SECONDS = 10


def outcomes(library: str, codes: list[str]) -> list[tuple[str, Any]]:
    """("ok", result) or ("error", last line of the traceback) for each code, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "codes"), Path(folder, "outcomes")
        asked.write_bytes(pickle.dumps(codes))
        environment = {**os.environ, "GLOG_v": "4", "ONEDNN_MAX_CPU_ISA": "AVX2", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", __name__, library, str(asked), str(answered)]
        subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        found: list[tuple[str, Any]] = pickle.loads(answered.read_bytes())
    return found


def run_one(code: str, library: str) -> tuple[str, Any]:
    """Executes one snippet and gives what became of its ``result``."""
    try:
        if library == "mindspore":
            import mindspore as ms

            ms.set_seed(1)
        else:
            import torch

            torch.manual_seed(1)
            torch.set_default_dtype(torch.float32)
        space: dict[str, Any] = {"__name__": "snippet"}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code, "snippet", "exec"), space)  # noqa: S102 - this is what the suite is for
        return "ok", plain(space["result"])
    except TimeoutError:
        return "error", "time limit"
    except Exception as error:  # noqa: BLE001 - any failure of a snippet is its result
        lines = [line for line in str(error).strip().splitlines() if line.strip(" -")]
        place = traceback.extract_tb(error.__traceback__)[-1]
        return "error", f"{type(error).__name__}: {(lines or [''])[0][:140]} ({place.name}:{place.lineno})"


def _alarm(*_: Any) -> None:
    raise TimeoutError


def _child(codes: list[str], start: int, library: str, pipe: int) -> None:
    signal.signal(signal.SIGALRM, _alarm)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with os.fdopen(pipe, "wb") as stream:
        for index in range(start, len(codes)):
            signal.alarm(SECONDS)
            outcome = run_one(codes[index], library)
            signal.alarm(0)
            try:
                blob = pickle.dumps(outcome)
            except Exception as error:  # noqa: BLE001
                blob = pickle.dumps(("error", f"{type(error).__name__}: the result cannot be pickled"))
            stream.write(len(blob).to_bytes(4, "big") + blob)
            stream.flush()
            if outcome == ("error", "time limit"):
                break
    os._exit(0)


def main(library: str, asked: Path, answered: Path) -> None:
    codes = pickle.loads(asked.read_bytes())
    if library == "mindspore":
        sys.modules["torch"] = types.ModuleType("torch_is_not_here")
        sys.modules["torch"] = None  # type: ignore[assignment]
        import mindspore as ms

        ms.set_context(pynative_synchronize=True)
    else:
        import torch

        torch.set_num_threads(1)
    found: list[tuple[str, Any]] = []
    while len(found) < len(codes):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _child(codes, len(found), library, writing)
        os.close(writing)
        before = len(found)
        with os.fdopen(reading, "rb") as stream:
            while len(size := stream.read(4)) == 4:
                found.append(pickle.loads(stream.read(int.from_bytes(size, "big"))))
        _, status = os.waitpid(child, 0)
        if status or len(found) == before:
            found.append(("error", f"the process died with status {status}"))
    answered.write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
