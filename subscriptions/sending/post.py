"""The post office: takes due letters, composes them, hands them over, and writes down what came of it.

The ledger is the queue. A letter is committed as handed over before it is offered, so that from then on silence means
"uncertain", never "again".
"""

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, connection

from subscriptions import letter_kinds
from subscriptions import letters as writing
from subscriptions.letters import BadLetter, Draft, Skip
from subscriptions.models import KEEP_TRYING, MOST_ATTEMPTS, Letter, Suppression
from subscriptions.sending import journal, rationing
from subscriptions.sending.journal import Journal
from subscriptions.sending.senders import Answer, Batch, Busy, ConnectionPool, NoConnection, Parcel

logger = logging.getLogger(__name__)
FEWEST, MOST = 20, 500  # letters claimed at a time; in between as many as leave in
A_MOMENT = 1.5  # seconds: between two claims the letters that a person waits for go first again
FIRST_WAIT = timedelta(minutes=1)  # after a temporary refusal; three times as long with each further one
LONGEST_WAIT = timedelta(hours=4)  # so eight attempts last ten hours
A_WHILE = 30.0  # seconds
LOST = Answer(Letter.State.UNCERTAIN, "No answer was recorded: the process that offered the letter stopped.")
A_BLINK, A_BREATH = 0.25, 1.0  # seconds, at least and at most, before limits are asked again
PATIENCE = 120.0  # seconds for which outcomes are written again to a database that is away


def drain(now: datetime, enough: Callable[[], bool] = lambda: False) -> int:
    """Send every letter that is due, or until there has been `enough`; how many were sent. Any number of processes may
    drain at once.

    Time goes on from `now` while it drains: a welcome letter does not wait for the digests' end.
    """
    _learn_what_others_left(now)
    Letter.objects.release_expired()
    round_ = Round(now, enough)
    try:
        while not enough() and (chunk := round_.claim()):
            round_.send(chunk)
        round_.settle(lazily=False)
    except NoConnection as error:
        logger.warning("letters wait: %s", error)
    finally:
        round_.close()
    return round_.sent


def for_a_while() -> Callable[[], bool]:
    """Enough after A_WHILE: whoever drains on the clock stops then, so that planning and stopping need not wait."""
    until = time.monotonic() + A_WHILE
    return lambda: time.monotonic() > until


@dataclass
class Handed:
    """A chunk that was handed over: what is on the wire, and where it is noted down."""

    lease: uuid.UUID
    at: datetime
    journal: Journal
    batch: Batch
    letters: Sequence[Letter] = ()  # with their outcomes, once they have them
    is_over: bool = False  # whether nothing of it is left that only the notes tell of


class Round:
    """One draining: chunk after chunk, each composed while the one before is on the wire."""

    def __init__(self, now: datetime, enough: Callable[[], bool]) -> None:
        self.sent = 0
        self.now, self._since, self._enough = now, time.monotonic(), enough
        self._pool = ConnectionPool()
        self._on_wire: Handed | None = None
        self._unflushed: list[Handed] = []  # whose outcomes a crash of the database could still lose
        self._most = FEWEST

    def claim(self) -> list[Letter]:
        """As many as leave in A_MOMENT, by the pace of the last ones, and as the limits let go. None: nothing is due,
        or may go in A_WHILE."""
        claimed, wait = rationing.claim(self.now, self._most)
        while wait is not None and wait.total_seconds() < A_WHILE and not self._enough():
            if wait:
                self._pause(wait.total_seconds())
            claimed, wait = rationing.claim(self.now, self._most)
        return claimed

    def _pause(self, seconds: float) -> None:
        """Until a letter may go; A_BLINK at least, so that where many a second may, they go by the handful."""
        self.settle()
        at_most = min(max(seconds, A_BLINK), A_BREATH)
        time.sleep(max(0.0, at_most - self._time_goes_on()))
        self._time_goes_on()

    def _time_goes_on(self) -> float:
        """Seconds since it last did."""
        took, self._since = time.monotonic() - self._since, time.monotonic()
        self.now += timedelta(seconds=took)
        return took

    def send(self, chunk: Sequence[Letter]) -> None:
        rest = _compose(_end_unwanted(chunk, self.now), self.now)
        try:
            while rest and not self._enough():
                handed = self._handed_over(self._written(rest[: settings.HANDOVER_CHUNK]))
                rest = rest[settings.HANDOVER_CHUNK :]
                self._offer(handed)
        except NoConnection as error:
            _wait_for_connection([letter for letter, _draft in rest], error, self.now)
            raise
        Letter.objects.give_back([letter for letter, _draft in rest])
        rationing.give_back([letter for letter, _draft in rest], self.now)
        self._most = max(FEWEST, min(MOST, round(len(chunk) * A_MOMENT / self._time_goes_on())))

    def _written(self, drafts: Sequence[tuple[Letter, Draft]]) -> list[Parcel]:
        """Guarded, in the form that the sender wants; what cannot be written ends here. Only as many at a time as are
        handed over together: letters are large."""
        parcels: list[Parcel] = []
        bad: list[tuple[Letter, Answer]] = []
        for letter, draft in drafts:
            try:
                parcels.append(Parcel(letter, self._pool.prepare(draft)))
            except BadLetter as error:
                bad.append((letter, Answer(Letter.State.FAILED, str(error))))
        Letter.objects.put_down(_with_outcomes(bad, self.now))
        rationing.give_back([letter for letter, _answer in bad], self.now)
        return parcels

    def _handed_over(self, part: Sequence[Parcel]) -> Handed:
        """The ledger says first that these are about to be offered, each at most once."""
        if self._on_wire is None:
            self._pool.open()
        lease = uuid.uuid4()
        with ExitStack() as in_vain:
            noted = Journal(lease)
            in_vain.callback(noted.leave)  # Whatever stops us, nothing of it was offered.
            ours = Letter.objects.hand_over([parcel.letter for parcel in part], lease, self.now)
            if ours:
                self._forget_flushed()
            in_vain.pop_all()
        return Handed(lease, self.now, noted, Batch([parcel for parcel in part if parcel.letter.pk in ours], noted))

    def _offer(self, handed: Handed) -> None:
        """Put it on the wire behind what is there, and write down what came of that. Raises NoConnection if some of
        that did not leave."""
        before, self._on_wire = self._on_wire, handed
        try:
            self._pool.start(handed.batch)
        finally:  # What is on the wire already is not forgotten.
            if before:
                self._settle(before)

    def settle(self, *, lazily: bool = True) -> None:
        """The same of all that is on the wire."""
        handed, self._on_wire = self._on_wire, None
        if handed:
            self._settle(handed, lazily=lazily)

    def _settle(self, handed: Handed, *, lazily: bool = True) -> None:
        whole = False
        try:
            trouble = handed.batch.wait()
            if trouble:
                _wait_for_connection([parcel.letter for parcel in handed.batch.left], trouble, handed.at)
            whole = True
        finally:  # Whatever stops us, the answers that came are known.
            self._record(handed, whole=whole, lazily=lazily)
        if trouble:
            if isinstance(trouble, Busy):
                Letter.objects.put_off(self.now + trouble.wait, self.now, str(trouble))
            raise trouble

    def _record(self, handed: Handed, *, whole: bool, lazily: bool) -> None:
        answers = [(parcel.letter, answer) for parcel, answer in handed.batch.answers]
        handed.letters = _with_outcomes(answers, handed.at)
        self.sent += sum(letter.state == Letter.State.SENT for letter in handed.letters)
        self._unflushed.append(handed)
        self._write([handed], lazily=lazily)
        handed.is_over = whole
        if handed.letters and not lazily:
            self._forget_flushed()
        _suppress(answers, handed.at)

    def _write(self, outcomes: Sequence[Handed], *, lazily: bool) -> None:
        """Through a restart of the database, too: then also what it may have lost."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                for handed in outcomes:
                    Letter.objects.record(handed.letters, handed.lease, lazily=lazily)
                return
            except (OperationalError, InterfaceError):
                if connection.in_atomic_block or time.monotonic() > until:
                    raise
                logger.warning("the database is away; outcomes are written again until it is back")
                connection.close()
                outcomes = list(self._unflushed)
                time.sleep(0.5)

    def _forget_flushed(self) -> None:
        """A synchronous commit has just written all earlier ones to the disk. One that changes nothing does not."""
        for handed in self._unflushed:
            if handed.is_over:
                handed.journal.close()
            else:
                handed.journal.leave()
        self._unflushed = []

    def close(self) -> None:
        try:
            self.settle(lazily=False)
        except NoConnection as error:
            logger.warning("letters wait: %s", error)
        finally:
            self._pool.close()
            for handed in self._unflushed:
                handed.journal.leave()


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
    if letter_kinds.of(letter.kind).asks_to_confirm:
        return "complained" if suppressed.get(reader.pk) == "complaint" else "confirmed" if reader.is_reading else ""
    return "suppressed" if reader.pk in suppressed else "" if reader.is_reading else "left"


def _compose(chunk: Sequence[Letter], now: datetime) -> list[tuple[Letter, Draft]]:
    """In the order of the chunk, first those that a person waits for; what there is nothing to say in ends here."""
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    for letter in chunk:
        by_kind[letter.kind].append(letter)
    composed: dict[int, writing.Composed] = {}
    for kind, of_kind in by_kind.items():
        composed |= letter_kinds.of(kind).compose(of_kind, now)
    drafts = [(letter, composed[letter.pk]) for letter in chunk]
    _end([(letter, draft) for letter, draft in drafts if isinstance(draft, Skip)], Letter.State.SKIPPED, now)
    return [(letter, draft) for letter, draft in drafts if not isinstance(draft, Skip)]


def _end(ended: Sequence[tuple[Letter, str]], state: Letter.State, now: datetime) -> None:
    for letter, reason in ended:
        letter.state, letter.reason, letter.ended_at = state, reason, now
    Letter.objects.put_down([letter for letter, _ in ended])
    rationing.give_back([letter for letter, _ in ended], now)


def _wait_for_connection(letters: Sequence[Letter], why: NoConnection, now: datetime) -> None:
    """Nobody refused anything, so it does not count as an attempt."""
    for letter in letters:
        letter.state, letter.due_at, letter.last_answer = Letter.State.PLANNED, now + why.wait, str(why)
    Letter.objects.put_down(letters)
    rationing.give_back(letters, now)


# ----------------------------------------------------------------------------------------------------- what came of it


def _with_outcomes(answers: Iterable[tuple[Letter, Answer]], now: datetime) -> list[Letter]:
    """For the caller to write."""
    letters = []
    for letter, answer in answers:
        letter.state, letter.last_answer = _outcome(letter, answer), answer.text
        if letter.state == Letter.State.PLANNED:
            asked = timedelta(seconds=answer.wait)
            letter.due_at = now + min(FIRST_WAIT * 3**letter.attempts + asked, LONGEST_WAIT)
        else:
            letter.ended_at = now
        letter.attempts += not answer.busy
        logger.info("%s: %s", letter, letter.state)
        letters.append(letter)
    return letters


def _outcome(letter: Letter, answer: Answer) -> Letter.State:
    """A temporary refusal is tried again, but not for ever; while the server is busy as long as a letter lives."""
    tried_enough = letter.attempts + 1 >= MOST_ATTEMPTS and not answer.busy
    given_up = tried_enough or letter.state == Letter.State.UNCERTAIN
    return Letter.State.FAILED if answer.state == Letter.State.PLANNED and given_up else answer.state


def _suppress(answers: Iterable[tuple[Letter, Answer]], now: datetime) -> None:
    for letter, answer in answers:
        if answer.no_such_address and letter.subscriber:
            letter.subscriber.suppress(Suppression.Reason.BOUNCE, now)  # Lifted by a new confirmation.


def _learn_what_others_left(now: datetime) -> None:
    """Processes that were killed noted down what they had offered: what they had not is due again at once."""
    for found in journal.left_behind():
        letters = list(Letter.objects.filter(lease=found.lease).select_related("subscriber"))
        known = [(letter, found.answers[letter.pk]) for letter in letters if letter.pk in found.answers]
        lost = [(letter, LOST) for letter in letters if letter.pk in found.unanswered]
        try:
            Letter.objects.record(_with_outcomes([*known, *lost], now), found.lease)
        except (DataError, ValueError):  # Nobody can write these down; they must not keep all others waiting.
            logger.warning("notes of letters could not be kept; their letters become uncertain")
            continue
        _suppress(known, now)
        Letter.objects.take_back(found.lease, now)
