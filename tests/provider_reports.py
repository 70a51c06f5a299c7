"""What mail providers report of a letter, as each of them sends and signs it; the samples in tests/webhooks are
invented after the shapes that they document."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from subscriptions.models import Event, Letter, Subscriber, Suppression
from tests.factories import make_letter

SECRET = "provider:an-invented-password"
MAILGUN_KEY = "an-invented-signing-key"
RESEND_KEY = "whsec_" + base64.b64encode(b"an-invented-signing-key-of-32-by").decode()
SAMPLES = {
    file.stem: json.loads(file.read_text()) for file in sorted((Path(__file__).parent / "webhooks").glob("*.json"))
}
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
AT = "2026-08-20T12:00:05+00:00"
SETTINGS: dict[str, dict[str, Any]] = {  # Anymail's, as ANYMAIL_* sets them
    "postmark": {"POSTMARK_SERVER_TOKEN": "x"},
    "mailgun": {"MAILGUN_API_KEY": "x", "MAILGUN_WEBHOOK_SIGNING_KEY": MAILGUN_KEY},
    "amazon_ses": {"AMAZON_SES_CLIENT_PARAMS": {"region_name": "eu-west-1"}},
    "resend": {"RESEND_API_KEY": "x", "RESEND_SIGNING_SECRET": RESEND_KEY},
    "brevo": {"BREVO_API_KEY": "x"},
}
_numbers = count(1)


@dataclass(frozen=True)
class Report:
    provider: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def sent(self, client: Any, secret: str = SECRET, **changes: Any) -> Any:
        """The site's answer to it; `changes` are of WSGI's variables."""
        login = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
        url = f"/webhooks/{self.provider}/tracking/"
        return client.post(url, self.body, self.content_type, headers=self.headers | login, **changes)

    def but(self, **changes: Any) -> "Report":
        return replace(self, **changes)


def serves(settings: Any, provider: str) -> None:
    """From now on letters go by this provider, and it is heard."""
    settings.SENDER = "subscriptions.sending.anymail.Anymail"
    settings.ANYMAIL_PROVIDER = provider
    settings.ANYMAIL = {**SETTINGS[provider], "WEBHOOK_SECRET": [SECRET]}


def report(provider: str, what: str, letter: Letter, /, **instead: str) -> Report:
    """A new report of this letter; `instead` replaces what fills in the sample: letter, address, number, at."""
    number = f"number-{next(_numbers)}"
    address = letter.subscriber.address if letter.subscriber else "operator@example.org"
    filled = {"letter": str(letter.message_id), "address": address, "number": number, "at": AT} | instead
    text = json.dumps(SAMPLES[provider][what])
    for name, value in filled.items():
        text = text.replace(f"{{{name}}}", value)
    return _SENT_BY[provider](json.loads(text), filled)


def _postmark(payload: dict[str, Any], filled: dict[str, str]) -> Report:
    return Report("postmark", json.dumps(payload).encode())


def _mailgun(payload: dict[str, Any], filled: dict[str, str]) -> Report:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks"""
    moment, token = "1787227205", filled["number"]
    signature = hmac.new(MAILGUN_KEY.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    signed = {"timestamp": moment, "token": token, "signature": signature}
    return Report("mailgun", json.dumps({"signature": signed, "event-data": payload}).encode())


def _amazon_ses(payload: dict[str, Any], filled: dict[str, str]) -> Report:
    """https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html"""
    headers = [
        {"name": "To", "value": filled["address"]},
        {"name": "X-Metadata", "value": json.dumps({"letter": filled["letter"]})},
    ]
    mail = {"timestamp": AT, "messageId": "0102", "destination": [filled["address"]], "headers": headers}
    notice = {
        "Type": "Notification",
        "MessageId": filled["number"],
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:letters",
        "Message": json.dumps(payload | {"mail": mail}),
        "Timestamp": AT,
    }
    said = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": filled["number"]}
    return Report("amazon_ses", json.dumps(notice).encode(), said, "text/plain; charset=UTF-8")


def _resend(payload: dict[str, Any], filled: dict[str, str]) -> Report:
    """https://docs.svix.com/receiving/verifying-payloads/how-manual"""
    mail = {
        "email_id": f"its-number-of-{filled['letter']}",
        "created_at": AT,
        "from": "letters@papers.example.org",
        "to": [filled["address"]],
        "subject": "Papers",
        "headers": [{"name": "X-Metadata", "value": json.dumps({"letter": filled["letter"]})}],
    }
    body = json.dumps(payload | {"created_at": AT, "data": mail | payload.get("data", {})}).encode()
    return signed_by_svix(body, filled["number"])


def signed_by_svix(body: bytes, number: str) -> Report:
    moment = str(int(time.time()))  # The library refuses one that is more than five minutes off.
    key = base64.b64decode(RESEND_KEY.removeprefix("whsec_"))
    signature = hmac.new(key, f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
    signed = {
        "svix-id": number,
        "svix-timestamp": moment,
        "svix-signature": "v1," + base64.b64encode(signature).decode(),
    }
    return Report("resend", body, signed)


def _brevo(payload: dict[str, Any], filled: dict[str, str]) -> Report:
    mail = {
        "id": 41,
        "email": filled["address"],
        "message-id": f"<{filled['number']}@relay.example.org>",
        "subject": "Papers",
        "tags": ["digest"],
        "date": "2026-08-20 14:00:05",
        "ts": 1787227205,
        "ts_event": 1787227205,
        "ts_epoch": 1787227205000,
        "X-Mailin-custom": json.dumps({"letter": filled["letter"]}),
    }
    return Report("brevo", json.dumps(mail | payload).encode())


_SENT_BY = {"postmark": _postmark, "mailgun": _mailgun, "amazon_ses": _amazon_ses, "resend": _resend, "brevo": _brevo}


# ---------------------------------------------------------------------------------------------------- what comes of it


def make_sent(reader: Subscriber | None = None, *, days_ago: float = 0, **fields: Any) -> Letter:
    """A letter that went out, to be reported of."""
    moment = NOW - timedelta(days=days_ago)
    ended = {"state": Letter.State.SENT, "ended_at": moment, "handed_at": moment, "last_answer": "250 taken"}
    return make_letter(reader, at=moment, **ended | fields)


def why(reader: Subscriber) -> str | None:
    """The reason why the reader is suppressed."""
    return Suppression.objects.reasons([reader]).get(reader.pk)


def has_left(reader: Subscriber) -> bool:
    return Subscriber.objects.filter(pk=reader.pk, left_at__isnull=False).exists()


def kept() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("type", flat=True))
