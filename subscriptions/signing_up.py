"""How somebody becomes a reader: the letter that answers a sign-up, and the confirmation that begins."""

from datetime import datetime
from typing import Any

from django.db import transaction

from subscriptions import limits, slots
from subscriptions.models import Consent, Letter, Subscriber, Suppression


@transaction.atomic
def sign_up(address: str, place: str, now: datetime, **brings: Any) -> None:
    """Answer whoever asked for this address by a letter to it, and by nothing else.

    A stranger gets a confirm letter, a reader a link to the preferences instead; who complained about us gets nothing.
    Whoever typed the address may be anybody, so what they chose waits with the confirm letter: no row of a reader, or
    of one who left, is changed before its link is used. `brings`: by the fields of SignUpForm.
    """
    if Suppression.objects.of([address]).filter(reason=Suppression.Reason.COMPLAINT).exists():
        return
    reader, _ = Subscriber.objects.get_or_create(address=address, defaults={"created_at": now})
    write(reader, now, **brings, place=place)


def write(reader: Subscriber, now: datetime, **brings: Any) -> None:
    """The letter that somebody asked for: a link to the preferences, or to who does not read yet one to confirm. None
    above the limits of a mailbox, however many addresses it has. Its key is the moment that it was asked for."""
    kind, counted = ("manage", []) if reader.is_reading else ("confirm", [limits.UNANSWERED])
    granted, _wait = limits.take_up_to([limits.of_mailbox_on(now), *counted], limits.mailbox(reader.address), 1, now)
    if granted:
        Letter.objects.plan_once(reader.pk, kind, now.isoformat(), now, **({} if reader.is_reading else brings))


def confirm_letter(reader: Subscriber, pk: int) -> Letter | None:
    """The letter that a confirm link names, if it was this reader's: its contents are what the sign-up brought."""
    return reader.letters.filter(pk=pk, kind="confirm").first()


def brought(letter: Letter | None) -> dict[str, Any]:
    """What the sign-up asked for that this confirm letter answers, by the fields of BeginForm."""
    contents = letter.contents if letter else {}
    return {name: contents[name] for name in ("topics", "zone", "hour") if contents.get(name) not in (None, "", [])}


@transaction.atomic
def confirm(reader: Subscriber, now: datetime, letter: Letter | None = None) -> None:
    """Begin: the welcome letter is due at once, the first digest on the next local date. Again changes nothing.
    `letter`: the one that was answered, whose sign-up is agreed to only now."""
    if reader.is_reading:
        return
    reader.confirmed_at, reader.left_at = now, None
    today = slots.local_date(now, reader.zone)
    reader.done_with(max(today, reader.last_slot or today), now)  # Back from where it is still yesterday: as it was.
    reader.save()
    Suppression.objects.of([reader.address]).filter(reason=Suppression.Reason.BOUNCE).delete()
    limits.forget(limits.UNANSWERED, limits.mailbox(reader.address))
    if letter and "place" in letter.contents:  # With letters of version 0.1.0 it was written when somebody signed up.
        asked = {"wording": Consent.SIGN_UP, "place": letter.contents["place"], "at": letter.planned_at}
        Consent.objects.create(subscriber=reader, **asked)
    Consent.objects.create(subscriber=reader, wording=Consent.CONFIRM, place="confirm", at=now)
    Letter.objects.plan_once(reader.pk, "welcome", now.isoformat(), now)
