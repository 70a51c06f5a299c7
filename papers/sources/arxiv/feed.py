"""The feed of arXiv's latest announcement, as RSS 2.0 or as Atom."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import quote

from django.conf import settings
from lxml import etree

from papers import identifiers
from papers.sources import checks
from papers.sources.arxiv import elements
from papers.sources.arxiv.categories import categories
from papers.sources.arxiv.elements import ARXIV, ATOM
from papers.sources.arxiv.schedule import EASTERN
from papers.sources.base import Listing, Page, SourceError
from papers.text import tex

MOST_ITEMS = 2000  # in one feed; what is beyond them is left out without a word
ANNOUNCED = ("new", "cross")  # all else is news of papers that were announced before
NAMESPACE = "oai:arXiv.org:"  # what an id begins with
AFFILIATION = re.compile(r"\((?:[^()]|\([^()]*\))*\)(?= ?(?:,|$))")
SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
DC = "{http://purl.org/dc/elements/1.1/}"


def _rss_day(moment: str) -> date:
    """The date of a moment like Mon, 27 Apr 2026 00:00:00 -0400, in its own zone."""
    return parsedate_to_datetime(moment).date()


def _atom_day(moment: str) -> date:
    """The date in New York, where the feed is built just after midnight, of a moment like 2026-04-27T04:00:19Z."""
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        raise ValueError("expected a moment with a zone, found none")
    return at.astimezone(EASTERN).date()


@dataclass(frozen=True)
class Flavour:
    """What a kind of feed calls its parts."""

    title: str
    moment: str
    day: Callable[[str], date]  # raises ValueError, OverflowError
    item: str
    id: str
    abstract: str
    category: str


RSS_FLAVOUR = Flavour("title", "pubDate", _rss_day, "item", "guid", "description", "category")
ATOM_FLAVOUR = Flavour(
    f"{ATOM}title", f"{ATOM}updated", _atom_day, f"{ATOM}entry", f"{ATOM}id", f"{ATOM}summary", f"{ATOM}category"
)


def rss_address(day: date) -> str:
    """The same for every day: the feed is always that of the latest announcement."""
    return f"{settings.ARXIV_RSS_URL}/rss/{'+'.join(map(quote, categories()))}"


def rss(body: bytes, day: date) -> Page:
    """The feed of the latest announcement: what is new comes before what was replaced."""
    feed, flavour = elements.parsed(body), RSS_FLAVOUR
    if feed.tag == "rss":
        feed = elements.required(feed, "channel")
    else:
        elements.expect_root(feed, f"{ATOM}feed", "an RSS or Atom feed")
        flavour = ATOM_FLAVOUR
    title, moment = elements.text(feed, flavour.title), elements.text(feed, flavour.moment)
    if title.startswith("Feed error for query"):
        raise SourceError(f"expected a feed, found {checks.found(title)}")
    try:
        is_of_day = flavour.day(moment) == day
    except (ValueError, OverflowError):  # no moment, or one at the ends of time
        is_of_day = False
    if not is_of_day:
        raise SourceError(f"expected the feed of {day}, found one of {checks.found(moment)}")
    items = feed.findall(flavour.item)
    if len(items) >= MOST_ITEMS:
        raise SourceError(f"expected fewer than {MOST_ITEMS} items, found {len(items)}: the feed may be cut")
    page = checks.each(items, partial(_listing, flavour=flavour))
    return replace(page, listings=sorted(page.listings, key=lambda listing: not listing.announced))


def _listing(item: etree._Element, flavour: Flavour) -> Listing:
    written = elements.text(item, flavour.id)
    if not written.startswith(NAMESPACE):
        raise SourceError(f"expected an id like {NAMESPACE}2604.21952v1, found {checks.found(written)}")
    arxiv_id = checks.arxiv_id(written.removeprefix(NAMESPACE), versioned=True)
    description = elements.text(item, flavour.abstract)
    _, mark, abstract = description.partition("Abstract:")
    if not mark:
        raise SourceError(f"expected a text with Abstract: in it, found {checks.found(description)}")
    terms = item.iterchildren(flavour.category)
    return Listing(
        key=identifiers.arxiv_key(arxiv_id),
        arxiv_id=arxiv_id,
        title=elements.title(item, flavour.title),
        abstract=elements.abstract(abstract),
        authors=elements.authors(_parted(elements.text(item, f"{DC}creator"))),
        categories=elements.categories(one.get("term") or elements.all_text(one) for one in terms),
        doi=checks.doi(elements.text(item, f"{ARXIV}DOI")),
        announced=elements.all_text(elements.required(item, f"{ARXIV}announce_type")) in ANNOUNCED,
    )


def _parted(creators: str) -> list[str]:
    """The names in one text, where a comma parts them, but may also stand before a Jr."""
    names: list[str] = []
    for name in map(str.strip, AFFILIATION.sub("", tex.to_unicode(creators)).split(",")):
        if names and SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        else:
            names.append(name)
    return names
