"""The calendar beside a list: a month's days with papers, each a way to its page."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from papers import spans
from papers.models import Sighting
from papers.spans import Span
from papers.templatetags.cards import cards


@dataclass(frozen=True)
class Cell:
    day: date
    address: str  # empty where it has no papers
    is_shown: bool
    is_outside: bool  # of another month


@dataclass(frozen=True)
class Row:
    week: Span
    address: str  # empty where none of its days has papers
    cells: list[Cell]


@dataclass(frozen=True)
class Month:
    span: Span
    address: str
    rows: list[Row]


def address(span: Span, source: str = "") -> str:
    """Of a span's page; with a source, of that source's list."""
    return (
        reverse(f"papers:{span.kind}_list", args=[span, source])
        if source
        else reverse(f"papers:{span.kind}", args=[span])
    )


def days_listed(shown: Span, by: str) -> list[date]:
    """The days on which a source announced papers, of all that the calendar beside a span shows."""
    weeks = _weeks(shown)
    seen = Sighting.objects.announced_by(by).filter(day__range=(weeks[0][0], weeks[-1][-1]))
    return sorted(seen.values_list("day", flat=True).distinct())


def drawn(shown: Span, listed: Sequence[date], source: str = "") -> str:
    """The month of a span as papers/calendar.html has it, with links to the days listed. `source`: named in addresses,
    too."""

    def draw() -> str:
        month = spans.month(shown.first)
        rows = [_row(week, month, shown, listed, source) for week in _weeks(shown)]
        calendar = Month(month, address(month, source), rows)
        return render_to_string("papers/calendar.html", {"span": shown, "calendar": calendar})

    return cards.get(("calendar", shown, listed, source, get_language()), draw)


def _weeks(shown: Span) -> list[list[date]]:
    return Calendar().monthdatescalendar(shown.first.year, shown.first.month)


def _row(week: list[date], month: Span, shown: Span, listed: Collection[date], source: str) -> Row:
    cells = [
        Cell(
            day,
            address(spans.day(day), source) if day in listed else "",
            shown.first <= day <= shown.last and shown.kind != "month",
            not month.first <= day <= month.last,
        )
        for day in week
    ]
    span = spans.week(week[0])
    return Row(span, address(span, source) if set(week).intersection(listed) else "", cells)
