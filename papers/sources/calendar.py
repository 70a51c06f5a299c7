"""When a source announces papers, and until when a day may still grow.

A day is *due* when it may be read: it has begun, and is not closed. It is *late* when papers were expected hours ago
and none came.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

AWAITED_FOR = timedelta(hours=72)  # after its end, a day that should have papers and has none stays due for so long
WHILE_GROWING = timedelta(hours=1)  # between two readings of today,
AFTERWARDS = timedelta(hours=6)  # of a day that has ended, or from which nothing is expected,
SETTLED = timedelta(days=1)  # and of one of which only the votes still change


def _none(year: int) -> frozenset[date]:
    return frozenset()


@dataclass(frozen=True)
class Calendar:
    """What is expected of a source. An expectation only: other days are looked at too, but their silence is normal."""

    weekdays: frozenset[int]  # Monday is 0
    zone: tzinfo = UTC  # whose midnights part its days
    holidays: Callable[[int], frozenset[date]] = _none  # the days of a year without papers
    late_after: timedelta = timedelta(hours=12)  # from the day's beginning
    grows_for: timedelta = timedelta(0)  # after its end a day with papers is still read, for more papers and for votes

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("expected a weekday on which papers are to be expected, found none")

    def announces(self, day: date) -> bool:
        """Whether papers are to be expected that day; a day without any is then worth a second look."""
        return day.weekday() in self.weekdays and day not in self.holidays(day.year)

    def is_holiday(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day in self.holidays(day.year)

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def begins_at(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def ends_at(self, day: date) -> datetime:
        return self.begins_at(day + timedelta(days=1))

    def closes_at(self, day: date, *, listed: bool, whole: bool = True) -> datetime:
        """From then on the day is not read again, whatever it held; `listed` says whether it has papers by now, and
        `whole` whether none was left out."""
        is_awaited = not whole or (self.announces(day) and not listed)
        grows_for = self.grows_for if listed else timedelta(0)
        return self.ends_at(day) + max(grows_for, AWAITED_FOR if is_awaited else timedelta(0))

    def next_look(self, day: date, now: datetime, *, listed: bool, whole: bool = True) -> datetime | None:
        """When to read a day again that was read now; None when that was the last time."""
        closes_at, ends_at = self.closes_at(day, listed=listed, whole=whole), self.ends_at(day)
        if now < ends_at:
            pause = WHILE_GROWING if listed or self.announces(day) else AFTERWARDS
        else:
            pause = AFTERWARDS if now < ends_at + AWAITED_FOR else SETTLED
        if now >= closes_at or (listed and now + pause >= closes_at):
            return None
        return min(now + pause, closes_at)

    def is_late(self, day: date, now: datetime) -> bool:
        """Whether papers should have been there by now, for a day that has none."""
        return self.announces(day) and now >= self.begins_at(day) + self.late_after

    def awaited_after(self, day: date) -> date:
        """The first day after this one on which papers are to be expected."""
        return next(
            later for later in days(day + timedelta(days=1), day + timedelta(days=366)) if self.announces(later)
        )


MONDAY_TO_FRIDAY = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


def days(first: date, last: date) -> Iterator[date]:
    """From first to last, both included."""
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
