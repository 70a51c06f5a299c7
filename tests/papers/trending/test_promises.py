"""What the formula promises, whatever comes."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.trending import Course, Point, decay, rank
from tests.papers.trending.samples import HOUR, NOW, TODAY, _papers, counted, course, order, score_of

VOTES = st.integers(-(2**31), 2**31 - 1)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # in UTC
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2040, 1, 1))
CATEGORIES = st.sampled_from(["", "cs.CL", "cs.LG", "math.CO", "hep-th", ".", "cs"])
RECENT_HOURS = st.floats(0, 160)


@st.composite
def any_course(draw: st.DrawFn) -> Course:
    points = draw(st.lists(st.builds(Point, MOMENTS, VOTES), max_size=5))
    return Course(
        paper=next(_papers),
        listed_at=draw(MOMENTS),
        votes=draw(VOTES),
        comments=draw(VOTES),
        stars=draw(VOTES),
        points=tuple(sorted(points, key=lambda point: point.at)),
        category=draw(CATEGORIES),
        first_on=draw(DAYS),
        listed_on=draw(DAYS),
        seen_trending=draw(st.booleans()),
    )


@st.composite
def series(draw: st.DrawFn) -> Course:
    """A recent paper that was counted a few times since its listing, its votes going up and down."""
    hours = draw(RECENT_HOURS)
    moments = sorted(draw(st.lists(st.floats(0, hours), max_size=5)), reverse=True)
    votes = [(moment, draw(st.integers(0, 500))) for moment in moments]
    return counted(*votes, hours=hours) if votes else course(draw(st.integers(0, 500)), hours=hours)


@pytest.mark.one_database
@given(st.lists(any_course(), max_size=8))
def test_no_input_makes_a_number_negative_infinite_or_none_at_all(courses):
    ranking = rank(courses, NOW)

    for one in (*ranking.trending, *ranking.resurfacing):
        numbers = (one.gained, one.votes_per_hour, one.age, one.typical, one.times_typical, one.score)
        assert all(math.isfinite(number) and number >= 0 for number in numbers)


@pytest.mark.one_database
@given(st.lists(any_course(), max_size=8))
def test_no_old_paper_is_trending_and_no_paper_stands_in_both_lists(courses):
    ranking = rank(courses, NOW)

    first_on = {one.paper: one.first_on for one in courses}
    assert all(first_on[paper] is None or (TODAY - first_on[paper]).days <= 30 for paper in order(ranking))
    assert all((TODAY - first_on[standing.paper]).days > 30 for standing in ranking.resurfacing)


@pytest.mark.one_database
@given(series(), st.lists(series(), max_size=6), st.integers(0, 300))
def test_more_votes_never_lower_a_score_or_a_place(paper, others, more):
    before = rank([paper, *others], NOW)

    after = rank([replace(paper, votes=paper.votes + more), *others], NOW)

    assert order(after).index(paper.paper) <= order(before).index(paper.paper)
    assert score_of(paper, after) >= score_of(paper, before) * (1 - 1e-9)


@pytest.mark.one_database
@given(series(), st.lists(series(), max_size=6), st.integers(0, 300))
def test_votes_that_go_down_never_raise_a_score_or_a_place(paper, others, fewer):
    lower = max(0, paper.votes - fewer)
    before = rank([paper, *others], NOW)

    fallen = replace(paper, votes=lower, points=(*paper.points, Point(NOW, lower)))
    after = rank([fallen, *others], NOW)

    assert order(after).index(paper.paper) >= order(before).index(paper.paper)
    assert score_of(paper, after) <= score_of(paper, before) * (1 + 1e-9)


@pytest.mark.one_database
@given(series(), st.floats(0, 200))
def test_time_without_new_votes_never_raises_votes_an_hour(paper, hours):
    before = rank([paper], NOW, timedelta(days=30)).trending[0]

    later = rank([paper], NOW + hours * HOUR, timedelta(days=30)).trending[0]

    assert later.votes_per_hour <= before.votes_per_hour * (1 + 1e-9)
    assert later.age >= before.age


@pytest.mark.one_database
@given(st.integers(1, 500), RECENT_HOURS, st.floats(0.01, 100))
def test_of_two_papers_with_the_same_votes_the_one_listed_later_stands_higher(votes, hours, earlier):
    late = course(votes, hours=hours, listed_on=TODAY, paper=2)
    early = course(votes, hours=hours + earlier, listed_on=TODAY, paper=1)

    assert order(rank([early, late], NOW)) == [2, 1]


@pytest.mark.one_database
@given(st.floats(0, 2000), st.floats(0.01, 2000))
def test_a_score_decays_with_age(age, more):
    assert decay(age + more) < decay(age) <= 1


@pytest.mark.one_database
def test_an_age_of_three_days_weighs_half():
    assert (decay(0), decay(72), decay(144)) == (1, 0.5, 0.25)


@pytest.mark.one_database
@given(st.lists(any_course(), max_size=8), st.randoms())
def test_the_order_of_the_rows_does_not_matter(courses, dice):
    shuffled = list(courses)
    dice.shuffle(shuffled)

    assert rank(shuffled, NOW) == rank(courses, NOW)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "better",
    [{"comments": 1}, {"stars": 1}, {"listed_on": TODAY}],
    ids=["comments", "stars", "listed later"],
)
def test_where_votes_are_equal_the_rest_decides(better):
    same = {"hours": 30.0, "votes": 5}
    first, second = course(**same, paper=2, **better), course(**same, paper=1)

    assert order(rank([second, first], NOW)) == [2, 1]


@pytest.mark.one_database
def test_where_all_is_equal_the_paper_known_longer_comes_first():
    assert order(rank([course(5, paper=2), course(5, paper=1)], NOW)) == [1, 2]


@pytest.mark.one_database
def test_where_no_rate_is_known_votes_decide():
    silent = [counted((90, votes), (0, votes), hours=100) for votes in (3, 30, 12)]

    assert [standing.votes for standing in rank(silent, NOW).trending] == [30, 12, 3]
