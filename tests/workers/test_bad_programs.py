"""Programs that misbehave, run by a real worker with the real engine in its real sandbox."""

from __future__ import annotations

import signal
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.conftest import wait_until
from webapp.submissions import road
from webapp.submissions.models import Submission

Start = Callable[..., subprocess.Popen[bytes]]
Submit = Callable[..., Submission]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ENGINE = {"MINDFERRY_STAGE_RUNNER": "migrator.road:run_stage"}
ENDLESS = b"""import subprocess
import sys
import time

import torch

print("under way", flush=True)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *sys.argv[1:]], start_new_session=True)
while True:
    time.sleep(1)
"""
CRASHES = b"""import torch

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(10):
    if step == 3:
        raise RuntimeError("the third step is too much")
    loss = model(torch.ones(4, 2)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def _alive(marker: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def _ended(submission: Submission) -> bool:
    submission.refresh_from_db()
    return not submission.open


def _printed(submission: Submission, text: str) -> bool:
    return submission.events.filter(kind="log", message__contains=text).exists()


def test_cancelling_ends_the_program_and_what_it_started(start_worker: Start, submit: Submit) -> None:
    marker = f"--{uuid.uuid4().hex}"
    submission = submit({"train.py": ENDLESS}, entry="train.py", args=marker)
    start_worker(**ENGINE)
    wait_until(lambda: _printed(submission, "under way") and _alive(marker), 90)
    road.cancel(submission)
    wait_until(lambda: not _alive(marker), 15, "for all processes to end")


def test_after_kill_9_of_the_worker_nothing_of_the_program_lives_on(start_worker: Start, submit: Submit) -> None:
    marker = f"--{uuid.uuid4().hex}"
    submission = submit({"train.py": ENDLESS}, entry="train.py", args=marker)
    worker = start_worker(**ENGINE)
    wait_until(lambda: _printed(submission, "under way") and _alive(marker), 90)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_until(lambda: not _alive(marker), 15, "for all processes to end")
    start_worker(**ENGINE)
    wait_until(lambda: submission.jobs.get(stage="baseline").attempt == 2 and _alive(marker), 90)
    assert submission.events.filter(kind="log", message__contains="under way").count() <= 1


def test_a_program_that_never_ends_is_stopped_at_its_limit(start_worker: Start, submit: Submit) -> None:
    toml = b'[run]\nentry = "train.py"\n[limits]\nseconds = 8\n'
    submission = submit({"train.py": ENDLESS, "mindferry.toml": toml})
    start_worker(**ENGINE)
    wait_until(lambda: _ended(submission), 120)
    assert (submission.state, submission.stage) == ("failed", "baseline")
    assert "time limit" in submission.error


def test_a_crash_is_shown_at_its_own_line_and_the_rest_goes_on(start_worker: Start, submit: Submit) -> None:
    submission = submit({"train.py": CRASHES, "broken.py": b"def (:\n"}, entry="train.py")
    start_worker(**ENGINE)
    wait_until(lambda: _ended(submission), 120)
    assert (submission.state, submission.stage) == ("failed", "baseline")
    assert "the third step is too much" in submission.error
    assert "train.py:7" in submission.error
    assert submission.jobs.get(stage="translate").state == "done"
    assert (submission.work / "translated" / "broken.py").read_bytes() == b"def (:\n"
    assert (submission.work / "report.json").exists()


def test_a_project_with_no_entry_point_is_translated_and_told_so(start_worker: Start, submit: Submit) -> None:
    submission = submit({"model.py": b"import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n"})
    start_worker(**ENGINE)
    wait_until(lambda: _ended(submission), 60)
    assert "No entry point was found" in submission.error
    assert submission.jobs.get(stage="translate").state == "done"
