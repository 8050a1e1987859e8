from django.contrib import admin

from webapp.devices.models import Worker


@admin.register(Worker)
class WorkerAdmin(admin.ModelAdmin):
    list_display = ("name", "device", "queues", "mindspore_version", "heartbeat", "state")
