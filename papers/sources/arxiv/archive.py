"""arXiv's archive (OAI-PMH): the records that changed on a day, seldom because a paper is new.

It has each record once, under the day of its last change. Its format `arXiv` says all but when: its date is that of
the current version. So a day is read in two lists, of which the second, `arXivRaw`, says when each version came in.
"""

from dataclasses import replace
from datetime import UTC, date, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import quote

from django.conf import settings
from lxml import etree

from papers import identifiers
from papers.sources import checks
from papers.sources.arxiv import elements, schedule
from papers.sources.arxiv.categories import categories
from papers.sources.base import Listing, Page, SourceError
from papers.text import tex

HELD_FOR = timedelta(days=7)  # so long after its own day a paper may be new whatever its number
# A paper that moderators hold gets its number when they release it. Such numbers come a little before those of the
# day's other news, of which one in fifty may itself be older than its number says.
OUTLIERS, BEFORE_THE_DAY = 50, 1_000
OWN_SETS = ("cs", "econ", "eess", "math", "q-bio", "q-fin", "stat")  # archives that do not belong to physics
OAI = "{http://www.openarchives.org/OAI/2.0/}"
RECORDS, VERSIONS = "arXiv", "arXivRaw"  # the formats
RECORD = "{http://arxiv.org/OAI/arXiv/}"
RAW_RECORD = "{http://arxiv.org/OAI/arXivRaw/}"


def oai_address(day: date) -> str:
    return _address(day, RECORDS)


def versions_address(day: date) -> str:
    return _address(day, VERSIONS)


def _address(day: date, form: str) -> str:
    """Narrowed to the one set that holds all of our categories, if there is one."""
    asked = f"{settings.ARXIV_OAI_URL}?verb=ListRecords&metadataPrefix={form}&from={day}&until={day}"
    wanted = categories()
    archive, *others = {identifiers.archive_of(category) for category in wanted}
    if others:
        return asked
    parts = [archive] if archive in OWN_SETS else ["physics", archive]
    if len(wanted) == 1 and wanted != [archive]:
        parts = [parts[0], archive, wanted[0].removeprefix(f"{archive}.")]
    return f"{asked}&set={quote(':'.join(parts), safe=':')}"


def oai(body: bytes, day: date) -> Page:
    """What the records of our categories that changed that day say, but for when."""
    records, following = _records(body, day)
    return checks.each(records, partial(_listing, day=day, wanted=frozenset(categories())), following)


def versions(body: bytes, day: date) -> Page:
    """When the papers of these records came in, on whose list they were to be, and which are news on this one."""
    records, following = _records(body, day)
    return checks.each(records, partial(_dated, day=day, wanted=frozenset(categories())), following)


def _records(body: bytes, day: date) -> tuple[list[etree._Element], str | None]:
    """The records, of which some are of the day, and the address of more."""
    answer = elements.parsed(body)
    elements.expect_root(answer, f"{OAI}OAI-PMH", "an OAI-PMH answer")
    if (error := elements.child(answer, f"{OAI}error")) is not None:
        if error.get("code") == "noRecordsMatch":
            return [], None
        said = f"{error.get('code')}: {elements.all_text(error)}"
        raise SourceError(f"expected records, found the error {checks.found(said)}")
    holder = elements.required(answer, f"{OAI}ListRecords")
    records = holder.findall(f"{OAI}record")
    stamps = (checks.day_of(elements.text(header, f"{OAI}datestamp")) for header in holder.iter(f"{OAI}header"))
    days = [changed for changed in stamps if changed]
    if days and day not in days:
        raise SourceError(f"expected records of {day}, found those of {min(days)} to {max(days)}")
    token = elements.text(holder, f"{OAI}resumptionToken")
    # Quoted, as braces in an address would stand for the number of the answer.
    following = f"{settings.ARXIV_OAI_URL}?verb=ListRecords&resumptionToken={quote(token, safe='')}"
    return records, following if token else None


def _paper(record: etree._Element, form: str, day: date, wanted: frozenset[str]) -> etree._Element | None:
    """The paper in a record of this format, unless it was deleted or is in none of the categories wanted."""
    header = elements.required(record, f"{OAI}header")
    # One that changed again while we asked belongs to another day.
    if elements.day(header, f"{OAI}datestamp") != day or header.get("status") == "deleted":
        return None
    space = f"{{http://arxiv.org/OAI/{form}/}}"
    paper = elements.required(elements.required(record, f"{OAI}metadata"), f"{space}{form}")
    terms = elements.text(paper, f"{space}categories").split()
    return paper if any(term in wanted or identifiers.archive_of(term) in wanted for term in terms) else None


def _listing(record: etree._Element, day: date, wanted: frozenset[str]) -> Listing | None:
    if (paper := _paper(record, RECORDS, day, wanted)) is None:
        return None
    arxiv_id = checks.arxiv_id(elements.text(paper, f"{RECORD}id"))
    return Listing(
        key=identifiers.arxiv_key(arxiv_id),
        arxiv_id=arxiv_id,
        title=elements.title(paper, f"{RECORD}title"),
        abstract=elements.abstract(elements.text(paper, f"{RECORD}abstract")),
        authors=elements.authors(map(_author, paper.iterfind(f"{RECORD}authors/{RECORD}author"))),
        categories=elements.categories(elements.text(paper, f"{RECORD}categories").split()),
        doi=checks.doi(elements.text(paper, f"{RECORD}doi")),
        announced=False,  # The other list says which are news.
    )


def _author(author: etree._Element) -> str:
    parts = (elements.text(author, f"{RECORD}{part}") for part in ("forenames", "keyname", "suffix"))
    return tex.to_unicode(" ".join(part for part in parts if part))


def _dated(record: etree._Element, day: date, wanted: frozenset[str]) -> Listing | None:
    if (paper := _paper(record, VERSIONS, day, wanted)) is None:
        return None
    arxiv_id = checks.arxiv_id(elements.text(paper, f"{RAW_RECORD}id"))
    versions = paper.findall(f"{RAW_RECORD}version")
    moment = elements.text(versions[0], f"{RAW_RECORD}date") if versions else ""
    try:
        submitted = parsedate_to_datetime(moment).astimezone(UTC)
        own_day = min(schedule.announced_on(submitted), day)
    except (ValueError, OverflowError) as error:  # no moment, or one at the ends of time
        raise SourceError(f"expected the first version's moment, found {checks.found(moment)}") from error
    return Listing(
        key=identifiers.arxiv_key(arxiv_id),
        arxiv_id=arxiv_id,
        title=elements.title(paper, f"{RAW_RECORD}title"),
        published_on=submitted.date(),
        announced=own_day == day or (len(versions) == 1 and day - own_day <= HELD_FOR),
        announced_on=own_day,
        unrevised=len(versions) == 1,
    )


def released(listings: list[Listing], day: date) -> list[Listing]:
    """Announced on this day too is a first version that came in long before, if its number was given out with those of
    the day's news: it was held, where others were only touched."""
    orders = {one.key: order for one in listings if (order := identifiers.order(one.arxiv_id or ""))}
    news = sorted(orders[one.key] for one in listings if one.announced_on == day and one.key in orders)
    if not news:
        return listings
    least = news[len(news) // OUTLIERS] - BEFORE_THE_DAY
    return [
        replace(one, announced=True, announced_on=day)
        if one.unrevised and not one.announced and orders.get(one.key, 0) >= least
        else one
        for one in listings
    ]
