"""What every source's parser checks and cleans alike. Each raises SourceError: what was expected, what was found."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from papers import identifiers
from papers.sources.base import Listing, Page, SourceError
from papers.text.cleaning import clean as clean  # Parsers find it here, beside the other ways to clean.

ODD_ONE_IN = 10  # of a list that is still believed
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


def abstract(text: str) -> str:
    """Every paper has one: where many show none, it is the list that is not understood."""
    if cleaned := clean(text):
        return cleaned
    raise SourceError("expected an abstract, found an empty one")


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


def each(items: Iterable[T], read: Callable[[T], Listing | None], following: str | None = None) -> Page:
    """A page of what was read of each item, if anything. A paper that is listed twice counts where it is news, else
    where it comes first.

    An item that raises SourceError is left out. Where more than one in ten do, it is not one odd item but another kind
    of list, and the first error is that of the whole; of a few, one alone may, if there is another that is sound.
    """
    listings, odd = [], []
    for place, item in enumerate(items, 1):
        try:
            listing = read(item)
        except SourceError as error:
            odd.append(f"{error} (paper {place} of the list)")
            continue
        if listing:
            listings.append(listing)
    if odd and (not listings or len(odd) > max(1, (len(listings) + len(odd)) // ODD_ONE_IN)):
        raise SourceError(odd[0])
    once: dict[str, Listing] = {}
    for listing in listings:
        if listing.key not in once or listing.announced > once[listing.key].announced:
            once[listing.key] = listing
    return Page(list(once.values()), following, odd=tuple(odd))
