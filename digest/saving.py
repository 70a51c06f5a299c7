"""The papers that a reader saved: kept, taken back, put back as they were."""

from datetime import datetime

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext

from digest.models import Saved
from papers.models import Paper
from subscriptions.models import Subscriber

MOST_SAVED = 2_000  # papers of a reader
SALT = "saved"


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


def full() -> str:
    """Why nothing more can be saved."""
    sentence = gettext(
        "Nothing changed: you have already saved %(most)d papers, the most you can save. Remove one first."
    )
    return sentence % {"most": MOST_SAVED}


def receipt(reader: Subscriber, paper: Paper, saved_at: datetime) -> str:
    """By which the paper can be put back into the reader's list, and nobody else's, at its old place."""
    return signing.dumps([reader.pk, paper.pk, saved_at.isoformat()], salt=SALT)


def put_back(reader: Subscriber, receipt: str) -> tuple[Paper, bool] | None:
    """The paper, and whether there was room for it. None: this is no receipt of the reader's, or the paper is gone."""
    try:
        owner, pk, saved_at = signing.loads(receipt, salt=SALT)
    except signing.BadSignature:
        return None
    paper = Paper.objects.filter(pk=pk).first() if owner == reader.pk else None
    return (paper, save(reader, paper, datetime.fromisoformat(saved_at))) if paper else None
