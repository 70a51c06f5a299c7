"""What was trending in a span of days, each paper as it stood when it stood best."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers import trending
from papers.trending import Course, rank, rank_over
from tests.factories import make_paper
from tests.papers.trending.samples import NOW, count_votes, counted, course, order

WEEK = timedelta(days=7)


def over_week(*courses: Course) -> list[int]:
    return [standing.paper for standing in rank_over(courses, NOW, WEEK)]


@pytest.mark.one_database
def test_what_was_voted_for_on_the_first_day_and_no_more_stands_where_it_stood_then():
    of_monday = counted((130, 10), (120, 300), (0, 300), hours=140)
    of_today = counted((10, 5), (0, 20), hours=20)

    assert order(rank([of_monday, of_today], NOW)) == [of_today.paper, of_monday.paper]
    assert over_week(of_monday, of_today) == [of_monday.paper, of_today.paper]


@pytest.mark.one_database
def test_a_paper_has_the_numbers_of_the_day_on_which_it_stood_best():
    paper, other = counted((130, 10), (121, 300), (0, 300), hours=140), counted((0, 4), hours=20)

    best = rank_over([paper, other], NOW, WEEK)[0]

    assert (best.paper, best.votes, best.age) == (paper.paper, 300, 20)


@pytest.mark.one_database
def test_votes_that_came_later_say_nothing_of_a_day():
    paper = counted((100, 10), (0, 500), hours=130)

    assert paper.as_of(NOW - timedelta(days=4)) == counted((100, 10), hours=130, paper=paper.paper)


@pytest.mark.one_database
def test_a_paper_that_nobody_had_counted_or_listed_then_was_not_there():
    listed_today, counted_today = counted((50, 7), (0, 9), hours=20), counted((1, 9), hours=140)

    assert listed_today.as_of(NOW - timedelta(days=1)) is None
    assert counted_today.as_of(NOW - timedelta(days=1)) is None


@pytest.mark.one_database
def test_what_was_listed_before_the_span_or_long_ago_is_not_in_it():
    before, old = course(900, hours=24 * 9), course(900, hours=24, first_on=date(2026, 1, 1))
    within = course(1, hours=24 * 6)

    assert over_week(before, old, within) == [within.paper]


@pytest.mark.django_db
def test_out_of_the_tables_all_points_of_the_span_are_taken_with_no_more_queries():
    paper, other = make_paper(votes=300, listed_on=date(2026, 8, 15)), make_paper(votes=20)
    count_votes(paper, (130, 10), (120, 300))
    count_votes(other, (10, 5), (1, 20))
    with CaptureQueriesContext(connection) as at_the_moment:
        trending.gather(NOW)

    with CaptureQueriesContext(connection) as over_a_week:
        courses = trending.gather(NOW, WEEK, over=WEEK)

    assert [standing.paper for standing in rank_over(courses, NOW, WEEK)] == [paper.pk, other.pk]
    assert len(at_the_moment) == len(over_a_week)
