"""How pages write numbers, sizes, times and icons: one way each, everywhere."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

from migrator import reference
from webapp.pages import words
from webapp.submissions import stages

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg aria-hidden="true"><use href="{}"/></svg>', href)


@register.simple_tag
def code_pill(code: str, severity: str = "info") -> SafeString:
    """A finding's code in the colour of its severity, leading to its page where it has one."""
    if code not in reference.codes():
        return format_html('<span class="pill {}">{}</span>', severity, code)
    address = reverse("pages:code", kwargs={"code": code})
    return format_html('<a class="pill {}" href="{}" title="What this code means">{}</a>', severity, address, code)


@register.filter
def with_code(text: str) -> SafeString:
    """A line of prose with what stands in backticks as code."""
    pieces = str(text).split("`")
    return mark_safe("".join(f"<code>{escape(p)}</code>" if i % 2 else escape(p) for i, p in enumerate(pieces)))


@register.filter
def filesize(size: Any) -> str:
    """Bytes as people write them: ``831 B``, ``1.2 MB``; a MB is 1024 × 1024 bytes, as in the operator's limits."""
    if size in (None, ""):
        return "–"
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount == int(amount) else f"{amount:.1f} {unit}"
        amount /= 1024
    return ""


@register.filter
def seconds(value: Any) -> str:
    """Seconds as ``0.4 s``, ``42 s``, ``3 min 05 s``, ``2 h 10 min``."""
    if value in (None, ""):
        return "–"
    amount = float(value)
    if amount < 10:
        return f"{amount:.1f} s"
    if amount < 60:
        return f"{amount:.0f} s"
    minutes, rest = divmod(round(amount), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


@register.filter
def working_time(minutes: int) -> str:
    """An estimate in minutes as people say it: ``40 minutes``, ``3 hours``, ``2 days``; a day has eight hours."""
    unit, length = next((name, size) for name, size in (("day", 480), ("hour", 60), ("minute", 0)) if minutes >= size)
    whole = round(minutes / length) if length else minutes
    return f"{whole} {unit}{'' if whole == 1 else 's'}"


@register.filter
def figure(value: Any, digits: int = 4) -> str:
    """A measured number, short and honest: ``0.0213``, ``3.1e-07``; a dash where there is none."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value) or math.isinf(value):
        return "not a number" if math.isnan(value) else "infinite"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.{digits}g}" if abs(value) < 1000 else f"{value:,.1f}"
    mantissa, exponent = f"{value:.{max(digits - 1, 1)}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


@register.filter
def ago(moment: datetime) -> str:
    """``4 minutes ago``: the largest unit is enough, the tooltip has the whole."""
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def share(value: Any) -> str:
    """A part of one as per cent."""
    return "–" if value in (None, "") else f"{100 * float(value):.0f}%"


@register.filter
def percent(value: Any) -> str:
    """An accuracy, given as a part of one or already in per cent, as per cent with two places."""
    if value in (None, ""):
        return "–"
    amount = float(value)
    return f"{amount * 100 if amount <= 1 else amount:.2f}%"


@register.filter
def short_hash(value: str | None) -> str:
    return (value or "")[:12]


@register.filter
def look_up(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.filter
def stage_title(stage: str) -> str:
    return stages.TITLES.get(stage, stage)


@register.filter
def stage_meaning(stage: str) -> str:
    return words.STAGE_MEANINGS.get(stage, "")


@register.filter
def role_title(role: str) -> str:
    return words.ROLE_TITLES.get(role, role.capitalize())


@register.filter
def role_meaning(role: str) -> str:
    return words.ROLE_MEANINGS.get(role, "")


@register.filter
def verdict_title(verdict: str | None) -> str:
    return words.VERDICT_TITLES.get(verdict or "", words.VERDICT_TITLES[""])


@register.filter
def state_icon(state: str) -> SafeString:
    """The sign inside a round mark, by the state of a stage or rung."""
    name = {
        "pass": "check",
        "done": "check",
        "fail": "cross",
        "failed": "cross",
        "running": "dot",
        "cancelled": "minus",
    }.get(state)
    return icon(name) if name else mark_safe("")


@register.simple_tag(takes_context=True)
def current(context: template.Context, *names: str) -> SafeString:
    """``aria-current="page"`` where the page shown is one of the named ones."""
    match = context["request"].resolver_match
    if match and match.url_name in names:
        return mark_safe(' aria-current="page"')
    return mark_safe("")


@register.filter
def left_anchor(line: int) -> str:
    """The id of a line of the original."""
    return f"L{line}"


@register.filter
def right_anchor(line: int) -> str:
    """The id of a line of the translation."""
    return f"R{line}"


@register.filter
def stripped(text: str) -> str:
    """Without blank ends: programs end their lines, pages have lines of their own."""
    return text.strip("\r\n")
