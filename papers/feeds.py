"""Lists of papers as feed readers take them in: Atom (RFC 4287) and JSON Feed 1.1. Papers in, bytes out.

An entry's id is the address of the paper's page and its moment the one at which the paper was announced here, so that
no reader shows a paper again because people voted for it. Lists are credited in each feed, and arXiv in its own words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from io import StringIO
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.utils.xmlutils import SimplerXMLGenerator

from papers.models import Paper
from papers.sources import SOURCES

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # of a feed without entries


@dataclass(frozen=True)
class Feed:
    """`page`: the page that shows the same list; `address`: where this very feed is. Both without the site."""

    title: str
    page: str
    address: str
    papers: Sequence[Paper]  # with their chips

    @cached_property
    def updated(self) -> datetime:
        return max([_moment(paper) for paper in self.papers], default=LONG_AGO)


class _Atom(Atom1Feed):
    """With every author of a paper, and the whole abstract beside the summary."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", name)
            handler.endElement("author")
        handler.addQuickElement("content", item["content"], {"type": "html"})

    def latest_post_date(self) -> datetime:
        return self.feed["updated"]  # type: ignore[no-any-return]


def atom(feed: Feed) -> bytes:
    written = _Atom(
        title=f"{feed.title} · {settings.SITE_NAME}",
        link=settings.SITE_URL + feed.page,
        description="",
        language=get_language(),
        author_name=settings.SITE_NAME,
        feed_url=settings.SITE_URL + feed.address,
        feed_copyright=_credits(),
        updated=feed.updated,
    )
    for paper in feed.papers:
        written.add_item(
            title=paper.title,
            link=_address(paper),
            description=paper.key_sentences,
            unique_id=_address(paper),
            pubdate=_moment(paper),
            updateddate=_moment(paper),
            categories=_tags(paper),
            authors=paper.authors,
            content=_content(paper),
        )
    text = StringIO()
    written.write(text, "utf-8")
    return text.getvalue().encode()


def json_feed(feed: Feed) -> bytes:
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{feed.title} · {settings.SITE_NAME}",
        "home_page_url": settings.SITE_URL + feed.page,
        "feed_url": settings.SITE_URL + feed.address,
        "description": _credits(),
        "language": get_language(),
        "authors": [{"name": settings.SITE_NAME, "url": f"{settings.SITE_URL}/"}],
        "items": [_item(paper) for paper in feed.papers],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _item(paper: Paper) -> dict[str, Any]:
    said = {
        "id": _address(paper),
        "url": _address(paper),
        "external_url": next((address for _, address in paper.own_links), ""),
        "title": paper.title,
        "summary": paper.key_sentences,
        "content_html": _content(paper),
        "date_published": _moment(paper).isoformat(),
        "authors": [{"name": name} for name in paper.authors],
        "tags": _tags(paper),
    }
    return {name: value for name, value in said.items() if value}


def _address(paper: Paper) -> str:
    return settings.SITE_URL + paper.get_absolute_url()


def _moment(paper: Paper) -> datetime:
    return paper.first_seen_at.astimezone(UTC).replace(microsecond=0)


def _tags(paper: Paper) -> list[str]:
    return [*(score.topic.name for score in paper.chips), *paper.categories]  # type: ignore[attr-defined]


def _content(paper: Paper) -> str:
    return render_to_string("papers/feed_entry.html", {"paper": paper}).strip()


def _credits() -> str:
    lists = "; ".join(source.credit for source in SOURCES.values() if source.credit)
    return gettext(
        "Lists: %(lists)s. Titles and abstracts belong to their authors. "
        "Thank you to arXiv for use of its open access interoperability."
    ) % {"lists": lists}
