"""Letters by any provider that Anymail knows, over HTTP: one message a call, one kept-alive session."""

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from papers.sources.web import retry_after
from subscriptions.letters import Draft, one_line
from subscriptions.models import Letter
from subscriptions.sending.idempotency import Brevo, Resend
from subscriptions.sending.senders import Answer, NoConnection, Noted, Parcel

NEVER_CONNECTED = re.compile(  # as urllib3, OpenSSL and botocore name what happens before anything is sent
    "NewConnectionError|NameResolutionError|ProxyError|CERTIFICATE_VERIFY_FAILED"
    "|EndpointConnectionError|ConnectTimeoutError|ProxyConnectionError|NoCredentialsError|SSL validation failed"
)
WAITS = (1.0, 5.0)  # seconds before a letter of which nobody knows is offered again, and once more
LONGEST_WAIT = 4 * 3600.0  # seconds, whatever the provider asks for


class Anymail:
    """One session. The provider is told the letter's name, which its webhooks then tell us."""

    def __init__(self) -> None:
        self._backend: Any = None

    def prepare(self, draft: Draft) -> EmailMultiAlternatives:
        return draft.message()

    def open(self) -> None:
        try:
            self._backend = self._backend or get_connection(fail_silently=False)
            self._backend.open()
        except (OSError, ImportError, ImproperlyConfigured) as error:
            said = " ".join(str(error).split())
            raise NoConnection(f"The mail provider {settings.ANYMAIL_PROVIDER} could not be used: {said}") from error
        except Exception as error:  # Each provider's library has errors of its own, and may say secrets in them.
            said = type(error).__name__
            raise NoConnection(f"The mail provider {settings.ANYMAIL_PROVIDER} could not be used: {said}") from error

    def offer(self, parcels: Iterator[Parcel], noted: Noted) -> Iterator[tuple[Parcel, Answer]]:
        self.open()
        for parcel in parcels:
            noted.offered(parcel)
            yield parcel, self._offer(parcel.content, parcel.letter)

    def _offer(self, message: Any, letter: Letter) -> Answer:
        message.metadata, message.tags = {"letter": str(letter.message_id)}, [letter.kind]
        # A letter that was refused for now is dated anew when its turn comes again, and is then another request.
        message.offered_as = str(uuid.uuid5(letter.message_id, message.extra_headers["Date"]))
        try:
            self._backend.send_messages([message])
        except AnymailRecipientsRefused:
            return _answered(message)
        except (AnymailError, requests.RequestException) as error:
            return self._unless_taken(message, _failed(error))
        return self._unless_taken(message, _answered(message))

    def _unless_taken(self, message: Any, answer: Answer) -> Answer:
        """Where the provider would take it once only, a letter of which nobody knows is offered again. Nothing but
        that it was taken is believed then: a refusal may be of the second offer alone."""
        if answer.state != Letter.State.UNCERTAIN or not isinstance(self._backend, (Resend, Brevo)):
            return answer
        for wait in WAITS:
            time.sleep(wait)
            if self._is_taken(message):
                return Answer(Letter.State.SENT, f"{answer.text}; offered again under the same key: taken")
        return answer

    def _is_taken(self, message: Any) -> bool:
        try:
            self._backend.send_messages([message])
        except (AnymailError, requests.RequestException) as error:
            return bool(self._backend.was_taken(error))
        return _answered(message).state == Letter.State.SENT

    def close(self) -> None:
        if self._backend is not None:
            self._backend.close()


def _answered(message: EmailMultiAlternatives) -> Answer:
    """https://anymail.dev/en/stable/sending/anymail_additions/#esp-send-status"""
    status = message.anymail_status  # type: ignore[attr-defined]
    said = set(status.status or ())
    text = one_line(f"message {status.message_id}: {', '.join(sorted(said))}").encode(errors="replace").decode()
    if said and said <= {"sent", "queued"}:
        return Answer(Letter.State.SENT, text)
    if said and said <= {"invalid", "rejected", "failed"}:
        return Answer(Letter.State.FAILED, text, no_such_address="invalid" in said)
    return Answer(Letter.State.UNCERTAIN, text)


def _failed(error: Exception) -> Answer:
    """Only what certainly was not accepted may be offered again. Raises NoConnection when nobody's letter would be."""
    status, wait = _reply(error)
    answer = f"{type(error).__name__}{f' {status}' if status else ''}"  # Its text would show the address.
    if isinstance(error, requests.ConnectTimeout) or NEVER_CONNECTED.search(repr(error.__context__ or error)):
        raise NoConnection(f"The mail provider cannot be reached: {answer}") from error
    if status in (401, 403):
        raise NoConnection(f"The mail provider refuses the key of this site: {answer}") from error
    if status == 429 or (status == 503 and wait):
        return Answer(Letter.State.PLANNED, answer, busy=True, wait=wait)
    # A gateway says 503 also when whoever is behind it had the letter and then broke off.
    # An answer of 4xx refuses; no answer, a broken one or 5xx says nothing. Errors of other kinds never left.
    refused = status is not None and 400 <= status < 500
    if not refused and isinstance(error, (AnymailAPIError, requests.RequestException)):
        return Answer(Letter.State.UNCERTAIN, answer)
    return Answer(Letter.State.FAILED, answer)


def _reply(error: Exception) -> tuple[int | None, float]:
    """The status of HTTP, and the seconds that we are asked to wait."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):  # of boto3, by which Amazon SES is spoken to
        return response.get("ResponseMetadata", {}).get("HTTPStatusCode"), 0.0
    if not isinstance(response, requests.Response):
        return None, 0.0
    return response.status_code, min(retry_after(response) or 0.0, LONGEST_WAIT)
