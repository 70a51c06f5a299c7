"""The days on which arXiv announces nothing."""

from datetime import date, timedelta
from functools import lru_cache

# Month and day of the evenings without an announcement, as arXiv gave them out.
EVENINGS = {
    2023: ((1, 16), (6, 14), (6, 19), (7, 4), (9, 4), (11, 23), (12, 25), (12, 27)),
    2025: ((1, 1), (1, 20), (6, 19), (7, 6), (9, 1), (11, 27), (12, 25)),  # The last is ours: December was not stated.
}
MONDAY, THURSDAY, FRIDAY, SATURDAY = 0, 3, 4, 5
# Days from a holiday to its evening off: nothing is announced on Friday and Saturday evenings anyway, so such a one is
# made up for on Sunday's.
MADE_UP_FOR_AFTER = {FRIDAY: 2, SATURDAY: 1}


@lru_cache
def holidays(year: int) -> frozenset[date]:
    """The days of the year whose feeds are to be empty, as nothing is announced on the evenings before them.

    It is an expectation: these days are looked at like all others. Years that we have no table of follow a rule.
    """
    usual = [
        date(year, 1, 1),
        _nth(3, MONDAY, date(year, 1, 1)),  # Martin Luther King Day
        date(year, 6, 19),
        date(year, 7, 4),
        _nth(1, MONDAY, date(year, 9, 1)),  # Labor Day
        _nth(4, THURSDAY, date(year, 11, 1)),  # Thanksgiving
        date(year, 12, 25),
    ]
    ruled = [holiday + timedelta(days=MADE_UP_FOR_AFTER.get(holiday.weekday(), 0)) for holiday in usual]
    table = [date(year, month, day) for month, day in EVENINGS.get(year, ())]
    return frozenset(evening + timedelta(days=1) for evening in table or ruled)


def _nth(number: int, weekday: int, first: date) -> date:
    """The nth such weekday of the month that begins with `first`."""
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
