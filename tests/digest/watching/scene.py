"""Some days of Daily Papers in August 2026, and what the operator was told of them."""

from datetime import UTC, date, datetime, timedelta

from papers.models import Collection
from subscriptions.models import Letter
from tests.factories import make_collection

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 8, day) for day in (18, 19, 20, 21, 22))
HOUR = timedelta(hours=1)
OPERATOR = "operator@example.org"
ERROR = "api: expected 200 from huggingface.co/api/daily_papers, found 503"


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


NOON = at(THURSDAY, 12)  # when Wednesday's papers have been awaited for a day and a half


def lists(day: date, listed: int = 3, **fields) -> Collection:
    return make_collection("huggingface", day, listed=listed, **fields)


def fails(day: date, since: datetime, **fields) -> Collection:
    failure = {"outcome": Collection.Outcome.FAILED, "error": ERROR, "failing_since": since, "collected_at": since}
    return make_collection("huggingface", day, **failure | fields)


def silent() -> None:
    lists(TUESDAY)
    make_collection("huggingface", WEDNESDAY)


def outcomes() -> dict[str, str]:
    """The state of each letter to the operator, by what it is about."""
    found = Letter.objects.filter(kind="operator", subscriber=None).values_list("key", "state")
    return {key.partition(":")[2]: state for key, state in found}
