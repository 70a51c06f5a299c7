"""When a letter is due: zones, hours, weekdays, and both changes of the clocks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

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


# ------------------------------------------------------------------------------------------------- every zone and hour

YEARS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
AROUND = timedelta(days=3)
GRID = timedelta(minutes=15)  # all clocks of our time stand apart by multiples of it


def changes(zone: str) -> Iterator[datetime]:
    """The moments of 2026 and 2027, to the quarter of an hour, from which the zone's clocks go otherwise."""
    here, (begin, end) = ZoneInfo(zone), YEARS
    offset = begin.astimezone(here).utcoffset()
    for day in range((end - begin).days):
        before, after = begin + timedelta(days=day), begin + timedelta(days=day + 1)
        if after.astimezone(here).utcoffset() != offset:
            while before.astimezone(here).utcoffset() == offset:
                before += GRID
            yield before
            offset = after.astimezone(here).utcoffset()


def strikes(zone: str, change: datetime) -> dict[tuple[date, int], datetime]:
    """When the clocks there first show each hour, by looking at them every quarter of an hour around a change. For an
    hour that they skip: when they show a time that is as much later as they were put forward."""
    here, seen = ZoneInfo(zone), {}
    moments = [change + number * GRID for number in range(-5 * 96, 5 * 96)]
    for moment in moments:
        shown = moment.astimezone(here)
        seen.setdefault(shown.replace(tzinfo=None, fold=0), moment)
    forward = change.astimezone(here).utcoffset() - (change - GRID).astimezone(here).utcoffset()
    skipped = {shown - forward: moment for shown, moment in seen.items() if shown - forward not in seen}
    found = skipped | seen if forward > timedelta() else seen
    return {(shown.date(), shown.hour): moment for shown, moment in found.items() if shown.minute == 0}


def test_around_every_change_of_the_clocks_each_day_has_one_slot_at_its_hour_in_every_zone():
    """Every zone of the time zone database, every hour, the days within three of each change of 2026 and 2027. The
    clocks themselves say when an hour strikes; nothing here computes it as slots.py does. Zones whose clocks change at
    the same moment and by the same are one case."""
    cases: dict[tuple[object, ...], str] = {}
    for zone in sorted(available_timezones()):
        for change in changes(zone):
            offsets = [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in (change - GRID, change)]
            cases.setdefault((change, *offsets), zone)
    assert len(cases) > 100
    for (change, *_), zone in cases.items():
        struck = strikes(zone, change)
        days = [change.astimezone(ZoneInfo(zone)).date() + timedelta(days=number) for number in range(-3, 4)]
        for hour in range(24):
            assert_one_slot_a_day(zone, hour, days, struck)


def assert_one_slot_a_day(zone: str, hour: int, days: list[date], struck: dict[tuple[date, int], datetime]):
    """Going from each slot to the next, every day comes once, when its hour strikes, and not a second earlier."""
    for day in days:
        due = struck[day, hour]
        before, after = day - timedelta(days=1), day + timedelta(days=1)
        assert slots.due_at(day, hour, zone) == due, (zone, day, hour)
        assert slots.latest_slot(slots.EVERY_DAY, hour, zone, due) == day, (zone, day, hour)
        assert slots.latest_slot(slots.EVERY_DAY, hour, zone, due - timedelta(seconds=1)) == before, (zone, day, hour)
        assert slots.first_slot(slots.EVERY_DAY, after=day, today=slots.local_date(due, zone)) == after, (zone, day)
