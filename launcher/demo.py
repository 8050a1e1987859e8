"""The demo: a sample project travels the road, submitted through the HTTP API as a CI job would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.api import Api, packed
from launcher.machine import Machine
from migrator.events import Event
from migrator.terminal import MARKS, Display
from webapp.environment import ROOT

USER = "demo"
TEAM = "Demo"
SAMPLES = ROOT / "migrator" / "samples"


@dataclass(frozen=True)
class Login:
    """Who may look at the pages, and the token that submits."""

    user: str
    password: str
    token: str


def bootstrap(machine: Machine) -> Login:
    """The demo's user, team and token: made at the first start, and the same ever after."""
    password, token = machine.data / "demo-password", machine.data / "demo-token"
    machine.manage(
        "bootstrap", "--user", USER, "--team", TEAM, "--password-file", str(password), "--token-file", str(token)
    )
    return Login(USER, password.read_text().strip(), token.read_text().strip())


def migrate_sample(
    machine: Machine, login: Login, sample: str, tend: Callable[[], None], display: Display | None = None
) -> dict[str, Any]:
    """Submit the sample, draw its progress, and return its submission as it ended. ``tend`` is called all the while.

    Raises launcher.api.Refused, and whatever ``tend`` raises.
    """
    display = display or Display()
    api = Api(machine.address, login.token)
    project = api.project(sample, f"The sample {sample}")
    begun = api.submit(project["name"], packed(SAMPLES / sample), f"{sample}.zip")
    print(f"Submitted {sample} as number {begun['number']}: {machine.address}{begun['url']}", flush=True)
    for event in api.follow(begun["id"]):
        tend()
        if event is not None:
            _show(display, event, lambda stage: _job(api, begun["id"], stage))
    return dict(api.get(f"/submissions/{begun['id']}"))


def _show(display: Display, event: Mapping[str, Any], job: Callable[[str], Mapping[str, Any]]) -> None:
    stage, data = event["stage"], event["data"]
    state = data.get("job_state")
    if event["kind"] != "state":
        display.event(Event(event["kind"], stage, event["message"], data))
    elif state == "running":
        display.begin(stage)
    elif state == "skipped":
        display.skipped(stage)
    elif state in ("done", "failed", "cancelled"):
        ended = job(stage)
        display.end(stage, state == "done", ended["summary"], ended["error"])


def _job(api: Api, submission: int, stage: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(
        job for job in api.get(f"/submissions/{submission}")["stages"] if job["stage"] == stage
    )
    return found


def figures(submission: Mapping[str, Any], report: Mapping[str, Any] | None, seconds: float) -> list[str]:
    """What the demo prints at its end, line by line."""
    lines = [""]
    for rung in submission["ladder"]:
        measured = "" if rung["measured"] is None else f"  [{rung['measured']:.3g}, tolerance {rung['tolerance']:g}]"
        lines.append(f"  {MARKS[rung['state']]} {rung['title']:<24} {rung['detail']}{measured}")
    lines.append("")
    if submission["error"]:
        lines.append(submission["error"])
    if report is not None:
        parity = report["parity"]
        trajectory, accuracy = parity["trajectory"], parity["accuracy"]
        if trajectory["max_abs_diff"] is not None:
            lines.append(
                f"Replay: {trajectory['steps']} steps, losses at most {trajectory['max_abs_diff']:.2g} apart"
                f" (tolerance {trajectory['tolerance']:g})"
            )
        if accuracy["baseline_final"] is not None and accuracy["free_run_final"] is not None:
            name = (accuracy["name"] or accuracy["basis"]).capitalize()
            lines.append(
                f"{name}: {accuracy['baseline_final']:.4g} under PyTorch,"
                f" {accuracy['free_run_final']:.4g} under MindSpore"
            )
        lines.append(parity["explanation"])
    lines.append(f"Verdict: {submission['verdict']} ({seconds:.0f} s)")
    return lines


def report_of(machine: Machine, login: Login, submission: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The submission's report, None where it ended without one."""
    stages = {job["stage"]: job["state"] for job in submission["stages"]}
    if stages.get("report") != "done":
        return None
    found: Mapping[str, Any] = Api(machine.address, login.token).get(f"/submissions/{submission['id']}/report.json")
    return found


def sandbox_note(which: Callable[[str], Path | str | None]) -> str:
    """A line for the terminal where no sandbox can be used, else empty."""
    if which("bwrap"):
        return ""
    return (
        "Notice: no sandbox was found (install bubblewrap). The samples that ship with MindFerry run without one; "
        "other projects are refused."
    )
