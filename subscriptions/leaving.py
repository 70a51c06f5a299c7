"""How a reader goes, and how going is undone."""

from datetime import datetime

from django.db import transaction

from subscriptions.models import Letter, Subscriber, Suppression


@transaction.atomic
def leave(reader: Subscriber, now: datetime, *, by_our_page: bool) -> bool:
    """From here on nothing comes, but to who pressed the button of our own page one letter that says so; to a mail
    program's one click, or a provider's report of a complaint, nothing is answered. Again changes nothing.

    Whether this was what made them leave, and can be undone: whoever never confirmed, or must not be written to, signs
    up anew.
    """
    was_here = reader.unsubscribe(now)
    if was_here and by_our_page and reader.confirmed_at:
        Letter.objects.plan_once(reader.pk, "goodbye", now.isoformat(), now)
    return was_here and reader.confirmed_at is not None and not Suppression.objects.of([reader.address]).exists()


@transaction.atomic
def come_back(pk: int, left_at: datetime, now: datetime) -> Subscriber | None:
    """Undo one departure, and no other: everything is as it was, but that old links stay dead. None: there is nothing
    to undo, or an address that must not be written to."""
    reader = Subscriber.objects.select_for_update().filter(pk=pk, left_at=left_at, confirmed_at__isnull=False).first()
    if reader is None or Suppression.objects.of([reader.address]).exists():
        return None
    reader.left_at = None
    mended = reader.mend()
    reader.schedule(now)
    reader.save(update_fields=["left_at", "next_slot", "next_due_at", *mended])
    return reader
