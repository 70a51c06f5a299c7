"""Several connections at once, by SMTP or to a provider: batches of letters, taken in turn by whichever is free."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import LifoQueue
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from subscriptions.composing import Draft
from subscriptions.sending.breaker import CircuitBreaker
from subscriptions.sending.senders import Answer, NoConnection, Parcel, Sender, WriteAheadLog

NOT_BEGUN = "Some letters could not be offered, as there was no thread for them."


class ConnectionPool:
    """As many connections as the settings say and the server allows, and a thread for each; whichever was used last is
    used next."""

    def __init__(self) -> None:
        make = import_string(settings.SENDER)
        self._senders: list[Sender] = [make() for _ in range(settings.SENDER_CONNECTIONS)]
        self._threads = ThreadPoolExecutor(len(self._senders), thread_name_prefix="sender")
        self._allowed, self._news = len(self._senders), threading.Condition()
        self._idle: LifoQueue[Sender] = LifoQueue()
        self.breaker = CircuitBreaker()
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

    def start(self, batch: "Batch", most: int | None = None) -> None:
        """Offer these by so many connections at most, while the caller goes on; a batch that is being offered still
        goes first."""
        batch.begin(self, self._threads, most or self._allowed)

    # --------------------------------------------------------------------------------------------- for those at work

    def take(self) -> Sender:
        return self._idle.get()

    def put_back(self, sender: Sender) -> None:
        self._idle.put(sender)

    def instead_of(self, sender: Sender) -> Sender | None:
        """What cannot be used is done without, as a server may allow fewer than we open; None: it is the last."""
        with self._news:
            if self._allowed == 1:
                return None
            self._allowed -= 1
        sender.close()
        return self._idle.get()

    def tell(self) -> None:
        with self._news:
            self._news.notify_all()

    def wait_until(self, happened: Callable[[], bool], seconds: float | None = None) -> bool:
        """Looked at whenever somebody has something to tell."""
        with self._news:
            return self._news.wait_for(happened, seconds)

    def close(self) -> None:
        self._threads.shutdown()
        for sender in self._senders:
            sender.close()


class Batch:
    """Letters that are being offered: whichever connection is free takes the next one."""

    def __init__(self, parcels: Sequence[Parcel], journal: WriteAheadLog) -> None:
        self.parcels = parcels
        self.answers: list[tuple[Parcel, Answer]] = []
        self._journal, self._waiting = journal, deque(parcels)
        self._workers: list[Future[None]] = []

    def begin(self, pool: ConnectionPool, threads: ThreadPoolExecutor, most: int) -> None:
        """By `most` connections at most, each of which is idle once a thread begins."""
        self._pool = pool
        for _ in self.parcels[:most]:
            self._workers.append(threads.submit(self._work))  # One by one: those that did begin are waited for.
            self._workers[-1].add_done_callback(lambda _: pool.tell())

    def _work(self) -> None:
        sender = self._pool.take()
        try:
            while trouble := self._offer_by(sender):
                if not (other := self._pool.instead_of(sender)):
                    self._pool.breaker.trip(trouble)
                    return
                sender = other
        finally:
            self._pool.put_back(sender)

    def _offer_by(self, sender: Sender) -> NoConnection | None:
        """Why this connection cannot be used. What it took and did not offer is left to the others."""
        taken: list[Parcel] = []
        try:
            if self._pool.breaker.tripped:
                return None
            for parcel, answer in sender.offer(self._next_ones(taken), self._journal):
                taken.remove(parcel)
                self._journal.answered(parcel, answer)
                self.answers.append((parcel, answer))
                self._pool.breaker.hear(parcel, answer)
        except NoConnection as error:
            self._waiting.extendleft(reversed(taken))
            return error
        return None

    def _next_ones(self, taken: list[Parcel]) -> Iterator[Parcel]:
        with suppress(IndexError):  # Nothing waits any more.
            while not self._pool.breaker.tripped:
                taken.append(self._waiting.popleft())
                if not self._waiting:
                    self._pool.tell()
                yield taken[-1]

    @property
    def is_taken(self) -> bool:
        """Nothing of it waits for a connection."""
        return not self._waiting

    @property
    def is_over(self) -> bool:
        return all(worker.done() for worker in self._workers)

    def wait(self) -> NoConnection | None:
        """Until everything was offered, or why some of it could not be. Raises what nobody foresaw: then nobody knows
        of the letters without an answer."""
        errors = [error for worker in self._workers if (error := worker.exception())]
        for error in errors:
            raise error
        return self._pool.breaker.tripped or (NoConnection(NOT_BEGUN) if self.left else None)

    @property
    def left(self) -> list[Parcel]:
        """What was not offered."""
        answered = {parcel.letter.pk for parcel, _answer in self.answers}
        return [parcel for parcel in self.parcels if parcel.letter.pk not in answered]
