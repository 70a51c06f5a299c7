"""What the tests of this folder agree on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db.models import Value
from django.db.models.functions import Now

from subscriptions.models import Letter
from tests.faults.pausing import Process
from tests.faults.truth import Verdict

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
LETTERS, CHUNK = 12, 5
FIRST, THIRD = 1, 3
# Just after what, the how manieth time, and of how many letters nobody can know the fate after a kill there.
POINTS = {
    "letters taken": (FIRST, {0}),
    "claimed": (FIRST, {0}),
    "journal made": (FIRST, {0}),
    "hand-over committed": (FIRST, {0}),
    "handed over": (FIRST, {0}),
    "noted as offered": (THIRD, {1}),
    "last byte sent": (THIRD, {1}),
    "answer read": (THIRD, {1}),
    "answer noted": (THIRD, {0}),
    "recorded": (FIRST, {0, 1}),  # The next chunk is on the wire meanwhile.
}
ON_THE_WIRE = ("noted as offered", "last byte sent", "answer read", "answer noted")
Start = Callable[..., Process]
Finish = Callable[[], Verdict]


def expire_leases() -> None:
    """As if everybody who has something in hands had been silent for long."""
    Letter.objects.filter(leased_until__isnull=False).update(leased_until=Now() - Value(timedelta(hours=1)))
