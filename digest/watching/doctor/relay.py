"""A real conversation with the mail server, up to whether it would take a letter; none is sent."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils.module_loading import import_string

from digest.watching.doctor.base import Finding, ok, red, warning
from subscriptions.headers import one_line
from subscriptions.sending.senders import FILES, SMTP, NoConnection, Sender

SUBMISSION = "EMAIL_URL=smtp://user:password@mail.example.org:587"
BY_TLS = "EMAIL_URL=smtps://user:password@mail.example.org:465"


class Broken(Exception):
    """The conversation ends here: why, and what to paste."""

    def __init__(self, says: str, paste: str) -> None:
        super().__init__(says)
        self.finding = red(says, paste)


def conversation(_now: datetime) -> Iterator[Finding]:
    if settings.SENDER == FILES:
        yield ok(f"none is used: letters are files in {settings.MAIL_DIR}")
    elif settings.SENDER == SMTP:
        try:
            with _connected() as server:
                yield from _asked(server)
        except Broken as broken:
            yield broken.finding
        except (OSError, smtplib.SMTPException) as error:
            yield red(f"It breaks off: {_said(error)}", SUBMISSION)
    else:
        sender: Sender = import_string(settings.SENDER)()
        try:
            sender.open()
        except NoConnection as error:
            yield red(str(error), f"ANYMAIL_{settings.ANYMAIL_PROVIDER.upper()}_… as https://anymail.dev names it")
        else:
            yield ok(f"{settings.ANYMAIL_PROVIDER} has what it needs; see with manage.py testmail whether it sends")
        finally:
            sender.close()


def _connected() -> smtplib.SMTP:
    where, tls = (settings.EMAIL_HOST, settings.EMAIL_PORT), ssl.create_default_context()
    named = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        if settings.EMAIL_USE_SSL:
            return smtplib.SMTP_SSL(*where, timeout=settings.EMAIL_TIMEOUT, context=tls)
        return smtplib.SMTP(*where, timeout=settings.EMAIL_TIMEOUT)
    except socket.gaierror as error:
        raise Broken(f"EMAIL_URL names a host that no name server knows: {settings.EMAIL_HOST}", SUBMISSION) from error
    except ssl.SSLCertVerificationError as error:
        raise Broken(f"{named} shows a certificate that is not believed: {error.verify_message}", BY_TLS) from error
    except ssl.SSLError as error:
        raise Broken(f"{named} does not speak TLS from the first byte: smtp:// would do", SUBMISSION) from error
    except ConnectionRefusedError as error:
        raise Broken(f"Nobody listens at {named}.", SUBMISSION) from error
    except (TimeoutError, smtplib.SMTPServerDisconnected) as error:
        silent = f"{named} takes the connection and says nothing, as where TLS is spoken from the first byte."
        closed = f"{named} does not answer: many networks let nobody out by port 25."
        is_closed = settings.EMAIL_PORT == 25 and isinstance(error, TimeoutError)
        raise Broken(closed if is_closed else silent, SUBMISSION if is_closed else BY_TLS) from error


def _asked(server: smtplib.SMTP) -> Iterator[Finding]:
    server.ehlo_or_helo_if_needed()
    offered = server.has_extn("starttls")
    bare = f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if settings.EMAIL_USE_TLS:
        if not offered:
            raise Broken("It offers no STARTTLS, which EMAIL_URL asks for.", BY_TLS)
        try:
            server.starttls(context=ssl.create_default_context())
        except ssl.SSLError as error:
            raise Broken(f"Its certificate is not believed: {error}", SUBMISSION) from error
        server.ehlo_or_helo_if_needed()
    elif offered and not settings.EMAIL_USE_SSL and not settings.LOOPBACK.fullmatch(settings.EMAIL_HOST):
        yield warning("It offers STARTTLS, and letters go without.", f"EMAIL_URL={bare}?starttls=1")
    if settings.EMAIL_HOST_USER:
        try:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except smtplib.SMTPNotSupportedError as error:
            raise Broken("It knows no login: EMAIL_URL does without a user.", f"EMAIL_URL={bare}") from error
        except smtplib.SMTPAuthenticationError as error:
            raise Broken(f"It refuses the login in EMAIL_URL: {_said(error)}", SUBMISSION) from error
    to = settings.OPERATOR_EMAIL or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    for name in ("DEFAULT_FROM_EMAIL", "TRANSACTIONAL_FROM_EMAIL"):
        if sender := parseaddr(getattr(settings, name))[1]:
            _would_take(server, name, sender, to, offered=bool(offered))
    yield ok(f"{settings.EMAIL_HOST} would take a letter to {to}")


def _would_take(server: smtplib.SMTP, name: str, sender: str, to: str, *, offered: bool) -> None:
    code, text = server.docmd("MAIL", f"FROM:<{sender}>")
    answer = f"{code} {one_line(text.decode(errors='replace'))}"
    if code == 530 and offered and not settings.EMAIL_USE_TLS:
        bare = f"EMAIL_URL=smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}?starttls=1"
        raise Broken(f"It takes letters by STARTTLS alone: {answer}", bare)
    if code == 530:
        raise Broken(f"It wants a login: {answer}", SUBMISSION)
    if code >= 400:
        raise Broken(
            f"It takes no letters from {sender}: {answer}", f"{name}='{settings.SITE_NAME} <you@example.org>'"
        )
    code, text = server.docmd("RCPT", f"TO:<{to}>")
    if code >= 400:
        answer = f"{code} {one_line(text.decode(errors='replace'))}"
        raise Broken(f"It takes no letter to {to}: {answer}", SUBMISSION)
    server.docmd("RSET")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"{error.smtp_code} {one_line(words.decode(errors='replace') if isinstance(words, bytes) else words)}"
    return one_line(str(error)) or type(error).__name__
