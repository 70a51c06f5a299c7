"""How a reader's letters come to another address: both addresses are written to, and the new one confirms."""

from datetime import datetime

from django.db import transaction

from subscriptions import erasing, limits, signing_up
from subscriptions.models import Letter, Subscriber, Suppression

PLACE = "/preferences/data/"


def ask(reader: Subscriber, address: str, now: datetime) -> None:
    """Nothing changes but that two letters are written, the same for whoever's address it is: to the old one, by which
    it can be stopped, and to the new one, to confirm. A reader whose address that is gets a link to their own
    preferences instead, and one who wants no letters none. None above the limits of a mailbox."""
    granted, _wait = limits.take_up_to([limits.of_mailbox_on(now)], limits.mailbox(reader.address), 1, now)
    if not granted:
        return
    key = now.isoformat()
    Letter.objects.plan_once(reader.pk, "moving", key, now, asked=address, own=reader.address)
    if Subscriber.objects.reading().filter(address=address).exists():
        signing_up.send_link(address, PLACE, now)
        return
    if Suppression.objects.of([address]).exclude(reason=Suppression.Reason.BOUNCE).exists():
        return
    counted = [limits.of_mailbox_on(now), limits.UNANSWERED]
    granted, _wait = limits.take_up_to(counted, limits.mailbox(address), 1, now)
    if granted:
        Letter.objects.plan_once(reader.pk, "address", key, now, new_address=address)


def letter_of(reader: Subscriber, pk: int, kind: str) -> Letter | None:
    """The letter that a link names, if it was this reader's."""
    return reader.letters.filter(pk=pk, kind=kind).first()


@transaction.atomic
def move(reader: Subscriber, letter: Letter) -> bool:
    """From now on letters go where this letter went, and links to the old address are dead. False: the address is
    another reader's by now."""
    address = letter.new_address
    if not _readdress(reader, address):
        return False
    Suppression.objects.of([address]).filter(reason=Suppression.Reason.BOUNCE).delete()
    limits.forget(limits.UNANSWERED, limits.mailbox(address))
    return True


@transaction.atomic
def stay(reader: Subscriber, letter: Letter) -> bool:
    """What was asked for is not done, or is undone. Whoever asked had a link or a visit, so all of these end. False:
    the old address is another reader's by now."""
    reader = Subscriber.objects.select_for_update().get(pk=reader.pk)
    if reader.address == letter.contents["asked"]:
        return _readdress(reader, letter.contents["own"])
    reader.end_links()
    return True


def _readdress(reader: Subscriber, address: str) -> bool:
    """Who only signed up with the address, or has left, makes room for who has confirmed it."""
    others = Subscriber.objects.filter(address=address).exclude(pk=reader.pk)
    if others.reading().exists() or (others.exists() and not erasing.erase(others)):
        return False
    Subscriber.objects.filter(pk=reader.pk).update(address=address)
    reader.end_links()
    return True
