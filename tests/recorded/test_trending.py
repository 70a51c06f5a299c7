"""What would have been trending on the recorded days. Their votes were recorded once each, so this tells whether the
list is sensible, and not whether it is right."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db.models import Min
from pytest_django import Settings

from papers import collecting, trending
from papers.models import Paper, Sighting
from papers.sources import SOURCES, web
from papers.trending import OLD_AFTER, Ranking
from tests.factories import make_paper
from tests.recorded.conftest import NEWEST, Replica

pytestmark = pytest.mark.django_db
HUGGINGFACE = SOURCES["huggingface"]
TOP = 10


@dataclass(frozen=True)
class Evening:
    """What the site shows an hour before a recorded day ends."""

    day: date
    ranking: Ranking
    first_listed: dict[int, date]

    def top(self) -> list[date]:
        """When the first papers were listed for the first time."""
        return [self.first_listed[standing.paper] for standing in self.ranking.trending[:TOP]]


@pytest.fixture(autouse=True)
def _unhurried(replica: Replica, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in needs no sparing: turns are taken as usual, only not waited for."""
    settings.HUGGINGFACE_URL = replica.url
    monkeypatch.setattr(web.time, "sleep", lambda seconds: None)


def evening_of(day: date) -> datetime:
    return HUGGINGFACE.calendar.ends_at(day) - timedelta(hours=1)


def lived_through(days: list[date], always_trending: Paper) -> list[Evening]:
    """Each day is read in its evening; one paper is first of what is trending elsewhere all the time."""
    evenings = []
    for day in days:
        collecting.collect(HUGGINGFACE, day, evening_of(day))
        Sighting.objects.create(paper=always_trending, source="huggingface-trending", day=day, rank=1, announced=False)
        ranking = trending.rank(trending.gather(evening_of(day)), evening_of(day))
        keys = [standing.paper for standing in (*ranking.trending[:TOP], *ranking.resurfacing)]
        listed = Sighting.objects.filter(paper__in=keys, announced=True).values_list("paper")
        evenings.append(Evening(day, ranking, dict(listed.annotate(Min("day")))))
    return evenings


def test_over_all_recorded_days_nothing_old_stands_at_the_top(replica: Replica):
    of_2023 = make_paper(votes=5000, published_on=date(2023, 9, 12), listed_on=date(2023, 9, 13))

    evenings = lived_through(list(replica.days), of_2023)

    assert len(evenings) >= 411
    assert [evening.day for evening in evenings if 2023 in {day.year for day in evening.top()}] == []
    assert [evening.day for evening in evenings if any(evening.day - day > OLD_AFTER for day in evening.top())] == []
    assert all(of_2023.pk in [one.paper for one in evening.ranking.resurfacing] for evening in evenings)
    with_papers = [evening for evening in evenings if replica.days[evening.day]]
    assert [evening.day for evening in with_papers if len(evening.ranking.trending) < min(TOP, 3)] == []
    assert all(one.score > 0 for evening in with_papers for one in evening.ranking.trending[:1])


def test_a_site_installed_on_the_newest_day_has_a_list_of_several_days_at_once(replica: Replica):
    now = evening_of(NEWEST)
    for back in range(7):
        collecting.collect(HUGGINGFACE, NEWEST - timedelta(days=back), now)

    ranking = trending.rank(trending.gather(now), now)

    listed = {paper.pk: paper.listed_on for paper in Paper.objects.all()}
    assert len({listed[standing.paper] for standing in ranking.trending[:20]}) >= 2
    assert all(standing.score > 0 for standing in ranking.trending[:20])
