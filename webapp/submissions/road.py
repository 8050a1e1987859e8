"""How a submission moves: begin, advance from stage to stage, be given an entry point, cancel, retry, delete.

Every change of state is one transaction that holds the submission's lock and writes an event; the task for the next
stage is sent after it has been committed. Should the message be lost, a worker's sweep finds the queued job.
"""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webapp.refusals import Refusal
from webapp.submissions import events
from webapp.submissions.events import Entry
from webapp.submissions.models import Event, Job, Submission, Target
from webapp.submissions.stages import NEEDS, OUTPUTS, QUEUES, RUNS, STAGES, TITLES

log = structlog.get_logger(__name__)

NO_ENTRY = (
    "No entry point was found: no file of the project looks like a script that trains. "
    'Name one in a mindferry.toml ([run] entry = "train.py"), or choose a file here.'
)
SETTLED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED, Job.State.SKIPPED)


def ring(submission_id: int, stage: str) -> None:
    """Tell the workers of the stage's queue that there is work. Failing to is no error: their sweep finds the job."""
    from workers.celery import send

    try:
        send(submission_id, stage, QUEUES[stage])
    except Exception as error:  # whatever the broker's client raises, the job is safe in the database
        log.warning("the broker could not be told", submission=submission_id, stage=stage, error=str(error))


def write_settings(submission: Submission) -> None:
    """Write `work/settings.json`, by which the engine learns what to run."""
    asked: dict[str, int] = submission.limits or {}
    wanted = {
        "entry": submission.entry,
        "args": submission.args,
        "target": submission.target,
        "trusted": submission.trusted,
        "allow_unsandboxed": settings.ALLOW_UNSANDBOXED,
        **{word: min(asked.get(word, most), most) for word, most in settings.RUN_LIMITS.items()},
    }
    path = submission.work / "settings.json"
    draft = path.with_suffix(".json.new")
    draft.write_text(json.dumps(wanted, indent=2) + "\n")
    draft.replace(path)


def begin(submission: Submission) -> None:
    """Create the jobs of a new submission and queue the first one. Call inside the transaction that created it."""
    Job.objects.bulk_create(
        Job(submission=submission, stage=stage, position=position) for position, stage in enumerate(STAGES)
    )
    events.lock(submission.pk)
    _queue(submission, STAGES[0], "Submitted.")


def advance(submission: Submission) -> None:
    """Queue the next stage that makes sense, skip those that do not, or finish. The caller holds the lock."""
    jobs = {job.stage: job for job in submission.jobs.all()}
    succeeded = {stage for stage, job in jobs.items() if job.state == Job.State.DONE}
    undecided = "analyze" in succeeded and not submission.entry and jobs["baseline"].state == Job.State.WAITING
    if undecided and _settle_entry(submission) == "ask":
        return
    for stage in STAGES:
        job = jobs[stage]
        if job.state in (Job.State.QUEUED, Job.State.RUNNING):
            return
        if job.state != Job.State.WAITING:
            continue
        if NEEDS[stage] <= succeeded and (submission.entry or stage not in RUNS):
            _queue(submission, stage)
            return
        _skip(submission, job)
    _finish(submission, jobs)


def choose_entry(submission: Submission, entry: str, args: str | None = None) -> None:
    """Set the script to run (and its arguments), and go on from there."""
    with transaction.atomic():
        held = _held(submission)
        if held.state in Submission.OPEN:
            raise Refusal("busy", "The submission is running; cancel it before you change its entry point.", status=409)
        check_entry(held.work / "source", entry)
        held.entry = entry
        if args is not None:
            held.args = check_args(args)
        held.save(update_fields=["entry", "args"])
        events.write_locked(held.pk, [Entry(Event.Kind.NOTICE, message=f"The entry point is now {entry}.")])
        analyzed = held.jobs.get(stage="analyze").state == Job.State.DONE
        _restart(held, "baseline" if analyzed else "analyze", "Going on with the chosen entry point.")


def retry(submission: Submission, stage: str = "") -> None:
    """Run again from `stage`, or from the first stage that did not succeed (all of them where all did)."""
    with transaction.atomic():
        held = _held(submission)
        if held.state in Submission.OPEN:
            raise Refusal("busy", "The submission is running already; cancel it first.", status=409)
        if stage and stage not in STAGES:
            raise Refusal("bad_stage", f"There is no stage {stage!r}.", f"Stages are {', '.join(STAGES)}.")
        jobs = {job.stage: job for job in held.jobs.all()}
        failed = [name for name in STAGES if jobs[name].state != Job.State.DONE]
        first = stage or (failed[0] if failed else STAGES[0])
        if held.state == Submission.State.NEEDS_ENTRY and not stage:
            raise Refusal("needs_entry", "Choose an entry point first.", status=409)
        unended = (Job.State.WAITING, Job.State.CANCELLED)
        unmet = [name for name in STAGES[: STAGES.index(first)] if jobs[name].state in unended]
        first = unmet[0] if unmet else first
        _restart(held, first, f"Running again from {TITLES[first]}.")


def cancel(submission: Submission, by: str = "") -> None:
    """Stop it: waiting jobs are dropped at once, a running one's processes are killed by its worker within seconds."""
    with transaction.atomic():
        held = _held(submission)
        if held.state not in (*Submission.OPEN, Submission.State.NEEDS_ENTRY):
            raise Refusal("not_running", "The submission has ended already.", status=409)
        now = timezone.now()
        held.jobs.exclude(state__in=SETTLED).update(state=Job.State.CANCELLED, finished=now)
        held.state = Submission.State.CANCELLED
        held.error = f"Cancelled by {by}." if by else "Cancelled."
        held.finished = now
        held.save(update_fields=["state", "error", "finished"])
        events.write_locked(held.pk, [events.state(held, held.error)])


def delete(submission: Submission) -> None:
    """Remove the submission, its rows and its files. A running one must be cancelled first."""
    with transaction.atomic():
        held = _held(submission)
        if held.state in Submission.OPEN:
            raise Refusal("busy", "The submission is running; cancel it first.", status=409)
        folder = held.folder
        held.delete()
        # A worker's sweep removes what a dying process might still write there.
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def check_entry(source: Path, entry: str) -> None:
    """Refuse an entry point that is not a Python file of the project."""
    scripts = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.py"))
    if entry not in scripts:
        shown = ", ".join(scripts[:10]) + (", …" if len(scripts) > 10 else "")
        raise Refusal(
            "bad_entry",
            f"The entry point {entry[:200]!r} is not a Python file of the project.",
            f"Its Python files are: {shown}." if scripts else "The project holds no Python file.",
        )


def check_args(args: str) -> str:
    """The arguments as one line for `shlex.split`, or a Refusal."""
    try:
        words = shlex.split(args)
    except ValueError as error:
        raise Refusal("bad_args", f"The arguments cannot be split as a shell would: {error}.") from error
    if len(args) > 2000 or any(not word.isprintable() for word in words):
        raise Refusal("bad_args", "The arguments must be printable text of at most 2000 characters.")
    return args.strip()


def check_target(target: str) -> str:
    if target not in Target.values:
        raise Refusal("bad_target", f"The target must be one of {', '.join(Target.values)}.")
    return target


def entry_points(submission: Submission) -> list[dict[str, Any]]:
    """The entry points that the analysis offers: [{"path", "reason", "arguments"}]; empty before it has run."""
    try:
        found = json.loads((submission.work / "analysis.json").read_text()).get("entry_points", [])
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def _held(submission: Submission) -> Submission:
    held = events.lock(submission.pk)
    if held is None:
        raise Refusal("gone", "The submission was deleted meanwhile.", status=404)
    return held


def _queue(submission: Submission, stage: str, message: str = "") -> None:
    submission.jobs.filter(stage=stage).update(
        state=Job.State.QUEUED, queued=timezone.now(), attempt=1, started=None, finished=None, error="", summary={},
        done_units=0, total_units=None,
    )  # fmt: skip
    submission.state = Submission.State.QUEUED if stage == STAGES[0] else Submission.State.RUNNING
    submission.stage = stage
    submission.save(update_fields=["state", "stage"])
    write_settings(submission)
    entry = events.state(submission, message or f"{TITLES[stage]} waits for a worker.", stage, job_state="queued")
    events.write_locked(submission.pk, [entry])
    transaction.on_commit(lambda: ring(submission.pk, stage))


def _skip(submission: Submission, job: Job) -> None:
    job.state = Job.State.SKIPPED
    job.save(update_fields=["state"])
    message = f"{TITLES[job.stage]} is skipped."
    events.write_locked(submission.pk, [events.state(submission, message, job.stage, job.run, job_state="skipped")])


def _restart(submission: Submission, first: str, message: str) -> None:
    later = STAGES[STAGES.index(first) :]
    submission.jobs.filter(stage__in=later).update(
        state=Job.State.WAITING, started=None, finished=None, error="", summary={}, done_units=0, total_units=None
    )
    submission.finished = None
    submission.error = ""
    submission.verdict = ""
    submission.figures = {}
    submission.save(update_fields=["finished", "error", "verdict", "figures"])
    events.write_locked(submission.pk, [Entry(Event.Kind.NOTICE, message=message)])
    for stage in later:
        for name in OUTPUTS[stage]:
            _remove(submission.work / name)
    advance(submission)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _settle_entry(submission: Submission) -> str:
    """After the analysis: take the only entry point, ask where there are several, say so where there is none."""
    found = [point["path"] for point in entry_points(submission)]
    if len(found) == 1:
        submission.entry = found[0]
        submission.save(update_fields=["entry"])
        message = f"The entry point is {found[0]}, the only one found."
        events.write_locked(submission.pk, [Entry(Event.Kind.NOTICE, "analyze", message)])
        return "settled"
    if not found:
        events.write_locked(submission.pk, [Entry(Event.Kind.NOTICE, "analyze", NO_ENTRY)])
        return "none"
    submission.state = Submission.State.NEEDS_ENTRY
    submission.stage = "baseline"
    submission.save(update_fields=["state", "stage"])
    message = f"Which script trains? {', '.join(found)} could be run."
    events.write_locked(submission.pk, [events.state(submission, message, "baseline")])
    return "ask"


def _finish(submission: Submission, jobs: dict[str, Job]) -> None:
    failed = [jobs[stage] for stage in STAGES if jobs[stage].state == Job.State.FAILED]
    report = _report(submission) if jobs["report"].state == Job.State.DONE else {}
    verdict = report.get("verdict")
    submission.verdict = verdict if verdict in Submission.Verdict.values else Submission.Verdict.INCOMPLETE
    submission.figures = figures(report)
    submission.finished = timezone.now()
    if failed or not submission.entry:
        submission.state = Submission.State.FAILED
        submission.stage = failed[0].stage if failed else "baseline"
        submission.error = f"{TITLES[failed[0].stage]}: {failed[0].error}" if failed else NO_ENTRY
    else:
        submission.state = Submission.State.DONE
        submission.stage = STAGES[-1]
    submission.save(update_fields=["verdict", "figures", "finished", "state", "stage", "error"])
    message = submission.error or f"Done: {submission.verdict}."
    events.write_locked(submission.pk, [events.state(submission, message, submission.stage)])


def _report(submission: Submission) -> dict[str, Any]:
    try:
        report = json.loads((submission.work / "report.json").read_text())
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def figures(report: dict[str, Any]) -> dict[str, Any]:
    """What lists show of a report: the rungs reached, the trajectory's difference and the share that stays."""
    parity = report.get("parity") or {}
    ladder = parity.get("ladder") or []
    trajectory = parity.get("trajectory") or {}
    chosen = {
        "rungs": [{"rung": rung.get("rung"), "state": rung.get("state")} for rung in ladder],
        "rungs_passed": sum(rung.get("state") == "pass" for rung in ladder),
        "steps": trajectory.get("steps"),
        "max_abs_diff": trajectory.get("max_abs_diff"),
        "share_reusable": (report.get("analysis") or {}).get("share_reusable"),
    }
    return dict(events.plain(chosen))
