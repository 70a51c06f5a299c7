"""Letters by SMTP, over one kept-alive connection; subscriptions.sending.senders has as many as the settings say.

Where the server takes commands in groups (PIPELINING, RFC 2920), a letter and the next one's envelope travel together:
one round trip a letter instead of four. A server that has just refused something, or has taken nothing yet, is asked
command by command: what follows a refused one would be refused too, and servers count that and slow down.
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings

from subscriptions.composing import Draft
from subscriptions.headers import one_line
from subscriptions.models import Letter
from subscriptions.sending import dkim
from subscriptions.sending.senders import Answer, Parcel, Refused, WriteAheadLog, refusal
from subscriptions.sending.verdicts import NO_REPLY, Place

BROKEN = (OSError, smtplib.SMTPException)
ACCEPTS = {b"RSET": {250}, b"MAIL": {250}, b"RCPT": {250, 251}, b"DATA": {354}}
PLACES = {b"RSET": Place.BEFORE, b"MAIL": Place.BEFORE, b"RCPT": Place.RECIPIENT, b"DATA": Place.LETTER}
CLOSING, READY = 421, 354  # RFC 5321, 3.8 and 4.1.1.4
FRESH_SECONDS = 1.0  # for which a connection that was just used is taken to be alive


class _Closed(Exception):
    """The server has ended a conversation that had served before, and has not heard of the next reader."""


class Smtp:
    """Whatever breaks before a letter's last line was not sent; after it, who knows."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None
        self._used_at = 0.0  # of the monotonic clock
        self._groups = False  # whether commands go in groups: the server takes them so, and took the last letter
        self._served = False  # whether the server has answered for a reader in this conversation
        self._is_clean = True  # whether the server has forgotten the last envelope
        self._asked: list[bytes] = []  # commands whose replies are still to be read

    def prepare(self, draft: Draft) -> bytes:
        return dkim.signed(draft.content())

    def open(self) -> None:
        server = self._server
        try:
            if server is not None and (time.monotonic() - self._used_at < FRESH_SECONDS or server.rset()[0] == 250):
                return
        except BROKEN:
            pass
        self.close()
        try:
            self._server = _connected()
        except (*BROKEN, ValueError) as error:  # A login that cannot even be written is a ValueError.
            words = _words(error)
            raise Refused(f"The mail server could not be used: {words}", words) from error
        self._groups, self._served, self._is_clean = False, False, True
        self._used_at = time.monotonic()

    def close(self) -> None:
        server, self._server, self._asked = self._server, None, []
        if server is not None:
            server.close()

    def offer(self, parcels: Iterator[Parcel], journal: WriteAheadLog) -> Iterator[tuple[Parcel, Answer]]:
        self.open()  # Before any is taken: what this connection cannot offer, another may.
        parcel = next(parcels, None)
        while parcel is not None:
            following = next(parcels, None) if self._groups else None
            yield parcel, self._offer(parcel, following, journal)
            parcel = following or next(parcels, None)

    def _offer(self, parcel: Parcel, following: Parcel | None, journal: WriteAheadLog) -> Answer:
        try:
            refused = self._refusal(parcel)
        except _Closed:  # As servers do that have been idle, or have served enough: a new conversation tells.
            refused = self._refusal(parcel)
        if refused:
            self._groups = False
            return refused
        try:
            journal.offered(parcel)
        except Exception:  # The server waits for a letter that does not come.
            self.close()
            raise
        return self._send(parcel, following)

    # ------------------------------------------------------------------------------------------------ the conversation

    @property
    def _ready_server(self) -> smtplib.SMTP:
        if self._server is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._server

    def _envelope(self, parcel: Parcel) -> list[bytes]:
        commands = [f"MAIL FROM:<{parcel.sender}>", f"RCPT TO:<{parcel.address}>", "DATA"]
        return [f"{command}\r\n".encode("ascii") for command in (commands if self._is_clean else ["RSET", *commands])]

    def _refusal(self, parcel: Parcel) -> Answer | None:
        """Asks for a letter to be taken, up to the server's readiness for it, or its refusal. Raises _Closed."""
        if not self._asked:
            self.open()
        commands, sent, refused = self._asked or self._envelope(parcel), bool(self._asked), None
        code: int | str = 0
        groups, self._asked, self._is_clean, self._used_at = sent or self._groups, [], False, time.monotonic()
        for number, command in enumerate(commands):
            place = PLACES[command[:4]]
            try:
                if not (sent or (groups and number)):
                    self._ready_server.send(b"".join(commands) if groups else command)
                code, text = self._ready_server.getreply()
            except BROKEN as error:
                code, text = NO_REPLY, f"The connection broke before the letter was sent: {error}".encode()
            if code in (CLOSING, NO_REPLY):
                self.close()
                if place == Place.BEFORE and self._served and not refused:
                    raise _Closed
            if code not in ACCEPTS[command[:4]] and refused is None:
                refused = _refused(code, text, place)
            self._served |= place != Place.BEFORE
            if refused and (self._server is None or not groups):
                return refused
        if refused and code == READY:  # It wants the letter of an envelope that it refused (RFC 2920, 3.1).
            with suppress(*BROKEN):  # Then the next envelope finds out.
                self._ready_server.docmd(".")
        return refused

    def _send(self, parcel: Parcel, following: Parcel | None) -> Answer:
        """The letter, and if the server takes that, the envelope of the one that follows."""
        server, self._is_clean = self._ready_server, True
        envelope = self._envelope(following) if following and self._groups else []
        try:
            server.send(b"".join([parcel.content, b".\r\n", *envelope]))
            code, text = server.getreply()
        except BROKEN as error:
            self.close()
            return Answer(Letter.State.UNCERTAIN, f"No answer after the letter was sent: {error}")
        self._used_at, self._asked = time.monotonic(), envelope
        if 200 <= code < 300:
            self._groups = server.has_extn("pipelining")
            return Answer(Letter.State.SENT, _sentence(code, text))
        if code == CLOSING or not 400 <= code < 600:
            self.close()
        if 400 <= code < 600:
            self._groups = False
            return _refused(code, text, Place.LETTER)
        return Answer(Letter.State.UNCERTAIN, f"No answer that could be understood: {_sentence(code, text)}")


def _connected() -> smtplib.SMTP:
    where = (settings.EMAIL_HOST, settings.EMAIL_PORT)
    tls = ssl.create_default_context()
    if settings.EMAIL_USE_SSL:
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=settings.EMAIL_TIMEOUT, context=tls)
    else:
        server = smtplib.SMTP(*where, timeout=settings.EMAIL_TIMEOUT)
    if server.sock is not None:  # A letter is several packets, and none must wait for the last one's receipt.
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if settings.EMAIL_USE_TLS:
        server.starttls(context=tls)
    server.ehlo_or_helo_if_needed()
    if settings.EMAIL_HOST_USER:
        server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    return server


def _refused(code: int | str, text: bytes, place: Place) -> Answer:
    """A reply that is none before the letter's last line is as good as a broken connection."""
    if code == NO_REPLY:
        return refusal(NO_REPLY, text.decode("utf-8", "replace"), place)
    return refusal(code if 400 <= int(code) < 600 else NO_REPLY, _sentence(code, text), place)


def _words(error: Exception) -> str:
    """What the server said, if it said anything."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _sentence(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return one_line(str(error)) or type(error).__name__


def _sentence(code: int | str, text: bytes) -> str:
    return f"{code} {one_line(text.decode('utf-8', 'replace'))}"
