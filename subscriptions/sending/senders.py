"""How letters leave: as files, by SMTP (sending/smtp.py), or by any provider that Anymail knows
(sending/anymail.py). Each offers a letter at most once and says what came of it; the ledger is none of theirs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.text import slugify

from subscriptions import mime
from subscriptions.composing import Draft, address_of
from subscriptions.headers import sender_of
from subscriptions.models import Letter
from subscriptions.sending.verdicts import NO_ATTEMPT, NO_SUCH_ADDRESS, Place, Verdict, enhanced_code, rule_of

FIRST_REST = timedelta(seconds=30)
FILES, SMTP = "subscriptions.sending.senders.Files", "subscriptions.sending.smtp.Smtp"


class NoConnection(Exception):
    """Nothing could be offered to anyone: the mail server or the folder cannot be reached. One sentence."""

    wait = timedelta(minutes=1)  # until what was in hands is tried again


class Refused(NoConnection):
    """The mail server or provider takes no letters from us now, whoever they are for: sending rests."""

    def __init__(self, why: str, words: str = "", asked: float = 0) -> None:
        """`words`: what it said; `asked`: the seconds that it asks us to wait."""
        super().__init__(why)
        self.words, self.asked = words or why, timedelta(seconds=asked)
        self.wait = self.asked or FIRST_REST


@dataclass(frozen=True)
class Answer:
    """What came of offering a letter: SENT, FAILED for good, PLANNED again later, or UNCERTAIN."""

    state: Letter.State
    text: str
    no_such_address: bool = False
    verdict: str = ""  # of a refusal: a Verdict; empty of anything else
    wait: float = 0  # seconds that we are asked to wait
    in_a_row: int = 0  # after so many like it sending rests; 0: never
    same_words: bool = False  # only those count that say the same

    @property
    def is_attempt(self) -> bool:
        return self.verdict not in NO_ATTEMPT


def refusal(reply: int | str, text: str, place: Place, wait: float = 0) -> Answer:
    """What a refusal makes of the letter that met it; what is none leaves it uncertain."""
    rule = rule_of(reply, text, place)
    if rule is None:
        return Answer(Letter.State.UNCERTAIN, text)
    state = Letter.State.FAILED if rule.verdict == Verdict.ENDS else Letter.State.PLANNED
    gone = rule.verdict == Verdict.ENDS and place == Place.RECIPIENT and enhanced_code(text) in NO_SUCH_ADDRESS
    return Answer(state, text, gone, str(rule.verdict), wait, rule.in_a_row, rule.same_words)


@dataclass(frozen=True)
class Parcel:
    """A letter that is ready to be offered: what RFC 5321, 2.3.1, calls a mail object, its envelope and content."""

    letter: Letter
    content: Any  # as its sender prepared it
    is_alone: bool = False  # refused before, and others were taken since: it tells nothing of theirs

    @cached_property
    def address(self) -> str:
        return address_of(self.letter)

    @cached_property
    def sender(self) -> str:
        """The bare address that letters come from."""
        return parseaddr(sender_of(self.letter))[1]


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
            settings.MAIL_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(error) from error

    def offer(self, parcels: Iterator[Parcel], journal: WriteAheadLog) -> Iterator[tuple[Parcel, Answer]]:
        for parcel in parcels:
            letter = parcel.letter
            file = settings.MAIL_DIR / f"{letter.kind}-{slugify(letter.key[:10])}-{letter.message_id}.eml"
            draft = file.with_suffix(".tmp")
            journal.offered(parcel)
            try:
                draft.touch(mode=0o600)  # Whoever reads it could follow its links.
                draft.write_bytes(parcel.content)
                draft.rename(file)
            except OSError as error:
                raise _unwritable(error) from error
            yield parcel, Answer(Letter.State.SENT, str(file))

    def close(self) -> None:
        """There is nothing to close."""


def _unwritable(error: OSError) -> NoConnection:
    return NoConnection(f"Expected a folder that can be written at {settings.MAIL_DIR}: {error}")
