"""Every recorded day, collected through the stand-in: nothing lost, nothing twice, whichever reading answers."""

from datetime import date, timedelta

import pytest
from pytest_django import Settings

from papers import collecting
from papers.models import Collection, Paper, Sighting
from papers.sources import SOURCES, web
from tests.recorded.conftest import NEWEST, Replica

pytestmark = pytest.mark.django_db
HUGGINGFACE = SOURCES["huggingface"]


@pytest.fixture(autouse=True)
def _unhurried(replica: Replica, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in needs no sparing: turns are taken as usual, only not waited for."""
    settings.HUGGINGFACE_URL = replica.url
    monkeypatch.setattr(web.time, "sleep", lambda seconds: None)


def collect(day: date) -> collecting.Collected:
    return collecting.collect(HUGGINGFACE, day, HUGGINGFACE.calendar.ends_at(day) - timedelta(hours=1))


def test_all_recorded_days_collect_and_every_paper_is_stored_once(replica: Replica):
    results = [collect(day) for day in replica.days]

    assert len(results) >= 411
    assert [str(result) for result in results if result.failed] == []
    assert {result.collection.reading for result in results} == {"api"}
    assert set(Paper.objects.values_list("arxiv_id", flat=True)) == {
        one for ids in replica.days.values() for one in ids
    }
    assert Sighting.objects.count() == sum(len(set(ids)) for ids in replica.days.values())


def test_collecting_a_recorded_day_again_changes_nothing(replica: Replica):
    days = list(replica.days)[-20:]
    for day in days:
        collect(day)

    again = [collect(day) for day in days]

    assert {(result.new, result.updated) for result in again} == {(0, 0)}


@pytest.mark.parametrize(
    ("faults", "reading"),
    [
        ({"/api/daily_papers": "503"}, "props"),
        ({"/api/daily_papers": "503", "/papers": "no-props"}, "cards"),
        ({"/api/daily_papers": "html-redesign"}, "props"),
        ({"/api/daily_papers": "truncate"}, "props"),
        ({"/api/daily_papers": "cut"}, "props"),
        ({"/api/daily_papers": "garbage"}, "props"),
        ({"/api/daily_papers": "blank"}, "props"),
        ({"/api/daily_papers": "waf"}, "props"),
        ({"/api/daily_papers": "drop"}, "props"),
    ],
)
def test_when_a_reading_fails_the_next_gives_the_same_papers(replica: Replica, faults: dict[str, str], reading: str):
    for path, fault in faults.items():
        replica.breaks(path, fault)

    collected = collect(NEWEST)

    assert collected.collection.reading == reading
    assert [paper.arxiv_id for paper in Paper.objects.listed(on=NEWEST, by="huggingface")] == replica.days[NEWEST]
    assert all(paper.abstract for paper in Paper.objects.all()) == (reading != "cards")


def test_when_everything_is_redesigned_nothing_is_stored_and_the_day_stays_due(replica: Replica):
    replica.breaks("/", "html-redesign")

    collected = collect(NEWEST)

    assert collected.failed
    assert not collected.unavailable
    assert not Paper.objects.exists()
    assert Collection.objects.get().next_try_at is not None
