"""Several connections at once, by SMTP or to a provider: batches of letters, taken in turn by whichever is free."""

import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from queue import LifoQueue
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from subscriptions.composing import Draft
from subscriptions.models import Letter
from subscriptions.sending.senders import Answer, Busy, NoConnection, Parcel, Sender, WriteAheadLog

NOT_BEGUN = "Some letters could not be offered, as there was no thread for them."
ADDRESS = re.compile(r"\S+@\S+")
BUSY_IN_A_ROW, REST = 5, timedelta(seconds=30)  # answers that trip the breaker; until it is tried again


class CircuitBreaker:
    """Between us and the mail server or provider, for one draining: it trips when that says how long to wait, or when
    BUSY_IN_A_ROW times it was busy, or nobody knows. A single time may be about one address, or one of many
    connections."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self.tripped: Busy | None = None  # and why

    def hear(self, answer: Answer) -> None:
        self._in_a_row = self._in_a_row + 1 if answer.busy or answer.state == Letter.State.UNCERTAIN else 0
        if answer.wait or self._in_a_row >= BUSY_IN_A_ROW:
            wait = timedelta(seconds=answer.wait) or REST
            # This is logged, and written to many letters: whose address it was is nobody else's business.
            self.tripped = Busy(f"No more letters for now, after: {ADDRESS.sub('…', answer.text)}", wait)


class Batch:
    """Letters that are being offered: whichever connection is free takes the next one."""

    def __init__(self, parcels: Sequence[Parcel], journal: WriteAheadLog) -> None:
        self.parcels = parcels
        self.answers: list[tuple[Parcel, Answer]] = []
        self._journal, self._turn, self._rest = journal, threading.Lock(), iter(parcels)
        self._workers: list[Future[None]] = []

    def begin(
        self, idle: "LifoQueue[Sender]", most: int, threads: ThreadPoolExecutor, breaker: CircuitBreaker
    ) -> None:
        """By `most` connections at most, each of which is idle once a thread begins."""
        self._breaker = breaker
        for _ in self.parcels[:most]:
            self._workers.append(threads.submit(self._work, idle))  # One by one: those that did begin are waited for.

    def _work(self, idle: "LifoQueue[Sender]") -> None:
        sender = idle.get()
        try:
            for parcel, answer in sender.offer(self._next_ones(), self._journal):
                self._journal.answered(parcel, answer)
                self.answers.append((parcel, answer))
                self._breaker.hear(answer)
        finally:
            idle.put(sender)

    def _next_ones(self) -> Iterator[Parcel]:
        while True:
            with self._turn:
                parcel = None if self._breaker.tripped else next(self._rest, None)
            if parcel is None:
                return
            yield parcel

    def wait(self) -> NoConnection | None:
        """Until everything was offered, or why some of it could not be. Raises what nobody foresaw: then nobody knows
        of the letters without an answer."""
        errors = [error for worker in self._workers if (error := worker.exception())]
        for error in errors:
            if not isinstance(error, NoConnection):
                raise error
        cut_off = next((error for error in errors if isinstance(error, NoConnection)), NoConnection(NOT_BEGUN))
        return self._breaker.tripped or (cut_off if self.left else None)

    @property
    def left(self) -> list[Parcel]:
        """What was not offered."""
        answered = {parcel.letter.pk for parcel, _answer in self.answers}
        return [parcel for parcel in self.parcels if parcel.letter.pk not in answered]


class ConnectionPool:
    """As many connections as the settings say, and a thread for each; whichever was used last is used next."""

    def __init__(self) -> None:
        make = import_string(settings.SENDER)
        self._senders: list[Sender] = [make() for _ in range(settings.SENDER_CONNECTIONS)]
        self._threads = ThreadPoolExecutor(len(self._senders), thread_name_prefix="sender")
        self._breaker = CircuitBreaker()
        self._idle: LifoQueue[Sender] = LifoQueue()
        for sender in self._senders:
            self._idle.put(sender)

    def prepare(self, draft: Draft) -> Any:
        return self._senders[0].prepare(draft)

    def open(self) -> None:
        """Whether there is a connection at all; raises NoConnection. Not while letters are being offered."""
        sender = self._idle.get()
        try:
            sender.open()
        finally:
            self._idle.put(sender)

    def start(self, batch: Batch) -> None:
        """Offer these, while the caller goes on; a batch that is being offered still goes first."""
        batch.begin(self._idle, len(self._senders), self._threads, self._breaker)

    def close(self) -> None:
        self._threads.shutdown()
        for sender in self._senders:
            sender.close()
