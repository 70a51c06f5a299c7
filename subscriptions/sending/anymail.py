"""Letters by any provider that Anymail knows, over HTTP: one message a call, one kept-alive session."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from papers.sources.web import retry_after
from subscriptions.composing import Draft
from subscriptions.headers import one_line
from subscriptions.models import Letter
from subscriptions.sending import providers
from subscriptions.sending.providers.base import Provider, found
from subscriptions.sending.senders import Answer, Parcel, Refused, WriteAheadLog, refusal
from subscriptions.sending.verdicts import Place, repeatable

NEVER_CONNECTED = re.compile(  # as urllib3, OpenSSL and botocore name what happens before anything is sent
    "NewConnectionError|NameResolutionError|ProxyError|CERTIFICATE_VERIFY_FAILED"
    "|EndpointConnectionError|ConnectTimeoutError|ProxyConnectionError|NoCredentialsError|SSL validation failed"
)
# Where providers say in words what is wrong.
SENTENCES = (("Message",), ("message",), ("Error", "Message"), ("error", "message"), ("error",), ("detail",))
REPEAT_AFTER = (1.0, 5.0)  # seconds before a letter of which nobody knows is offered again, and once more
LONGEST_WAIT_SECONDS = 4 * 3600.0  # whatever the provider asks for


class Anymail:
    """One session. The provider is told the letter's name, which its webhooks then tell us."""

    def __init__(self) -> None:
        self._backend: Any = None
        self._provider = providers.named(settings.ANYMAIL_PROVIDER)

    def prepare(self, draft: Draft) -> EmailMultiAlternatives:
        return draft.message()

    def open(self) -> None:
        could_not = f"The mail provider {settings.ANYMAIL_PROVIDER} could not be used: "
        try:
            if self._backend is None:
                self._backend = get_connection(fail_silently=False)
                if self._provider.idempotency_key:
                    build = self._backend.build_message_payload
                    self._backend.build_message_payload = partial(self._payload_with_key, build)
            self._backend.open()
        except (OSError, ImportError, ImproperlyConfigured) as error:
            install = self._provider.install if isinstance(error, ImportError) else ""
            raise Refused(f"{could_not}{' '.join(str(error).split())}{install}") from error
        except Exception as error:  # Each provider's library has errors of its own, and may say secrets in them.
            raise Refused(f"{could_not}{type(error).__name__}") from error

    def offer(self, parcels: Iterator[Parcel], journal: WriteAheadLog) -> Iterator[tuple[Parcel, Answer]]:
        """Where the provider takes a letter once only under one key, one of which nobody knows is offered again."""
        self.open()
        for parcel in parcels:
            letter, message = parcel.letter, parcel.content
            message.metadata, message.tags = {"letter": str(letter.message_id)}, [letter.kind]
            # A letter that was refused for now is dated anew when its turn comes again, and is then another request.
            message.offered_as = str(uuid.uuid5(letter.message_id, message.extra_headers["Date"]))
            journal.offered(parcel)
            answer = self._send(message)
            is_unknown = answer.state == Letter.State.UNCERTAIN and self._provider.idempotency_key
            for wait in REPEAT_AFTER if is_unknown else ():
                time.sleep(wait)
                # Nothing but that it was taken is believed now: a refusal may be of the second offer alone.
                if self._send(message, again=True).state == Letter.State.SENT:
                    taken = f"{answer.text}; offered again under the same key: taken"
                    answer = Answer(Letter.State.SENT, taken)
                    break
            yield parcel, answer

    def _send(self, message: Any, *, again: bool = False) -> Answer:
        try:
            self._backend.send_messages([message])
        except AnymailRecipientsRefused:
            return _answered(message)
        except (AnymailError, requests.RequestException) as error:
            response, key = getattr(error, "response", None), self._provider.idempotency_key
            if not again:
                return _failed(error, self._provider)
            was_taken = key and isinstance(response, requests.Response) and key.was_taken(response)
            return Answer(Letter.State.SENT if was_taken else Letter.State.UNCERTAIN, "")
        return _answered(message)

    def _payload_with_key(self, build: Callable[[Any, Any], Any], message: Any, defaults: Any) -> Any:
        """What Anymail builds of a message, and in it the key under which it is offered."""
        payload = build(message, defaults)
        if self._provider.idempotency_key:
            self._provider.idempotency_key.add(payload, message.offered_as)
        return payload

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
        is_gone = "invalid" in said
        return Answer(Letter.State.FAILED, text, True) if is_gone else refusal("rejected", text, Place.PROVIDER)
    return Answer(Letter.State.UNCERTAIN, text)


def _failed(error: Exception, provider: Provider) -> Answer:
    """Only what certainly was not accepted may be offered again. Raises Refused when the provider was not reached."""
    response, status, wait, said = getattr(error, "response", None), None, 0.0, None
    if isinstance(response, dict):  # of boto3, by which Amazon SES is spoken to
        status, said = response.get("ResponseMetadata", {}).get("HTTPStatusCode"), response
    elif isinstance(response, requests.Response):
        status, wait = response.status_code, min(retry_after(response) or 0.0, LONGEST_WAIT_SECONDS)
        with suppress(ValueError):
            said = response.json()
    name = f"{type(error).__name__}{f' {status}' if status else ''}"  # The error's own text would show the address.
    words = next((found(said, place) for place in SENTENCES if isinstance(found(said, place), str)), "")
    answer = repeatable(f"{name}: {words}" if words else name)
    if isinstance(error, requests.ConnectTimeout) or NEVER_CONNECTED.search(repr(error.__context__ or error)):
        raise Refused(f"The mail provider cannot be reached: {answer}") from error
    if provider.refuses_account(said):
        return refusal("account", answer, Place.PROVIDER, wait)
    if status == 503 and wait:
        return refusal("503 with Retry-After", answer, Place.PROVIDER, wait)
    # A gateway says 503 also when whoever is behind it had the letter and then broke off.
    # An answer of 4xx refuses; no answer, a broken one or 5xx says nothing. Errors of other kinds never left.
    if status is not None and 400 <= status < 500:
        return refusal(status, answer, Place.PROVIDER, wait)
    if isinstance(error, (AnymailAPIError, requests.RequestException)):
        return Answer(Letter.State.UNCERTAIN, answer)
    return refusal("rejected", answer, Place.PROVIDER)
