"""What came of each source's days, one by one: the table of the status page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digest.watching.freshness import Freshness
from papers.models import Collection
from papers.sources.base import Source
from papers.sources.calendar import days

SHOWN_FOR = timedelta(days=28)
Outcome = Collection.Outcome


class Came(StrEnum):
    """What came of a source's day; its kind, beside the words."""

    LISTED = "listed"
    NOTHING = "nothing"  # and that is as it should be, or final
    WAITING = "waiting"
    MISSING = "missing"


@dataclass(frozen=True)
class DayState:
    """What came of a source's day, in words, and how many papers it has; `left_out` says which papers were not
    understood, `since` and `error` why it could not be read."""

    source: Source
    came: Came
    words: str
    since: datetime | None = None
    error: str = ""
    left_out: str = ""
    listed: int = 0


@dataclass(frozen=True)
class Week:
    """Seven days from Monday on, each with what came of it, or None where nothing is known."""

    monday: date
    days: list[tuple[date, DayState | None]]


def days_of(
    sources: Sequence[Freshness], now: datetime, span: timedelta = SHOWN_FOR
) -> list[tuple[date, list[DayState | None]]]:
    """The last days, newest first, with what came of each source's; in as many queries for many days as for few.

    A source has None on days before the first that was ever asked of it; days on which all have are left out.
    """
    last = max(fresh.source.calendar.today(now) for fresh in sources)
    shown = list(days(last - span + timedelta(days=1), last))
    records = Collection.objects.filter(source__in=[fresh.source.name for fresh in sources], day__gte=shown[0])
    rows = {(row.source, row.day): row for row in records}
    states = [
        (day, [_day_state(fresh, day, rows.get((fresh.source.name, day)), now) for fresh in sources])
        for day in reversed(shown)
    ]
    return [(day, of_day) for day, of_day in states if any(of_day)]


def weeks_of(
    states: Sequence[tuple[date, list[DayState | None]]], place: int, now: datetime, span: timedelta = SHOWN_FOR
) -> list[Week]:
    """What `days_of` says of the source at this place in it, in whole weeks, the latest last."""
    known = {day: of_day[place] for day, of_day in states}
    last = max([now.date(), *known])
    first = last - timedelta(days=last.weekday()) - span + timedelta(days=7)
    mondays = days(first, last)
    return [
        Week(monday, [(day, known.get(day)) for day in days(monday, monday + timedelta(days=6))])
        for monday in mondays
        if not monday.weekday()
    ]


def _day_state(fresh: Freshness, day: date, row: Collection | None, now: datetime) -> DayState | None:
    if fresh.first is None or day < fresh.first:
        return None
    source, left_out = fresh.source, row.left_out if row else ""
    since, error = (row.failing_since, row.error) if row and row.outcome == Outcome.FAILED else (None, "")
    if row and row.listed:
        words = ngettext("%(n)d paper", "%(n)d papers", row.listed) % {"n": row.listed}
        return DayState(source, Came.LISTED, words, since, error, left_out, row.listed)
    if not source.calendar.announces(day):
        words = _("holiday: nothing expected") if source.calendar.is_holiday(day) else _("weekend: nothing expected")
        return DayState(source, Came.NOTHING, words, since, error, left_out)
    if row is None or row.outcome == Outcome.READING:
        return _unread(fresh, day, row, now)
    if row.outcome == Outcome.FAILED:
        return DayState(source, Came.MISSING, _missing(source, day, now), since, error)
    if row.outcome == Outcome.NOTHING:
        return DayState(source, Came.NOTHING, _("nothing announced"), left_out=left_out)
    return DayState(source, Came.WAITING, _("nothing yet"), left_out=left_out)


def _unread(fresh: Freshness, day: date, row: Collection | None, now: datetime) -> DayState:
    """A day that was not read to an end. While a source cannot be read, its other days are not even tried."""
    source, today = fresh.source, fresh.source.calendar.today(now)
    if row and row.next_try_at and row.next_try_at > now:
        return DayState(source, Came.WAITING, _("being read"))
    if day > today:
        return DayState(source, Came.WAITING, _("not started yet"))
    if fresh.failing_since:
        return DayState(source, Came.MISSING, _missing(source, day, now), fresh.failing_since, fresh.error)
    if _is_over(source, day, now):
        return DayState(source, Came.MISSING, _missing(source, day, now))
    return DayState(source, Came.WAITING, _("not read yet"))


def _missing(source: Source, day: date, now: datetime) -> str:
    return (
        _("missing for good: the source showed that day’s list on that day only")
        if _is_over(source, day, now)
        else _("missing")
    )


def _is_over(source: Source, day: date, now: datetime) -> bool:
    """Whether no reading of the source can show the day any more."""
    return day < source.calendar.today(now) and all(reading.live for reading in source.readings)
