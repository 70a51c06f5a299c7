"""How somebody becomes a reader: the letter that answers a sign-up, and the confirmation that begins."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from subscriptions import slots
from subscriptions.models import Consent, Letter, Subscriber, Suppression


@transaction.atomic
def sign_up(address: str, topics: Iterable[str], place: str, now: datetime) -> None:
    """Answer whoever asked for this address by a letter to it, and by nothing else.

    A stranger gets a confirm letter, one a day; a reader gets a link to the preferences instead; who complained
    about us gets nothing.
    """
    if Suppression.objects.of([address]).filter(reason=Suppression.Reason.COMPLAINT).exists():
        return
    reader, _ = Subscriber.objects.get_or_create(address=address, defaults={"created_at": now})
    if reader.is_reading:
        Letter.objects.plan_once(reader.pk, "manage", now.date().isoformat(), now)
        return
    Consent.objects.create(subscriber=reader, wording=Consent.SIGN_UP, place=place, at=now)
    reader.choose_topics(topics)
    Letter.objects.plan_once(reader.pk, "confirm", now.date().isoformat(), now)


@transaction.atomic
def confirm(reader: Subscriber, now: datetime) -> None:
    """Begin: the welcome letter is due at once, the first digest on the next local date. Again changes nothing."""
    if reader.is_reading:
        return
    reader.confirmed_at, reader.left_at = now, None
    today = slots.local_date(now, reader.zone)
    reader.done_with(max(today, reader.last_slot or today), now)  # Back from where it is still yesterday: as it was.
    reader.save()
    Suppression.objects.of([reader.address]).filter(reason=Suppression.Reason.BOUNCE).delete()
    Consent.objects.create(subscriber=reader, wording=Consent.CONFIRM, place="confirm", at=now)
    Letter.objects.plan_once(reader.pk, "welcome", now.isoformat(), now)
