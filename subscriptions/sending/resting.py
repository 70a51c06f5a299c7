"""When sending rests, and how it is found out that it need not any more."""

import logging
from datetime import datetime, timedelta

from subscriptions.composing import address_of
from subscriptions.models import Letter, Rest
from subscriptions.sending import causes
from subscriptions.sending.breaker import CircuitBreaker, Row, about_us
from subscriptions.sending.senders import NoConnection, Refused
from subscriptions.sending.verdicts import Verdict, same_words

logger = logging.getLogger(__name__)
HANDFUL = 5  # letters that are tried after a rest
A_HAND_OVER = timedelta(minutes=10)  # takes no longer
REMEMBERED = timedelta(days=1)  # letters that ended, among which a row of refusals may have begun


def is_over(rest: Rest, now: datetime) -> bool:
    """Whether it is our turn to try: there is something to try with, and nobody else does."""
    return rest.may_be_tried(now) and Letter.objects.due(now).exists() and rest.take_turn(now)


def end(handed_at: datetime, now: datetime) -> None:
    """A letter that was offered then was taken: so will others be."""
    since = Rest.objects.end(before=handed_at)
    if since is not None:
        Letter.objects.hurry(since - A_HAND_OVER, now)
        logger.warning("letters are taken again, for the first time since %s", since.isoformat(timespec="seconds"))


def after(breaker: CircuitBreaker, trouble: NoConnection | None, now: datetime) -> None:
    """Of a draining that is over and written down: rest, if what its letters were told is about us."""
    row, why, again = breaker.row, trouble or breaker.verdict(), []
    if row.answers and row.last.verdict in (Verdict.ENDS, Verdict.LATER):
        again = _row_of(row, breaker.has_taken, now)
        why = why or (about_us(row.last) if again else None)
    if again and isinstance(why, Refused):
        Letter.objects.take_up_again(again, now, str(why))
    if why:
        logger.warning("letters wait: %s", why)
    if isinstance(why, Refused):
        logger.warning("sending rests, as %s", causes.likely(why.words))
        Rest.objects.begin(why.words, why.asked, now)


def _row_of(row: Row, has_taken: bool, now: datetime) -> list[int]:
    """The letters of a row of refusals in the same words, if it is long enough. It may have begun in an earlier
    draining, with whoever ended last."""
    readers, pks = row.readers, [parcel.letter.pk for parcel, _answer in row.answers]
    if not has_taken and len(readers) < row.last.in_a_row:
        ended = Letter.objects.filter(state__in=(Letter.State.SENT, Letter.State.FAILED), handed_at__isnull=False)
        recent = ended.filter(due_at__gt=now - REMEMBERED).exclude(pk__in=pks).select_related("subscriber")
        for letter in recent.order_by("-ended_at", "-pk")[: row.last.in_a_row]:
            address = address_of(letter)
            if letter.state == Letter.State.SENT or same_words(letter.last_answer, address) != row.kind:
                break
            readers.add(address)
            pks.append(letter.pk)
    return pks if len(readers) >= row.last.in_a_row else []
