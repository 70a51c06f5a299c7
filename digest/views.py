"""What the site says of itself."""

from datetime import timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from digest import days, watching
from digest.models import Alarm
from papers.calendar import AWAITED_FOR, STALE_AFTER
from papers.sources import SOURCES

HOUR = timedelta(hours=1)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the site can answer from its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@cache_control(public=True, max_age=60)
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How each source is, and what came of each of its last days. Open to everyone: it tells of no reader."""
    now = timezone.now()
    sources = watching.freshness(SOURCES.values(), now)
    context = {
        "now": now,
        "stale_after": STALE_AFTER // HOUR,
        "awaited_for": AWAITED_FOR // HOUR,
        "sources": sources,
        "days": days.days_of(sources, now),
        "alarms": list(Alarm.objects.filter(began_at__gt=now - days.SHOWN).order_by("-began_at")),
    }
    return render(request, "digest/status.html", context)
