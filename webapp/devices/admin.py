from django.contrib import admin

from webapp.devices.models import Probe, Worker


@admin.register(Worker)
class WorkerAdmin(admin.ModelAdmin):
    list_display = ("name", "device", "queues", "mindspore_version", "heartbeat", "state")


@admin.register(Probe)
class ProbeAdmin(admin.ModelAdmin):
    list_display = ("device", "mindspore_version", "state", "done", "total", "worker", "started_by", "queued")
    list_filter = ("state",)
