"""The parity page: does it train the same?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import parity as parts
from webapp.pages import readings, series, standing
from webapp.pages.views import artifacts
from webapp.pages.views.frame import frame, open_submission, settled_report
from webapp.submissions.models import Submission

# Rows of the loss table on the page; all of them are in its CSV.
TABLE_ROWS = 500


@login_required
def parity(request: HttpRequest, name: str, number: int) -> HttpResponse:
    submission = open_submission(request, name, number)
    report = settled_report(submission)
    pairs = _pairs(submission)
    trajectory = (report.get("parity") or {}).get("trajectory") or {}
    rungs = standing.ladder(report)
    accuracy = parts.accuracy(report)
    context = frame(request, submission, "parity") | {
        "report": report,
        "parity": report.get("parity") or {},
        "rungs": rungs,
        "reached": standing.reached(rungs),
        "trajectory": trajectory,
        "pairs": pairs[:TABLE_ROWS],
        "pair_count": len(pairs),
        "curve": parts.curve(pairs, trajectory.get("tolerance")),
        "free_curve": parts.free_curve(
            readings.losses(submission, "baseline"), readings.losses(submission, "free_run")
        ),
        "accuracy": accuracy,
        "result": (report.get("parity") or {}).get("accuracy") or {},
        "comparisons": parts.comparisons(report),
        "metrics": parts.metrics(report),
        "checkpoints": [group for group in artifacts.groups(submission) if group.key == "checkpoints"],
    }
    return render(request, "pages/parity.html", context)


@login_required
def table(request: HttpRequest, name: str, number: int, table: str) -> HttpResponse:
    """The numbers behind one chart or table of the page, whole, as CSV."""
    submission = open_submission(request, name, number)
    report = settled_report(submission)
    if table == "losses":
        rows = [(p.step, p.baseline, p.replay, p.difference) for p in _pairs(submission)]
        text = series.as_csv(("step", "baseline", "replay", "absolute difference"), rows)
    elif table == "accuracy":
        text = series.as_csv(("epoch", "baseline", "free run"), parts.accuracy(report))
    elif table == "metrics":
        rows = [(m["name"], m["baseline"], m["replay"], m["free_run"]) for m in parts.metrics(report)]
        text = series.as_csv(("metric", "baseline", "replay", "free run"), rows)
    else:
        comparison = next((c for c in parts.comparisons(report) if c.key == table), None)
        if comparison is None:
            raise Http404("There is no such table in this submission's report.")
        rows = [(i.name, i.shape, i.max_abs_diff, i.max_rel_diff, i.verdict) for i in comparison.items]
        text = series.as_csv(("name", "shape", "largest difference", "relative difference", "verdict"), rows)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="{submission.project.name}-{submission.number}-{table}.csv"'
    )
    return response


def _pairs(submission: Submission) -> list[series.Pair]:
    return series.joined(readings.losses(submission, "baseline"), readings.losses(submission, "replay"))
