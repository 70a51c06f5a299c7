"""Asking a source for a day: its readings, best first, until one answers. Nothing is stored here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from papers.models import Collection
from papers.sources import web
from papers.sources.base import Listing, Page, Reading, Records, Source, SourceError

Fetch = Callable[..., web.Answer]  # web.get, or one that keeps another time
MOST_PAGES = 20


class NotRead(Exception):
    """No reading of a source's day succeeded. Its text is one sentence.

    `unavailable` is true when nothing was reached at all, or only 5xx and 429: not an answer that was not understood.
    """

    def __init__(self, problems: Sequence[tuple[Reading, SourceError | web.Unavailable]]) -> None:
        super().__init__(_in_words(problems) or "expected a day that can still be read, found one that is over")
        failures = [problem for _, problem in problems]
        self.unavailable = bool(failures) and all(isinstance(problem, web.Unavailable) for problem in failures)
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


def readings(source: Source, day: date, now: datetime) -> list[Reading]:
    """Those that can show the day at all: some only show what is there now."""
    is_today = day == source.calendar.today(now)
    return [reading for reading in source.readings if is_today or not reading.live]


def read_day(
    source: Source, day: date, now: datetime, ledger: Collection | None = None, fetch: Fetch = web.get
) -> Read:
    """Ask the source's readings, best first, until one answers with this day. Raises NotRead."""
    visit, problems = Visit(source, fetch), []
    for reading in readings(source, day, now):
        try:
            return _read(reading, day, ledger, visit)
        except (SourceError, web.Unavailable) as problem:
            problems.append((reading, problem))
    raise NotRead(problems)


def latest_day(source: Source, fetch: Fetch = web.get) -> date | None:
    """The day that the source announced last; None when it does not say."""
    if not source.latest:
        return None
    try:
        return source.latest.parse(fetch(source.latest.address(), source.manners).body)
    except (SourceError, web.Unavailable):
        return None


def read_records(records: Records, ids: Sequence[str], fetch: Fetch = web.get) -> list[Listing]:
    """Single papers by their ids. Raises SourceError and web.Unavailable."""
    return records.parse(fetch(records.address(ids), records.manners).body).listings


@dataclass
class Visit:
    """One round of a source's readings: no address is asked twice, and no place again that could not be reached."""

    source: Source
    fetch: Fetch
    answers: dict[str, web.Answer] = field(default_factory=dict)
    unreachable: dict[str, web.Unavailable] = field(default_factory=dict)

    def get(self, address: str, validator: dict[str, str] | None = None) -> web.Answer:
        place = "".join(urlsplit(address)[1:3])
        if place in self.unreachable:
            raise self.unreachable[place]
        try:
            return self.answers.get(address) or self._ask(address, validator)
        except web.Unavailable as problem:
            self.unreachable[place] = problem
            raise

    def _ask(self, address: str, validator: dict[str, str] | None) -> web.Answer:
        answer = self.fetch(address, self.source.manners, validator=validator)
        if not answer.unchanged:
            self.answers[address] = answer
        return answer


def _read(reading: Reading, day: date, ledger: Collection | None, visit: Visit) -> Read:
    address = reading.address(day)
    known = ledger.validator if ledger and ledger.reading == reading.name else {}
    answer = visit.get(address, known)
    if answer.unchanged:
        return Read(reading, None, known)
    page = reading.parse(answer.body, day)
    if page.next is None:  # Only a day that came whole in one answer can be known to be unchanged by one answer.
        return Read(reading, page, {"address": address, "etag": answer.etag, "last_modified": answer.last_modified})
    return Read(reading, Page(_all_listings(reading, page, day, visit)), {})


def _all_listings(reading: Reading, page: Page, day: date, visit: Visit) -> list[Listing]:
    listings = {listing.key: listing for listing in page.listings}
    for number in range(1, MOST_PAGES):
        answer = visit.fetch(page.next.format(number=number), visit.source.manners)  # type: ignore[union-attr]
        page = reading.parse(answer.body, day)
        for listing in page.listings:
            listings.setdefault(listing.key, listing)
        if page.next is None:
            return list(listings.values())
    raise SourceError(f"expected at most {MOST_PAGES} pages of {day}, found more")
