"""What commands are given, checked: bad input is one sentence that says what was expected."""

from datetime import UTC, date, datetime

from django.core.management.base import CommandError

from papers import identifiers


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"expected a day like 2026-08-20, found {text!r}") from None


def moment(text: str) -> datetime:
    """With or without a zone; without one it is UTC."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"expected a moment like 2026-08-20T12:00:00Z, found {text!r}") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def arxiv_id(text: str) -> str:
    """With or without its version."""
    if found := identifiers.arxiv_id(text, versioned=True):
        return found
    raise CommandError(f"expected an arXiv id like 2608.16590, found {text!r}")


def not_in_future(asked: date, now: datetime) -> date:
    if asked > now.date():
        raise CommandError(f"expected a day up to {now.date()} (UTC), found {asked}")
    return asked
