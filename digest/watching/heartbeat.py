"""When regular work was last done, and what waits: how others see that the site works."""

from datetime import datetime, timedelta

from digest.models import Heartbeat
from subscriptions.models import Letter

NOTED_EVERY = timedelta(seconds=30)  # `manage.py run` ticks every few seconds, and each note is a commit


def beat(name: str, now: datetime) -> None:
    """Note that it was done now, unless that was noted just before."""
    row, _new = Heartbeat.objects.get_or_create(name=name, defaults={"at": now})
    if not now - NOTED_EVERY < row.at <= now:
        Heartbeat.objects.filter(pk=row.pk).update(at=now)


def last(name: str) -> datetime | None:
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def oldest_due(now: datetime) -> datetime | None:
    """Since when the letter that has waited longest is due; none if none is."""
    return Letter.objects.due(now).values_list("due_at", flat=True).first()
