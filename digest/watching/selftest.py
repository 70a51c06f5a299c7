"""Whether letters arrive: every few minutes a small one goes the whole way to an address of our own, and the operator
is told when none returns. The mail provider reports that it arrived, or we find it in the mailbox and delete it there.
"""

import imaplib
import logging
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from digest.models import Alarm
from subscriptions import composing
from subscriptions.composing import Composed, Skip
from subscriptions.headers import message_id
from subscriptions.letter_kinds import LetterKind
from subscriptions.models import Event, Letter, LetterQuerySet

logger = logging.getLogger(__name__)
SELF_TEST = "selftest"  # the kind of letter
EVERY = timedelta(minutes=5)
RETURNS_WITHIN = timedelta(minutes=15)
LOST_AFTER = timedelta(minutes=45)  # of these none returned: letters are lost
AWAITED_FOR = timedelta(hours=1)  # What comes later stays in the mailbox.
KEPT_FOR = timedelta(days=1)
ANSWER_SECONDS = 20.0  # seconds for each answer of the mailbox
SUBJECT = "letters"  # of the alarm
IMAP = "imap"  # who reported it
NOTE = "mailbox"  # in a letter's contents: why it could not be looked for


class Unreadable(Exception):
    """The mailbox: why, in a few words that show neither addresses nor what its server said, which may hold one."""


def tick(now: datetime) -> None:
    """Plan the letter of these minutes, and look for those that are awaited. Any number of processes may tick."""
    if settings.SELF_TEST_ADDRESS:
        plan(now)
        look(now)


def plan(now: datetime) -> None:
    """One letter each EVERY, whoever else plans the same; those of long ago are forgotten."""
    begun = now.astimezone(UTC) - (now - datetime.min.replace(tzinfo=UTC)) % EVERY
    key = f"{begun:%Y-%m-%dT%H:%MZ}"
    if not Letter.objects.filter(subscriber=None, kind=SELF_TEST, key=key).exists():
        Letter.objects.plan_once(None, SELF_TEST, key, now)
        old = Letter.objects.filter(subscriber=None, kind=SELF_TEST, planned_at__lte=now - KEPT_FOR)
        Event.objects.filter(letter__in=old).delete()
        old.delete()


def compose(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """A few words that nobody needs to read."""
    composed: dict[int, Composed] = {}
    for letter in letters:
        if not composing.address_of(letter):
            composed[letter.pk] = Skip("nowhere to send it to")
        elif now - letter.planned_at > RETURNS_WITHIN:  # After an outage there would be hundreds.
            composed[letter.pk] = Skip("too late to tell anything")
        else:
            composed[letter.pk] = composing.plain(letter, {"name": letter.message_id}, now)
    return composed


LETTER = LetterKind(compose, site_address="SELF_TEST_ADDRESS")


def troubles(now: datetime) -> dict[str, str]:
    """Why, in one sentence, if letters are lost: of the latest none returned, though some should have. Once they are,
    until one returns."""
    if not settings.SELF_TEST_ADDRESS:
        return {}
    returned = Event.objects.filter(letter__kind=SELF_TEST, type=Event.Type.DELIVERED)
    for alarm in Alarm.objects.open().filter(kind=Alarm.Kind.LOST):  # one at most
        return {} if returned.filter(received_at__gt=alarm.began_at).exists() else {SUBJECT: alarm.why}
    latest = list(_planned_after(now - LOST_AFTER))
    is_due = any(letter.planned_at <= now - RETURNS_WITHIN for letter in latest)
    if not is_due or returned.filter(letter__in=latest).exists():
        return {}
    problem = next((letter.contents[NOTE] for letter in reversed(latest) if letter.contents.get(NOTE)), "")
    if problem:
        reason = _("the mailbox they go to cannot be read: %(problem)s")
    elif any(letter.state in (Letter.State.SENT, Letter.State.UNCERTAIN) for letter in latest):
        reason = _("they were sent, but nothing shows that they arrived")
    else:
        reason = _("none of them could be sent")
    silence = _("None of the emails by which the site tests itself has come back since %(since)s UTC")
    since = f"{latest[0].planned_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    return {SUBJECT: f"{silence}; {reason}" % {"since": since, "problem": problem}}


def _planned_after(moment: datetime) -> LetterQuerySet:
    return Letter.objects.filter(subscriber=None, kind=SELF_TEST, planned_at__gt=moment).order_by("planned_at", "pk")


# --------------------------------------------------------------------------------------------------------- the mailbox


def look(now: datetime) -> None:
    """Know of the letters that are in the mailbox, and delete them there. One that cannot be read is noted, and said
    once in the log."""
    handed = _planned_after(now - AWAITED_FOR).filter(handed_at__isnull=False)
    awaited = list(handed.exclude(events__provider=IMAP)) if settings.SELF_TEST_IMAP else []
    if not awaited:
        return
    try:
        found = _take(awaited)
    except Unreadable as error:
        _note(awaited, str(error))
        return
    _note(awaited, "")
    for letter in found:
        new = {"type": Event.Type.DELIVERED, "letter": letter, "at": now, "received_at": now}
        Event.objects.get_or_create(provider=IMAP, event_id=str(letter.message_id), defaults=new)
    Letter.objects.settle([letter.pk for letter in found])


def _note(awaited: Sequence[Letter], problem: str) -> None:
    noted = {letter.contents.get(NOTE, "") for letter in awaited}
    if problem and problem not in noted:
        logger.warning("the mailbox of the self-test cannot be read: %s", problem)
    if noted != {problem}:
        Letter.objects.filter(pk__in=[letter.pk for letter in awaited]).update(contents={NOTE: problem})


def _take(awaited: Sequence[Letter]) -> list[Letter]:
    """Those that are in the mailbox, and then no longer are. Raises Unreadable."""
    try:
        with _connection() as mailbox:
            try:
                mailbox.login(_quoted(settings.SELF_TEST_IMAP["user"]), settings.SELF_TEST_IMAP["password"])
            except mailbox.error as error:
                raise Unreadable(_("its server refuses the user name or password")) from error
            _done(mailbox.select("INBOX"))
            found = [letter for letter in awaited if _delete(mailbox, letter)]
            if found:
                _done(mailbox.expunge())
            return found
    except (OSError, UnicodeError) as error:  # The latter for a host that no host can be called.
        raise Unreadable(_("no answer (%(error)s)") % {"error": type(error).__name__}) from error
    except imaplib.IMAP4.error as error:
        raise Unreadable(_("its server breaks off, or does not speak IMAP")) from error


def _connection() -> imaplib.IMAP4:
    login = settings.SELF_TEST_IMAP
    if not login["tls"]:
        return imaplib.IMAP4(login["host"], login["port"], timeout=ANSWER_SECONDS)
    # Python's default for this would trust any certificate.
    trusted = ssl.create_default_context()
    return imaplib.IMAP4_SSL(login["host"], login["port"], ssl_context=trusted, timeout=ANSWER_SECONDS)


def _delete(mailbox: imaplib.IMAP4, letter: Letter) -> bool:
    """Mark it as deleted; whether it is there. Its subject names it as well, as some mail servers write a Message-ID
    of their own."""
    header, subject = _quoted(message_id(letter)), _quoted(str(letter.message_id))
    found = _done(mailbox.uid("SEARCH", "OR", "HEADER", "Message-ID", header, "SUBJECT", subject)).split()
    if found:
        _done(mailbox.uid("STORE", b",".join(found).decode(), "+FLAGS.SILENT", r"(\Deleted)"))
    return bool(found)


def _done(answer: tuple[str, list[Any]]) -> bytes:
    """What was answered to a command that was obeyed."""
    status, lines = answer
    if status != "OK":
        raise Unreadable(_("its server refuses to search it or to delete from it"))
    return lines[0] or b""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
