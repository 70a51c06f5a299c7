"""A source's day as tests serve and collect it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from papers import collecting
from papers.models import Collection, Paper, PaperTopic, Sighting
from papers.sources import SOURCES
from papers.sources.base import Manners
from tests.farend import FarEnd

HUGGINGFACE = replace(SOURCES["huggingface"], manners=Manners("huggingface.co", timedelta(0)))  # without waiting
DAY = date(2026, 8, 20)  # a Thursday
MORNING = datetime(2026, 8, 20, 9, tzinfo=UTC)
LATER = timedelta(hours=1)


def entry(number: int, *, day: date = DAY, **fields: Any) -> dict[str, Any]:
    """One element of the API's answer, in its shape."""
    paper = {
        "id": f"2608.{number:05}",
        "title": f"Invented paper {number}",
        "summary": f"Paper {number} is about dictionary learning.",
        "authors": [{"name": "Ada Quill", "hidden": False}],
        "publishedAt": "2026-08-19T00:00:00.000Z",
        "submittedOnDailyAt": f"{day}T00:00:00.000Z",
        "upvotes": number,
    }
    return {"paper": paper | fields, "numComments": 1}


def lists(far_end: FarEnd, *entries: dict[str, Any], day: date = DAY, **headers: str) -> None:
    far_end.answers(f"/api/daily_papers?date={day}&limit=100", body=json.dumps(entries).encode(), headers=headers)


def collect(now: datetime = MORNING, day: date = DAY) -> collecting.Collected:
    return collecting.collect(HUGGINGFACE, day, now)


def every_row() -> list[Any]:
    """All that collecting writes but the times in its records and the hosts' turns."""
    papers = list(Paper.objects.order_by("pk").values())
    sightings, topics = (
        list(Sighting.objects.order_by("pk").values()),
        PaperTopic.objects.values("paper", "topic", "phrase"),
    )
    return [papers, sightings, list(topics.order_by("paper", "topic"))]


def record() -> Collection:
    return Collection.objects.get(source="huggingface", day=DAY)
