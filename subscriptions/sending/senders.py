"""How letters leave: as files, by SMTP (sending/smtp.py), or by any provider that Anymail knows
(sending/anymail.py). Each offers a letter at most once and says what came of it; the ledger is none of theirs.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from functools import cached_property
from queue import LifoQueue
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.text import slugify

from subscriptions import mime
from subscriptions.letters import Draft, address_of
from subscriptions.models import Letter

FILES, SMTP = "subscriptions.sending.senders.Files", "subscriptions.sending.smtp.Smtp"
NOT_BEGUN = "Some letters could not be offered, as there was no thread for them."
ADDRESS = re.compile(r"\S+@\S+")
BUSY_IN_A_ROW, REST = 5, timedelta(seconds=30)  # answers that trip the breaker; until it is tried again


class NoConnection(Exception):
    """Nothing could be offered to anyone: the mail server or the folder cannot be reached. One sentence."""

    wait = timedelta(minutes=1)  # until what was in hands is tried again


class Busy(NoConnection):
    """Whoever it is for, the mail server or provider wants no letters now."""

    def __init__(self, why: str, wait: timedelta) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """What came of offering a letter: SENT, FAILED for good, PLANNED again later, or UNCERTAIN."""

    state: Letter.State
    text: str
    no_such_address: bool = False
    busy: bool = False  # said to us, not of the letter: no letters now
    wait: float = 0  # seconds that we are asked to wait


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


@dataclass(frozen=True)
class Parcel:
    """A letter that is ready to be offered: what RFC 5321, 2.3.1, calls a mail object, its envelope and content."""

    letter: Letter
    content: Any  # as its sender prepared it

    @cached_property
    def address(self) -> str:
        return address_of(self.letter)

    @cached_property
    def sender(self) -> str:
        """The bare address that letters come from."""
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


class WriteAheadLog(Protocol):
    """Who must know what is being done before it is, should this process be killed: sending/journal.py."""

    def offered(self, parcel: Parcel) -> None:
        """From now on it may be accepted."""

    def answered(self, parcel: Parcel, answer: Answer) -> None: ...


class Sender(Protocol):
    """One way to the world: a connection, used by one thread at a time."""

    def prepare(self, draft: Draft) -> Any:
        """What to offer; raises BadLetter. Of any thread, whether or not the connection is open."""

    def open(self) -> None:
        """Get ready; raises NoConnection. Again does nothing while ready."""

    def offer(self, parcels: Iterator[Parcel], journal: WriteAheadLog) -> Iterator[tuple[Parcel, Answer]]:
        """Each at most once, noted before it may be accepted. Raises NoConnection when one could not be offered, as
        the next could not either: those without an answer were not offered."""

    def close(self) -> None: ...


def writes_files() -> bool:
    return bool(settings.SENDER == FILES)


def stays_here() -> bool:
    """Whether letters stay on this machine: written to files, or given to a server on a loopback address."""
    if writes_files():
        return True
    host = urlsplit(settings.EMAIL_URL).hostname or ""
    return settings.SENDER == SMTP and settings.LOOPBACK.fullmatch(host) is not None


class Files:
    """One .eml a letter in VAR_DIR/mail. Writing one twice leaves one."""

    def prepare(self, draft: Draft) -> bytes:
        return mime.unstuffed(draft.content())

    def open(self) -> None:
        try:
            settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(error) from error

    def offer(self, parcels: Iterator[Parcel], journal: WriteAheadLog) -> Iterator[tuple[Parcel, Answer]]:
        for parcel in parcels:
            letter = parcel.letter
            file = settings.MAIL_DIR / f"{letter.kind}-{slugify(letter.key[:10])}-{letter.message_id}.eml"
            draft = file.with_suffix(".tmp")
            journal.offered(parcel)
            try:
                draft.write_bytes(parcel.content)
                draft.rename(file)
            except OSError as error:
                raise _unwritable(error) from error
            yield parcel, Answer(Letter.State.SENT, str(file))

    def close(self) -> None:
        """There is nothing to close."""


def _unwritable(error: OSError) -> NoConnection:
    return NoConnection(f"Expected a folder that can be written at {settings.MAIL_DIR}: {error}")


# ---------------------------------------------------------------------------------------------- several connections


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
