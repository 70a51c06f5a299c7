"""How a letter leaves: as a file, by SMTP, or by any provider that Anymail knows. Each offers a message at most once
and says what came of it; the ledger is not its business."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.module_loading import import_string
from django.utils.text import slugify

from subscriptions.models import Letter

LOOPBACK = re.compile(r"localhost|::1|127(\.\d{1,3}){3}")
LINE_BEGINS_WITH_A_DOT = re.compile(rb"(?m)^\.")
# RFC 3463, 7505: bad address, mailbox moved or disabled, no mail there. Not 5.1.7 and 5.1.8, which blame our address.
NO_SUCH_ADDRESS = re.compile(r"\b5\.(1\.[1236]|1\.10|2\.1)\b")
NEVER_CONNECTED = re.compile("NewConnectionError|NameResolutionError")  # as urllib3 names them
MORE_THAN_FITS = 500


class NoConnection(Exception):
    """Nothing could be offered to anyone: the mail server or the folder cannot be reached. One sentence."""


@dataclass(frozen=True)
class Answer:
    """What came of offering a letter: SENT, FAILED for good, PLANNED again later, or UNCERTAIN."""

    state: Letter.State
    text: str
    no_such_address: bool = False


class Sender(Protocol):
    at_once: int  # letters to hand over between two commits

    def open(self) -> None:
        """Get ready; raises NoConnection. Again does nothing while ready."""

    def offer(self, message: EmailMultiAlternatives, letter: Letter) -> Answer:
        """Raises NoConnection when this letter could not be offered, as the next could not either."""

    def close(self) -> None: ...


def configured() -> Sender:
    sender: Sender = import_string(settings.SENDER)()
    return sender


def writes_files() -> bool:
    return settings.SENDER.endswith(".Files")


def stays_here() -> bool:
    """Whether letters stay on this machine: written to files, or given to a server on a loopback address."""
    if writes_files():
        return True
    host = urlsplit(settings.EMAIL_URL).hostname or ""
    return settings.SENDER.endswith(".Smtp") and LOOPBACK.fullmatch(host) is not None


class Files:
    """One .eml a letter in VAR_DIR/mail. Writing one twice leaves one, so a whole chunk may be handed over at once."""

    at_once = MORE_THAN_FITS

    def open(self) -> None:
        try:
            settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NoConnection(f"Expected a folder that can be written at {settings.MAIL_DIR}: {error}") from error

    def offer(self, message: EmailMultiAlternatives, letter: Letter) -> Answer:
        file = settings.MAIL_DIR / f"{letter.kind}-{slugify(letter.key[:10])}-{letter.message_id}.eml"
        draft = file.with_suffix(".tmp")
        try:
            draft.write_bytes(_as_sent(message))
            draft.rename(file)
        except OSError as error:
            raise NoConnection(f"Expected a folder that can be written at {settings.MAIL_DIR}: {error}") from error
        return Answer(Letter.State.SENT, str(file))

    def close(self) -> None:
        """There is nothing to close."""


class Smtp:
    """One kept-alive connection. Whatever breaks before the message's last line was not sent; after it, who knows."""

    def __init__(self) -> None:
        self.at_once: int = settings.HANDOVER_CHUNK
        self._server: smtplib.SMTP | None = None

    def open(self) -> None:
        if self._server is not None and self._is_alive(self._server):
            return
        try:
            self._server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise NoConnection(f"The mail server could not be used: {error}") from error

    def _is_alive(self, server: smtplib.SMTP) -> bool:
        try:
            return server.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            self.close()
            return False

    def _connect(self) -> smtplib.SMTP:
        where = (settings.EMAIL_HOST, settings.EMAIL_PORT)
        tls = ssl.create_default_context()
        if settings.EMAIL_USE_SSL:
            server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=settings.EMAIL_TIMEOUT, context=tls)
        else:
            server = smtplib.SMTP(*where, timeout=settings.EMAIL_TIMEOUT)
        if settings.EMAIL_USE_TLS:
            server.starttls(context=tls)
        server.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        return server

    def offer(self, message: EmailMultiAlternatives, letter: Letter) -> Answer:
        content = LINE_BEGINS_WITH_A_DOT.sub(b"..", _as_sent(message))
        try:
            self.open()
            refusal = self._ask(message)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(Letter.State.PLANNED, f"The connection broke before the letter was sent: {error}")
        return refusal or self._send(content)

    def _ask(self, message: EmailMultiAlternatives) -> Answer | None:
        """The envelope, up to the server's readiness for the message; its refusal, if it refuses."""
        server = self._ready_server()
        _name, sender = message_sender(message)
        for command in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{message.to[0]}>"):
            code, text = server.docmd(command)
            if code not in (250, 251):
                return self._refused(code, text, of_recipient=command.startswith("RCPT"))
        code, text = server.docmd("DATA")
        return None if code == 354 else self._refused(code, text, of_recipient=False)

    def _send(self, content: bytes) -> Answer:
        server = self._ready_server()
        try:
            server.send(content + b".\r\n" if content.endswith(b"\r\n") else content + b"\r\n.\r\n")
            code, text = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(Letter.State.UNCERTAIN, f"No answer after the letter was sent: {error}")
        if 200 <= code < 300:
            return Answer(Letter.State.SENT, _sentence(code, text))
        if 400 <= code < 600:
            return self._refused(code, text, of_recipient=False)
        self.close()
        return Answer(Letter.State.UNCERTAIN, f"No answer that could be understood: {_sentence(code, text)}")

    def _ready_server(self) -> smtplib.SMTP:
        if self._server is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._server

    def _refused(self, code: int, text: bytes, *, of_recipient: bool) -> Answer:
        """4xx means later; 5xx means never, and of a recipient perhaps that there is no such address."""
        answer = _sentence(code, text)
        if code == 421:
            self.close()
        if not 500 <= code < 600:
            return Answer(Letter.State.PLANNED, answer)
        # A 550 that says no more may mean us as well ("relay not permitted"), and would then meet every reader.
        return Answer(
            Letter.State.FAILED, answer, no_such_address=of_recipient and bool(NO_SUCH_ADDRESS.search(answer))
        )

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()


class Anymail:
    """Any provider, by HTTP: one message a call, one kept-alive session."""

    def __init__(self) -> None:
        self.at_once: int = settings.HANDOVER_CHUNK
        self._backend: Any = None

    def open(self) -> None:
        try:
            self._backend = self._backend or get_connection(fail_silently=False)
            self._backend.open()
        except (OSError, ImportError, ImproperlyConfigured) as error:
            said = " ".join(str(error).split())
            raise NoConnection(f"The mail provider {settings.ANYMAIL_PROVIDER} could not be used: {said}") from error

    def offer(self, message: EmailMultiAlternatives, letter: Letter) -> Answer:
        message.metadata = {"letter": str(letter.message_id)}  # type: ignore[attr-defined]
        message.tags = [letter.kind]  # type: ignore[attr-defined]
        try:
            self._backend.send_messages([message])
        except AnymailRecipientsRefused:
            return _provider_answered(message)
        except (AnymailError, requests.RequestException) as error:
            return _provider_failed(error)
        return _provider_answered(message)

    def close(self) -> None:
        if self._backend is not None:
            self._backend.close()


def _as_sent(message: EmailMultiAlternatives) -> bytes:
    """The message as it goes over the wire: lines end in CR LF."""
    return message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own messages take it


def message_sender(message: EmailMultiAlternatives) -> tuple[str, str]:
    """The name and the bare address that the letter comes from."""
    name, _, address = message.from_email.rpartition("<")
    return name.strip(), address.rstrip(">").strip()


def _sentence(code: int, text: bytes) -> str:
    return f"{code} {text.decode('utf-8', 'replace')}"


def _provider_answered(message: EmailMultiAlternatives) -> Answer:
    """https://anymail.dev/en/stable/sending/anymail_additions/#esp-send-status"""
    status = message.anymail_status  # type: ignore[attr-defined]
    said, text = set(status.status or ()), f"message {status.message_id}: {', '.join(sorted(status.status or ()))}"
    if said and said <= {"sent", "queued"}:
        return Answer(Letter.State.SENT, text)
    if said and said <= {"invalid", "rejected", "failed"}:
        return Answer(Letter.State.FAILED, text, no_such_address="invalid" in said)
    return Answer(Letter.State.UNCERTAIN, text)


def _provider_failed(error: Exception) -> Answer:
    """Only what certainly was not accepted may be offered again. Raises NoConnection when nobody's letter would be."""
    status = getattr(error, "status_code", None)
    answer = f"{type(error).__name__}{f' {status}' if status else ''}"  # Its text would show the address.
    if isinstance(error, requests.ConnectTimeout) or NEVER_CONNECTED.search(repr(error.__context__ or error)):
        raise NoConnection(f"The mail provider cannot be reached: {answer}") from error
    if status in (401, 403):
        raise NoConnection(f"The mail provider refuses the key of this site: {answer}") from error
    if status in (429, 503):
        return Answer(Letter.State.PLANNED, answer)
    # An answer of 4xx refuses; no answer, a broken one or 5xx says nothing. Errors of other kinds never left.
    refused = status is not None and 400 <= status < 500
    if not refused and isinstance(error, (AnymailAPIError, requests.RequestException)):
        return Answer(Letter.State.UNCERTAIN, answer)
    return Answer(Letter.State.FAILED, answer)
