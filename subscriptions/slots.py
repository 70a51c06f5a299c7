"""When a reader's letters are due. A slot is a local date; nothing here knows what a letter holds."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)  # Monday is 0, as in datetime


def local_date(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def due_at(slot: date, hour: int, zone: str) -> datetime:
    """The moment (UTC) at which the slot's hour strikes there. An hour that the clocks skip strikes when they have
    gone forward; one that they repeat strikes the first time."""
    return datetime(slot.year, slot.month, slot.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def first_slot(days: Collection[int], *, after: date | None, today: date) -> date:
    """The first wanted date that is not past and later than `after`, the last slot that the reader was given.

    It may be today at an hour that has struck: whoever moves their hour back still gets today's letter, once.
    """
    slot = today if after is None else max(today, after + timedelta(days=1))
    return next(day for day in (slot + timedelta(days=ahead) for ahead in range(7)) if day.weekday() in days)


def latest_slot(days: Collection[int], hour: int, zone: str, now: datetime) -> date:
    """The latest wanted date whose hour has struck by now: after downtime, the only one still to be served."""
    today = local_date(now, zone)
    back = (today - timedelta(days=ago) for ago in range(8))
    return next(day for day in back if day.weekday() in days and due_at(day, hour, zone) <= now)


def valid_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            gettext_lazy("Expected a time zone like Europe/Berlin, found %(name)s."), params={"name": name}
        )


def valid_days(value: object) -> None:
    if not (isinstance(value, list) and value and all(type(day) is int and day in EVERY_DAY for day in value)):
        raise ValidationError(gettext_lazy("Expected a list of weekdays from 0, Monday, to 6, with one at least."))


def every_day() -> list[int]:
    return list(EVERY_DAY)
