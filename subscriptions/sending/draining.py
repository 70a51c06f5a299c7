"""One draining: chunk after chunk, each composed while the one before is on the wire."""

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from subscriptions import answering
from subscriptions.composing import BadLetter, Draft
from subscriptions.models import Letter, Rest
from subscriptions.sending import outcomes, rationing, resting, suppressing
from subscriptions.sending.connection_pool import Batch, ConnectionPool
from subscriptions.sending.drafting import drafts
from subscriptions.sending.journal import Journal
from subscriptions.sending.rationing import Permits
from subscriptions.sending.senders import Answer, NoConnection, Parcel

logger = logging.getLogger(__name__)
SMALLEST_CHUNK, LARGEST_CHUNK = 20, 500  # letters claimed together; in between as many as leave in
CHUNK_SECONDS = 1.5  # Between two claims the letters that a person waits for go first again.
LONGEST_WAIT = 30.0  # seconds; a limit that lets none go for so long is not waited for
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 1.0  # seconds, before limits are asked again
HANGS_AFTER = 0.5  # seconds in which every other connection is free
RECORDING_SECONDS = 120.0  # for which outcomes are written again to a database that is away


@dataclass
class HandOver:
    """Letters that were handed over together: what is on the wire, and where it is noted down."""

    lease: uuid.UUID
    at: datetime
    journal: Journal
    batch: Batch
    letters: Sequence[Letter] = ()  # with their outcomes, once they have them
    hangs: bool = False  # a connection does not answer; nobody waits for it
    is_over: bool = False  # whether nothing of it is left that only the journal tells of


class Draining:
    """One draining, until nothing is due, or may go, or there has been enough."""

    def __init__(self, now: datetime, enough: Callable[[], bool]) -> None:
        self.sent = 0
        self.now, self._since, self._enough = now, time.monotonic(), enough
        self._pool = ConnectionPool()
        self._on_wire: list[HandOver] = []
        self._unflushed: list[HandOver] = []  # whose outcomes a crash of the database could still lose
        self._most, self._is_trial = SMALLEST_CHUNK, False
        self._trouble: NoConnection | None = None

    def run(self) -> None:
        try:
            while not self._enough():
                permits = self._claim()
                if permits.letters:
                    with permits:
                        self._send(permits)
                elif not self._is_something_on_wire():
                    break
            self._settle_all(lazily=False)
        except NoConnection as error:
            self._trouble = error
        finally:
            self._close()
        resting.after(self._pool.breaker, self._trouble, self.now)

    def _claim(self) -> Permits:
        """As many as leave in CHUNK_SECONDS, by the pace of the last ones, and as the limits let go; after a rest a
        handful. Without letters: nothing is due, or may go in LONGEST_WAIT. Where many a second may, they go by the
        handful. Before each claim the letters are written that somebody asked for."""
        answering.answer(self.now)
        rest = Rest.objects.now()
        if rest and not resting.is_over(rest, self.now):
            return Permits([], self.now)
        self._is_trial = self._pool.breaker.holds = rest is not None
        most = resting.HANDFUL if rest else self._most
        permits = rationing.claim(self.now, most, mixed=self._is_trial)
        while permits.wait is not None and permits.wait.total_seconds() < LONGEST_WAIT and not self._enough():
            if permits.wait:
                self._settle_what_is_over()
                pause = min(max(permits.wait.total_seconds(), SHORTEST_PAUSE), LONGEST_PAUSE)
                time.sleep(max(0.0, pause - self._time_goes_on()))
                self._time_goes_on()
            permits = rationing.claim(self.now, most, mixed=self._is_trial)
        return permits

    def _time_goes_on(self) -> float:
        """Seconds since it last did."""
        took, self._since = time.monotonic() - self._since, time.monotonic()
        self.now += timedelta(seconds=took)
        return took

    def _send(self, permits: Permits) -> None:
        """Offer a chunk, part by part, each put on the wire behind what is there; and write down what came of that.
        Raises NoConnection if some of it did not leave."""
        rest = drafts(permits.letters, self.now)
        try:
            while rest and not self._enough():
                handed = self._hand_over(rest[: settings.HANDOVER_CHUNK], permits)
                rest = rest[settings.HANDOVER_CHUNK :]
                self._on_wire.append(handed)
                self._pool.start(handed.batch, 1 if self._is_trial else None)
                self._keep_up()
            if self._is_trial:
                self._settle_all()
        except NoConnection as error:
            _wait_for_connection([letter for letter, _draft in rest], error, self.now)
            raise
        Letter.objects.give_back([letter for letter, _draft in rest])
        pace = len(permits.letters) / self._time_goes_on()
        self._most = max(SMALLEST_CHUNK, min(LARGEST_CHUNK, round(pace * CHUNK_SECONDS)))

    def _hand_over(self, drafted: Sequence[tuple[Letter, Draft]], permits: Permits) -> HandOver:
        """The ledger says first that these are about to be offered, each at most once. They are guarded, in the form
        that the sender wants, only as many at a time as are handed over together, as letters are large; what cannot be
        written ends here."""
        parcels: list[Parcel] = []
        bad: list[tuple[Letter, Answer]] = []
        alone = Letter.objects.passed_by([letter for letter, _draft in drafted])
        for letter, draft in drafted:
            try:
                parcels.append(Parcel(letter, self._pool.prepare(draft), letter.pk in alone))
            except BadLetter as error:
                bad.append((letter, Answer(Letter.State.FAILED, str(error))))
        Letter.objects.put_down(outcomes.decided(bad, self.now))
        if not self._on_wire:
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

    # --------------------------------------------------------------------------------------------- what is on the wire

    def _keep_up(self) -> None:
        """Write down all but the last that was put on the wire. What hangs holds nobody up: once the last one wants
        no more connections, it is waited for a moment longer and then left to later."""
        *older, newest = self._on_wire
        older = [handed for handed in older if not handed.hangs]
        self._pool.wait_until(lambda: newest.batch.is_taken or all(handed.batch.is_over for handed in older))
        self._pool.wait_until(lambda: all(handed.batch.is_over for handed in older), HANGS_AFTER)
        for handed in older:
            handed.hangs = not handed.batch.is_over
        self._settle_what_is_over(but=newest)

    def _is_something_on_wire(self) -> bool:
        """After a moment; what is not any more is written down."""
        self._pool.wait_until(lambda: all(handed.batch.is_over for handed in self._on_wire), HANGS_AFTER)
        self._settle_what_is_over(lazily=False)
        self._time_goes_on()
        return bool(self._on_wire)

    def _settle_what_is_over(self, *, but: HandOver | None = None, lazily: bool = True) -> None:
        for handed in [handed for handed in self._on_wire if handed is not but and handed.batch.is_over]:
            self._on_wire.remove(handed)
            self._settle(handed, lazily=lazily)

    def _settle_all(self, *, lazily: bool = True) -> None:
        """Write down what came of all that is on the wire. Raises NoConnection if some of it did not leave."""
        while self._on_wire:
            self._settle(self._on_wire.pop(0), lazily=lazily)

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
            sent = sum(letter.state == Letter.State.SENT for letter in handed.letters)
            self.sent += sent
            self._unflushed.append(handed)
            self._write([handed], lazily=lazily)
            handed.is_over = whole
            if handed.letters and not lazily:
                self._forget_flushed()
            suppressing.after_refusals(answers, handed.at)
        if sent:
            resting.end(handed.at, self.now)
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

    def _close(self) -> None:
        with ExitStack() as ending:  # Each of these, whatever comes of the others.
            ending.callback(self._leave_journals)
            ending.callback(self._pool.close)
            for handed in reversed(self._on_wire):
                ending.callback(self._settle_last, handed)
            self._on_wire = []

    def _leave_journals(self) -> None:
        for handed in self._unflushed:
            handed.journal.leave()

    def _settle_last(self, handed: HandOver) -> None:
        try:
            self._settle(handed, lazily=False)
        except NoConnection as error:
            self._trouble = self._trouble or error


def _wait_for_connection(letters: Sequence[Letter], why: NoConnection, now: datetime) -> None:
    """Nobody refused anything, so it does not count as an attempt."""
    for letter in letters:
        letter.state, letter.due_at, letter.last_answer = Letter.State.PLANNED, now + why.wait, str(why)
        letter.waits_for_domain = ""
    Letter.objects.put_down(letters)
