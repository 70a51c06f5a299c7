"""What the operator was told, for the operator."""

from django.contrib import admin

from digest.models import Alarm
from papers.admin import ReadOnly


@admin.register(Alarm)
class AlarmAdmin(ReadOnly):
    list_display = ("subject", "kind", "why", "began_at", "ended_at")
    list_filter = ("kind", "subject")
    date_hierarchy = "began_at"
    ordering = ("-began_at",)
