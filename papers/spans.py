"""Days, weeks and months as the public pages show them: values only, they know no rows."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
WEEK = re.compile(r"((?:19|20)[0-9]{2})-W([0-9]{2})")
MONTH = re.compile(r"((?:19|20)[0-9]{2})-([0-9]{2})")


@dataclass(frozen=True)
class Span:
    """From first to last, both included; `kind` is the name of its page."""

    kind: str  # "day", "week", "month"
    first: date
    last: date

    @property
    def name(self) -> str:
        """As its address has it: 2026-08-20, 2026-W34, 2026-08."""
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return self.first.isoformat() if self.kind == "day" else f"{self.first:%Y-%m}"

    @property
    def week(self) -> int:
        return self.first.isocalendar().week


def day(of: date) -> Span:
    return Span("day", of, of)


def week(of: date) -> Span:
    """The ISO week of a day, Monday to Sunday."""
    monday = of - timedelta(days=of.weekday())
    return Span("week", monday, monday + timedelta(days=6))


def month(of: date) -> Span:
    _, days = calendar.monthrange(of.year, of.month)
    return Span("month", of.replace(day=1), of.replace(day=days))


KINDS: dict[str, Callable[[date], Span]] = {"day": day, "week": week, "month": month}


def day_named(name: str) -> Span:
    """2026-08-20; raises ValueError for a date that no calendar has."""
    if not DAY.fullmatch(name):  # Neither is the year 1, whose calendar would begin before it.
        raise ValueError(f"expected a day like 2026-08-20, found {name!r:.20}")
    return day(date.fromisoformat(name))


def week_named(name: str) -> Span:
    """2026-W34; raises ValueError for a week that no calendar has."""
    if not (found := WEEK.fullmatch(name)):
        raise ValueError(f"expected a week like 2026-W34, found {name!r:.20}")
    return week(date.fromisocalendar(int(found[1]), int(found[2]), 1))


def month_named(name: str) -> Span:
    """2026-08; raises ValueError for a month that no calendar has."""
    if not (found := MONTH.fullmatch(name)):
        raise ValueError(f"expected a month like 2026-08, found {name!r:.20}")
    return month(date(int(found[1]), int(found[2]), 1))
