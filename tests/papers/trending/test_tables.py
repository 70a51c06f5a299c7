"""Out of the tables."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.matching import gathering
from papers import trending
from papers.models import Paper, Sighting
from papers.trending import Ranking, rank
from tests.factories import make_paper
from tests.papers.trending.samples import HOUR, NOW, TODAY, count_votes, of_2023, order, seen_trending


def the_ranking() -> Ranking:
    return rank(trending.gather(NOW), NOW)


@pytest.mark.django_db
def test_the_series_in_the_tables_is_the_one_that_counts():
    coming, gone = make_paper(votes=60, listed_on=date(2026, 8, 17)), make_paper(votes=90, listed_on=date(2026, 8, 17))
    count_votes(coming, (70, 5), (60, 10), (20, 30), (1, 60))
    count_votes(gone, (70, 80), (50, 90))

    standings = {standing.paper: standing for standing in the_ranking().trending}

    assert order(the_ranking()) == [coming.pk, gone.pk]
    assert (standings[coming.pk].gained, standings[gone.pk].gained) == (50, 0)
    assert standings[coming.pk].age == 84


@pytest.mark.django_db
def test_votes_that_were_higher_long_ago_are_not_gained_again():
    paper = make_paper(votes=100, listed_on=date(2026, 8, 16))
    count_votes(paper, (90, 100), (70, 40), (3, 100))

    assert the_ranking().trending[0].gained == 0


@pytest.mark.django_db
def test_a_site_installed_today_has_a_list_by_votes_since_the_listing():
    papers = {votes: make_paper(votes=votes, listed_on=date(2026, 8, 19)) for votes in (4, 90, 31)}
    for votes, paper in papers.items():
        count_votes(paper, (0.1, votes))

    assert order(the_ranking()) == [papers[90].pk, papers[31].pk, papers[4].pk]


@pytest.mark.django_db
def test_the_age_is_that_of_the_first_listing_by_the_best_source():
    paper = make_paper(votes=9, listed_on=date(2026, 8, 18))
    for source, day in (("arxiv", date(2026, 8, 6)), ("huggingface", date(2026, 8, 17)), ("arxiv", TODAY)):
        Sighting.objects.create(paper=paper, source=source, day=day, rank=1)
    Paper.objects.update(listed_on=TODAY)

    assert the_ranking().trending[0].age == 84


@pytest.mark.django_db
def test_a_paper_of_2023_seen_trending_is_resurfacing():
    old = of_2023()
    seen_trending(old)
    recent = make_paper(votes=2)

    ranking = the_ranking()

    assert order(ranking) == [recent.pk]
    assert [standing.paper for standing in ranking.resurfacing] == [old.pk]


@pytest.mark.django_db
def test_an_old_paper_that_was_never_listed_before_is_news_and_does_not_resurface():
    late = make_paper(votes=40, published_on=TODAY - timedelta(days=40))

    ranking = the_ranking()

    assert order(ranking) == [late.pk]
    assert ranking.resurfacing == []


@pytest.mark.django_db
def test_a_paper_listed_long_ago_that_is_listed_again_is_resurfacing():
    again = make_paper(votes=40, listed_on=TODAY - timedelta(days=31))
    Sighting.objects.create(paper=again, source="huggingface", day=TODAY, rank=1)
    Paper.objects.update(listed_on=TODAY)

    ranking = the_ranking()

    assert order(ranking) == []
    assert [standing.paper for standing in ranking.resurfacing] == [again.pk]


@pytest.mark.django_db
def test_a_paper_listed_long_ago_that_gains_votes_is_resurfacing():
    old, still = of_2023(), of_2023()
    count_votes(old, (4, 4050))
    Paper.objects.filter(pk=old.pk).update(votes=4050)

    ranking = the_ranking()

    assert [standing.paper for standing in ranking.resurfacing] == [old.pk]
    assert still.pk not in order(ranking)


@pytest.mark.django_db
def test_what_was_trending_elsewhere_days_ago_does_not_resurface():
    seen_trending(of_2023(), TODAY - timedelta(days=3))

    assert the_ranking() == Ranking([], [])


@pytest.mark.django_db
def test_what_is_seen_only_after_now_does_not_count():
    make_paper(votes=5, first_seen_at=NOW + HOUR)
    seen = make_paper(votes=54, listed_on=date(2026, 8, 16))
    count_votes(seen, (-1, 9))

    (standing,) = the_ranking().trending

    assert (standing.paper, standing.gained) == (seen.pk, 54 * 48 / 108)


@pytest.mark.django_db
def test_gathering_asks_as_much_for_many_papers_as_for_few():
    asked = []
    for many in (2, 40):
        for _ in range(many):
            paper = make_paper(votes=3)
            count_votes(paper, (60, 1), (2, 3))
            seen_trending(of_2023())
        with CaptureQueriesContext(connection) as captured:
            found = trending.gather(NOW)
        asked.append((len(found), len(captured)))

    assert asked == [(4, asked[0][1]), (84, asked[0][1])]


@pytest.mark.django_db
def test_of_papers_without_notice_only_so_many_are_considered(monkeypatch):
    monkeypatch.setattr(trending, "CONSIDERED", 3)
    voted = [make_paper(votes=votes) for votes in (1, 2)]
    for _ in range(5):
        make_paper()

    assert [one.paper for one in trending.gather(NOW)][:2] == [voted[1].pk, voted[0].pk]
    assert len(trending.gather(NOW)) == 3


@pytest.mark.django_db
def test_letters_take_their_trending_papers_by_the_formula():
    for _ in range(3):
        make_paper(votes=20, listed_on=date(2026, 8, 14))
    fresh = make_paper(votes=15, listed_on=TODAY)
    seen_trending(of_2023())

    ranked = list(gathering.Edition.at(NOW).trending)

    assert ranked[0] == fresh.pk
    assert len(ranked) == 4
