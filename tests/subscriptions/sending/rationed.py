"""What the tests of rationing make and look at."""

from datetime import UTC, datetime, timedelta
from itertools import count

from subscriptions.models import Letter
from tests.factories import make_letter, make_paper, make_reader

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)  # when the letters of make_letter are due
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86_400))
State = Letter.State
_numbers = count(1)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def make_digest(reader=None, **fields) -> Letter:
    contents = {"for_you": [], "trending": [{"paper": make_paper().pk}], "near_misses": []}
    return make_letter(reader, **{"kind": "digest", "key": "2026-08-20", "contents": contents} | fields)


def make_letters(how_many: int) -> None:
    """To one reader, so that many are made quickly."""
    reader = make_reader()
    keys = [str(next(_numbers)) for _ in range(how_many)]
    Letter.objects.bulk_create(
        Letter(subscriber=reader, kind="manage", key=key, due_at=NOW, planned_at=NOW) for key in keys
    )


def due_after(letters: list[Letter]) -> list[int]:
    """Seconds from now on."""
    for letter in letters:
        letter.refresh_from_db()
    return [round((letter.due_at - NOW).total_seconds()) for letter in letters]
