"""What was promised and what was kept: for each day how many letters were due, what became of them, and how late."""

from datetime import UTC, datetime, time, timedelta

from django.db.models import Count, F
from django.db.models.functions import Coalesce

from digest.models import PostDay
from subscriptions.models import Letter, LetterQuerySet

COUNTED_EVERY = timedelta(minutes=5)
COUNTED_FOR = timedelta(days=3)  # letters are tried for a day; what is uncertain may be settled later
NINETY_NINE = 0.99
State = Letter.State
COLUMNS = {
    State.SENT: "sent",
    State.FAILED: "failed",
    State.UNCERTAIN: "uncertain",
    State.PLANNED: "waiting",
    State.CLAIMED: "waiting",
    State.HANDOFF: "waiting",
}


def count(now: datetime) -> None:
    """The last days' letters, anew; soon again changes nothing."""
    if PostDay.objects.filter(counted_at__gt=now - COUNTED_EVERY, counted_at__lte=now).exists():
        return
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    for begins in (today - timedelta(days=ago) for ago in range(COUNTED_FOR.days)):
        letters = Letter.objects.filter(
            subscriber__isnull=False, state__in=COLUMNS, due_at__gte=begins, due_at__lt=begins + timedelta(days=1)
        )
        counts = dict.fromkeys(COLUMNS.values(), 0)
        for state, letters_in_it in letters.order_by().values_list("state").annotate(Count("pk")):
            counts[COLUMNS[State(state)]] += letters_in_it
        if any(counts.values()):
            found = {**counts, "late_by": _late_by(letters), "counted_at": now}
            PostDay.objects.update_or_create(day=begins.date(), defaults=found)


def _late_by(letters: LetterQuerySet) -> int | None:
    """Seconds from the promise to the answer of whoever took the letter: 99 of 100 took no longer."""
    sent = letters.filter(state=State.SENT, ended_at__isnull=False)
    later = int(sent.count() * (1 - NINETY_NINE))
    took = sent.annotate(took=F("ended_at") - Coalesce("promised_at", "planned_at")).order_by("-took")
    longest = took.values_list("took", flat=True)[later : later + 1]
    return next((max(0, round(one.total_seconds())) for one in longest), None)
