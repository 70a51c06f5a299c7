"""When sources announce, until when their days are read, and when their silence is news."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from papers.sources.calendar import EVERY_DAY, MONDAY_TO_FRIDAY, Calendar, days

pytestmark = pytest.mark.one_database
THURSDAY = date(2026, 8, 20)
SATURDAY = date(2026, 8, 22)
WEEKDAYS = Calendar(MONDAY_TO_FRIDAY, grows_for=timedelta(days=14))
EASTERN = Calendar(MONDAY_TO_FRIDAY, zone=ZoneInfo("America/New_York"), late_after=timedelta(hours=6))


def utc(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def test_days_are_counted_with_both_ends():
    assert list(days(THURSDAY, SATURDAY)) == [THURSDAY, date(2026, 8, 21), SATURDAY]


def test_papers_are_expected_on_weekdays_that_are_no_holidays():
    calendar = Calendar(MONDAY_TO_FRIDAY, holidays=lambda year: frozenset({date(year, 8, 21)}))

    assert [day.day for day in days(THURSDAY, date(2026, 8, 25)) if calendar.announces(day)] == [20, 24, 25]
    assert calendar.is_holiday(date(2026, 8, 21))
    assert not calendar.is_holiday(SATURDAY)


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 3, 6), utc(date(2026, 3, 6), 5)),
        (date(2026, 3, 9), utc(date(2026, 3, 9), 4)),  # summer time began on the day before
        (date(2026, 10, 30), utc(date(2026, 10, 30), 4)),
        (date(2026, 11, 2), utc(date(2026, 11, 2), 5)),
    ],
)
def test_a_day_begins_at_midnight_of_the_sources_own_zone(day: date, begins: datetime):
    assert EASTERN.begins_at(day) == begins
    assert EASTERN.today(begins) == day
    assert EASTERN.today(begins - timedelta(seconds=1)) == day - timedelta(days=1)


def test_the_day_on_which_the_clocks_change_is_one_day():
    sunday = date(2026, 3, 8)

    assert EASTERN.ends_at(sunday) - EASTERN.begins_at(sunday) == timedelta(hours=23)


def test_a_growing_day_is_read_each_hour():
    assert WEEKDAYS.next_look(THURSDAY, utc(THURSDAY, 9), listed=True) == utc(THURSDAY, 10)


def test_a_day_that_has_ended_is_read_every_six_hours_and_after_three_days_daily():
    ended, settled = utc(date(2026, 8, 22), 9), utc(date(2026, 8, 28), 9)

    assert WEEKDAYS.next_look(THURSDAY, ended, listed=True) == ended + timedelta(hours=6)
    assert WEEKDAYS.next_look(THURSDAY, settled, listed=True) == settled + timedelta(days=1)


def test_a_day_with_papers_is_read_for_as_long_as_it_grows():
    fourteen_days_later = WEEKDAYS.ends_at(THURSDAY) + timedelta(days=14)

    assert WEEKDAYS.next_look(THURSDAY, fourteen_days_later - timedelta(hours=30), listed=True) is not None
    assert WEEKDAYS.next_look(THURSDAY, fourteen_days_later - timedelta(hours=20), listed=True) is None


def test_an_empty_day_is_awaited_for_72_hours_after_its_end_and_then_read_a_last_time():
    closes_at = WEEKDAYS.ends_at(THURSDAY) + timedelta(hours=72)

    assert WEEKDAYS.next_look(THURSDAY, closes_at - timedelta(hours=1), listed=False) == closes_at
    assert WEEKDAYS.next_look(THURSDAY, closes_at, listed=False) is None


def test_a_day_from_which_nothing_is_expected_is_looked_at_too_but_not_awaited():
    assert WEEKDAYS.next_look(SATURDAY, utc(SATURDAY, 9), listed=False) == utc(SATURDAY, 15)
    assert WEEKDAYS.next_look(SATURDAY, utc(SATURDAY, 20), listed=False) == WEEKDAYS.ends_at(SATURDAY)
    assert WEEKDAYS.next_look(SATURDAY, WEEKDAYS.ends_at(SATURDAY), listed=False) is None


def test_a_day_is_late_when_papers_should_have_been_there_for_hours():
    assert not EASTERN.is_late(THURSDAY, utc(THURSDAY, 9, 59))
    assert EASTERN.is_late(THURSDAY, utc(THURSDAY, 10))
    assert not EASTERN.is_late(SATURDAY, utc(SATURDAY, 23))


def test_what_is_awaited_after_friday_is_monday():
    assert WEEKDAYS.awaited_after(date(2026, 8, 21)) == date(2026, 8, 24)
    assert Calendar(EVERY_DAY).awaited_after(date(2026, 8, 21)) == SATURDAY


def test_a_calendar_on_which_nothing_is_ever_expected_is_a_mistake():
    with pytest.raises(ValueError, match="expected a weekday"):
        Calendar(frozenset())
