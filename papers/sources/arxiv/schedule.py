"""When arXiv announces what was submitted (https://info.arxiv.org/help/availability.html).

What comes before 14:00 in New York on a weekday is announced that evening, on Fridays on Sunday's; its list is that of
the day after. Where nothing is announced, the next evening speaks of it too.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from papers.sources.arxiv.holidays import holidays
from papers.sources.calendar import MONDAY_TO_FRIDAY, Calendar

EASTERN = ZoneInfo("America/New_York")
DEADLINE = time(14)
CALENDAR = Calendar(MONDAY_TO_FRIDAY, zone=EASTERN, holidays=holidays, late_after=timedelta(hours=6))


def announced_on(submitted: datetime) -> date:
    """The day of the list on which a paper is to be that was submitted at this moment, which has a zone. A paper that
    moderators look at first comes later. Raises OverflowError at the ends of time."""
    there = submitted.astimezone(EASTERN)
    deadline = there.date() + timedelta(days=there.time() >= DEADLINE)
    if deadline.weekday() not in MONDAY_TO_FRIDAY:
        deadline += timedelta(days=7 - deadline.weekday())
    return CALENDAR.awaited_after(deadline)
