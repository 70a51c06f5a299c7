"""arXiv's query API: single papers by their ids, titles or DOIs.

Its manual names `ti`; `doi` it does not name, but arXiv's own notes do (arxiv-search, README_classic_search_query.md):
it finds the DOIs that authors gave.
"""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from django.conf import settings
from lxml import etree

from papers import identifiers
from papers.sources import checks
from papers.sources.arxiv import elements
from papers.sources.arxiv.elements import ARXIV, ATOM
from papers.sources.base import Listing, Page, SourceError
from papers.text import tex

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
MOST_PHRASES = 3  # of a title
FOUND_A_TITLE = 5  # papers: some have in their titles what is another's whole one
PLACES = ("http://arxiv.org/abs/", "https://arxiv.org/abs/")  # what an entry's id begins with


def query_address(ids: Sequence[str]) -> str:
    return f"{settings.ARXIV_API_URL}/api/query?id_list={','.join(map(quote, ids))}&max_results={len(ids)}"


def titles_address(titles: Sequence[str]) -> str:
    """Of papers in whose titles all phrases of one of these stand: also of others than those meant."""
    either = [" AND ".join(f'ti:"{phrase}"' for phrase in _phrases(title)) for title in titles]
    return _search_address(either, FOUND_A_TITLE * len(titles))


def dois_address(dois: Sequence[str]) -> str:
    return _search_address(['doi:"{}"'.format(doi.replace('"', "")) for doi in dois], len(dois))


def _search_address(either: Sequence[str], most: int) -> str:
    asked = " OR ".join(f"({one})" for one in either) if len(either) > 1 else either[0]
    return f"{settings.ARXIV_API_URL}/api/query?search_query={quote(asked)}&max_results={most}"


def _phrases(title: str) -> list[str]:
    """The longest runs of words with nothing but spaces between them: how arXiv reads signs is not known."""
    runs, end = [[""]], 0
    for word in identifiers.SEARCHABLE.finditer(title.replace("’", "'")):
        if title[end : word.start()].strip():
            runs.append([])
        runs[-1].append(word[0])
        end = word.end()
    longest = sorted((" ".join(run).strip() for run in runs), key=len, reverse=True)
    return [phrase for phrase in longest[:MOST_PHRASES] if " " in phrase] or longest[:1]


def query(body: bytes) -> Page:
    """The papers that were asked for; those that arXiv does not know are left out."""
    feed = elements.parsed(body)
    elements.expect_root(feed, f"{ATOM}feed", "an Atom feed")
    entries = feed.findall(f"{ATOM}entry")
    found = elements.text(feed, f"{OPENSEARCH}totalResults")
    is_cut = found.isdecimal() and 0 < len(entries) < int(found[:10])
    return replace(checks.each(entries, _listing), cut=is_cut)


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
        # Somebody asked for this very paper, so it is taken without an abstract too.
        abstract=tex.to_unicode(elements.text(entry, f"{ATOM}summary")) or None,
        authors=elements.authors(tex.to_unicode(elements.text(author, f"{ATOM}name")) for author in authors),
        categories=elements.categories(one.get("term") or "" for one in terms),
        doi=checks.doi(elements.text(entry, f"{ARXIV}doi")),
        published_on=elements.day(entry, f"{ATOM}published"),
        announced=False,
    )
