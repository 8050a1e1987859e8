from django.contrib import admin

from webapp.teams.forms import AdminLoginForm
from webapp.teams.models import ApiToken, AuditEntry, Membership, Team

admin.site.login_form = AdminLoginForm


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "created")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MembershipInline,)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens can be looked at and revoked here, not made: only their owners may see them."""

    list_display = ("name", "user", "team", "scopes", "expires", "last_used", "revoked")
    readonly_fields = ("name", "user", "team", "lookup", "scopes", "created", "expires", "last_used")
    exclude = ("digest",)

    def has_add_permission(self, request: object) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    list_display = ("created", "team", "actor", "action", "target", "detail")
    list_filter = ("team", "action")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False
