"""The API of Daily Papers: the list of a day, of a week, of a month, and of what is trending now."""

from datetime import date
from functools import partial
from typing import Any

from django.conf import settings

from papers.sources import checks
from papers.sources.base import Page
from papers.sources.huggingface import entries
from papers.sources.shapes import parsed

MOST_ENTRIES = 100  # the most that the API gives at once; left out, it would give 50 and cut busy days


def daily_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?date={day}&limit={MOST_ENTRIES}"


def week_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?week={day:%G-W%V}&limit={MOST_ENTRIES}"


def month_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?month={day:%Y-%m}&limit={MOST_ENTRIES}"


def trending_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?sort=trending&limit={MOST_ENTRIES}"


def latest_address() -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?limit=1"


def daily(body: bytes, day: date) -> Page:
    """An answer for a day; an empty one is an answer too. A full one may have another behind it."""
    items = _items(body)
    return checks.each(items, partial(entries.listing, day=day), _more(daily_address(day), items))


def week(body: bytes, day: date) -> Page:
    """What a week's list says of one of its days. A paper that was listed twice in it stands there once."""
    return _of_span(body, day, week_address(day))


def month(body: bytes, day: date) -> Page:
    """What a month's list says of one of its days. A paper that was listed twice in it stands there once."""
    return _of_span(body, day, month_address(day))


def trending(body: bytes, day: date) -> Page:
    """What is trending there now, best first: papers of any age, so none of them is announced by being on it."""
    return checks.each(_items(body), partial(entries.listing, announced=False))


def latest(body: bytes) -> date:
    """The day of the newest submission, which is what the API answers with when it is asked for no day."""
    items = _items(body)
    return entries.submitted_on(items[0] if items else {})


def _of_span(body: bytes, day: date, address: str) -> Page:
    items = _items(body)
    return checks.each(items, partial(entries.listing_on, day=day), _more(address, items))


def _items(body: bytes) -> list[Any]:
    return parsed(body, list[Any], "a JSON array of papers")


def _more(address: str, items: list[Any]) -> str | None:
    return f"{address}&p={{number}}" if len(items) == MOST_ENTRIES else None
