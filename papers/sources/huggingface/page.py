"""The pages of Daily Papers, and the data inside them."""

from datetime import date
from functools import partial
from typing import Any, TypeVar

import msgspec
from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup
from django.conf import settings

from papers.sources import checks
from papers.sources.base import Page, SourceError
from papers.sources.huggingface import entries
from papers.sources.shapes import parsed


class DayProps(msgspec.Struct, rename="camel"):
    daily_papers: list[Any]
    date: str | None = None  # of 2024
    date_string: str | None = None


class TrendingProps(msgspec.Struct, rename="camel"):
    daily_papers: list[Any]
    is_trending: bool | None = None


T = TypeVar("T")


def daily_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/papers/date/{day}"


def trending_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/papers/trending"


def daily(body: bytes, day: date) -> Page:
    """The data inside a day's page, its entries like the API's. A day without papers shows another day's page."""
    data = _props(body, DayProps)
    shown = data.date or data.date_string
    if shown is None:
        raise SourceError("expected dateString, found none")
    entries.expect_day(shown, day, "the page's date")
    return checks.each(data.daily_papers, partial(entries.listing, day=day))


def trending(body: bytes, day: date) -> Page:
    """The data inside the page of what is trending."""
    data = _props(body, TrendingProps)
    if not data.is_trending:
        raise SourceError("expected isTrending in data-props, found another list")
    return checks.each(data.daily_papers, partial(entries.listing, announced=False))


def _props(body: bytes, kind: type[T]) -> T:
    box = find(soup(body), '[data-target="DailyPapers"][data-props]')
    return parsed(str(box["data-props"]), kind, "a JSON object in data-props")


def soup(body: bytes) -> BeautifulSoup:
    try:
        # Decoded here, as Beautiful Soup would guess an encoding rather than say that the page is spoiled.
        return BeautifulSoup(body.decode(), "html.parser")
    except (ParserRejectedMarkup, ValueError) as error:  # ValueError: not UTF-8, or a reference like &#9…9;
        raise SourceError("expected an HTML page in UTF-8, found something else") from error


def find(tag: Tag, selector: str) -> Tag:
    """The first element inside the tag that the CSS selector matches; raises SourceError naming the selector."""
    if found := tag.select_one(selector):
        return found
    raise SourceError(f"expected an element {selector}, found none")
