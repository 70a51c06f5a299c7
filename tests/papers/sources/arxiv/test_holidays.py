"""The days on which nothing is announced."""

from datetime import UTC, date, datetime, timedelta

import pytest

from papers.sources.arxiv import SOURCE
from papers.sources.arxiv.holidays import holidays
from tests.papers.sources.arxiv.samples import DAY

pytestmark = pytest.mark.one_database


def test_papers_are_expected_on_weekdays_that_follow_no_holiday():
    week = [date(2025, 5, 26) + timedelta(days=ahead) for ahead in range(7)]

    assert [SOURCE.calendar.announces(day) for day in week] == [True] * 5 + [False] * 2
    assert not SOURCE.calendar.announces(date(2025, 6, 20))


def test_a_day_begins_at_midnight_in_new_york():
    assert SOURCE.calendar.begins_at(DAY) == datetime(2026, 9, 14, 4, tzinfo=UTC)
    assert not SOURCE.calendar.is_late(DAY, datetime(2026, 9, 14, 9, 59, tzinfo=UTC))
    assert SOURCE.calendar.is_late(DAY, datetime(2026, 9, 14, 10, tzinfo=UTC))


def test_the_holidays_that_arxiv_gave_out_are_kept():
    assert date(2023, 12, 28) in holidays(2023)
    assert date(2023, 6, 15) in holidays(2023)
    assert sorted(holidays(2025)) == [
        date(2025, 1, 2),
        date(2025, 1, 21),
        date(2025, 6, 20),
        date(2025, 7, 7),
        date(2025, 9, 2),
        date(2025, 11, 28),
        date(2025, 12, 26),
    ]


def test_years_without_a_table_follow_the_rule():
    assert sorted(holidays(2026)) == [
        date(2026, 1, 2),
        date(2026, 1, 20),
        date(2026, 6, 22),  # The 19th is a Friday.
        date(2026, 7, 6),  # The 4th is a Saturday.
        date(2026, 9, 8),
        date(2026, 11, 27),
        date(2026, 12, 28),  # The 25th is a Friday.
    ]


@pytest.mark.parametrize("year", [1, *range(2020, 2060), 9999])
def test_holidays_are_weekdays_of_their_year(year):
    assert len(holidays(year)) >= 7
    assert {day.year for day in holidays(year)} == {year}
    assert {day.weekday() for day in holidays(year)} <= set(range(5))
