"""Listings, and how tests store them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from papers import storing
from papers.sources.base import Listing

DAY = date(2026, 8, 20)
MORNING = datetime(2026, 8, 20, 9, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)


def listing(number: int = 1, **said: Any) -> Listing:
    arxiv_id = f"2608.{number:05}"
    return Listing(**{"key": f"arxiv:{arxiv_id}", "arxiv_id": arxiv_id, "title": f"Invented paper {number}"} | said)


def store(*listings: Listing, by: str = "huggingface:api", day: date = DAY, now: datetime = MORNING) -> storing.Merged:
    source, reading = by.split(":")
    return storing.merge_papers(listings, source, reading, day, now)
