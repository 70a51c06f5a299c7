"""One letter for each of a reader's days, whatever they change and when: simulated weeks of ticks and changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.letters import planning
from subscriptions import slots
from subscriptions.models import Subscriber
from tests.depth import examples

pytestmark = pytest.mark.one_database
TICK = timedelta(minutes=40)  # now and then a change comes between the stroke of an hour and the tick that sees it
WEEKS = timedelta(weeks=3)
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(sorted(available_timezones()))
changes = st.fixed_dictionaries(
    {"zone": zones, "hour": st.integers(0, 23)},
    optional={
        "days": st.sets(st.integers(0, 6), min_size=1).map(sorted),
        "cadence": st.sampled_from(["daily", "daily", "weekly"]),
        "paused_until": st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    },
)
minutes = st.integers(0, WEEKS // MINUTE)
begins = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


class Weeks:
    """A reader from their confirmation on, by planning's own functions, and what they may expect.

    A date is *lived* when it is the local date at some moment at which its weekday is wanted. It stays open until a
    slot that is not before it was planned, or until a change makes its weekday unwanted. The promise: no slot comes
    twice, and after a tick no open date is left whose hour has struck. So every wanted date has exactly one slot; only
    where several are open at once (after downtime, or when a change of zone takes the reader over midnight to an hour
    that has struck there) the latest alone has, as DESIGN wants it. A date that was used up where the calendar was
    ahead comes no second time.
    """

    def __init__(self, begin: datetime, asked: dict[str, Any]) -> None:
        self.reader = Subscriber(**asked)
        self.reader.done_with(slots.local_date(begin, self.reader.zone), begin)  # as confirming does
        self.planned: list[date] = []
        self.lived: set[date] = set()

    def live(self, now: datetime) -> None:
        """Called at least once a day."""
        today = slots.local_date(now, self.reader.zone)
        if today.weekday() in self.reader.slot_days and today > self.reader.last_slot:
            self.lived.add(today)

    def change(self, asked: dict[str, Any], now: datetime) -> None:
        self.live(now)
        for name, value in asked.items():
            setattr(self.reader, name, value)
        self.reader.schedule(now)
        self.lived = {day for day in self.lived if day.weekday() in self.reader.slot_days}
        self.live(now)

    def tick(self, now: datetime) -> None:
        if self.reader.next_due_at <= now:
            slot = planning.latest_slot(self.reader, now)
            assert self.lived, "a letter for no day that was open"
            assert slot.weekday() in self.reader.slot_days
            self.planned.append(slot)
            self.reader.done_with(slot, now)
            self.lived = {day for day in self.lived if day > slot}

    def owed(self, now: datetime) -> list[date]:
        return [day for day in self.lived if slots.due_at(day, self.reader.hour, self.reader.zone) <= now]


@examples(300)
@given(
    begins,
    changes,
    st.lists(st.tuples(minutes, changes), min_size=3, max_size=9),
    st.lists(st.tuples(minutes, st.integers(1, 4 * 24 * 60)), max_size=1),
)
def test_whatever_a_reader_changes_at_any_minute_each_day_has_one_letter(
    begin: datetime,
    asked: dict[str, Any],
    later: list[tuple[int, dict[str, Any]]],
    downtimes: list[tuple[int, int]],
):
    """The promise is that of Weeks. In downtimes nothing ticks, but readers live on and change things."""
    weeks = Weeks(begin, asked)
    waiting = sorted(later, key=lambda one: one[0], reverse=True)

    for number in range(WEEKS // TICK):
        now = begin + number * TICK
        while waiting and begin + waiting[-1][0] * MINUTE < now:
            minute, asked = waiting.pop()
            weeks.change(asked, begin + minute * MINUTE)
        weeks.live(now)
        if not any(down <= (now - begin) // MINUTE < down + length for down, length in downtimes):
            weeks.tick(now)
            assert weeks.owed(now) == []

    assert weeks.planned == sorted(set(weeks.planned))
