"""A site's days: papers that are listed on them, and readers whose letters are planned on each at noon."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from digest.letters import composing, planning
from papers.models import Paper
from subscriptions.models import Letter, Subscriber
from tests.factories import make_paper, make_reader

BEGINS = date(2026, 8, 3)  # a Monday


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range(count))


def begun(**fields: Any) -> Subscriber:
    """A reader whose last letter came the day before, at the same hour."""
    before = BEGINS - timedelta(days=1)
    moments = {"next_slot": BEGINS, "next_due_at": at(BEGINS), "last_slot": before, "read_up_to": at(before)}
    return make_reader(**{"hour": 12} | moments | fields)


def paper_of(day: date, **fields: Any) -> Paper:
    """Listed on that day, at six in the morning."""
    return make_paper(**{"listed_on": day, "first_seen_at": at(day, 6)} | fields)


def live(first: date, count: int, hour: int = 12) -> None:
    """A tick each of these days."""
    for day in days(first, count):
        planning.tick(at(day, hour))


def letter_of(reader: Subscriber, day: date) -> Letter:
    return Letter.objects.select_related("subscriber").get(subscriber=reader, kind="digest", key=day.isoformat())


def papers_in(letter: Letter) -> list[int]:
    return [item["paper"] for part in ("for_you", "trending") for item in letter.contents[part]]


def both_parts(letter: Letter) -> tuple[str, str]:
    """The letter as it is sent: its text, and its page."""
    message = composing.digest([letter], at(date.fromisoformat(letter.key)))[letter.pk].message()
    return str(message.body), str(message.alternatives[0][0])
