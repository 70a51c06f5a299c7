"""What every source's parser checks and cleans alike. Each raises SourceError: what was expected, what was found."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from papers import identifiers
from papers.sources.base import Listing, SourceError
from papers.text.cleaning import clean as clean  # Parsers find it here, beside the other ways to clean.

LARGEST_COUNT = 2**31 - 1  # what the database's integers hold
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

T = TypeVar("T")


def found(value: object) -> str:
    """How an error shows a value: on one line, in printable characters, and short."""
    return repr(value)[:80]


def title(text: str) -> str:
    if cleaned := clean(text):
        return cleaned
    raise SourceError("expected a title, found an empty one")


def arxiv_id(text: str, *, versioned: bool = False) -> str:
    """As identifiers.arxiv_id: 2608.16590, or of the old kind hep-th/9901001."""
    if found_id := identifiers.arxiv_id(text, versioned=versioned):
        return found_id
    raise SourceError(f"expected an id like 2608.16590, found {found(text)}")


def doi(text: str) -> str | None:
    """As identifiers.doi: authors type it, so what is none is left out instead of spoiling the day."""
    return identifiers.doi(text)


def day_of(moment: str) -> date | None:
    """The date that a moment like 2026-08-20T12:00:00Z begins with; None where it begins with none."""
    try:
        return date.fromisoformat(moment[:10]) if DAY.match(moment) else None
    except ValueError:  # such as 2026-02-30
        return None


def count(number: int) -> int:
    if number > LARGEST_COUNT:
        raise SourceError(f"expected a count of at most {LARGEST_COUNT}, found {found(number)}")
    return max(0, number)


def each(items: Iterable[T], read: Callable[[T], Listing | None]) -> list[Listing]:
    """What was read of each item of a list, if anything; an error says which one it is in."""
    listings = []
    for place, item in enumerate(items, 1):
        try:
            listing = read(item)
        except SourceError as error:
            raise SourceError(f"{error} (paper {place} of the list)") from error
        if listing:
            listings.append(listing)
    return listings


def once_each(listings: Iterable[Listing]) -> list[Listing]:
    """Each paper where it comes first."""
    once: dict[str, Listing] = {}
    for listing in listings:
        once.setdefault(listing.key, listing)
    return list(once.values())
