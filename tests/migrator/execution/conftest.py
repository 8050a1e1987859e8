"""Run small programs the way the road does, in the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migrator.events import Event
from migrator.execution.baseline import record_baseline
from migrator.execution.free_run import run_free
from migrator.execution.replay import replay_baseline
from migrator.execution.runs import Run
from migrator.execution.settings import RunSettings
from migrator.execution.tuning import SAFE
from migrator.parity.judge import Parity, judge

PAIRS = Path(__file__).parent / "pairs"


@dataclass
class Road:
    """One working folder and the runs made in it."""

    work: Path
    events: list[Event] = field(default_factory=list)

    def put(self, folder: str, files: dict[str, str] | Path) -> None:
        target = self.work / folder
        target.mkdir(parents=True, exist_ok=True)
        if isinstance(files, Path):
            files = {path.relative_to(files).as_posix(): path.read_text() for path in files.rglob("*.py")}
        for name, text in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(text)

    def baseline(self, should_stop: Callable[[], bool] = lambda: False, **settings: object) -> Run:
        wanted = RunSettings(**{"entry": "train.py", "seconds": 120, **settings})  # type: ignore[arg-type]
        return record_baseline(
            self.work / "source", self.work / "baseline", wanted, SAFE, self.events.append, should_stop
        )

    def replay(self, **settings: object) -> Run:
        wanted = RunSettings(**{"entry": "train.py", "seconds": 120, **settings})  # type: ignore[arg-type]
        folders = [self.work / name for name in ("translated", "replay", "baseline")]
        return replay_baseline(*folders, wanted, SAFE, self.events.append, lambda: False)

    def free(self, **settings: object) -> Run:
        wanted = RunSettings(**{"entry": "train.py", "seconds": 120, **settings})  # type: ignore[arg-type]
        folders = [self.work / name for name in ("translated", "free_run")]
        return run_free(*folders, wanted, SAFE, self.events.append, lambda: False)

    def pair(self, name: str, *changes: tuple[str, str]) -> Parity:
        """Baseline and replay of a pair of hand-written programs; ``changes`` are made to the translated one."""
        self.put("source", PAIRS / name / "original")
        self.put("translated", PAIRS / name / "translated")
        program = self.work / "translated" / "train.py"
        text = program.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        program.write_text(text)
        return judge(self.work, self.baseline(), self.replay(), None)


@pytest.fixture
def road(tmp_path: Path) -> Road:
    return Road(tmp_path / "work")
