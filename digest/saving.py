"""The papers that a reader saved: kept, taken back, counted."""

from datetime import datetime

from django.db import transaction

from digest.models import Saved
from papers.models import Paper
from subscriptions.models import Subscriber

MOST_SAVED = 2_000  # papers of a reader


@transaction.atomic
def save(reader: Subscriber, paper: Paper, now: datetime) -> bool:
    """Keep the paper in the reader's list; again changes nothing. False: the list has MOST_SAVED papers already."""
    Subscriber.objects.select_for_update().get(pk=reader.pk)  # One at a time, so that both count all rows.
    mine = Saved.objects.filter(subscriber=reader)
    if not mine.filter(paper=paper).exists():
        if mine.count() >= MOST_SAVED:
            return False
        mine.create(subscriber=reader, paper=paper, saved_at=now)
    return True


def take_back(reader: Subscriber, paper: Paper) -> datetime | None:
    """The paper is no longer in the list; since when it was, or None: it was not. Again changes nothing."""
    with transaction.atomic():
        row = Saved.objects.select_for_update().filter(subscriber=reader, paper=paper).first()
        if row is None:
            return None
        row.delete()
    return row.saved_at
