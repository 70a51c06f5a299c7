"""The formula of what is trending: votes an hour, fields, and what resurfaces."""

from datetime import date
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.trending import ENOUGH, Course, Ranking, decay, gain, rank
from tests.depth import examples
from tests.papers.trending.samples import NOW, counted, course, order, score_of


@pytest.mark.one_database
def test_of_a_long_series_the_votes_of_the_recent_hours_count():
    paper = counted((90, 500), (49, 510), (20, 530), (0, 540), hours=100)

    assert gain(paper, NOW) == 30


@pytest.mark.one_database
def test_of_a_paper_listed_within_the_recent_hours_all_votes_count():
    assert gain(counted((20, 8), (0, 40), hours=30), NOW) == 40


@pytest.mark.one_database
def test_on_a_new_site_the_average_since_the_listing_stands_in():
    paper = counted((0, 100), hours=96)

    assert gain(paper, NOW) == 50


@pytest.mark.one_database
def test_where_counting_began_within_the_recent_hours_the_average_stands_in_for_the_hours_before():
    paper = counted((24, 80), (0, 100), hours=120)

    assert gain(paper, NOW) == 20 + 80 * (24 / 96)


@pytest.mark.one_database
def test_votes_taken_back_and_given_again_are_no_gain():
    paper = counted((80, 100), (60, 40), (0, 100), hours=100)

    assert gain(paper, NOW) == 0


@pytest.mark.one_database
def test_votes_of_before_the_listing_are_no_gain_since_then():
    assert gain(counted((40, 70), (0, 75), hours=30), NOW) == 5


@pytest.mark.one_database
def test_the_first_votes_of_a_day_are_divided_by_twelve_hours_at_least():
    (just_listed,) = rank([course(6, hours=0.5)], NOW).trending

    assert just_listed.votes_per_hour == 0.5


# --------------------------------------------------------------------------------------------------------- fields


def field_of(category: str, *votes: int) -> list[Course]:
    return [course(many, category=category) for many in votes]


@pytest.mark.one_database
@examples(15)
@given(st.integers(2, 12), st.integers(1, 10))
def test_the_same_multiple_of_a_fields_typical_has_the_same_score_in_every_field(times, busier):
    """Of two fields of a thousand papers, one `busier` times as busy: but for the ENOUGH that stand for the site."""
    quiet, busy = field_of("math.CO", *[20] * 1000), field_of("cs.CL", *[20 * busier] * 1000)
    one, another = course(20 * times, category="math.CO"), course(20 * busier * times, category="cs.CL")

    ranking = rank([*quiet, *busy, one, another], NOW)

    assert score_of(one, ranking) == pytest.approx(score_of(another, ranking), rel=ENOUGH / 1000 * busier)
    standing = {standing.paper: standing for standing in ranking.trending}
    for paper in (one, another):
        found = standing[paper.paper]
        assert found.score == found.votes_per_hour / found.typical * decay(found.age)


@pytest.mark.one_database
def test_one_vote_more_makes_no_winner_of_a_small_field():
    crowd = field_of("cs.CL", *[10] * 100, 60)
    small = field_of("math.CO", 1, 1, 4)

    ranking = rank([*crowd, *small], NOW)

    assert ranking.trending[0].votes == 60
    assert score_of(small[2], ranking) < score_of(crowd[0], ranking)


@pytest.mark.one_database
@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.lists(st.integers(1, 500), max_size=30))
def test_a_small_fields_typical_lies_between_its_own_median_and_the_sites(small, large):
    papers = field_of("hep-th", *small)
    courses = [*papers, *field_of("cs.CL", *large)]

    typical = {standing.field: standing.typical for standing in rank(courses, NOW).trending}["hep-th"]

    own, site = median(small) / 30, median([*small, *large]) / 30
    assert min(own, site) * (1 - 1e-9) <= typical <= max(own, site) * (1 + 1e-9)


@pytest.mark.one_database
def test_a_category_with_enough_papers_is_a_field_and_the_others_share_their_archive():
    papers = [*field_of("cs.CL", *[3] * ENOUGH), *field_of("cs.DB", 3, 3), *field_of("cs.OS", 3), *field_of("", 3)]

    ranking = rank(papers, NOW)

    assert {standing.field for standing in ranking.trending} == {"cs.CL", "cs", ""}


# ------------------------------------------------------------------------------------------------------ resurfacing

LONG_AGO = {"hours": 24.0 * 400, "first_on": date(2023, 9, 12)}


@pytest.mark.one_database
@pytest.mark.parametrize(
    "comes_back",
    [
        course(900, seen_trending=True, listed_on=None, **LONG_AGO),
        counted((30, 900), (0, 950), **LONG_AGO),
        course(900, hours=10, first_on=date(2023, 9, 12)),
    ],
    ids=["seen trending", "gaining votes", "listed anew"],
)
def test_an_old_paper_that_comes_back_is_resurfacing_and_not_trending(comes_back):
    ranking = rank([comes_back, course(1)], NOW)

    assert [standing.paper for standing in ranking.resurfacing] == [comes_back.paper]
    assert comes_back.paper not in order(ranking)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "stays_away",
    [course(900, **LONG_AGO), counted((90, 900), (0, 900), **LONG_AGO), counted((1, 900), (0, 850), **LONG_AGO)],
    ids=["counted once", "counted twice", "losing votes"],
)
def test_an_old_paper_that_gains_nothing_is_in_neither_list(stays_away):
    assert rank([stays_away], NOW) == Ranking([], [])


@pytest.mark.one_database
def test_old_papers_that_return_are_ordered_by_their_recent_votes_alone():
    slow, fast = (counted((60, 900), (0, 900 + more), **LONG_AGO) for more in (10, 90))

    ranking = rank([slow, fast, course(5)], NOW)

    assert [standing.paper for standing in ranking.resurfacing] == [fast.paper, slow.paper]
    assert ranking.resurfacing[0].score == ranking.resurfacing[0].times_typical > 0


@pytest.mark.one_database
def test_old_papers_do_not_move_what_is_typical():
    recent = field_of("cs.CL", 3, 5, 9)
    crowd = [counted((60, 900), (0, 1900), category="cs.CL", **LONG_AGO) for _ in range(50)]

    assert rank([*recent, *crowd], NOW).trending == rank(recent, NOW).trending


@pytest.mark.one_database
def test_a_paper_listed_earlier_than_asked_for_is_in_neither_list():
    assert rank([course(50, hours=24 * 9)], NOW) == Ranking([], [])
