"""What a source is: data and pure functions. To add one: a module beside this, a line in SOURCES, its readings'
places in storing.PRECEDENCE, a sample, a test."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from papers.calendar import Calendar


class SourceError(Exception):
    """A source was reached but not understood. Its text is one sentence: what was expected, what was found."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A paper on a source's list, as one reading gave it; None means that the reading does not say."""

    key: str  # "arxiv:2608.16590"
    title: str
    arxiv_id: str | None = None
    abstract: str | None = None
    authors: list[str] | None = None
    organisation: str | None = None
    published_on: date | None = None
    keywords: list[str] | None = None
    urls: dict[str, str] | None = None  # "code", "project": addresses that begin with https://
    votes: int | None = None
    comments: int | None = None
    stars: int | None = None

    def facts(self) -> dict[str, Any]:
        """What the reading said, ready for JSON; what it did not say is absent."""
        said = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "key"}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in said.items()
            if value is not None
        }


@dataclass(frozen=True)
class Page:
    """One answer of a reading: the listings in the source's order, and the address of the next answer, if any."""

    listings: list[Listing]
    next: str | None = None


@dataclass(frozen=True)
class Reading:
    """One way to read a source's day; a source lists its readings best first."""

    name: str
    address: Callable[[date], str]
    parse: Callable[[bytes, date], Page]  # raises SourceError


@dataclass(frozen=True)
class Latest:
    """How to ask a source which day it announced last, whatever our own clock says."""

    address: Callable[[], str]
    parse: Callable[[bytes], date]  # raises SourceError


@dataclass(frozen=True)
class Source:
    name: str
    credit: str  # who is thanked for the list on every page and letter
    calendar: Calendar
    spacing: timedelta  # between two requests to its host
    readings: tuple[Reading, ...]
    latest: Latest
