"""What a source is: data and pure functions. To add one: a module beside this, a line in SOURCES, a sample, a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from papers import identifiers
from papers.sources.addresses import LONGEST as LONGEST_URL
from papers.sources.calendar import Calendar
from papers.text.cleaning import ELLIPSIS, clean, cut

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

LONGEST = {"key": 220, "arxiv_id": 40, "doi": identifiers.LONGEST_DOI}  # characters, as the columns hold
# Texts and lists that are longer are cut, which an ellipsis at the end says: pages and letters show all of a paper.
LONGEST_TEXT = {"title": 1_000, "abstract": 20_000, "organisation": 200}  # characters
LONGEST_NAME = 200  # characters, of each in a list
LONGEST_LIST = {"authors": 2_000, "categories": 100, "keywords": 100}
ODD_SHOWN = 3  # of the papers of a list that were left out, with the reason why


class SourceError(Exception):
    """A source was reached but not understood. Its text is one sentence: what was expected, what was found."""


class Trust(IntEnum):
    """Which reading is believed where several speak of the same lasting fact of a paper, best first."""

    API = 1  # a curated list's own data
    RECORD = 2  # the archive that a paper lies in: feeds, queries, harvests
    PAGE = 3  # data found inside a page
    CARDS = 4  # what a page shows; mathematics may have lost its backslashes there
    SAMPLE = 5


@dataclass(frozen=True)
class Manners:
    """How a site wants to be asked. One budget over all of its hosts and over all of our processes."""

    budget: str  # the name under which turns are taken: a site's own, whichever of its hosts is asked
    spacing: timedelta  # between two requests
    silence: timedelta = timedelta(0)  # at least so long after being refused by a 429 or a 503
    closed_hours: tuple[time, time] | None = None  # hours (UTC) from and until which nothing is asked
    alone: bool = False  # one request at a time, from all of our processes together
    patience: int = 1  # how many times as long as others it may take to answer


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A paper on a source's list, as one reading gave it; None means that the reading does not say.

    Its texts are cleaned and its length is bounded here, for every source alike. Raises SourceError where there is no
    title, and for an id that is too long.
    """

    key: str  # "arxiv:2608.16590"
    title: str
    arxiv_id: str | None = None
    doi: str | None = None
    abstract: str | None = None
    authors: list[str] | None = None
    identities: dict[str, str] | None = None  # author as named above -> who that is for sure, "huggingface:ada"
    organisation: str | None = None
    categories: list[str] | None = None  # the primary one first
    published_on: date | None = None
    keywords: list[str] | None = None
    urls: dict[str, str] | None = None  # "code", "project": addresses that sources/addresses.py let through
    linked: dict[str, dict[str, Any]] | None = None  # "models", "datasets", "spaces" -> "count", ids of the "first"
    ai_summary: dict[str, str] | None = None  # "text", and "by" which model; only where the site asks for it
    votes: int | None = None
    comments: int | None = None
    stars: int | None = None
    announced: bool = True  # False: news of a paper that is not new there, such as a replacement
    announced_on: date | None = None  # the day on whose list it was new, where the list is one of what changed
    unrevised: bool = False  # a list of what changed has it in its first version, so it may be news there

    def __post_init__(self) -> None:
        for name, longest in LONGEST.items():
            if len(getattr(self, name) or "") > longest:
                raise SourceError(
                    f"expected {name} of at most {longest} characters, found {getattr(self, name)!r:.80}"
                )
        bounded: dict[str, Any] = {name: _text(getattr(self, name), most) for name, most in LONGEST_TEXT.items()}
        bounded |= {name: _names(getattr(self, name), most) for name, most in LONGEST_LIST.items()}
        if self.identities is not None:
            known = {_text(name, LONGEST_NAME): account for name, account in self.identities.items()}
            bounded["identities"] = {name: known[name] for name in bounded["authors"] or () if name in known}
        if self.urls is not None:
            bounded["urls"] = {kind: address for kind, address in self.urls.items() if len(address) <= LONGEST_URL}
        for name, value in bounded.items():
            object.__setattr__(self, name, value)  # No one has seen the listing yet: from here on it is frozen.
        if not self.title:
            raise SourceError("expected a title, found an empty one")

    def completed_by(self, other: Listing) -> Listing:
        """With what only the other one says, and as new as that one has it."""
        unsaid = {name: getattr(other, name) for name in (*FACTS, "announced_on") if getattr(self, name) is None}
        return replace(self, **unsaid, announced=other.announced)

    def facts(self) -> dict[str, Any]:
        """What the reading said, ready for JSON; what it did not say is absent."""
        said = {name: getattr(self, name) for name in FACTS}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in said.items()
            if value is not None
        }


def _text(said: str | None, longest: int) -> str | None:
    """Clean and short enough; a text of which nothing is left was not said."""
    return cut(clean(said), longest) or None if said is not None else None


def _names(said: list[str] | None, most: int) -> list[str] | None:
    if said is None:
        return None
    some = said if len(said) <= most else [*said[: most - 1], ELLIPSIS]
    return [name for one in some if (name := _text(one, LONGEST_NAME))]


NO_FACTS = ("key", "announced", "announced_on", "unrevised")
FACTS = tuple(field.name for field in fields(Listing) if field.name not in NO_FACTS)


@dataclass(frozen=True)
class Page:
    """One answer of a reading: the listings in the source's order, the address of the next answer, if any, and a
    sentence for each paper that was left out, as it was not understood.

    `{number}` in that address stands for the ordinal of the next answer: 1 after the first, then 2, and so on.
    """

    listings: list[Listing]
    next: str | None = None
    cut: bool = False  # more was found than this answer had room for
    odd: tuple[str, ...] = ()

    @property
    def left_out(self) -> str:
        """What was left out, in one sentence; empty when nothing was."""
        if not self.odd:
            return ""
        more = len(self.odd) - ODD_SHOWN
        others = (f"and {more} more",) if more > 0 else ()
        count = f"{len(self.odd)} of {len(self.listings) + len(self.odd)}"
        return f"{count} left out: {'; '.join((*self.odd[:ODD_SHOWN], *others))}"


@dataclass(frozen=True)
class Reading:
    """One way to read a source's day; a source lists its readings best first."""

    name: str
    address: Callable[[date], str]
    parse: Callable[[bytes, date], Page]  # raises SourceError
    trust: Trust
    live: bool = False  # it only shows what is there now, so past days cannot be read from it
    completed_by: Reading | None = None  # a list of the same papers that says of them what this one does not
    weigh: Callable[[list[Listing], date], list[Listing]] | None = None  # what of a paper only the whole list tells


@dataclass(frozen=True)
class Latest:
    """How to ask a source which day it announced last, whatever our own clock says."""

    address: Callable[[], str]
    parse: Callable[[bytes], date]  # raises SourceError


@dataclass(frozen=True)
class Records:
    """How to ask a source for single papers by what names them, a few at a time."""

    name: str  # as a reading's
    kind: str  # of the keys that hold such names: "arxiv", "doi", "title"
    address: Callable[[Sequence[str]], str]
    parse: Callable[[bytes], Page]  # raises SourceError; papers that the source does not know are left out
    named: Callable[[Listing], str | None]  # what a paper that was found is asked for by
    trust: Trust
    manners: Manners
    at_once: int  # names in one request
    folded: Callable[[str], str] = str  # the same for two ways of writing a name


@dataclass(frozen=True, kw_only=True)
class Source:
    name: str
    title: _StrOrPromise  # as pages name it
    calendar: Calendar
    manners: Manners
    readings: tuple[Reading, ...]
    credit: _StrOrPromise = ""  # who is thanked for the list on every page and letter
    announces: bool = True  # False: being on its list is no news of a paper
    latest: Latest | None = None
    records: tuple[Records, ...] = ()
