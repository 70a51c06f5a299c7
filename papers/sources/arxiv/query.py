"""arXiv's query API: single papers by their ids."""

from collections.abc import Sequence
from urllib.parse import quote

from django.conf import settings
from lxml import etree

from papers import identifiers
from papers.sources import checks
from papers.sources.arxiv import elements
from papers.sources.arxiv.elements import ARXIV, ATOM
from papers.sources.base import Listing, Page, SourceError
from papers.text import tex

PLACES = ("http://arxiv.org/abs/", "https://arxiv.org/abs/")  # what an entry's id begins with


def query_address(ids: Sequence[str]) -> str:
    return f"{settings.ARXIV_API_URL}/api/query?id_list={','.join(map(quote, ids))}&max_results={len(ids)}"


def query(body: bytes) -> Page:
    """The papers that were asked for; those that arXiv does not know are left out."""
    feed = elements.parsed(body)
    elements.expect_root(feed, f"{ATOM}feed", "an Atom feed")
    return Page(checks.once_each(checks.each(feed.findall(f"{ATOM}entry"), _listing)))


def _listing(entry: etree._Element) -> Listing:
    address = elements.text(entry, f"{ATOM}id")
    if "/api/errors" in address:
        error = elements.text(entry, f"{ATOM}summary")
        raise SourceError(f"expected papers, found the error {checks.found(error)}")
    if not address.startswith(PLACES):
        raise SourceError(f"expected an id like {PLACES[0]}2609.40353v1, found {checks.found(address)}")
    arxiv_id = checks.arxiv_id(address.partition("/abs/")[2], versioned=True)
    terms = [*entry.iterchildren(f"{ARXIV}primary_category"), *entry.iterchildren(f"{ATOM}category")]
    authors = entry.iterchildren(f"{ATOM}author")
    return Listing(
        key=identifiers.arxiv_key(arxiv_id),
        arxiv_id=arxiv_id,
        title=elements.title(entry, f"{ATOM}title"),
        abstract=elements.abstract(elements.text(entry, f"{ATOM}summary")),
        authors=elements.authors(tex.to_unicode(elements.text(author, f"{ATOM}name")) for author in authors),
        categories=elements.categories(one.get("term") or "" for one in terms),
        doi=checks.doi(elements.text(entry, f"{ARXIV}doi")),
        published_on=elements.day(entry, f"{ATOM}published"),
        announced=False,
    )
