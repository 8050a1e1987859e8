"""A submission that has been all the way down the road: analysed, translated and reported by the engine itself.

Its runs are written by hand in the engine's format, for training takes minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.execution.runs import Run
from migrator.road import run_stage
from webapp.submissions import road
from webapp.submissions.models import Job, Submission

FILES = {
    "train.py": b"""import torch
from torch import nn

from nets.model import Net

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(3):
    loss = nn.functional.cross_entropy(model(torch.randn(4, 8)), torch.tensor([0, 1, 0, 1]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("accuracy", 0.5)
""",
    "nets/__init__.py": b"",
    "nets/model.py": b"""from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 2)

    def forward(self, x):
        return self.body(x)
""",
    "readme <b>.md": b"# Words\n",
}
LOSSES = [(0, 0.7), (1, 0.6), (2, 0.5)]


def write_run(work: Path, name: str, losses: list[tuple[int, float]]) -> None:
    folder = work / name
    (folder / "files").mkdir(parents=True)
    (folder / "losses.jsonl").write_text("".join(json.dumps({"step": s, "loss": x}) + "\n" for s, x in losses))
    (folder / "output.log").write_text("accuracy 0.5\n")
    run = Run(
        exit_code=0, seconds=1.5, steps=len(losses), steps_per_second=2.0, traceback=None, stopped_by="",
        recording_ended=False, peak_memory=0, sandbox="none", metrics=(), first_loss=losses[0][1],
        last_loss=losses[-1][1], summary={}, notes=(), imported=(), signal="", last_words="",
    )  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run.to_json()))


@pytest.fixture
def finished(submit: Callable[..., Submission]) -> Submission:
    """Submission 1 of the project digits, done, with every document that the stages leave."""
    submission = submit(FILES, entry="train.py")
    for stage in ("analyze", "translate"):
        assert run_stage(stage, submission.work, lambda event: None).ok
    for name in ("baseline", "replay", "free_run"):
        write_run(submission.work, name, LOSSES)
    assert run_stage("report", submission.work, lambda event: None).ok
    report = json.loads((submission.work / "report.json").read_text())
    submission.jobs.update(state=Job.State.DONE)
    submission.state, submission.stage = Submission.State.DONE, "report"
    submission.verdict, submission.figures = report["verdict"], road.figures(report)
    submission.save()
    return submission
