"""Whose address is not written to any more: after bounces, complaints and refusals."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from subscriptions.models import Event, Letter, Subscriber, Suppression
from subscriptions.sending.senders import Answer

MOST_BOUNCES = 3  # a reader's bounce score from which on they are not written to
BOUNCES_COUNT_FOR = timedelta(days=30)  # a letter that bounced


def after_report(letter: Letter, kind: Event.Type, now: datetime) -> None:
    """Act on what a provider reported of a letter, which names one reader: nobody else is touched. What came before a
    confirmation is settled by it."""
    reader = letter.subscriber
    if reader is None:
        return
    if letter.new_address:  # It went to an address that is not the reader's: what it says of that is all there is.
        reason = {Event.Type.COMPLAINED: Suppression.Reason.COMPLAINT, Event.Type.BOUNCED: Suppression.Reason.BOUNCE}
        if kind in reason:
            Suppression.objects.suppress(letter.new_address, reason[kind], now)
    elif kind == Event.Type.COMPLAINED:
        reader.suppress(Suppression.Reason.COMPLAINT, now)
    elif reader.confirmed_at and letter.planned_at < reader.confirmed_at:
        return
    elif kind == Event.Type.BOUNCED or (kind == Event.Type.SOFT and bounce_score(reader, now) >= MOST_BOUNCES):
        reader.suppress(Suppression.Reason.BOUNCE, now)
    elif kind == Event.Type.UNSUBSCRIBED:
        reader.unsubscribe(now)


def after_refusals(answers: Iterable[tuple[Letter, Answer]], now: datetime) -> None:
    """Suppress readers of whose address a mail server said that there is none; lifted by a new confirmation."""
    for letter, answer in answers:
        if answer.no_such_address and letter.new_address:
            Suppression.objects.suppress(letter.new_address, Suppression.Reason.BOUNCE, now)
        elif answer.no_such_address and letter.subscriber:
            letter.subscriber.suppress(Suppression.Reason.BOUNCE, now)


def bounce_score(reader: Subscriber, now: datetime) -> float:
    """Letter by letter: one more for each that bounced for now, halved by each that was delivered.

    Only letters of BOUNCES_COUNT_FOR count, and none from before the reader confirmed.
    """
    since = max(now - BOUNCES_COUNT_FOR, reader.confirmed_at or reader.created_at)
    told = Event.objects.filter(letter__subscriber=reader, letter__planned_at__gte=since)
    told = told.exclude(letter__kind="address")  # It went to another.
    in_order = told.order_by("letter__planned_at", "letter").values_list("letter", "type")
    score = 0.0
    for _letter, rows in groupby(in_order, key=lambda row: row[0]):
        said = {said for _letter, said in rows}
        score = score / 2 if Event.Type.DELIVERED in said else score + (Event.Type.SOFT in said)
    return score
