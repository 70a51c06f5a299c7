"""Reading sources' days and remembering them: what is due, what came of it, and when it may be tried again."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from papers import sample, site_clock, storing
from papers.models import Collection, ContentVersion
from papers.sources import calendar, reading, web
from papers.sources.base import Source
from papers.sources.reading import Fetch, NotRead, Read

logger = logging.getLogger(__name__)
LOOKS_BACK = timedelta(days=49)  # a new site fills itself that far, an old one catches up that far
CLAIMED_FOR = timedelta(minutes=10)  # then whoever took a day to read it is taken for dead
WHILE_UNREACHABLE = timedelta(minutes=1)  # between two tries,
AFTER_A_FAILURE = timedelta(minutes=15)  # and where it was reached but not understood, doubled with each in a row
LONGEST_AFTER_FAILURES = timedelta(hours=6)
BACKFILL_TRIES = 3  # of a day that cannot be reached, before a backfill gives the source up for now
BETWEEN_TRIES = timedelta(seconds=5)  # of a backfill, unless the source says when
NO_FAILURE: dict[str, object] = {"error": "", "tries": 0, "failing_since": None}


@dataclass(frozen=True)
class Collected:
    """What came of collecting a source's day; `unavailable` and `retry_at`, by the machine's clock, as in NotRead."""

    collection: Collection
    new: int = 0
    updated: int = 0
    unavailable: bool = False
    retry_at: datetime | None = None

    @property
    def failed(self) -> bool:
        return self.collection.outcome == Collection.Outcome.FAILED

    def __str__(self) -> str:
        row = self.collection
        if self.failed:
            return f"{row.source} {row.day}: {row.error}"
        remark = "" if row.outcome == Collection.Outcome.LISTED else f" ({row.get_outcome_display()})"
        remark += f"; {row.left_out}" if row.left_out else ""
        return f"{row.source} {row.day}: {row.listed} listed, {self.new} new, {self.updated} updated{remark}"


def log(results: Iterable[Collected]) -> Iterator[Collected]:
    """The same, each day logged as it comes, but those that failed in one line at the end."""
    failed: list[Collection] = []
    try:
        for collected in results:
            if collected.failed:
                failed.append(collected.collection)
            else:
                logger.info("%s", collected)
            yield collected
    finally:
        if failed:
            days = sorted(row.day for row in failed)
            which = str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
            logger.warning("%s, %s could not be read: %s", failed[-1].source, which, failed[-1].error)


# --------------------------------------------------------------------------------------------------------- what is due


def can_read(source: Source, day: date, now: datetime) -> bool:
    return bool(reading.readings(source, day, now))


def due_days(source: Source, now: datetime) -> list[date]:
    """The days that are missing or still growing, in order: first those since the source was first read, oldest first,
    so that an outage is made up for; then the past before it, latest first, by which a new site fills itself."""
    today = source.calendar.today(now)
    window = [day for day in calendar.days(today - LOOKS_BACK, today) if can_read(source, day, now)]
    records = {row.day: row for row in Collection.objects.of(source.name, window)}

    def is_due(day: date) -> bool:
        if not (row := records.get(day)):
            return True
        is_free = row.claimed_until is None or row.claimed_until <= now
        return is_free and row.next_try_at is not None and row.next_try_at <= now

    due, begun = list(filter(is_due, window)), min(records, default=today)
    return [day for day in due if day >= begun] + [day for day in reversed(due) if day < begun]


def missing_days(source: Source, since: date, now: datetime) -> list[date]:
    """The days from `since` on that were not read to the end, or of which something was left out, oldest first."""
    wanted = [day for day in calendar.days(since, source.calendar.today(now)) if can_read(source, day, now)]
    outcomes = (Collection.Outcome.LISTED, Collection.Outcome.NOTHING)
    read = Collection.objects.of(source.name, wanted).filter(outcome__in=outcomes, left_out="")
    whole = {row.day for row in read if row.collected_at >= source.calendar.ends_at(row.day)}
    return [day for day in wanted if day not in whole]


# ----------------------------------------------------------------------------------------------------- collecting days


def collect_due(source: Source, now: datetime | None = None, fetch: Fetch = web.get) -> Iterator[Collected]:
    """Collect the days that are due, one after the other as the caller asks; none while another process is at it.

    Without a `now` it goes by the time, which goes on meanwhile; with one it is that moment throughout.
    """
    clock = _clock(now)
    storing.score_edited_topics(clock())
    if Collection.objects.filter(source=source.name).claimed(clock()).exists():
        return

    def renew_and_fetch(*asked: Any, **more: Any) -> web.Response:
        # A day may take long to read, page by page; each request holds it anew.
        Collection.objects.renew(source.name, day, clock() + CLAIMED_FOR)
        return fetch(*asked, **more)

    some_closed = False
    for day in due_days(source, clock()):
        is_ours = can_read(source, day, clock())  # What is live only may be over by now.
        if not (is_ours and Collection.objects.claim(source.name, day, clock(), CLAIMED_FOR)):
            continue
        collected = collect(source, day, now, renew_and_fetch)
        some_closed |= collected.collection.next_try_at is None
        yield collected
        if collected.unavailable:
            break  # Its other days would fare no better; they stay due.
    if some_closed:
        storing.thin_signals(clock())


def _clock(now: datetime | None) -> Callable[[], datetime]:
    return (lambda: now) if now else site_clock.now


def backfill(
    source: Source,
    days: Iterable[date],
    now: datetime | None = None,
    fetch: Fetch = web.get,
    clock: web.Clock = web.CLOCK,
    waiting: Callable[[str], object] = str,
) -> Iterator[Collected]:
    """Collect these days, waiting while the source cannot be reached; one that stays so ends the run early.

    `waiting` is told why, each time.
    """
    for day in days:
        for tries in range(1, BACKFILL_TRIES + 1):
            collected = collect(source, day, now, fetch)
            if not collected.unavailable or tries == BACKFILL_TRIES:
                break
            waiting(collected.collection.error)
            clock.sleep(max(collected.retry_at - clock.now(), timedelta(0)) if collected.retry_at else BETWEEN_TRIES)
        yield collected
        if collected.unavailable:
            return


def collect(source: Source, day: date, now: datetime | None = None, fetch: Fetch = web.get) -> Collected:
    """Remember everything the source shows of the day; doing it again changes nothing. Failures go to the day's
    record.

    Papers are first seen when they are stored: reading may take minutes, in which letters are planned without them.
    """
    clock = _clock(now)
    record, now = Collection.objects.of(source.name, [day]).first(), clock()
    try:
        read = reading.read_day(source, day, now, record, fetch)
        is_empty = read.page is not None and not read.page.listings
        if is_empty and now >= source.calendar.closes_at(day, listed=False):
            read = reading.read_day(source, day, now, record, fetch)  # An old day is closed on the second look.
    except NotRead as failure:
        collected = _failed(source, day, failure, record, now)
    else:
        with transaction.atomic():
            collected = _remember(source, day, read, record, now, clock())
    if record is None or record.outcome != collected.collection.outcome:
        ContentVersion.objects.move()  # A page without papers says why it has none.
    return collected


def _remember(
    source: Source, day: date, read: Read, record: Collection | None, now: datetime, stored_at: datetime
) -> Collected:
    merged, listed = storing.Merged(), record.listed if record else 0
    if read.page is not None:
        listings = read.page.listings
        merged = storing.merge_day(listings, source.name, read.reading.name, day, stored_at)
        # What was only replaced is no announcement; and an empty answer takes back nothing.
        listed = (merged.announced if source.announces else len(listings)) or listed
    if merged.new:
        sample.remove()
    left_out = read.page.left_out if read.page else ""  # An answer of which something was is never found unchanged.
    next_try_at = _next_look(source, day, read, record, now, listed=bool(listed))
    nothing = Collection.Outcome.NOTHING if next_try_at is None else Collection.Outcome.NOTHING_YET
    row = _record(
        source,
        day,
        now,
        outcome=Collection.Outcome.LISTED if listed else nothing,
        next_try_at=next_try_at,
        listed=listed,
        left_out=left_out,
        reading=read.reading.name,
        validator=read.validator,
        **NO_FAILURE,
    )
    return Collected(row, merged.new, merged.updated)


def _next_look(
    source: Source, day: date, read: Read, record: Collection | None, now: datetime, *, listed: bool
) -> datetime | None:
    """When the day is read again: as its calendar has it, and once more for what this answer may have kept back."""
    left_out = bool(read.page and read.page.left_out)
    if planned := source.calendar.next_look(day, now, listed=listed, whole=not left_out):
        return planned
    if left_out and not (record and record.left_out):
        return now + calendar.AFTERWARDS
    # Days before were read on this one, as on a new site and after an outage: what was new on those and changed on
    # this one may be under this one alone, and a list of what is there now does not say when it was new.
    caught_up = Collection.objects.filter(source=source.name, day__lt=day, listed__gt=0)
    if read.reading.live and caught_up.filter(collected_at__gte=source.calendar.begins_at(day)).exists():
        return source.calendar.ends_at(day)
    return None


def _failed(source: Source, day: date, failure: NotRead, record: Collection | None, now: datetime) -> Collected:
    tries = record.tries if record else 0
    if failure.unavailable:  # Nobody's fault but the network's, which may be back at any moment.
        wait = WHILE_UNREACHABLE
    else:
        wait, tries = min(AFTER_A_FAILURE * 2 ** min(tries, 10), LONGEST_AFTER_FAILURES), tries + 1
    row = _record(
        source,
        day,
        now,
        outcome=Collection.Outcome.FAILED,
        next_try_at=max(now + wait, site_clock.of_site(failure.retry_at) if failure.retry_at else now),
        error=str(failure),
        tries=tries,
        failing_since=(record.failing_since if record else None) or now,
    )
    return Collected(row, unavailable=failure.unavailable, retry_at=failure.retry_at)


def _record(source: Source, day: date, now: datetime, **fields: object) -> Collection:
    said = {"collected_at": now, "claimed_until": None, **fields}
    row, _ = Collection.objects.update_or_create(source=source.name, day=day, defaults=said)
    return row
