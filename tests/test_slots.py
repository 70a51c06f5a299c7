"""When a letter is due: zones, hours, weekdays, and both changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions import slots

pytestmark = pytest.mark.one_database
hours = st.integers(0, 23)
zones = st.sampled_from(sorted(available_timezones()))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
weekdays = st.sets(st.integers(0, 6), min_size=1)


@pytest.mark.parametrize(
    ("slot", "due"),
    [
        (date(2026, 10, 24), datetime(2026, 10, 24, 5, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_seven_in_berlin_is_another_hour_in_utc_once_summer_ends(slot: date, due: datetime):
    assert slots.due_at(slot, 7, "Europe/Berlin") == due


def test_an_hour_that_the_clocks_skip_strikes_when_they_have_gone_forward():
    assert slots.due_at(date(2026, 3, 29), 2, "Europe/Berlin") == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_an_hour_that_the_clocks_repeat_strikes_the_first_time():
    assert slots.due_at(date(2026, 10, 25), 2, "Europe/Berlin") == datetime(2026, 10, 25, 0, tzinfo=UTC)


def test_the_first_slot_is_the_next_wanted_day_after_the_last_one():
    thursday = date(2026, 8, 20)

    assert slots.first_slot([0, 3], after=thursday, today=thursday) == date(2026, 8, 24)


def test_whoever_moves_the_hour_back_still_gets_todays_letter():
    yesterday, today = date(2026, 8, 19), date(2026, 8, 20)

    assert slots.first_slot(slots.EVERY_DAY, after=yesterday, today=today) == today


@given(weekdays, hours, zones, moments)
def test_the_latest_slot_has_struck_and_the_one_after_has_not(days: set[int], hour: int, zone: str, now: datetime):
    latest = slots.latest_slot(days, hour, zone, now)
    following = slots.first_slot(days, after=latest, today=latest)

    assert slots.due_at(latest, hour, zone) <= now < slots.due_at(following, hour, zone)


@given(hours, zones, st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_slots_of_following_days_never_come_in_the_wrong_order(hour: int, zone: str, day: date):
    assert slots.due_at(day, hour, zone) < slots.due_at(day + timedelta(days=1), hour, zone)
