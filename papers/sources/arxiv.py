"""arXiv: the feed of the day's announcement first, then what its archive (OAI-PMH) says changed on a day. And, for
papers that are asked for by their ids, its query API.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from lxml import etree

from papers.models import Topic
from papers.sources import checks
from papers.sources.base import Listing, Manners, Page, Reading, Records, Source, SourceError, Trust
from papers.sources.calendar import MONDAY_TO_FRIDAY, Calendar
from papers.text import tex

EASTERN = ZoneInfo("America/New_York")
MOST_ITEMS = 2000  # in one feed; what is beyond them is left out without a word
ANNOUNCED = ("new", "cross")  # all else is news of papers that were announced before
NEW_FOR = timedelta(days=30)  # A record without updates that is older was only touched, not announced.
OWN_SETS = ("cs", "econ", "eess", "math", "q-bio", "q-fin", "stat")  # archives that do not belong to physics
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

ID = r"(?P<id>\S+?)(?:v(?P<version>[1-9]\d{0,8}))?"
FEED_ID = re.compile(rf"oai:arXiv\.org:{ID}", re.ASCII)
ENTRY_ID = re.compile(rf"https?://arxiv\.org/abs/{ID}", re.ASCII)
RSS_MOMENT = re.compile(r"[A-Z][a-z]{2}, (\d\d?) ([A-Z][a-z]{2}) (\d{4}) \d\d:\d\d:\d\d ", re.ASCII)
ATOM_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)?)|[a-z]+-[a-z]+")  # not ACM's, nor MSC's
AFFILIATION = re.compile(r"\((?:[^()]|\([^()]*\))*\)(?= ?(?:,|$))")
SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
RECORD = "{http://arxiv.org/OAI/arXiv/}"

# Month and day of the evenings without an announcement, as arXiv gave them out.
EVENINGS = {
    2023: ((1, 16), (6, 14), (6, 19), (7, 4), (9, 4), (11, 23), (12, 25), (12, 27)),
    2025: ((1, 1), (1, 20), (6, 19), (7, 6), (9, 1), (11, 27), (12, 25)),  # The last is ours: December was not stated.
}
MONDAY, THURSDAY, FRIDAY, SATURDAY = 0, 3, 4, 5


def categories() -> list[str]:
    """What we read of arXiv: the categories in the settings, or else those of all topics. Raises SourceError."""
    of_topics = Topic.objects.values_list("categories", flat=True)
    wanted = settings.ARXIV_CATEGORIES or {category for of_topic in of_topics for category in of_topic}
    if not wanted:
        raise SourceError("expected a category in ARXIV_CATEGORIES or in a topic, found none")
    return sorted(set(wanted))


def rss_address(day: date) -> str:
    """The same for every day: the feed is always that of the latest announcement."""
    return f"{settings.ARXIV_RSS_URL}/rss/{'+'.join(map(quote, categories()))}"


def oai_address(day: date) -> str:
    narrowed = _set_of(categories())
    asked = f"{settings.ARXIV_OAI_URL}?verb=ListRecords&metadataPrefix=arXiv&from={day}&until={day}"
    return f"{asked}&set={quote(narrowed, safe=':')}" if narrowed else asked


def query_address(ids: Sequence[str]) -> str:
    return f"{settings.ARXIV_API_URL}/api/query?id_list={','.join(map(quote, ids))}&max_results={len(ids)}"


def rss(body: bytes, day: date) -> Page:
    """The feed of the latest announcement, as RSS 2.0 or as Atom: what is new comes before what was replaced."""
    feed, flavour = _feed(_xml(body))
    title, moment = _text(feed, flavour.title), _text(feed, flavour.moment)
    if title.startswith("Feed error for query"):
        raise SourceError(f"expected a feed, found {checks.found(title)}")
    if flavour.day(moment) != day:
        raise SourceError(f"expected the feed of {day}, found one of {checks.found(moment)}")
    items = feed.findall(flavour.item)
    if len(items) >= MOST_ITEMS:
        raise SourceError(f"expected fewer than {MOST_ITEMS} items, found {len(items)}: the feed may be cut")
    listings = _each(items, lambda item: _item(item, flavour))
    return Page(_once_each(sorted(listings, key=lambda listing: not listing.announced)))


def oai(body: bytes, day: date) -> Page:
    """The records of our categories that changed that day, which is seldom because a paper is new."""
    answer = _xml(body)
    _expect_root(answer, f"{OAI}OAI-PMH", "an OAI-PMH answer")
    if (error := _child(answer, f"{OAI}error")) is not None:
        return _no_records(error)
    holder, wanted = _required(answer, f"{OAI}ListRecords"), frozenset(categories())
    records = _of_day(holder.findall(f"{OAI}record"), day)
    listings = _each(records, lambda record: _record(record, day, wanted))
    return Page(_once_each(listings), _next_address(_text(holder, f"{OAI}resumptionToken")))


def query(body: bytes) -> Page:
    """The papers that were asked for; those that arXiv does not know are left out."""
    feed = _xml(body)
    _expect_root(feed, f"{ATOM}feed", "an Atom feed")
    return Page(_once_each(_each(feed.findall(f"{ATOM}entry"), _entry)))


@lru_cache
def holidays(year: int) -> frozenset[date]:
    """The days of the year whose feeds are to be empty, as nothing is announced on the evenings before them.

    It is an expectation: these days are looked at like all others. Years that we have no table of follow a rule.
    """
    table = [date(year, month, day) for month, day in EVENINGS.get(year, ())]
    return frozenset(evening + timedelta(days=1) for evening in table or map(_evening_off, _usual_holidays(year)))


MANNERS = Manners("arxiv.org", timedelta(seconds=3), silence=timedelta(minutes=10), alone=True, patience=6)
QUERY_MANNERS = replace(MANNERS, quiet=(time(0), time(1)))  # when the query API refuses most

SOURCE = Source(
    name="arxiv",
    title="arXiv",
    credit="arXiv, which gives its descriptive metadata to all (CC0)",
    calendar=Calendar(MONDAY_TO_FRIDAY, zone=EASTERN, holidays=holidays, late_after=timedelta(hours=6)),
    manners=MANNERS,
    readings=(
        Reading("rss", rss_address, rss, Trust.RECORD, live=True),
        Reading("oai", oai_address, oai, Trust.RECORD),
    ),
    records=Records("query", query_address, query, Trust.RECORD, QUERY_MANNERS, at_once=100),
)


# ----------------------------------------------------------------------------------------------------------- holidays


def _usual_holidays(year: int) -> list[date]:
    return [
        date(year, 1, 1),
        _nth(3, MONDAY, date(year, 1, 1)),  # Martin Luther King Day
        date(year, 6, 19),
        date(year, 7, 4),
        _nth(1, MONDAY, date(year, 9, 1)),  # Labor Day
        _nth(4, THURSDAY, date(year, 11, 1)),  # Thanksgiving
        date(year, 12, 25),
    ]


def _nth(number: int, weekday: int, first: date) -> date:
    """The nth such weekday of the month that begins with `first`."""
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _evening_off(holiday: date) -> date:
    """Nothing is announced on Friday and Saturday evenings anyway, so such a holiday is made up for on Sunday's."""
    return holiday + timedelta(days={FRIDAY: 2, SATURDAY: 1}.get(holiday.weekday(), 0))


# ---------------------------------------------------------------------------------------------------------------- XML


def _xml(body: bytes) -> etree._Element:
    """The root of a whole document, in which nothing is left to be expanded or fetched."""
    if b"<!DOCTYPE" in body:
        raise SourceError("expected XML without a document type, found one")
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the document claims, so that nothing is hidden from the check above
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"expected a whole XML document in UTF-8, found none: {checks.found(error.msg)}") from error


def _expect_root(root: etree._Element, tag: str, expected: str) -> None:
    if root.tag != tag:
        raise SourceError(f"expected {expected}, found {checks.found(root.tag)}")


def _child(parent: etree._Element, tag: str) -> etree._Element | None:
    return next(parent.iterchildren(tag), None)


def _required(parent: etree._Element, tag: str) -> etree._Element:
    if (child := _child(parent, tag)) is not None:
        return child
    raise SourceError(f"expected an element {_name(tag)}, found none")


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _text(parent: etree._Element, tag: str) -> str:
    """The child's text on one line, empty where there is no such child."""
    child = _child(parent, tag)
    return "" if child is None else _all_text(child)


def _all_text(element: etree._Element) -> str:
    return checks.clean("".join(element.itertext()) if len(element) else element.text or "")


def _each(elements: Iterable[etree._Element], read: Callable[[etree._Element], Listing | None]) -> list[Listing]:
    """What was read of each element, if anything; an error says which one it is in."""
    listings = []
    for place, element in enumerate(elements, 1):
        try:
            listing = read(element)
        except SourceError as error:
            raise SourceError(f"{error} (paper {place} of the list)") from error
        listings += [listing] if listing else []
    return listings


def _once_each(listings: Iterable[Listing]) -> list[Listing]:
    """Each paper where it comes first."""
    once: dict[str, Listing] = {}
    for listing in listings:
        once.setdefault(listing.key, listing)
    return list(once.values())


# ------------------------------------------------------------------------------------------------------ what all share


def _id(text: str, pattern: re.Pattern[str], like: str) -> tuple[str, int | None]:
    if found := pattern.fullmatch(text):
        return checks.arxiv_id(found["id"]), int(found["version"]) if found["version"] else None
    raise SourceError(f"expected an id like {like}, found {checks.found(text)}")


def _title(parent: etree._Element, tag: str) -> str:
    return tex.to_unicode(checks.title(_text(parent, tag)))


def _abstract(text: str) -> str | None:
    return tex.to_unicode(text.strip()) or None


def _names(names: Iterable[str]) -> list[str] | None:
    """The authors; what has no letter, such as the colon after a collaboration's name, is none."""
    return [name for name in map(str.strip, names) if any(map(str.isalpha, name))] or None


def _categories(terms: Iterable[str]) -> list[str] | None:
    return [term for term in dict.fromkeys(terms) if CATEGORY.fullmatch(term)] or None


def _day(parent: etree._Element, tag: str) -> date:
    text = _text(parent, tag)
    if day := checks.day_of(text):
        return day
    raise SourceError(f"expected {_name(tag)} to begin with a date, found {checks.found(text)}")


# --------------------------------------------------------------------------------------------------------------- feeds


def _rss_day(moment: str) -> date | None:
    """The date of a moment like Mon, 27 Apr 2026 00:00:00 -0400, in its own zone."""
    found = RSS_MOMENT.match(moment)
    if not found or found[2] not in MONTHS:
        return None
    return checks.day_of(f"{found[3]}-{MONTHS.index(found[2]) + 1:02}-{found[1]:0>2}")


def _atom_day(moment: str) -> date | None:
    """The date in New York, where the feed is built just after midnight, of a moment like 2026-04-27T04:00:19Z."""
    try:
        return datetime.fromisoformat(moment).astimezone(EASTERN).date() if ATOM_MOMENT.fullmatch(moment) else None
    except (ValueError, OverflowError):  # no such day or hour, or one at the ends of time
        return None


@dataclass(frozen=True)
class Flavour:
    """What a kind of feed calls its parts."""

    title: str
    moment: str
    day: Callable[[str], date | None]
    item: str
    id: str
    abstract: str
    category: str


RSS_FLAVOUR = Flavour("title", "pubDate", _rss_day, "item", "guid", "description", "category")
ATOM_FLAVOUR = Flavour(
    f"{ATOM}title", f"{ATOM}updated", _atom_day, f"{ATOM}entry", f"{ATOM}id", f"{ATOM}summary", f"{ATOM}category"
)


def _feed(root: etree._Element) -> tuple[etree._Element, Flavour]:
    if root.tag == "rss":
        return _required(root, "channel"), RSS_FLAVOUR
    _expect_root(root, f"{ATOM}feed", "an RSS or Atom feed")
    return root, ATOM_FLAVOUR


def _item(item: etree._Element, flavour: Flavour) -> Listing:
    arxiv_id, version = _id(_text(item, flavour.id), FEED_ID, "oai:arXiv.org:2604.21952v1")
    description = _text(item, flavour.abstract)
    _, mark, abstract = description.partition("Abstract:")
    if not mark:
        raise SourceError(f"expected a text with Abstract: in it, found {checks.found(description)}")
    return Listing(
        key=f"arxiv:{arxiv_id}",
        arxiv_id=arxiv_id,
        version=version,
        title=_title(item, flavour.title),
        abstract=_abstract(abstract),
        authors=_names(_creators(_text(item, f"{DC}creator"))),
        categories=_categories(one.get("term") or _all_text(one) for one in item.iterchildren(flavour.category)),
        doi=checks.doi(_text(item, f"{ARXIV}DOI")),
        announced=_all_text(_required(item, f"{ARXIV}announce_type")) in ANNOUNCED,
    )


def _creators(text: str) -> list[str]:
    """The names in one text, where a comma parts them, but may also stand before a Jr."""
    names: list[str] = []
    for name in map(str.strip, AFFILIATION.sub("", tex.to_unicode(text)).split(",")):
        if names and SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        else:
            names.append(name)
    return names


# ------------------------------------------------------------------------------------------------------------- OAI-PMH


def _set_of(wanted: Sequence[str]) -> str:
    """The one set that holds all of these categories, empty if there is none."""
    archives = {category.partition(".")[0] for category in wanted}
    if len(archives) != 1:
        return ""
    (archive,) = archives
    subject = wanted[0].partition(".")[2] if len(wanted) == 1 else ""
    if archive in OWN_SETS:
        return f"{archive}:{archive}:{subject}" if subject else archive
    return f"physics:{archive}:{subject}" if subject else f"physics:{archive}"


def _no_records(error: etree._Element) -> Page:
    code = error.get("code")
    if code == "noRecordsMatch":
        return Page([])
    raise SourceError(f"expected records, found the error {checks.found(f'{code}: {_all_text(error)}')}")


def _of_day(records: Sequence[etree._Element], day: date) -> list[etree._Element]:
    """Those that changed on the day: one that changed again while we asked belongs to another."""
    days = [_day(_required(record, f"{OAI}header"), f"{OAI}datestamp") for record in records]
    if days and day not in days:
        raise SourceError(f"expected records of {day}, found those of {min(days)} to {max(days)}")
    return [record for record, changed in zip(records, days, strict=True) if changed == day]


def _record(record: etree._Element, day: date, wanted: frozenset[str]) -> Listing | None:
    """The paper, unless its record was deleted or it is in none of the categories wanted."""
    if _required(record, f"{OAI}header").get("status") == "deleted":
        return None
    paper = _required(_required(record, f"{OAI}metadata"), f"{RECORD}arXiv")
    terms = _text(paper, f"{RECORD}categories").split()
    if not any(term in wanted or term.partition(".")[0] in wanted for term in terms):
        return None
    arxiv_id = checks.arxiv_id(_text(paper, f"{RECORD}id"))
    created = _day(paper, f"{RECORD}created")
    return Listing(
        key=f"arxiv:{arxiv_id}",
        arxiv_id=arxiv_id,
        title=_title(paper, f"{RECORD}title"),
        abstract=_abstract(_text(paper, f"{RECORD}abstract")),
        authors=_names(map(_author, paper.iterfind(f"{RECORD}authors/{RECORD}author"))),
        categories=_categories(terms),
        doi=checks.doi(_text(paper, f"{RECORD}doi")),
        published_on=created,
        announced=day - created <= NEW_FOR,
        once=True,  # It is a list of what changed: a revision may be all that is left of an announcement we missed.
    )


def _author(author: etree._Element) -> str:
    parts = (_text(author, f"{RECORD}{part}") for part in ("forenames", "keyname", "suffix"))
    return tex.to_unicode(" ".join(part for part in parts if part))


def _next_address(token: str) -> str | None:
    """Quoted, as braces in an address would stand for the number of the answer."""
    return f"{settings.ARXIV_OAI_URL}?verb=ListRecords&resumptionToken={quote(token, safe='')}" if token else None


# ----------------------------------------------------------------------------------------------------------- query API


def _entry(entry: etree._Element) -> Listing:
    address = _text(entry, f"{ATOM}id")
    if "/api/errors" in address:
        raise SourceError(f"expected papers, found the error {checks.found(_text(entry, f'{ATOM}summary'))}")
    arxiv_id, version = _id(address, ENTRY_ID, "http://arxiv.org/abs/2609.40353v1")
    terms = [*entry.iterchildren(f"{ARXIV}primary_category"), *entry.iterchildren(f"{ATOM}category")]
    return Listing(
        key=f"arxiv:{arxiv_id}",
        arxiv_id=arxiv_id,
        version=version,
        title=_title(entry, f"{ATOM}title"),
        abstract=_abstract(_text(entry, f"{ATOM}summary")),
        authors=_names(tex.to_unicode(_text(one, f"{ATOM}name")) for one in entry.iterchildren(f"{ATOM}author")),
        categories=_categories(one.get("term") or "" for one in terms),
        doi=checks.doi(_text(entry, f"{ARXIV}doi")),
        published_on=_day(entry, f"{ATOM}published"),
        announced=False,
    )
