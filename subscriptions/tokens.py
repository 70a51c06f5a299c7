"""Compact signed tokens: whole numbers and the moment of signing, in some thirty characters that fit into an address.

    version (4 bits) · microseconds since 1970 (52) · each number, 7 bits a byte (LEB128) · HMAC-SHA256 cut to 16 bytes

as base64url without padding. A token needs no row: whoever has the key can read it. What is signed is not secret.
"""

import binascii
import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.crypto import salted_hmac

VERSION = 2
CLOCK = 7  # bytes, of which the version has the first four bits: the others last until 2112
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
SIGNATURE = 16  # bytes: RFC 2104, 5, lets no fewer than half of a hash stand for it
LONGEST = 200  # characters: of what is longer nothing is decoded


class BadToken(Exception):
    """It was not made with this key and salt, or is not as it was made."""


@dataclass(frozen=True)
class Token:
    numbers: tuple[int, ...]
    made_at: datetime

    def is_older_than(self, span: timedelta) -> bool:
        return now() - self.made_at > span


def now() -> datetime:
    """By the clock that tokens are made by: the machine's, whatever day it is on the site."""
    return moment(_microseconds())


def moment(number: int) -> datetime:
    """Of microseconds since 1970, which is how a token holds a moment."""
    return EPOCH + number * MICROSECOND


def number(moment: datetime) -> int:
    """The other way round."""
    return (moment - EPOCH) // MICROSECOND


def _microseconds() -> int:
    return int(time.time() * 1_000_000)


class Signer:
    """Makes and reads tokens of one purpose, the `salt`. Its key is derived once, not for each of many tokens."""

    def __init__(self, salt: str, secret: str) -> None:
        self._keyed = salted_hmac(f"compact token for {salt}", b"", secret, algorithm="sha256")

    def make(self, numbers: Iterable[int], made_at: datetime | None = None) -> str:
        """Of numbers that are not negative. Made as of the same moment, which is now by default, it is the same."""
        at = _microseconds() if made_at is None else number(made_at)
        said = (VERSION << 52 | at).to_bytes(CLOCK, "big") + b"".join(map(_written, numbers))
        return urlsafe_b64encode(said + self._signature(said)).rstrip(b"=").decode()

    def read(self, token: str) -> Token:
        """Whatever its age. Raises BadToken."""
        said, signature = _taken_apart(token)
        if not hmac.compare_digest(signature, self._signature(said)):
            raise BadToken("not signed so")
        made_at = int.from_bytes(said[:CLOCK], "big") & (1 << 52) - 1
        return Token(_numbers(said[CLOCK:]), moment(made_at))

    def _signature(self, said: bytes) -> bytes:
        ours = self._keyed.copy()
        ours.update(said)
        return ours.digest()[:SIGNATURE]


def _taken_apart(token: str) -> tuple[bytes, bytes]:
    """What a token says, and its signature, which is still to be checked."""
    if not token.isascii() or len(token) > LONGEST:
        raise BadToken("not written so")
    try:
        content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error as error:
        raise BadToken("not written so") from error
    # The decoder passes over strange characters and spare bits, so that many texts would be one token.
    if urlsafe_b64encode(content).rstrip(b"=").decode() != token or len(content) < CLOCK + SIGNATURE:
        raise BadToken("not written so")
    if content[0] >> 4 != VERSION:
        raise BadToken("of another version")
    return content[:-SIGNATURE], content[-SIGNATURE:]


def _written(number: int) -> bytes:
    if number < 0x80:
        return number.to_bytes(1, "big")
    return bytes((number & 0x7F | 0x80,)) + _written(number >> 7)


def _numbers(body: bytes) -> tuple[int, ...]:
    """Of what was signed, and so was written by us."""
    numbers, number, shift = [], 0, 0
    for byte in body:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return tuple(numbers)
