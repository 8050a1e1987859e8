"""Keeps the trail of what was done by whom."""

from __future__ import annotations

from webapp.teams.models import AuditEntry, Team
from webapp.teams.policy import Actor


def note(actor: Actor, team: Team, action: str, target: object, detail: str = "") -> None:
    """Write one line: `action` is a verb in the past ("submitted"), `target` what it was done to."""
    by = f"token {actor.token.name}" if actor.token else ""
    user = actor.user if actor.user.is_authenticated else None
    AuditEntry.objects.create(
        team=team,
        actor_id=user.pk if user else None,
        action=action,
        target=str(target)[:200],
        detail=", ".join(part for part in (by, detail) if part)[:400],
    )
