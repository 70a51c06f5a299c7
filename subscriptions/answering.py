"""What an address gets that somebody entered: decided by the next beat of the post, where nobody can time it.

A stranger gets a letter to confirm, a reader a link to the preferences; who complained about us, and a mailbox that
had its share, gets nothing. Nothing but letters, and the row of an address that is new, is written here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from papers import database
from subscriptions import limits
from subscriptions.limits import Buckets
from subscriptions.models import Letter, LetterRequest, Subscriber, Suppression, keyed_hash

ANSWERING = 7_301_853_027  # the name of a lock, beside that of storing
AT_ONCE = 500  # requests, so that the post does not wait for long
READY = 100  # letters to confirm that the post has yet to send: behind no more than these waits a reader's link
LOOKED_AT = 20_000  # of a queue, in its order
SPREAD = timedelta(minutes=5)  # in which most of a queue leaves, however long it is
WAITS_AT_MOST = timedelta(minutes=12)  # and then a letter is on its way within 15 minutes
SITE = "site"


def answer(now: datetime) -> None:
    """Write the letters that were asked for. Who reads gets a link at once; letters to confirm go through a queue,
    which is empty but for floods."""
    if not LetterRequest.objects.exists():
        return
    with transaction.atomic():
        database.take_turns(ANSWERING)  # so that limits can be looked at and taken for many at once
        _add_choices()
        new = list(LetterRequest.objects.new()[:AT_ONCE])
        at_once, queued = _sorted_out(new, now)
        LetterRequest.objects.filter(pk__in=_keys(queued)).update(waits=True)
        going = at_once + _next_of_queue(now)
        _write(going, now)
        answered = set(_keys(new)) - set(_keys(queued)) | set(_keys(going))
        LetterRequest.objects.filter(pk__in=answered).delete()


def _add_choices() -> None:
    """To what a sign-up brings, what was chosen on the page after it: as long as nobody answered its letter, whoever
    signed up may be anybody and so may who chose."""
    for one in LetterRequest.objects.choices()[:AT_ONCE]:
        asked = LetterRequest.objects.filter(kind=LetterRequest.Kind.SIGN_UP, address=one.address)
        for waiting in asked.filter(asked_at=one.asked_at):
            LetterRequest.objects.filter(pk=waiting.pk).update(brings=waiting.brings | one.brings)
        letters = Letter.objects.filter(kind="confirm", subscriber__address=one.address, key=one.asked_at.isoformat())
        for letter in letters:
            Letter.objects.filter(pk=letter.pk).update(contents=letter.contents | one.brings)
        one.delete()


def _sorted_out(new: Sequence[LetterRequest], now: datetime) -> tuple[list[LetterRequest], list[LetterRequest]]:
    """Those that are answered by a letter at once, and those that queue for one; the others get nothing. What was sent
    twice is answered once."""
    at_once: list[LetterRequest] = []
    queued: list[LetterRequest] = []
    distinct = _answerable({(one.kind, one.address, json.dumps(one.brings)): one for one in new}.values())
    readers = _readers(distinct)
    mailboxes = {one.pk: limits.mailbox(one.address) for one in distinct}
    today = Buckets(limits.of_mailbox_on(now), mailboxes.values(), now)
    unanswered = Buckets(limits.UNANSWERED, mailboxes.values(), now)
    asked = Buckets(limits.REQUESTS_OF_SITE, [SITE], now)
    asked.take(SITE, len(new))
    for one in distinct:
        reader, mailbox = readers.get(one.address), mailboxes[one.pk]
        is_reading = reader is not None and reader.is_reading
        counted = [today] if is_reading else [today, unanswered]
        if (reader or one.kind == LetterRequest.Kind.SIGN_UP) and all(buckets.left(mailbox) for buckets in counted):
            for buckets in counted:
                buckets.take(mailbox)
            (at_once if is_reading else queued).append(one)
    for buckets in (today, unanswered, asked):
        buckets.save()
    return at_once, queued


def _answerable(requests: Iterable[LetterRequest]) -> list[LetterRequest]:
    """Without those whose addresses or mailboxes complained, or asked for no further email."""
    requests = list(requests)
    named = {one.pk: {one.address, limits.mailbox(one.address)} for one in requests}
    final = Suppression.objects.of(set().union(*named.values())).filter(reason__in=Suppression.FINAL)
    silenced = set(final.values_list("hash", flat=True))
    return [one for one in requests if silenced.isdisjoint(map(keyed_hash, named[one.pk]))]


def _next_of_queue(now: datetime) -> list[LetterRequest]:
    """Those whose turn it is, as far as the post keeps up: first whoever has waited for long enough, then as many as
    site and domain may have an hour, and more the longer the queue is."""
    room = READY - Letter.objects.due(now).filter(kind="confirm").count()
    if room <= 0:
        return []
    columns = LetterRequest.objects.queue().values_list("pk", "asked_at", "address")[:LOOKED_AT]
    queue = [(pk, now - asked_at, address.rpartition("@")[2]) for pk, asked_at, address in columns]
    if not queue:
        return []
    begun, waiting = now - max(waited for _, waited, _ in queue), Counter(domain for _, _, domain in queue)
    site = Buckets(limits.CONFIRM_LETTERS_OF_SITE, [SITE], now)
    domains = Buckets(limits.CONFIRM_LETTERS_PER_DOMAIN, waiting, now)
    site.hurry(SITE, len(queue), SPREAD, begun)
    for domain, count in waiting.items():
        domains.hurry(domain, count, SPREAD, begun)
    going: list[int] = []
    for pk, waited, domain in sorted(queue, key=lambda one: one[1] < WAITS_AT_MOST):
        if len(going) < room and (waited >= WAITS_AT_MOST or (site.left(SITE) and domains.left(domain))):
            site.take(SITE)
            domains.take(domain)
            going.append(pk)
    site.save()
    domains.save()
    return list(LetterRequest.objects.filter(pk__in=going))


def _keys(requests: Iterable[LetterRequest]) -> list[int]:
    return [request.pk for request in requests]


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
