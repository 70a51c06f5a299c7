"""The post office: takes due letters, composes them, hands them over, and writes down what came of it.

The ledger is the queue. A letter is committed as handed over before it is offered, so that from then on silence means
"uncertain", never "again".
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
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
CLAIMED_AT_ONCE = 100  # or as many as the sender takes at once: between two claims those waited for go first again
FIRST_WAIT = timedelta(minutes=1)  # after a temporary refusal; three times as long with each further one
LONGEST_WAIT = timedelta(hours=4)  # so eight attempts last ten hours
A_WHILE = 30.0  # seconds

Written = tuple[Letter, EmailMultiAlternatives]


def drain(now: datetime, enough: Callable[[], bool] = lambda: False) -> int:
    """Send every letter that is due, or until there has been `enough`; how many were sent. Any number of processes may
    drain at once.

    Time goes on from `now` while it drains: a welcome letter does not wait for the digests' end.
    """
    Letter.objects.release_expired()
    sender, sent, began = senders.configured(), 0, time.monotonic()
    most = max(CLAIMED_AT_ONCE, sender.at_once)
    try:
        while not enough() and (chunk := list(Letter.objects.claim(now, most).select_related("subscriber"))):
            for answer in _send_chunk(sender, chunk, now, enough):
                sent += answer.state == Letter.State.SENT
            now, began = now + timedelta(seconds=time.monotonic() - began), time.monotonic()
    except NoConnection as error:
        logger.warning("letters wait: %s", error)
    finally:
        sender.close()
    return sent


def for_a_while() -> Callable[[], bool]:
    """Enough after A_WHILE: whoever drains on the clock stops then, so that planning and stopping need not wait."""
    until = time.monotonic() + A_WHILE
    return lambda: time.monotonic() > until


def _send_chunk(
    sender: Sender, chunk: Sequence[Letter], now: datetime, enough: Callable[[], bool]
) -> Iterator[Answer]:
    wanted = _end_unwanted(chunk, now)
    written = _compose(wanted, now)
    try:
        sender.open()
        for part in _parts(written, sender.at_once):
            if enough():
                return Letter.objects.give_back([letter for letter, _ in written if letter.lease])
            yield from _hand_over(sender, part, now)
    except NoConnection as error:
        _wait_for_connection([letter for letter, _ in written if letter.lease], str(error), now)
        raise


def _parts(written: Iterable[Written], size: int) -> Iterator[list[Written]]:
    rest = iter(written)
    while part := list(islice(rest, size)):
        yield part


# ------------------------------------------------------------------------------------------------ before the hand-over


def _end_unwanted(chunk: Sequence[Letter], now: datetime) -> list[Letter]:
    """A last look at consent and suppression: much may have happened since the letter was planned."""
    suppressed = Suppression.objects.reasons(letter.subscriber for letter in chunk if letter.subscriber)
    reasons = {letter.pk: _why_not(letter, suppressed) for letter in chunk}
    _end([(letter, reasons[letter.pk]) for letter in chunk if reasons[letter.pk]], Letter.State.SKIPPED, now)
    wanted = [letter for letter in chunk if not reasons[letter.pk]]
    _end([(letter, "stale") for letter in wanted if _is_stale(letter, now)], Letter.State.FAILED, now)
    return [letter for letter in wanted if not _is_stale(letter, now)]


def _is_stale(letter: Letter, now: datetime) -> bool:
    return now - letter.planned_at > KEEP_TRYING


def _why_not(letter: Letter, suppressed: dict[int, str]) -> str:
    reader = letter.subscriber
    if reader is None:
        return ""
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
    skipped = [(letter, str(composed[letter.pk])) for letter in chunk if isinstance(composed[letter.pk], Skip)]
    _end(skipped, Letter.State.SKIPPED, now)
    return list(_guarded([(letter, composed[letter.pk]) for letter in chunk], now))


def _guarded(composed: Iterable[tuple[Letter, writing.Composed]], now: datetime) -> Iterator[Written]:
    bad: list[tuple[Letter, Answer]] = []
    for letter, message in composed:
        if isinstance(message, Skip):
            continue
        try:
            writing.guard(message, writing.address_of(letter))
        except BadLetter as error:
            bad.append((letter, Answer(Letter.State.FAILED, str(error))))
        else:
            yield letter, message
    _record(bad, now)


def _end(ended: Sequence[tuple[Letter, str]], state: Letter.State, now: datetime) -> None:
    for letter, reason in ended:
        letter.state, letter.reason, letter.ended_at = state, reason, now
    Letter.objects.put_down([letter for letter, _ in ended])


def _wait_for_connection(letters: Sequence[Letter], why: str, now: datetime) -> None:
    """Nobody refused anything, so it does not count as an attempt."""
    for letter in letters:
        letter.state, letter.due_at, letter.last_answer = Letter.State.PLANNED, now + FIRST_WAIT, why
    Letter.objects.put_down(letters)


# --------------------------------------------------------------------------------------------- the hand-over and after


def _hand_over(sender: Sender, part: Sequence[Written], now: datetime) -> Iterator[Answer]:
    """Offer a part of the chunk, each letter at most once."""
    ours = Letter.objects.hand_over([letter for letter, _ in part], now)
    answers: list[tuple[Letter, Answer]] = []
    try:
        for letter, message in part:
            if letter.pk in ours:
                answers.append((letter, answer := sender.offer(message, letter)))
                yield answer
    finally:  # Whatever stops us, the answers that came are known.
        _record(answers, now)


def _record(answers: Sequence[tuple[Letter, Answer]], now: datetime) -> None:
    for letter, answer in answers:
        letter.state, letter.last_answer = _outcome(letter, answer), answer.text
        if letter.state == Letter.State.PLANNED:
            letter.due_at = now + min(FIRST_WAIT * 3**letter.attempts, LONGEST_WAIT)
        else:
            letter.ended_at = now
        letter.attempts += 1
        logger.info("%s: %s", letter, letter.state)
    Letter.objects.put_down([letter for letter, _ in answers])
    for letter, answer in answers:
        if answer.no_such_address and letter.subscriber:
            Suppression.objects.suppress(letter.subscriber.address, Suppression.Reason.BOUNCE, now)
            letter.subscriber.unsubscribe(now)  # Who signs up again is asked to confirm, which lifts it.


def _outcome(letter: Letter, answer: Answer) -> Letter.State:
    """A temporary refusal is tried again, but not for ever."""
    given_up = letter.attempts + 1 >= MOST_ATTEMPTS
    return Letter.State.FAILED if answer.state == Letter.State.PLANNED and given_up else answer.state
