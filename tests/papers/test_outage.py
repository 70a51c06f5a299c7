"""Three days without a source: they are all there on the morning after, and each paper comes to each reader once."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from digest.letters import planning
from digest.models import Given
from papers import collecting
from papers.models import Collection, Sighting
from papers.sources import SOURCES, calendar
from papers.sources.base import Manners
from subscriptions.models import Letter
from tests.factories import make_reader, make_topic
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
HUGGINGFACE = replace(SOURCES["huggingface"], manners=Manners("huggingface.co", timedelta(0)))  # without waiting
MONDAY, FRIDAY = date(2026, 8, 17), date(2026, 8, 21)
NOWHERE = "http://127.0.0.1:9"
A_DAY = 4


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        for day in calendar.days(MONDAY - collecting.LOOKS_BACK, FRIDAY):
            far_end.answers(f"/api/daily_papers?date={day}&limit=100", body=json.dumps(of_day(day)).encode())
        settings.HUGGINGFACE_URL = far_end.url
        yield far_end


def of_day(day: date) -> list[dict[str, object]]:
    """What is listed that day: nothing before the Monday."""
    papers = range(A_DAY if day >= MONDAY else 0)
    return [
        {
            "paper": {
                "id": f"26{day:%m.%d}{number:03}",
                "title": f"Dictionary learning, part {number} of {day}",
                "summary": "On letters.",
                "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                "upvotes": number,
            }
        }
        for number in papers
    ]


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def live_through(far_end: FarEnd, settings: Settings, dark: list[date]) -> None:
    """Monday to Friday, hour by hour, with letters; on the dark days nothing is reached."""
    for day in calendar.days(MONDAY, FRIDAY):
        settings.HUGGINGFACE_URL = NOWHERE if day in dark else far_end.url
        for hour in range(5, 20, 3):
            list(collecting.collect_due(HUGGINGFACE, at(day, hour)))
            planning.tick(at(day, hour))


DARK = [MONDAY + timedelta(days=ahead) for ahead in (1, 2, 3)]


def test_after_three_dark_days_all_of_them_are_there_the_next_morning(far_end: FarEnd, settings: Settings):
    live_through(far_end, settings, DARK)

    seen = Counter(Sighting.objects.values_list("day", flat=True))
    assert seen == {MONDAY + timedelta(days=ahead): A_DAY for ahead in range(5)}
    asked = [request.path for request in far_end.requests if str(DARK[0]) <= request.path.partition("=")[2][:10]]
    assert [path.partition("=")[2][:10] for path in dict.fromkeys(asked)] == [
        str(MONDAY + timedelta(days=ahead)) for ahead in range(1, 5)
    ]


def test_a_reader_gets_each_paper_of_the_dark_days_once(far_end: FarEnd, settings: Settings):
    topic = make_topic(phrases=["dictionary learning"])
    reader = make_reader(topics=[topic.slug], cap=30, hour=7, zone="UTC", next_due_at=at(MONDAY, 7))

    live_through(far_end, settings, DARK)

    given = Counter(Given.objects.filter(subscriber=reader).values_list("paper__listed_on", flat=True))
    assert given == {MONDAY + timedelta(days=ahead): A_DAY for ahead in range(5)}
    letters = Letter.objects.filter(subscriber=reader, kind="digest").order_by("key")
    assert [(one.key, len(one.contents.get("for_you", []))) for one in letters] == [
        ("2026-08-17", A_DAY),
        *[(str(day), 0) for day in DARK],
        ("2026-08-21", 4 * A_DAY),
    ]


def test_while_it_lasts_the_status_page_says_so(
    far_end: FarEnd, settings: Settings, client: Client, monkeypatch: pytest.MonkeyPatch
):
    live_through(far_end, settings, [*DARK, FRIDAY])
    monkeypatch.setattr(timezone, "now", lambda: at(FRIDAY, 20))

    shown = " ".join(client.get("/status/").content.decode().split())

    assert "reading it has failed since" in shown
    assert "ConnectionError" in shown
    assert shown.count("missing") >= len(DARK)


def test_a_day_that_was_listed_longer_ago_than_14_days_reaches_nobodys_letter(far_end: FarEnd, settings: Settings):
    topic = make_topic(phrases=["dictionary learning"])
    make_reader(topics=[topic.slug], cap=30, hour=7, zone="UTC", next_due_at=at(date(2026, 9, 3), 7))
    now = at(date(2026, 9, 3), 6)

    for day in calendar.days(MONDAY, FRIDAY):
        collecting.collect(HUGGINGFACE, day, now)
    planning.tick(at(date(2026, 9, 3), 8))

    assert set(Given.objects.values_list("paper__listed_on", flat=True)) == {
        date(2026, 8, 20),
        date(2026, 8, 21),
    }
    assert Collection.objects.filter(listed=A_DAY).count() == 5
