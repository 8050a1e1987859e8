from django.contrib import admin

from webapp.submissions.models import Job, Project, Submission


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ("name", "team", "owner", "created")
    list_filter = ("team",)


class JobInline(admin.TabularInline):
    model = Job
    extra = 0
    can_delete = False
    fields = ("stage", "state", "run", "attempt", "claimed_by", "heartbeat", "error")
    readonly_fields = fields


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):
    """To look at. What changes a submission's state goes through `webapp.submissions.road`, not through here."""

    list_display = ("__str__", "state", "stage", "verdict", "created_by", "created")
    list_filter = ("state", "verdict", "project__team")
    inlines = (JobInline,)

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False
