"""The form of a new submission."""

from __future__ import annotations

from typing import Any

from django import forms

from webapp.refusals import Refusal
from webapp.submissions.models import Project, Target
from webapp.teams.models import Team

# The field at which a refusal is shown; the archive is to blame for all others.
FIELD_OF_REFUSAL = {
    "bad_name": "name",
    "name_taken": "name",
    "bad_entry": "entry",
    "bad_args": "args",
    "bad_target": "target",
}


class UploadForm(forms.Form):
    """An archive for a project that exists, or for a new one."""

    archive = forms.FileField(
        label="Archive",
        error_messages={
            "required": "Choose a .zip or .tar.gz archive of the project.",
            "empty": "The archive is empty.",
        },
    )
    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, label="Project", empty_label="A new project"
    )
    name = forms.CharField(max_length=64, required=False, label="Name of the new project")
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label="Team", empty_label=None)
    entry = forms.CharField(max_length=400, required=False, label="Entry point")
    args = forms.CharField(max_length=2000, required=False, label="Arguments")
    target = forms.ChoiceField(required=False, label="Target")

    def __init__(self, *args: Any, projects: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects
        self.fields["team"].queryset = teams
        self.fields["target"].choices = [("", "As the project says"), *Target.choices]
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"{name}-help {name}-error"
        self.fields["archive"].widget.attrs["accept"] = ".zip,.tar,.tar.gz,.tgz,application/zip,application/gzip"
        self.fields["entry"].widget.attrs |= {"placeholder": "train.py", "spellcheck": "false", "class": "mono"}
        self.fields["args"].widget.attrs |= {"placeholder": "--epochs 3", "spellcheck": "false", "class": "mono"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("project") and "project" not in self.errors:
            if not cleaned.get("name"):
                self.add_error("name", "Give the new project a name, or choose one of the team's projects.")
            if not cleaned.get("team"):
                self.add_error("team", "Choose the team that the new project shall belong to.")
        return cleaned

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at the field that it is about."""
        field = FIELD_OF_REFUSAL.get(refusal.error, "archive")
        self.add_error(field, f"{refusal.detail} {refusal.hint}".strip())
