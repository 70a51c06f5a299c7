"""arXiv's archive (OAI-PMH): the records that changed on a day."""

from datetime import date, timedelta
from functools import partial
from urllib.parse import quote

from django.conf import settings
from lxml import etree

from papers import identifiers
from papers.sources import checks
from papers.sources.arxiv import elements
from papers.sources.arxiv.categories import categories
from papers.sources.base import Listing, Page, SourceError
from papers.text import tex

NEW_FOR = timedelta(days=30)  # A record without updates that is older was only touched, not announced.
OWN_SETS = ("cs", "econ", "eess", "math", "q-bio", "q-fin", "stat")  # archives that do not belong to physics
OAI = "{http://www.openarchives.org/OAI/2.0/}"
RECORD = "{http://arxiv.org/OAI/arXiv/}"


def oai_address(day: date) -> str:
    """Narrowed to the one set that holds all of our categories, if there is one."""
    asked = f"{settings.ARXIV_OAI_URL}?verb=ListRecords&metadataPrefix=arXiv&from={day}&until={day}"
    wanted = categories()
    archive, *others = {identifiers.archive_of(category) for category in wanted}
    if others:
        return asked
    parts = [archive] if archive in OWN_SETS else ["physics", archive]
    if len(wanted) == 1 and wanted != [archive]:
        parts = [parts[0], archive, wanted[0].removeprefix(f"{archive}.")]
    return f"{asked}&set={quote(':'.join(parts), safe=':')}"


def oai(body: bytes, day: date) -> Page:
    """The records of our categories that changed that day, which is seldom because a paper is new."""
    answer = elements.parsed(body)
    elements.expect_root(answer, f"{OAI}OAI-PMH", "an OAI-PMH answer")
    if (error := elements.child(answer, f"{OAI}error")) is not None:
        if error.get("code") == "noRecordsMatch":
            return Page([])
        said = f"{error.get('code')}: {elements.all_text(error)}"
        raise SourceError(f"expected records, found the error {checks.found(said)}")
    holder = elements.required(answer, f"{OAI}ListRecords")
    records = holder.findall(f"{OAI}record")
    days = [elements.day(elements.required(record, f"{OAI}header"), f"{OAI}datestamp") for record in records]
    if days and day not in days:
        raise SourceError(f"expected records of {day}, found those of {min(days)} to {max(days)}")
    # One that changed again while we asked belongs to another day.
    of_day = [record for record, changed in zip(records, days, strict=True) if changed == day]
    listings = checks.each(of_day, partial(_listing, day=day, wanted=frozenset(categories())))
    token = elements.text(holder, f"{OAI}resumptionToken")
    # Quoted, as braces in an address would stand for the number of the answer.
    following = f"{settings.ARXIV_OAI_URL}?verb=ListRecords&resumptionToken={quote(token, safe='')}"
    return Page(checks.once_each(listings), following if token else None)


def _listing(record: etree._Element, day: date, wanted: frozenset[str]) -> Listing | None:
    """The paper, unless its record was deleted or it is in none of the categories wanted."""
    if elements.required(record, f"{OAI}header").get("status") == "deleted":
        return None
    paper = elements.required(elements.required(record, f"{OAI}metadata"), f"{RECORD}arXiv")
    terms = elements.text(paper, f"{RECORD}categories").split()
    if not any(term in wanted or identifiers.archive_of(term) in wanted for term in terms):
        return None
    arxiv_id = checks.arxiv_id(elements.text(paper, f"{RECORD}id"))
    created = elements.day(paper, f"{RECORD}created")
    return Listing(
        key=identifiers.arxiv_key(arxiv_id),
        arxiv_id=arxiv_id,
        title=elements.title(paper, f"{RECORD}title"),
        abstract=elements.abstract(elements.text(paper, f"{RECORD}abstract")),
        authors=elements.authors(map(_author, paper.iterfind(f"{RECORD}authors/{RECORD}author"))),
        categories=elements.categories(terms),
        doi=checks.doi(elements.text(paper, f"{RECORD}doi")),
        published_on=created,
        announced=day - created <= NEW_FOR,
        once=True,  # It is a list of what changed: a revision may be all that is left of an announcement we missed.
    )


def _author(author: etree._Element) -> str:
    parts = (elements.text(author, f"{RECORD}{part}") for part in ("forenames", "keyname", "suffix"))
    return tex.to_unicode(" ".join(part for part in parts if part))
