"""Help: the words, the road, the ladder, and how to hand in a project."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import words
from webapp.submissions.stages import STAGES

PAGES = {
    "submitting": "Handing in a project",
    "reading-parity": "Reading the parity page",
    "reviewing": "Reviewing a translation",
    "words": "The words",
}


def help_page(request: HttpRequest, topic: str = "") -> HttpResponse:
    if topic and topic not in PAGES:
        raise Http404("There is no such help page.")
    context = {
        "topic": topic,
        "pages": PAGES,
        "page_title": PAGES.get(topic, "Help"),
        "meanings": words.MEANINGS,
        "stages": STAGES,
        "roles": list(words.ROLE_TITLES),
        "rungs": [(words.RUNG_TITLES[rung], meaning) for rung, meaning in words.RUNG_MEANINGS.items()],
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_unpacked": settings.ARCHIVE_MAX_BYTES,
        "max_members": settings.ARCHIVE_MAX_MEMBERS,
    }
    return render(request, f"pages/help/{topic or 'index'}.html", context)
