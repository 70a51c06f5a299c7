"""Letters by SMTP, over one kept-alive connection; subscriptions.sending.senders has as many as the settings say.

Where the server takes commands in groups (PIPELINING, RFC 2920), a letter and the next one's envelope travel together:
one round trip a letter instead of four.
"""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator

from django.conf import settings

from subscriptions.composing import Draft
from subscriptions.headers import one_line
from subscriptions.models import Letter
from subscriptions.sending import dkim
from subscriptions.sending.senders import Answer, NoConnection, Parcel, WriteAheadLog

# RFC 3463, 7505: bad address, mailbox moved or disabled, no mail there. Not 5.1.7 and 5.1.8, which blame our address.
NO_SUCH_ADDRESS = re.compile(r"\b5\.(1\.[1236]|1\.10|2\.1)\b")
BUSY = (421, 454)  # RFC 5321, 4954: about us or the server; Amazon SES says 454 to whoever sends too fast
BROKEN = (OSError, smtplib.SMTPException)
ACCEPTS = {b"RSET": {250}, b"MAIL": {250}, b"RCPT": {250, 251}, b"DATA": {354}}
FRESH_SECONDS = 1.0  # for which a connection that was just used is taken to be alive


class Smtp:
    """Whatever breaks before a letter's last line was not sent; after it, who knows."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None
        self._used_at = 0.0  # of the monotonic clock
        self._pipelining = False  # whether the server takes commands in groups
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
            self.close()
        try:
            self._server = _connected()
        except (*BROKEN, ValueError) as error:  # A login that cannot even be written is a ValueError.
            raise NoConnection(f"The mail server could not be used: {error}") from error
        self._pipelining, self._is_clean = self._server.has_extn("pipelining"), True
        self._used_at = time.monotonic()

    def close(self) -> None:
        server, self._server, self._asked = self._server, None, []
        if server is not None:
            server.close()

    def offer(self, parcels: Iterator[Parcel], journal: WriteAheadLog) -> Iterator[tuple[Parcel, Answer]]:
        self.open()  # Before any is taken: what this connection cannot offer, another may.
        parcel = next(parcels, None)
        while parcel is not None:
            following = next(parcels, None)
            yield parcel, self._offer(parcel, following, journal)
            parcel = following

    def _offer(self, parcel: Parcel, following: Parcel | None, journal: WriteAheadLog) -> Answer:
        try:
            if not self._asked:
                self.open()
                self._asked = self._envelope(parcel)
                if self._pipelining:
                    self._ready_server.send(b"".join(self._asked))
            refusal = self._refusal()
        except BROKEN as error:
            self.close()
            return Answer(Letter.State.PLANNED, f"The connection broke before the letter was sent: {error}")
        if refusal:
            return refusal
        try:
            journal.offered(parcel)
        except NoConnection:  # The server waits for a letter that does not come.
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

    def _refusal(self) -> Answer | None:
        """Reads the answers to the envelope, up to the server's readiness for the letter, or its refusal."""
        server, commands, refusal = self._ready_server, self._asked, None
        self._asked, self._is_clean, self._used_at, code = [], False, time.monotonic(), 0
        for command in commands:
            if not self._pipelining:
                server.send(command)
            code, text = server.getreply()
            if code not in ACCEPTS[command[:4]] and refusal is None:
                refusal = self._refused(code, text, of_recipient=command.startswith(b"RCPT"))
            if refusal and (self._server is None or not self._pipelining):
                return refusal
        if refusal and code == 354:  # It wants the letter of an envelope that it refused (RFC 2920, 3.1).
            server.docmd(".")
        return refusal

    def _send(self, parcel: Parcel, following: Parcel | None) -> Answer:
        """The letter, and if the server takes that, the envelope of the one that follows."""
        server, self._is_clean = self._ready_server, True
        envelope = self._envelope(following) if following and self._pipelining else []
        try:
            server.send(b"".join([parcel.content, b".\r\n", *envelope]))
            code, text = server.getreply()
        except BROKEN as error:
            self.close()
            return Answer(Letter.State.UNCERTAIN, f"No answer after the letter was sent: {error}")
        self._used_at, self._asked = time.monotonic(), envelope
        if 200 <= code < 300:
            return Answer(Letter.State.SENT, _sentence(code, text))
        if 400 <= code < 600:
            return self._refused(code, text, of_recipient=False)
        self.close()
        return Answer(Letter.State.UNCERTAIN, f"No answer that could be understood: {_sentence(code, text)}")

    def _refused(self, code: int, text: bytes, *, of_recipient: bool) -> Answer:
        """4xx means later; 5xx means never, and of a recipient perhaps that there is no such address."""
        answer = _sentence(code, text)
        if code == 421:
            self.close()
        if not 500 <= code < 600:
            return Answer(Letter.State.PLANNED, answer, busy=code in BUSY)
        # A 550 that says no more may mean us as well ("relay not permitted"), and would then meet every reader.
        return Answer(
            Letter.State.FAILED, answer, no_such_address=of_recipient and bool(NO_SUCH_ADDRESS.search(answer))
        )


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


def _sentence(code: int, text: bytes) -> str:
    return f"{code} {one_line(text.decode('utf-8', 'replace'))}"
