"""How fresh each source is: what it brought last, what it owes us, and from when on that is too long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Max, Min, Q, TextChoices
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers import site_clock
from papers.models import Collection, Host
from papers.sources import SOURCES
from papers.sources.base import Source
from papers.sources.calendar import EVERY_DAY, MONDAY_TO_FRIDAY

# Of waiting for a day with papers, from its beginning: then a source is stale, which is an alarm. Long enough for a
# holiday that nobody told us of to pass unnoticed.
STALE_AFTER = timedelta(hours=36)
Outcome = Collection.Outcome


class SourceState(TextChoices):
    """How a source is, in a word or two."""

    UNREAD = "unread", gettext_lazy("not read yet")
    WAITING = "waiting", gettext_lazy("waiting for its first papers")
    FRESH = "fresh", gettext_lazy("fresh")
    LATE = "late", gettext_lazy("late")
    STALE = "stale", gettext_lazy("stale")


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """What a source brought last, what it owes us, and what is known of the reason."""

    source: Source
    first: date | None = None  # the first day with a record; None: nothing was tried yet
    last: date | None = None  # the last day with papers
    awaited: date | None = None  # the first day after it on which papers are to be expected
    checked_at: datetime | None = None
    failing_since: datetime | None = None  # None: when last asked, the source answered
    error: str = ""  # one sentence
    silent_until: datetime | None = None  # the source asked for it
    is_due: bool = False  # the awaited day has begun
    is_late: bool = False
    is_stale: bool = False

    @property
    def state(self) -> SourceState:
        if self.first is None:
            return SourceState.UNREAD
        if self.is_late:
            return SourceState.STALE if self.is_stale else SourceState.LATE
        return SourceState.FRESH if self.last else SourceState.WAITING

    @property
    def announces(self) -> str:
        """On which days papers are to be expected, and by when; in words."""
        calendar = self.source.calendar
        named = {EVERY_DAY: _("every day"), MONDAY_TO_FRIDAY: _("Monday to Friday")}
        city = str(calendar.zone).rpartition("/")[2].replace("_", " ")
        others = ", ".join(str(WEEKDAYS[day]) for day in sorted(calendar.weekdays))
        return _("%(days)s, by %(hour)s %(zone)s at the latest") % {
            "days": named.get(calendar.weekdays, others),
            "hour": f"{datetime.min.replace(tzinfo=UTC) + calendar.late_after:%H:%M}",
            "zone": city if calendar.zone == UTC else _("%(city)s time") % {"city": city},
        }


def of(sources: Iterable[Source], now: datetime) -> list[Freshness]:
    """How each source is: in as many queries for many sources as for one."""
    sources = list(sources)
    numbers = {
        "first": Min("day"),
        "last": Max("day", filter=Q(listed__gt=0)),
        "checked_at": Max("collected_at", filter=~Q(outcome=Outcome.READING)),
    }
    rows = Collection.objects.filter(source__in=[source.name for source in sources]).order_by("source")
    summed = rows.values("source").annotate(**numbers).values_list("source", *numbers)
    totals = {name: dict(zip(numbers, found, strict=True)) for name, *found in summed}  # of those ever tried
    # The last day with papers of each source and what was read since, newest first.
    since = [Q(source=name, day__gte=row["last"] or row["first"]) for name, row in totals.items()]
    tried = Collection.objects.exclude(outcome=Outcome.READING).order_by("-day")
    newest = list(tried.filter(reduce(or_, since))) if since else []
    hosts = Host.objects.filter(host__in={source.manners.budget for source in sources})
    silences = {
        one.host: until for one in hosts if one.silent_until and (until := site_clock.of_site(one.silent_until)) > now
    }
    return [
        _of(
            source,
            totals.get(source.name),
            [row for row in newest if row.source == source.name],
            silences.get(source.manners.budget),
            now,
        )
        for source in sources
    ]


def _of(
    source: Source,
    total: Mapping[str, Any] | None,
    newest: Sequence[Collection],
    silent_until: datetime | None,
    now: datetime,
) -> Freshness:
    if not total:
        return Freshness(source=source, silent_until=silent_until)
    # Also of a source that only shows what is there now: any later day's list makes up for it.
    awaited = source.calendar.awaited_after(total["last"] or total["first"] - timedelta(days=1))
    begins_at = source.calendar.begins_at(awaited)
    failed = [row for row in newest if row.outcome == Outcome.FAILED]
    failing = failed if failed and failed[0] is newest[0] else []
    return Freshness(
        source=source,
        awaited=awaited,
        failing_since=min((row.failing_since or row.collected_at for row in failing), default=None),
        error=failing[0].error if failing else "",
        silent_until=silent_until,
        is_due=begins_at <= now,
        is_late=source.calendar.is_late(awaited, now),
        is_stale=begins_at + STALE_AFTER <= now,
        **total,
    )


def troubles(now: datetime) -> dict[str, str]:
    """The sources that are stale, each with why()."""
    return {fresh.source.name: why(fresh) for fresh in of(SOURCES.values(), now) if fresh.is_stale}


def why(fresh: Freshness) -> str:
    """What is wrong with a silent source, in one sentence: which, since when, for what reason."""
    day = fresh.last or fresh.awaited
    owed_from = fresh.source.calendar.begins_at(fresh.awaited) if fresh.awaited else None
    silence = (
        _("%(source)s: nothing since %(day)s") if fresh.last else _("%(source)s: nothing yet, expected since %(day)s")
    )
    if fresh.failing_since:
        reason = _("reading it has failed since %(since)s: %(error)s")
    elif owed_from and fresh.checked_at and fresh.checked_at >= owed_from:
        reason = _("it answers, but lists nothing; it was last checked at %(checked)s")
    else:
        reason = _("it has not been checked since %(checked)s: see whether collecting is still running")
    return f"{silence}; {reason}" % {
        "source": fresh.source.title,
        "day": date_format(day, _("l j F Y")) if day else "",
        "since": _moment(fresh.failing_since),
        "checked": _moment(fresh.checked_at),
        "error": fresh.error,
    }


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""
