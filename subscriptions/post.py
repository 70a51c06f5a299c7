"""The post office: takes due letters, composes them, hands them over, and writes down what came of it.

The ledger is the queue. A letter is committed as handed over before it is offered, so that from then on silence means
"uncertain", never "again".
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from subscriptions import letters as writing
from subscriptions import senders
from subscriptions.letters import BadLetter, Skip
from subscriptions.models import KEEP_TRYING, MOST_ATTEMPTS, Letter, Suppression
from subscriptions.senders import Answer, NoConnection, Sender

logger = logging.getLogger(__name__)
CLAIMED_AT_ONCE = 500
FIRST_WAIT = timedelta(minutes=1)  # after a temporary refusal; doubled with each further one
LONGEST_WAIT = timedelta(hours=2)

Written = tuple[Letter, EmailMultiAlternatives]


def drain(now: datetime) -> int:
    """Send every letter that is due; how many were. Any number of processes may drain at once."""
    Letter.objects.release_expired()
    sender, sent = senders.configured(), 0
    try:
        while chunk := list(Letter.objects.claim(now, CLAIMED_AT_ONCE).select_related("subscriber")):
            sent += _send_chunk(sender, chunk, now)
    except NoConnection as error:
        logger.warning("letters wait: %s", error)
    finally:
        sender.close()
    return sent


def _send_chunk(sender: Sender, chunk: Sequence[Letter], now: datetime) -> int:
    wanted = _end_unwanted(chunk, now)
    written = _compose(wanted, now)
    try:
        sender.open()
    except NoConnection as error:
        _wait_for_connection([letter for letter, _ in written], str(error), now)
        raise
    return sum(_hand_over(sender, part, now) for part in _parts(written, sender.at_once))


def _parts(written: Iterable[Written], size: int) -> Iterator[list[Written]]:
    rest = iter(written)
    while part := list(islice(rest, size)):
        yield part


# ------------------------------------------------------------------------------------------------ before the hand-over


def _end_unwanted(chunk: Sequence[Letter], now: datetime) -> list[Letter]:
    """A last look at consent and suppression: much may have happened since the letter was planned."""
    suppressed = Suppression.objects.reasons(letter.subscriber for letter in chunk if letter.subscriber)
    reasons = {letter.pk: _why_not(letter, suppressed, now) for letter in chunk}
    _end_skipped([(letter, reasons[letter.pk]) for letter in chunk if reasons[letter.pk]], now)
    return [letter for letter in chunk if not reasons[letter.pk]]


def _why_not(letter: Letter, suppressed: dict[int, str], now: datetime) -> str:
    reader = letter.subscriber
    if reader is None:
        return ""
    if now - letter.planned_at > KEEP_TRYING:
        return "stale"
    if letter.kind == "confirm":
        return "complained" if suppressed.get(reader.pk) == "complaint" else "confirmed" if reader.is_reading else ""
    return "suppressed" if reader.pk in suppressed else "" if reader.is_reading else "left"


def _compose(chunk: Sequence[Letter], now: datetime) -> list[Written]:
    """The messages, guarded, first those that a person waits for; what cannot be written ends here."""
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    for letter in chunk:
        by_kind[letter.kind].append(letter)
    composed: dict[int, writing.Composed] = {}
    for kind, of_kind in by_kind.items():
        composed |= import_string(settings.LETTERS[kind])(of_kind, now)
    _end_skipped(
        [(letter, str(composed[letter.pk])) for letter in chunk if isinstance(composed[letter.pk], Skip)], now
    )
    return list(_guarded([(letter, composed[letter.pk]) for letter in chunk], now))


def _guarded(composed: Iterable[tuple[Letter, writing.Composed]], now: datetime) -> Iterator[Written]:
    bad: list[tuple[Letter, Answer]] = []
    for letter, message in composed:
        if isinstance(message, Skip):
            continue
        try:
            writing.guard(message, writing.reader_of(letter))
        except BadLetter as error:
            bad.append((letter, Answer(Letter.State.FAILED, str(error))))
        else:
            yield letter, message
    _record(bad, now)


def _end_skipped(skipped: Sequence[tuple[Letter, str]], now: datetime) -> None:
    for letter, reason in skipped:
        letter.state, letter.reason, letter.ended_at = Letter.State.SKIPPED, reason, now
    Letter.objects.put_down([letter for letter, _ in skipped])


def _wait_for_connection(letters: Sequence[Letter], why: str, now: datetime) -> None:
    """Nobody refused anything, so it does not count as an attempt."""
    for letter in letters:
        letter.state, letter.due_at, letter.last_answer = Letter.State.PLANNED, now + FIRST_WAIT, why
    Letter.objects.put_down(letters)


# --------------------------------------------------------------------------------------------- the hand-over and after


def _hand_over(sender: Sender, part: Sequence[Written], now: datetime) -> int:
    """Offer a part of the chunk, each letter at most once; how many were sent."""
    ours = Letter.objects.hand_over([letter for letter, _ in part], now)
    answers = [(letter, sender.offer(message, letter)) for letter, message in part if letter.pk in ours]
    _record(answers, now)
    return sum(answer.state == Letter.State.SENT for _, answer in answers)


def _record(answers: Sequence[tuple[Letter, Answer]], now: datetime) -> None:
    for letter, answer in answers:
        letter.state, letter.last_answer = _outcome(letter, answer, now), answer.text
        if letter.state == Letter.State.PLANNED:
            letter.due_at = now + min(FIRST_WAIT * 2**letter.attempts, LONGEST_WAIT)
        else:
            letter.ended_at = now
        letter.attempts += 1
        logger.info("%s: %s", letter, letter.state)
    Letter.objects.put_down([letter for letter, _ in answers])
    for letter, answer in answers:
        if answer.no_such_address and letter.subscriber:
            Suppression.objects.suppress(letter.subscriber.address, Suppression.Reason.BOUNCE, now)


def _outcome(letter: Letter, answer: Answer, now: datetime) -> Letter.State:
    """A temporary refusal is tried again, but not for ever."""
    given_up = letter.attempts + 1 >= MOST_ATTEMPTS or now - letter.planned_at > KEEP_TRYING
    return Letter.State.FAILED if answer.state == Letter.State.PLANNED and given_up else answer.state
