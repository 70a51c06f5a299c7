"""What this process offers and is answered: a write-ahead log for whoever comes after it, should it be killed.

The ledger knows which letters were handed over; which of them were offered is known here alone. There is one file for
each chunk that is handed over, made before the ledger is told and removed once the ledger has the outcomes for good.
The operating system keeps what a killed process wrote. What was written before the machine itself stopped nobody can
rely on: such a file counts for nothing, and its letters become uncertain when their lease ends.
"""

import errno
import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

from subscriptions.models import Letter
from subscriptions.sending.senders import Answer, NoConnection, Parcel

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # of Linux; elsewhere nothing is noted


class Journal:
    """Of one chunk. While its process lives it holds a lock on the file."""

    def __init__(self, lease: uuid.UUID) -> None:
        """Raises NoConnection when nothing can be written, before anything was handed over."""
        self.path: Path = settings.HANDOVER_DIR / f"{lease}.journal"
        try:
            settings.HANDOVER_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        except OSError as error:
            raise _unwritable(error) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            self._note([boot()])
        except OSError as error:
            self.close()
            raise _unwritable(error) from error

    def offered(self, parcel: Parcel) -> None:
        try:
            self._note([parcel.letter.pk])
        except OSError as error:
            raise _unwritable(error) from error

    def answered(self, parcel: Parcel, answer: Answer) -> None:
        with suppress(OSError):  # Then should this process be killed, nobody knows the answer: that is no lie.
            self._note([parcel.letter.pk, *astuple(answer)])

    def _note(self, what: list[object]) -> None:
        line = f"{json.dumps(what)}\n".encode()
        if os.write(self._file, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # As the next byte would meet.

    def close(self) -> None:
        """The ledger has it all."""
        self.path.unlink(missing_ok=True)
        self.leave()

    def leave(self) -> None:
        """For whoever drains next to read: the ledger may not have it all."""
        os.close(self._file)


@dataclass
class Recovered:
    """What a process that is gone had noted down. Whatever stands in no list was not offered."""

    lease: uuid.UUID
    answers: dict[int, Answer] = field(default_factory=dict)
    unanswered: set[int] = field(default_factory=set)


def left_behind() -> Iterator[Recovered]:
    """Of processes of this machine that are gone; each is removed once the caller goes on to the next."""
    for path in sorted(settings.HANDOVER_DIR.glob("*.journal")):
        with suppress(FileNotFoundError, BlockingIOError):  # Another reads it, or its process is alive.
            file = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if recovered := _read(path):
                    yield recovered
                path.unlink()
            finally:
                os.close(file)


def _unwritable(error: OSError) -> NoConnection:
    return NoConnection(f"Expected a folder that can be written at {settings.HANDOVER_DIR}: {error}")


def _read(path: Path) -> Recovered | None:
    """None: it says nothing that can be relied on."""
    try:
        whole, _, _broken_off = path.read_text().rpartition("\n")
        (began, *_), *notes = [json.loads(line) for line in whole.splitlines()]
    except ValueError:  # It is empty, or the disk was full, or the machine stopped while it was written.
        return None
    if not boot() or began != boot():
        return None
    recovered = Recovered(uuid.UUID(path.stem))
    for pk, *answer in notes:
        recovered.unanswered.add(pk)
        if answer:
            recovered.unanswered.discard(pk)
            recovered.answers[pk] = Answer(Letter.State(answer[0]), *answer[1:])
    return recovered


@cache
def boot() -> str:
    """What tells one run of the machine from the next; empty where nothing does."""
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else ""
