"""How all that is held of readers is removed. What stays is the keyed hash of whom nobody may write to."""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from papers import database
from papers.models import Lookup
from subscriptions import leaving, limits
from subscriptions.interests.kinds import PAPER
from subscriptions.models import Bucket, Event, Interest, Letter, LetterRequest, Subscriber, Suppression, keyed_hash

logger = logging.getLogger(__name__)
AT_ONCE = 50  # readers in one transaction: each may have had a letter a day for a year
LENGTH_OF_UUID = 36  # characters, at the end of the name of a letter's file


def ask(reader: Subscriber, now: datetime) -> bool:
    """Leave at once, and be erased as soon as no letter is on its way; whether that is done."""
    leaving.leave(reader, now, by_our_page=False)
    mine = Subscriber.objects.filter(pk=reader.pk)
    mine.filter(erase_asked_at=None).update(erase_asked_at=now)
    return bool(erase(mine)) or not mine.exists()


def block(reader: Subscriber, now: datetime) -> None:
    """The same for whoever wants no further email at all: no address of the mailbox is ever written to again."""
    for name in {reader.address, limits.mailbox(reader.address)}:
        Suppression.objects.suppress(name, Suppression.Reason.WISH, now)
    ask(reader, now)


def erase_asked() -> None:
    """Those for whom a letter on its way was waited for. Called on the clock."""
    asked = Subscriber.objects.filter(erase_asked_at__isnull=False).order_by("pk")
    if asked.exists():
        erase(asked)


def erase(readers: QuerySet[Subscriber]) -> int:
    """All that is held of the first AT_ONCE of them, rows and files, but of those whose letter a process has in its
    hands; how many are gone. They must have left, or never have begun."""
    with transaction.atomic():
        found = list(readers.values_list("pk", flat=True)[:AT_ONCE])
        # Letters are locked before their readers, as by what hears of reports. Nobody claims a letter meanwhile.
        letters = Letter.objects.filter(subscriber__in=found).order_by("pk").select_for_update()
        states = list(letters.values_list("subscriber", "state"))
        busy = {pk for pk, state in states if state in (Letter.State.CLAIMED, Letter.State.HANDOFF)}
        locked = Subscriber.objects.filter(pk__in=set(found) - busy).order_by("pk").select_for_update()
        # Looked at once more: somebody may be confirming at this moment.
        going = list(readers.filter(pk__in=list(locked.values_list("pk", flat=True))))
        if going:
            _erase(going)
            transaction.on_commit(database.leave_no_trace, robust=True)  # It is erased, whatever comes of that.
    return len(going)


def _erase(readers: list[Subscriber]) -> None:
    """Locked ones. Files go first: should the rows stay, no letter is sent again for lack of one."""
    pks = [reader.pk for reader in readers]
    remove_files(Letter.objects.filter(subscriber__in=pks).values_list("message_id", flat=True))
    Event.objects.filter(letter__subscriber__in=pks).delete()
    Bucket.objects.filter(hash__in=[keyed_hash(limits.mailbox(reader.address)) for reader in readers]).delete()
    LetterRequest.objects.filter(address__in=[reader.address for reader in readers]).delete()
    of_readers = ContentType.objects.get_for_model(Subscriber)
    LogEntry.objects.filter(content_type=of_readers, object_id__in=map(str, pks)).delete()
    named = list(Interest.objects.filter(subscriber__in=pks, kind=PAPER.key).values_list("value", flat=True))
    logger.info("erased %s", ", ".join(map(str, readers)))
    Subscriber.objects.filter(pk__in=pks).delete()  # and with them every row that names them
    others = Interest.objects.filter(kind=PAPER.key, value=OuterRef("key"))
    Lookup.objects.filter(key__in=named).exclude(Exists(others)).delete()  # It may be any line that one pasted.


def remove_files(message_ids: Iterable[UUID]) -> None:
    """Of letters that were written to files."""
    names = set(map(str, message_ids)) if settings.MAIL_DIR.is_dir() else set()
    for file in settings.MAIL_DIR.iterdir() if names else []:
        if file.stem[-LENGTH_OF_UUID:] in names:
            file.unlink(missing_ok=True)
