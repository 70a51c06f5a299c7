"""Letters by which the site tests itself, and how they come back."""

from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import Parser

from digest.models import Alarm
from digest.watching import alarms, selftest
from subscriptions.models import Event, Letter

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OURS = "self-test@example.org"
State = Letter.State


def planned() -> list[Letter]:
    return list(Letter.objects.filter(kind="selftest").order_by("pk"))


def make_test(at: datetime = NOON, **fields) -> Letter:
    """A letter of the self-test that has left."""
    sent = {"state": State.SENT, "handed_at": at, "ended_at": at}
    return Letter.objects.create(kind="selftest", key=at.isoformat(), due_at=at, planned_at=at, **sent | fields)


def reported(letter: Letter, at: datetime, provider: str = "Postmark", kind: str = Event.Type.DELIVERED) -> None:
    new = {"type": kind, "letter": letter, "at": at, "received_at": at}
    Event.objects.create(provider=provider, event_id=str(letter.pk), **new)


def arrival(letter: Letter, subject: str = "As we wrote it") -> EmailMessage:
    """What comes to the mailbox, from a mail server that keeps our Message-ID."""
    text = f"Message-ID: <{letter.message_id}@localhost>\nSubject: {subject}\n\nHello\n"
    return Parser(policy=policy.default).parsestr(text)


def returned() -> list[int | None]:
    return list(Event.objects.filter(type=Event.Type.DELIVERED).order_by("pk").values_list("letter", flat=True))


def why() -> str:
    return Alarm.objects.open().get(kind=Alarm.Kind.LOST).why


def looked_at(minutes: float) -> None:
    """The clock at that time after noon."""
    selftest.look(NOON + minutes * MINUTE)
    alarms.watch(NOON + minutes * MINUTE)
