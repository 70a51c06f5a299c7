"""How somebody becomes a reader: the sign-up, which a letter answers (answering.py), and the confirmation."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from subscriptions import limits, links, slots
from subscriptions.fields import AddressField
from subscriptions.interests.kinds import InterestSpec
from subscriptions.links import Purpose
from subscriptions.models import Consent, Letter, LetterRequest, Subscriber, Suppression

INVITATION = "invite"  # the place of a sign-up that whoever runs the site began


def sign_up(address: str, place: str, now: datetime, *, turn: int = 1, solved: bool = False, **brings: Any) -> None:
    """Keep it that somebody entered this address, by one insert, whoever they are and whatever we know of it: what it
    gets is decided in answering.py. Whoever typed it may be anybody, so what they chose waits with the confirm letter:
    no row of a reader, or of one who left, is changed before its link is used. `turn`: the how-manieth sign-up of
    their network it is; `solved`: a proof of work came with it; `brings`: by the fields of SignUpForm.
    """
    brings = {**brings, "place": place}
    LetterRequest.objects.create(
        kind=LetterRequest.Kind.SIGN_UP, address=address, asked_at=now, turn=turn, solved=solved, brings=brings
    )


def invite(written: Iterable[str], now: datetime) -> list[str]:
    """A confirm letter to each of these addresses, with the next beat of the post, whoever may sign up by themselves.
    Raises ValidationError, and invites nobody, if one is no address or must not be written to."""
    addresses = []
    for text in written:
        try:
            addresses.append(AddressField().clean(text))
        except ValidationError as error:
            refused = _("%(why)s Found %(text)s. Nobody was invited.")
            raise ValidationError(refused % {"why": error.messages[0], "text": repr(text)}) from error
    if Suppression.objects.of(addresses).filter(reason__in=Suppression.FINAL).exists():
        raise ValidationError(
            _(
                "One of these addresses complained, or asked for no further email: it must not be written to. "
                "Nobody was invited."
            )
        )
    for address in addresses:
        sign_up(address, INVITATION, now)
    return addresses


def add(address: str, asked_at: datetime, **brings: Any) -> None:
    """To what a sign-up of that moment brings, what the page after it asked. By one insert, too."""
    LetterRequest.objects.create(kind=LetterRequest.Kind.CHOICE, address=address, asked_at=asked_at, brings=brings)


def send_link(address: str, place: str, now: datetime, turn: int = 1, **brings: Any) -> None:
    """The same for who wants their link: an address that we do not know gets nothing."""
    brings = {**brings, "place": place}
    LetterRequest.objects.create(kind=LetterRequest.Kind.LINK, address=address, asked_at=now, turn=turn, brings=brings)


def confirm_letter(reader: Subscriber, pk: int) -> Letter | None:
    """The letter that a confirm link names, if it was this reader's: its contents are what the sign-up brought."""
    return reader.letters.filter(pk=pk, kind="confirm").first()


def brought(letter: Letter | None) -> dict[str, Any]:
    """What the sign-up asked for that this confirm letter answers, by the fields of BeginForm."""
    contents = letter.contents if letter else {}
    return {name: contents[name] for name in ("topics", "zone", "hour") if contents.get(name) not in (None, "", [])}


def brought_interests(letter: Letter | None) -> list[InterestSpec]:
    """Those that came along from where the sign-up began, such as an author's page."""
    return [InterestSpec(kind, value) for kind, value in (letter.contents.get("interests", []) if letter else [])]


def counts(now: datetime, span: timedelta) -> dict[str, int]:
    """Of the addresses that were sent a confirm letter within this span: how many, how many confirmed, and how many
    can no longer, as the link of their last letter is too old."""
    lives = links.LIFETIMES[Purpose.CONFIRM] or span
    letters = Letter.objects.filter(kind="confirm", planned_at__gt=now - span)
    asked = Subscriber.objects.filter(Exists(letters.filter(subscriber=OuterRef("pk"))))
    in_time = letters.filter(subscriber=OuterRef("pk"), planned_at__gt=now - lives)
    waiting = asked.filter(confirmed_at=None)
    return {
        "days": span.days,
        "asked": asked.count(),
        "confirmed": asked.filter(confirmed_at__isnull=False).count(),
        "lost": waiting.filter(~Exists(in_time)).count(),
    }


@transaction.atomic
def confirm(reader: Subscriber, now: datetime, letter: Letter | None = None) -> None:
    """Begin: the welcome letter is due at once, the first digest on the next local date. Again changes nothing.
    `letter`: the one that was answered, whose sign-up is agreed to only now."""
    if reader.is_reading:
        return
    for interest in brought_interests(letter):
        reader.add_interest(interest)
    reader.confirmed_at, reader.left_at = now, None
    today = slots.local_date(now, reader.zone)
    reader.done_with(max(today, reader.last_slot or today), now)  # Back from where it is still yesterday: as it was.
    reader.save()
    Suppression.objects.of([reader.address]).filter(reason=Suppression.Reason.BOUNCE).delete()
    limits.forget(limits.UNANSWERED, limits.mailbox(reader.address))
    _agree(reader, now, letter)
    Letter.objects.plan_once(reader.pk, "welcome", now.isoformat(), now)


def _agree(reader: Subscriber, now: datetime, letter: Letter | None) -> None:
    """Version 0.1.0 wrote down that somebody asked when they did; since then it waits with their letter."""
    pending = reader.consents.filter(confirmed_at=None).order_by("-asked_at")
    first = pending.first()
    asked_at, place = (first.asked_at, first.place) if first else (None, "")
    if letter and "place" in letter.contents:
        asked_at, place = datetime.fromisoformat(letter.key), letter.contents["place"]
    pending.delete()
    words = {"wording": Consent.WORDING, "language": get_language() or "en", "place": place}
    reader.consents.create(**words, asked_at=asked_at, confirmed_at=now)
