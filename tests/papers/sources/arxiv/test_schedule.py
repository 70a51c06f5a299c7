"""On whose list a paper is to be, by the moment it was submitted."""

from datetime import UTC, date, datetime, timedelta

import pytest

from papers.sources.arxiv.schedule import CALENDAR, EASTERN, announced_on

pytestmark = pytest.mark.one_database
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 9, 14 + ahead) for ahead in range(7))
NEXT_MONDAY, NEXT_TUESDAY = date(2026, 9, 21), date(2026, 9, 22)


def in_new_york(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (MONDAY, TUESDAY, WEDNESDAY),
        (TUESDAY, WEDNESDAY, THURSDAY),
        (WEDNESDAY, THURSDAY, FRIDAY),
        (THURSDAY, FRIDAY, NEXT_MONDAY),
        (FRIDAY, NEXT_MONDAY, NEXT_TUESDAY),
        (SATURDAY, NEXT_TUESDAY, NEXT_TUESDAY),
        (SUNDAY, NEXT_TUESDAY, NEXT_TUESDAY),
    ],
)
def test_what_comes_by_two_in_the_afternoon_is_on_the_list_of_the_evening(day: date, before: date, after: date):
    assert announced_on(in_new_york(day, 0)) == announced_on(in_new_york(day, 13, 59)) == before
    assert announced_on(in_new_york(day, 14)) == announced_on(in_new_york(day, 23, 59)) == after


def test_two_in_the_afternoon_is_that_of_new_york_in_summer_and_in_winter():
    assert announced_on(datetime(2026, 9, 14, 17, 59, tzinfo=UTC)) == TUESDAY
    assert announced_on(datetime(2026, 9, 14, 18, 0, tzinfo=UTC)) == WEDNESDAY
    assert announced_on(datetime(2026, 12, 14, 18, 59, tzinfo=UTC)) == date(2026, 12, 15)


def test_where_nothing_is_announced_the_next_list_has_it():
    thanksgiving = date(2026, 11, 26)  # a Thursday, on whose evening nothing is announced

    assert announced_on(in_new_york(thanksgiving, 9)) == date(2026, 11, 30)


def test_every_paper_is_on_a_list_that_is_expected_within_a_few_days():
    for hours in range(0, 366 * 24, 7):
        submitted = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        day = announced_on(submitted)

        assert CALENDAR.announces(day)
        assert timedelta(0) < day - submitted.date() <= timedelta(days=6)
