"""Reading sources' days and remembering them: what is due, what came of it, and when it may be tried again."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from papers import calendar, sample, storing, web
from papers.models import Collection
from papers.sources.base import Listing, Page, Reading, Source, SourceError

LOOKS_BACK = timedelta(days=49)  # 35 weekdays: a new site fills itself that far, an old one catches up that far
WHILE_GROWING = timedelta(hours=1)  # between two readings of today
AFTERWARDS = timedelta(hours=6)  # and of a day that has ended
WHILE_UNREACHABLE = timedelta(minutes=1)
AFTER_A_FAILURE = timedelta(minutes=15)  # doubled with each failure in a row
LONGEST_WAIT = timedelta(hours=6)
MOST_PAGES = 20


class NotRead(Exception):
    """No reading of a source's day succeeded. Its text is one sentence.

    `unavailable` is true when nothing was reached at all, or only 5xx and 429: not an answer that was not understood.
    """

    def __init__(self, problems: list[tuple[Reading, SourceError | web.Unavailable]]) -> None:
        super().__init__(_in_words(problems))
        failures = [problem for _, problem in problems]
        self.unavailable = all(isinstance(problem, web.Unavailable) for problem in failures)
        waits = [problem.retry_at for problem in failures if isinstance(problem, web.Unavailable) and problem.retry_at]
        self.retry_at = max(waits, default=None)


def _in_words(problems: Iterable[tuple[Reading, Exception]]) -> str:
    """Each problem once, with the readings that met it."""
    met: dict[str, list[str]] = {}
    for reading, problem in problems:
        met.setdefault(str(problem), []).append(reading.name)
    return "; ".join(f"{', '.join(names)}: {problem}" for problem, names in met.items())


@dataclass(frozen=True)
class Read:
    """A source's day as the best reading that answered gave it; `page` is None when nothing has changed."""

    reading: Reading
    page: Page | None
    validator: dict[str, str]


@dataclass(frozen=True)
class Collected:
    """What came of collecting a source's day; `unavailable` as in NotRead."""

    collection: Collection
    new: int = 0
    updated: int = 0
    unavailable: bool = False

    @property
    def failed(self) -> bool:
        return self.collection.outcome == Collection.Outcome.FAILED

    def __str__(self) -> str:
        row = self.collection
        if self.failed:
            return f"{row.source} {row.day}: {row.error}"
        remark = "" if row.outcome == Collection.Outcome.LISTED else f" ({row.get_outcome_display()})"
        return f"{row.source} {row.day}: {row.listed} listed, {self.new} new, {self.updated} updated{remark}"


def collect_due(sources: Iterable[Source], now: datetime) -> Iterator[Collected]:
    """Collect every day that is missing or still growing, the latest first, one after the other as the caller asks.

    Time goes on from `now` meanwhile: papers are first seen when they are stored, not when the run began.
    """
    began = time.monotonic()
    storing.score_edited_topics(now)
    for source in sources:
        for day in due_days(source, now):
            collected = collect(source, day, now + timedelta(seconds=time.monotonic() - began))
            yield collected
            if collected.unavailable:
                break  # Its other days would fare no better; they stay due.


def due_days(source: Source, now: datetime) -> list[date]:
    announced = source.calendar.announced((now - LOOKS_BACK).date(), now.date())
    ledger = {row.day: row for row in Collection.objects.of(source.name, announced)}
    waiting = {day for day, row in ledger.items() if row.next_try_at is None or row.next_try_at > now}
    return [day for day in reversed(announced) if day not in waiting]


def collect(source: Source, day: date, now: datetime) -> Collected:
    """Remember everything the source shows of the day; doing it again changes nothing. Failures go to the ledger."""
    ledger = Collection.objects.of(source.name, [day]).first()
    try:
        read = read_day(source, day, ledger)
        if read.page is not None and not read.page.listings and now >= calendar.closes_at(day):
            read = read_day(source, day, ledger)  # An old day is closed on the second look, not the first.
    except NotRead as failure:
        return _failed(source, day, failure, ledger, now)
    with transaction.atomic():
        return _remember(source, day, read, ledger, now)


def latest_day(source: Source) -> date | None:
    """The day that the source announced last; None when it does not say."""
    try:
        return source.latest.parse(web.get(source.latest.address(), spacing=source.spacing).body)
    except (SourceError, web.Unavailable):
        return None


def read_day(source: Source, day: date, ledger: Collection | None) -> Read:
    """Ask the source's readings, best first, until one answers with this day. Raises NotRead."""
    problems: list[tuple[Reading, SourceError | web.Unavailable]] = []
    for reading in source.readings:
        try:
            return _read(source, reading, day, ledger)
        except (SourceError, web.Unavailable) as problem:
            problems.append((reading, problem))
    raise NotRead(problems)


def _read(source: Source, reading: Reading, day: date, ledger: Collection | None) -> Read:
    address = reading.address(day)
    known = ledger.validator if ledger and ledger.reading == reading.name else {}
    answer = web.get(address, spacing=source.spacing, validator=known)
    if answer.unchanged:
        return Read(reading, None, known)
    page = reading.parse(answer.body, day)
    if page.next is None:  # Only a day that came whole in one answer can be known to be unchanged by one answer.
        return Read(reading, page, {"address": address, "etag": answer.etag, "last_modified": answer.last_modified})
    return Read(reading, Page(_all_listings(source, reading, page, day)), {})


def _all_listings(source: Source, reading: Reading, page: Page, day: date) -> list[Listing]:
    listings = {listing.key: listing for listing in page.listings}
    for number in range(1, MOST_PAGES):
        if page.next is None:
            return list(listings.values())
        answer = web.get(page.next.format(number=number), spacing=source.spacing)
        page = reading.parse(answer.body, day)
        for listing in page.listings:
            listings.setdefault(listing.key, listing)
    raise SourceError(f"expected at most {MOST_PAGES} pages of {day}, found more")


def _remember(source: Source, day: date, read: Read, ledger: Collection | None, now: datetime) -> Collected:
    stored, listed = storing.Stored(0, 0), ledger.listed if ledger else 0
    if read.page is not None:
        listed = len(read.page.listings)
        stored = storing.merge_papers(read.page.listings, source.name, read.reading.name, day, now)
    if listed:
        sample.remove()
    outcome, next_try_at = _what_next(day, listed, now)
    row = _record(
        source,
        day,
        now,
        outcome=outcome,
        next_try_at=next_try_at,
        listed=listed,
        error="",
        tries=0,
        reading=read.reading.name,
        validator=read.validator,
    )
    return Collected(row, stored.new, stored.updated)


def _what_next(day: date, listed: int, now: datetime) -> tuple[Collection.Outcome, datetime | None]:
    closes_at = calendar.closes_at(day)
    if now >= closes_at:
        return Collection.Outcome.LISTED if listed else Collection.Outcome.NOTHING, None
    wait = WHILE_GROWING if now < calendar.ends_at(day) else AFTERWARDS
    return Collection.Outcome.LISTED if listed else Collection.Outcome.NOTHING_YET, min(now + wait, closes_at)


def _failed(source: Source, day: date, failure: NotRead, ledger: Collection | None, now: datetime) -> Collected:
    tries = ledger.tries if ledger else 0
    if failure.unavailable:  # Nobody's fault but the network's, which may be back at any moment.
        wait = WHILE_UNREACHABLE
    else:
        wait, tries = min(AFTER_A_FAILURE * 2 ** min(tries, 10), LONGEST_WAIT), tries + 1
    next_try_at = max(now + wait, failure.retry_at or now)
    row = _record(
        source, day, now, outcome=Collection.Outcome.FAILED, next_try_at=next_try_at, error=str(failure), tries=tries
    )
    return Collected(row, unavailable=failure.unavailable)


def _record(source: Source, day: date, now: datetime, **fields: object) -> Collection:
    row, _ = Collection.objects.update_or_create(source=source.name, day=day, defaults={"collected_at": now, **fields})
    return row
