"""When a source announces papers, and until when a day may still grow. Days are UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

GROWS_FOR = timedelta(hours=72)  # after its end a day stays due for so long


@dataclass(frozen=True)
class Calendar:
    weekdays: frozenset[int]  # Monday is 0

    def announces(self, day: date) -> bool:
        """Whether papers are to be expected that day; a day without any is then worth a second look."""
        return day.weekday() in self.weekdays

    def announced(self, first: date, last: date) -> list[date]:
        """The days from first to last, both included, on which papers are to be expected, oldest first."""
        return [day for day in days(first, last) if self.announces(day)]


WEEKDAYS = Calendar(frozenset(range(5)))


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def ends_at(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def closes_at(day: date) -> datetime:
    """From then on the day is not read again, whatever it held."""
    return ends_at(day) + GROWS_FOR
