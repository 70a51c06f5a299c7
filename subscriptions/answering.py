"""What an address gets that somebody entered: decided by the next beat of the post, where nobody can time it.

A stranger gets a letter to confirm, a reader a link to the preferences; who complained about us, and a mailbox that
had its share, gets nothing. Nothing but letters, and the row of an address that is new, is written here.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from papers import database
from subscriptions import limits
from subscriptions.limits import Buckets
from subscriptions.models import Letter, LetterRequest, Subscriber, Suppression, keyed_hash

ANSWERING = 7_301_853_027  # the name of a lock, beside that of storing
AT_ONCE = 500  # requests, so that the post does not wait for long


def answer(now: datetime) -> None:
    """Write the letters that were asked for, of some requests at least; who reads gets theirs at once."""
    if not LetterRequest.objects.exists():
        return
    with transaction.atomic():
        database.take_turns(ANSWERING)  # so that limits can be looked at and taken for many at once
        requests = list(LetterRequest.objects.order_by("pk")[:AT_ONCE])
        _write(_wanted(requests, now), now)
        LetterRequest.objects.filter(pk__in=[request.pk for request in requests]).delete()


def _wanted(requests: Sequence[LetterRequest], now: datetime) -> list[LetterRequest]:
    """Those that are answered by a letter. What was sent twice is answered once."""
    requests = list({(one.kind, one.address, json.dumps(one.brings)): one for one in requests}.values())
    complained = Suppression.objects.of({one.address for one in requests}).filter(reason=Suppression.Reason.COMPLAINT)
    silenced = set(complained.values_list("hash", flat=True))
    readers = _readers(requests)
    mailboxes = {limits.mailbox(one.address) for one in requests}
    today, unanswered = Buckets(limits.of_mailbox_on(now), mailboxes, now), Buckets(limits.UNANSWERED, mailboxes, now)
    wanted = []
    for one in requests:
        reader, mailbox = readers.get(one.address), limits.mailbox(one.address)
        if keyed_hash(one.address) in silenced or (one.kind == LetterRequest.Kind.LINK and not reader):
            continue
        counted = [today] if reader and reader.is_reading else [today, unanswered]
        if all(buckets.left(mailbox) for buckets in counted):
            for buckets in counted:
                buckets.take(mailbox)
            wanted.append(one)
    today.save()
    unanswered.save()
    return wanted


def _write(requests: Sequence[LetterRequest], now: datetime) -> None:
    """The letter of each. Its key is the moment that it was asked for."""
    here = _readers(requests)
    new = {one.address for one in requests} - here.keys()
    rows = [Subscriber(address=address, created_at=now) for address in sorted(new)]
    Subscriber.objects.bulk_create(rows, ignore_conflicts=True)
    readers = here | _readers(one for one in requests if one.address in new)
    letters = []
    for one in requests:
        reader = readers[one.address]
        kind, contents = ("manage", {}) if reader.is_reading else ("confirm", one.brings)
        moments = {"key": one.asked_at.isoformat(), "due_at": now, "planned_at": now}
        letters.append(Letter(subscriber=reader, kind=kind, contents=contents, **moments))
    Letter.objects.bulk_create(letters, ignore_conflicts=True)


def _readers(requests: Iterable[LetterRequest]) -> dict[str, Subscriber]:
    """By their addresses."""
    return Subscriber.objects.in_bulk({one.address for one in requests}, field_name="address")
