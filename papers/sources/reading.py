"""Asking a source for a day: its readings, best first, until one answers. Nothing is stored here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from papers.models import Collection
from papers.sources import web
from papers.sources.base import Page, Reading, Records, Source, SourceError

Fetch = Callable[..., web.Response]  # web.get, or one that keeps another time
MOST_PAGES = 20


class NotRead(Exception):
    """No reading of a source's day succeeded. Its text is one sentence.

    `unavailable` is true when nothing was reached at all, or only 5xx and 429: not an answer that was not understood.
    """

    def __init__(self, problems: Sequence[tuple[Reading, SourceError | web.Unavailable]]) -> None:
        met: dict[str, list[str]] = {}  # each problem once, with the readings that met it
        for reading, problem in problems:
            met.setdefault(str(problem), []).append(reading.name)
        sentence = "; ".join(f"{', '.join(names)}: {problem}" for problem, names in met.items())
        super().__init__(sentence or "expected a day that can still be read, found one that is over")
        failures = [problem for _, problem in problems]
        self.unavailable = bool(failures) and all(isinstance(problem, web.Unavailable) for problem in failures)
        waits = [problem.retry_at for problem in failures if isinstance(problem, web.Unavailable) and problem.retry_at]
        self.retry_at = max(waits, default=None)


@dataclass(frozen=True)
class Read:
    """A source's day as the best reading that answered gave it; `page` is None when nothing has changed."""

    reading: Reading
    page: Page | None
    validator: dict[str, str]


def readings(source: Source, day: date, now: datetime) -> list[Reading]:
    """Those that can show the day at all: some only show what is there now."""
    is_today = day == source.calendar.today(now)
    return [reading for reading in source.readings if is_today or not reading.live]


def read_day(
    source: Source, day: date, now: datetime, record: Collection | None = None, fetch: Fetch = web.get
) -> Read:
    """Ask the source's readings, best first, until one answers with this day. Raises NotRead. `record` is what came of
    reading it before."""
    visit, problems = Visit(source, fetch), []
    for reading in readings(source, day, now):
        known = record.validator if record and record.reading == reading.name else {}
        try:
            address = reading.address(day)
            response = visit.get(address, known)
            if response.unchanged:
                return Read(reading, None, known)
            page = reading.parse(response.body, day)
            if page.next is not None or reading.completed_by or reading.weigh:
                return Read(reading, _whole(reading, page, day, visit), {})
        except (SourceError, web.Unavailable) as problem:
            problems.append((reading, problem))
            continue
        if page.odd:  # A later version may understand the same answer, so it is asked for in full.
            return Read(reading, page, {})
        # Only a day that came whole in one answer can be known to be unchanged by one answer.
        validator = {"etag": response.etag, "last_modified": response.last_modified}
        return Read(reading, page, {"address": address, **validator})
    raise NotRead(problems)


def latest_day(source: Source, fetch: Fetch = web.get) -> date | None:
    """The day that the source announced last; None when it does not say."""
    if not source.latest:
        return None
    try:
        return source.latest.parse(fetch(source.latest.address(), source.manners).body)
    except (SourceError, web.Unavailable):
        return None


def read_records(records: Records, names: Sequence[str], fetch: Fetch = web.get) -> Page:
    """Single papers by what names them, and others like them. Raises SourceError and web.Unavailable."""
    return records.parse(fetch(records.address(names), records.manners).body)


@dataclass
class Visit:
    """One round of a source's readings: no address is asked twice, and no place again that could not be reached."""

    source: Source
    fetch: Fetch
    responses: dict[str, web.Response] = field(default_factory=dict)
    unreachable: dict[str, web.Unavailable] = field(default_factory=dict)

    def get(self, address: str, validator: dict[str, str]) -> web.Response:
        place = "".join(urlsplit(address)[1:3])
        if place in self.unreachable:
            raise self.unreachable[place]
        if address in self.responses:
            return self.responses[address]
        try:
            response = self.fetch(address, self.source.manners, validator=validator)
        except web.Unavailable as problem:
            self.unreachable[place] = problem
            raise
        if not response.unchanged:
            self.responses[address] = response
        return response


def _whole(reading: Reading, page: Page, day: date, visit: Visit) -> Page:
    """This first page and all that follow it as one, completed where another list says more of its papers."""
    listings, odd, number = {listing.key: listing for listing in page.listings}, page.odd, 1
    while page.next is not None:
        if number == MOST_PAGES:
            raise SourceError(f"expected at most {MOST_PAGES} pages of {day}, found more")
        response = visit.fetch(page.next.format(number=number), visit.source.manners)
        page = reading.parse(response.body, day)
        for listing in page.listings:
            listings.setdefault(listing.key, listing)
        number += 1
        odd += tuple(f"{sentence}, in answer {number}" for sentence in page.odd)
    whole = list(listings.values())
    if reading.weigh:
        whole = reading.weigh(whole, day)
    if not whole or not (other := reading.completed_by):
        return Page(whole, odd=odd)
    more = _whole(other, other.parse(visit.get(other.address(day), {}).body, day), day, visit)
    # One that only the other list has changed meanwhile, and is on another day's; of one that is odd there too little
    # is known.
    said = {listing.key: listing for listing in more.listings}
    known = [
        one.completed_by(said[one.key]) if one.key in said else one for one in whole if one.key in said or not more.odd
    ]
    return Page(known, odd=tuple(dict.fromkeys((*odd, *more.odd))))
