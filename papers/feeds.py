"""Lists of papers as feed readers take them in: Atom (RFC 4287) and JSON Feed 1.1. Entries in, bytes out.

An entry's id, by default the address of the paper's page, and its moment never change, so that no reader shows a paper
again because people voted for it. Lists are credited in each feed, and arXiv in its own words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from io import StringIO
from typing import Any, NamedTuple
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language, gettext
from django.utils.xmlutils import SimplerXMLGenerator

from papers.fragments import Fragments
from papers.models import Paper
from papers.sources import SOURCES

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # of a feed without entries
MOST_BYTES = 500_000  # of what is larger many readers take nothing
kept = Fragments(6_000_000)  # entries as they are written, in bytes: some 2,000


class Entry(NamedTuple):
    paper: Paper  # with its chips
    at: datetime  # in whole seconds
    reason: str = ""  # why it is there, if that is to be said
    id: str = ""  # its own, if that is not the address of the paper's page


@dataclass(frozen=True)
class Feed:
    """`page`: the page that shows the same list; `address`: where this very feed is, empty where that is nobody's to
    pass on. Both without the site. `id`: what names it for ever, where its page is not its own."""

    title: str
    page: str
    address: str
    entries: Sequence[Entry]
    id: str = ""

    @cached_property
    def updated(self) -> datetime:
        return max([entry.at for entry in self.entries], default=LONG_AGO)


def announced(papers: Iterable[Paper]) -> list[Entry]:
    """Papers as of the moment at which each came to be known here."""
    return [Entry(paper, paper.first_seen_at.astimezone(UTC).replace(microsecond=0)) for paper in papers]


def written(feed: Feed, form: Callable[[Feed], bytes]) -> bytes:
    """In a form, atom or json_feed, and in at most MOST_BYTES: if need be without its last entries."""
    kept, body = feed, form(feed)
    while len(body) > MOST_BYTES:
        kept = replace(kept, entries=kept.entries[: len(kept.entries) * MOST_BYTES // len(body)])
        body = form(kept)
    return body


class _Entry(Atom1Feed):
    """With every author of a paper, and the whole abstract beside the summary."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", name)
            handler.endElement("author")
        handler.addQuickElement("content", item["content"], {"type": "html"})


class _Document(Atom1Feed):
    """Of entries that are XML already."""

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        for written in self.feed["entries"]:
            handler.ignorableWhitespace(written)  # SAX's way to write what it shall not escape.

    def latest_post_date(self) -> datetime:
        return self.feed["updated"]  # type: ignore[no-any-return]


def atom(feed: Feed) -> bytes:
    document = _Document(
        title=f"{feed.title} · {settings.SITE_NAME}",
        link=settings.SITE_URL + feed.page,
        description="",
        language=get_language(),
        author_name=settings.SITE_NAME,
        feed_url=settings.SITE_URL + feed.address if feed.address else None,
        feed_guid=feed.id or None,
        feed_copyright=_credits(),
        updated=feed.updated,
        entries=[_written_once(entry, _atom_entry) for entry in feed.entries],
    )
    text = StringIO()
    document.write(text, "utf-8")
    return text.getvalue().encode()


def _atom_entry(entry: Entry) -> str:
    paper, alone = entry.paper, _Entry(title="", link="", description="")
    alone.add_item(
        title=paper.title,
        link=_address(paper),
        description=escape(paper.key_sentences),  # Django calls it HTML.
        unique_id=entry.id or _address(paper),
        pubdate=entry.at,
        updateddate=entry.at,
        categories=_tags(paper),
        authors=paper.authors,
        content=_content(entry),
    )
    text = StringIO()
    alone.write_items(SimplerXMLGenerator(text, "utf-8", short_empty_elements=True))
    return text.getvalue()


def json_feed(feed: Feed) -> bytes:
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{feed.title} · {settings.SITE_NAME}",
        "home_page_url": settings.SITE_URL + feed.page,
        "description": _credits(),
        "language": get_language(),
        "authors": [{"name": settings.SITE_NAME, "url": f"{settings.SITE_URL}/"}],
    } | ({"feed_url": settings.SITE_URL + feed.address} if feed.address else {})
    items = ",".join([_written_once(entry, _json_item) for entry in feed.entries])
    return f'{_json(said)[:-1]},"items":[{items}]}}'.encode()


def _json_item(entry: Entry) -> str:
    paper = entry.paper
    said = {
        "id": entry.id or _address(paper),
        "url": _address(paper),
        "external_url": next((address for _, address in paper.own_links), ""),
        "title": paper.title,
        "summary": paper.key_sentences,
        "content_html": _content(entry),
        "date_published": entry.at.isoformat(),
        "authors": [{"name": name} for name in paper.authors],
        "tags": _tags(paper),
    }
    return _json({name: value for name, value in said.items() if value})


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _written_once(entry: Entry, write: Callable[[Entry], str]) -> str:
    """Found again for as long as nothing that an entry shows has changed, as feeds are asked for many times a day."""
    paper, at, *others = entry
    said = [paper.key, paper.title, paper.abstract, paper.authors, paper.organisation, paper.categories]
    places = paper.published_on, paper.arxiv_id, paper.on_hugging_face, paper.urls
    topics = [score.name for score in paper.chips]
    shown = write.__name__, get_language(), settings.SITE_URL, said, places, topics, at, others
    return kept.get(shown, lambda: write(entry))


def _address(paper: Paper) -> str:
    return settings.SITE_URL + paper.get_absolute_url()


def _tags(paper: Paper) -> list[str]:
    return [*(gettext(score.name) for score in paper.chips), *paper.categories]


def _content(entry: Entry) -> str:
    paper = entry.paper
    shown = {name: getattr(paper, name) for name in ("byline", "organisation", "published_on", "abstract", "links")}
    return render_to_string("papers/feed_entry.html", shown | {"reason": entry.reason}).strip()


def _credits() -> str:
    lists = "; ".join(str(source.credit) for source in SOURCES.values() if source.credit)
    return gettext(
        "Lists: %(lists)s. Titles and abstracts belong to their authors. "
        "Thank you to arXiv for use of its open access interoperability."
    ) % {"lists": lists}
