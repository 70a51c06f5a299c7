"""Which of a reader's columns can be worked with. They are checked before they are kept, but what was valid then need
not be for ever, such as a time zone that the system no longer has; and rows are also changed by hand and restored."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from subscriptions import slots

YEARS = range(2000, 2201)  # of days and moments


def is_zone(name: Any) -> bool:
    """Whether this machine knows the time zone; quick, as each is read from the disk once."""
    try:
        return bool(ZoneInfo(name))
    except (LookupError, ValueError, TypeError, OSError):
        return False


def is_of_days(value: Any) -> bool:
    try:
        slots.valid_days(value)
    except ValidationError:
        return False
    return True


def is_moment(value: Any) -> bool:
    """A day or a moment of our time, or none."""
    return value is None or (isinstance(value, date) and value.year in YEARS)


EXPECTED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "zone": (is_zone, "a time zone that this system knows, like Europe/Berlin"),
    "hour": (lambda value: type(value) is int and 0 <= value <= 23, "an hour from 0 to 23"),
    "days": (is_of_days, "a list of weekdays from 0 to 6"),
    "cap": (lambda value: type(value) is int and value >= 1, "a number of papers from 1"),
    "bar": (lambda value: isinstance(value, float | int) and math.isfinite(value), "a number"),
    **dict.fromkeys(
        ("trending_muted_at", "paused_until", "last_slot", "next_slot", "next_due_at", "read_up_to"),
        (is_moment, f"nothing, or a time from {YEARS[0]} to {YEARS[-1]}"),
    ),
}


def faults(row: Any, choices: Mapping[str, type[Any]]) -> dict[str, str]:
    """By column what was expected and what was found. `choices`: the columns that hold one of a few values."""
    found = {name: sentence for name, (is_sound, sentence) in EXPECTED.items() if not is_sound(getattr(row, name))}
    for name, kinds in choices.items():
        if getattr(row, name) not in kinds.values:
            found[name] = f"one of {', '.join(kinds.values)}"
    return {name: f"{name}: expected {sentence}, found {getattr(row, name)!r}" for name, sentence in found.items()}
