"""What readers did is a series; what is said again changes nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from papers import storing
from papers.models import Paper, PaperTopic, Sighting, Signal
from papers.sources.base import Listing
from tests.factories import make_paper, make_topic
from tests.papers.storing.samples import MORNING, NEXT_DAY, listing, store

pytestmark = pytest.mark.django_db


def points() -> list[tuple[int, int]]:
    """Hours after the first morning, and votes."""
    series = Signal.objects.order_by("at").values_list("at", "votes")
    return [(int((at - MORNING).total_seconds() // 3600), votes) for at, votes in series]


def test_a_signal_is_written_when_a_paper_appears_and_whenever_something_changes():
    for hours, votes in enumerate([3, 3, 5, 5, 8]):
        store(listing(votes=votes), now=MORNING + timedelta(hours=hours))

    assert points() == [(0, 3), (2, 5), (4, 8)]


def test_a_paper_whose_source_counts_nothing_has_no_signals():
    store(listing(), by="arxiv:rss")

    assert not Signal.objects.exists()


def test_the_votes_are_those_that_were_read_last_from_whichever_list():
    store(listing(votes=10), now=MORNING)
    store(
        listing(votes=30, announced=False),
        by="huggingface-trending:api",
        day=NEXT_DAY,
        now=MORNING + timedelta(days=1),
    )
    store(listing(votes=31), now=MORNING + timedelta(days=2))

    assert Paper.objects.get().votes == 31


def test_old_signals_are_thinned_to_the_last_of_each_day():
    for hours in range(0, 24 * 5, 4):
        store(listing(votes=hours), now=MORNING + timedelta(hours=hours))
    now = MORNING + timedelta(days=5)

    storing.thin_signals(now)

    old = [point for point in points() if MORNING + timedelta(hours=point[0]) < now - timedelta(days=3)]
    assert old == [(12, 12), (36, 36)]
    assert len(points()) == 2 + 18


def test_signals_of_years_ago_are_forgotten():
    paper = make_paper()
    for days in (1, 729, 731):
        Signal.objects.create(paper=paper, at=MORNING - timedelta(days=days), votes=days)

    storing.thin_signals(MORNING)

    assert sorted(Signal.objects.values_list("votes", flat=True)) == [1, 729]


def test_storing_a_day_again_writes_no_row(django_assert_num_queries: Any):
    make_topic(phrases=["dictionary learning"])
    same = [listing(number, abstract="On dictionary learning.", votes=number) for number in range(3)]
    store(*same)
    before = [list(model.objects.order_by("pk").values()) for model in (Paper, Sighting, Signal, PaperTopic)]

    assert store(*same, now=MORNING + timedelta(hours=1)) == storing.Merged(0, 0)

    after = [list(model.objects.order_by("pk").values()) for model in (Paper, Sighting, Signal, PaperTopic)]
    assert after == before


def test_papers_joined_is_named_in_the_settings_and_called_with_both(settings: Settings):
    settings.PAPERS_JOINED = ["tests.papers.storing.test_signals.note_joined"]
    JOINED.clear()
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="One"), by="another:list")
    store(listing())
    gone, kept = Paper.objects.order_by("pk").values_list("pk", flat=True)

    store(replace(listing(), doi="10.1000/one"), by="arxiv:rss")

    assert [(kept, gone)] == JOINED


JOINED: list[tuple[int, int]] = []


def note_joined(kept: int, gone: int) -> None:
    JOINED.append((kept, gone))
