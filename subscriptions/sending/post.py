"""The post office: takes due letters, composes them, hands them over, and writes down what came of it.

The ledger is the queue. A letter is committed as handed over before it is offered, so that from then on silence means
"uncertain", never "again".
"""

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from subscriptions import answering, letter_kinds
from subscriptions.composing import BadLetter, Composed, Draft, Skip
from subscriptions.models import KEEP_TRYING, Letter, Suppression
from subscriptions.sending import outcomes, rationing, suppressing
from subscriptions.sending.connection_pool import Batch, ConnectionPool
from subscriptions.sending.journal import Journal
from subscriptions.sending.rationing import Permits
from subscriptions.sending.senders import Answer, Busy, NoConnection, Parcel

logger = logging.getLogger(__name__)
SMALLEST_CHUNK, LARGEST_CHUNK = 20, 500  # letters claimed together; in between as many as leave in
CHUNK_SECONDS = 1.5  # Between two claims the letters that a person waits for go first again.
DRAIN_SECONDS = 30.0  # for whoever drains on the clock; and a limit that lets none go for so long is not waited for
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 1.0  # seconds, before limits are asked again
RECORDING_SECONDS = 120.0  # for which outcomes are written again to a database that is away


def drain(now: datetime, enough: Callable[[], bool] = lambda: False) -> int:
    """Send every letter that is due, or until there has been `enough`; how many were sent. Any number of processes may
    drain at once.

    Time goes on from `now` while it drains: a welcome letter does not wait for the digests' end.
    """
    outcomes.recover(now)
    Letter.objects.release_expired()
    round_ = Round(now, enough)
    try:
        while not enough() and (permits := round_.claim()).letters:
            with permits:
                round_.send(permits)
        round_.settle(lazily=False)
    except NoConnection as error:
        logger.warning("letters wait: %s", error)
    finally:
        round_.close()
    return round_.sent


def for_a_while() -> Callable[[], bool]:
    """Enough after DRAIN_SECONDS: whoever drains on the clock stops then, so that planning and stopping need not
    wait."""
    until = time.monotonic() + DRAIN_SECONDS
    return lambda: time.monotonic() > until


@dataclass
class HandOver:
    """Letters that were handed over together: what is on the wire, and where it is noted down."""

    lease: uuid.UUID
    at: datetime
    journal: Journal
    batch: Batch
    letters: Sequence[Letter] = ()  # with their outcomes, once they have them
    is_over: bool = False  # whether nothing of it is left that only the journal tells of


class Round:
    """One draining: chunk after chunk, each composed while the one before is on the wire."""

    def __init__(self, now: datetime, enough: Callable[[], bool]) -> None:
        self.sent = 0
        self.now, self._since, self._enough = now, time.monotonic(), enough
        self._pool = ConnectionPool()
        self._on_wire: HandOver | None = None
        self._unflushed: list[HandOver] = []  # whose outcomes a crash of the database could still lose
        self._most = SMALLEST_CHUNK

    def claim(self) -> Permits:
        """As many as leave in CHUNK_SECONDS, by the pace of the last ones, and as the limits let go. Without letters:
        nothing is due, or may go in DRAIN_SECONDS. Where many a second may, they go by the handful. Before each claim
        the letters are written that somebody asked for."""
        answering.answer(self.now)
        permits = rationing.claim(self.now, self._most)
        while permits.wait is not None and permits.wait.total_seconds() < DRAIN_SECONDS and not self._enough():
            if permits.wait:
                self.settle()
                pause = min(max(permits.wait.total_seconds(), SHORTEST_PAUSE), LONGEST_PAUSE)
                time.sleep(max(0.0, pause - self._time_goes_on()))
                self._time_goes_on()
            permits = rationing.claim(self.now, self._most)
        return permits

    def _time_goes_on(self) -> float:
        """Seconds since it last did."""
        took, self._since = time.monotonic() - self._since, time.monotonic()
        self.now += timedelta(seconds=took)
        return took

    def send(self, permits: Permits) -> None:
        """Offer a chunk, part by part, each put on the wire behind what is there; and write down what came of that.
        Raises NoConnection if some of it did not leave."""
        rest = _drafts(permits.letters, self.now)
        try:
            while rest and not self._enough():
                handed = self._hand_over(rest[: settings.HANDOVER_CHUNK], permits)
                rest = rest[settings.HANDOVER_CHUNK :]
                before, self._on_wire = self._on_wire, handed
                try:
                    self._pool.start(handed.batch)
                finally:  # What is on the wire already is not forgotten.
                    if before:
                        self._settle(before)
        except NoConnection as error:
            _wait_for_connection([letter for letter, _draft in rest], error, self.now)
            raise
        Letter.objects.give_back([letter for letter, _draft in rest])
        pace = len(permits.letters) / self._time_goes_on()
        self._most = max(SMALLEST_CHUNK, min(LARGEST_CHUNK, round(pace * CHUNK_SECONDS)))

    def _hand_over(self, drafts: Sequence[tuple[Letter, Draft]], permits: Permits) -> HandOver:
        """The ledger says first that these are about to be offered, each at most once. They are guarded, in the form
        that the sender wants, only as many at a time as are handed over together, as letters are large; what cannot be
        written ends here."""
        parcels: list[Parcel] = []
        bad: list[tuple[Letter, Answer]] = []
        for letter, draft in drafts:
            try:
                parcels.append(Parcel(letter, self._pool.prepare(draft)))
            except BadLetter as error:
                bad.append((letter, Answer(Letter.State.FAILED, str(error))))
        Letter.objects.put_down(outcomes.decided(bad, self.now))
        if self._on_wire is None:
            self._pool.open()
        lease = uuid.uuid4()
        with ExitStack() as in_vain:
            journal = Journal(lease)
            in_vain.callback(journal.leave)  # Whatever stops us, nothing of it was offered.
            ours = Letter.objects.hand_over([parcel.letter for parcel in parcels], lease, self.now)
            parcels = [parcel for parcel in parcels if parcel.letter.pk in ours]
            permits.use(parcel.letter for parcel in parcels)
            if ours:
                self._forget_flushed()
            in_vain.pop_all()
        return HandOver(lease, self.now, journal, Batch(parcels, journal))

    def settle(self, *, lazily: bool = True) -> None:
        """Write down what came of all that is on the wire. Raises NoConnection if some of it did not leave."""
        handed, self._on_wire = self._on_wire, None
        if handed:
            self._settle(handed, lazily=lazily)

    def _settle(self, handed: HandOver, *, lazily: bool = True) -> None:
        whole = False
        try:
            trouble = handed.batch.wait()
            if trouble:
                left = [parcel.letter for parcel in handed.batch.left]
                with Permits(left, handed.at):  # of which none was used after all
                    _wait_for_connection(left, trouble, handed.at)
            whole = True
        finally:  # Whatever stops us, the answers that came are known.
            answers = [(parcel.letter, answer) for parcel, answer in handed.batch.answers]
            handed.letters = outcomes.decided(answers, handed.at)
            self.sent += sum(letter.state == Letter.State.SENT for letter in handed.letters)
            self._unflushed.append(handed)
            self._write([handed], lazily=lazily)
            handed.is_over = whole
            if handed.letters and not lazily:
                self._forget_flushed()
            suppressing.after_refusals(answers, handed.at)
        if isinstance(trouble, Busy):
            Letter.objects.put_off(self.now + trouble.wait, self.now, str(trouble))
        if trouble:
            raise trouble

    def _write(self, unwritten: Sequence[HandOver], *, lazily: bool) -> None:
        """Through a restart of the database, too: then also what it may have lost."""
        until = time.monotonic() + RECORDING_SECONDS
        while True:
            try:
                for handed in unwritten:
                    Letter.objects.record(handed.letters, handed.lease, lazily=lazily)
                return
            except (OperationalError, InterfaceError):
                if connection.in_atomic_block or time.monotonic() > until:
                    raise
                logger.warning("the database is away; outcomes are written again until it is back")
                connection.close()
                unwritten = list(self._unflushed)
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


def _drafts(chunk: Sequence[Letter], now: datetime) -> list[tuple[Letter, Draft]]:
    """In the order of the chunk, first those that a person waits for; what is unwanted by now, or has nothing to say,
    ends here."""
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    wanted = _end_unwanted(chunk, now)
    for letter in wanted:
        by_kind[letter.kind].append(letter)
    composed: dict[int, Composed] = {}
    for kind, of_kind in by_kind.items():
        composed |= letter_kinds.of(kind).compose(of_kind, now)
    drafts = [(letter, composed[letter.pk]) for letter in wanted]
    _end([(letter, draft) for letter, draft in drafts if isinstance(draft, Skip)], Letter.State.SKIPPED, now)
    return [(letter, draft) for letter, draft in drafts if not isinstance(draft, Skip)]


def _end_unwanted(chunk: Sequence[Letter], now: datetime) -> list[Letter]:
    """A last look at consent and suppression: much may have happened since the letter was planned."""
    suppressed = Suppression.objects.reasons(letter.subscriber for letter in chunk if letter.subscriber)
    skipped: list[tuple[Letter, str]] = []
    stale: list[tuple[Letter, str]] = []
    wanted = []
    for letter in chunk:
        reader, reason = letter.subscriber, ""
        kind = letter_kinds.of(letter.kind)
        if reader and kind.asks_to_confirm:
            complained = suppressed.get(reader.pk) == Suppression.Reason.COMPLAINT
            reason = "complained" if complained else "confirmed" if reader.is_reading else ""
        elif reader and kind.says_goodbye:
            is_gone = reader.left_at and reader.left_at.isoformat() == letter.key
            reason = "suppressed" if reader.pk in suppressed else "" if is_gone else "came back"
        elif reader:
            reason = "suppressed" if reader.pk in suppressed else "" if reader.is_reading else "left"
        if reason:
            skipped.append((letter, reason))
        elif now - letter.planned_at > KEEP_TRYING:
            stale.append((letter, "stale"))
        else:
            wanted.append(letter)
    _end(skipped, Letter.State.SKIPPED, now)
    _end(stale, Letter.State.FAILED, now)
    return wanted


def _end(ended: Sequence[tuple[Letter, str]], state: Letter.State, now: datetime) -> None:
    for letter, reason in ended:
        letter.state, letter.reason, letter.ended_at = state, reason, now
    Letter.objects.put_down([letter for letter, _ in ended])


def _wait_for_connection(letters: Sequence[Letter], why: NoConnection, now: datetime) -> None:
    """Nobody refused anything, so it does not count as an attempt."""
    for letter in letters:
        letter.state, letter.due_at, letter.last_answer = Letter.State.PLANNED, now + why.wait, str(why)
        letter.waits_for_domain = ""
    Letter.objects.put_down(letters)
