"""Resend. https://resend.com/docs/webhooks/event-types

A letter offered again under one key within 24 hours is not sent again, and gets the first answer again:
https://resend.com/docs/dashboard/emails/idempotency-keys
https://resend.com/docs/api-reference/errors
"""

from typing import Any

from subscriptions.sending.providers.base import FAILED, HARD_BOUNCE, SOFT_BOUNCE, IdempotencyKey, Provider


def add_key(payload: Any, key: str) -> None:
    payload.headers["Idempotency-Key"] = key


PROVIDER = Provider(
    "resend",
    "Resend",
    places=(("data", "bounce", "type"), ("type",)),
    words={
        "Permanent": HARD_BOUNCE,
        "Transient": SOFT_BOUNCE,
        "Undetermined": SOFT_BOUNCE,
        "email.failed": FAILED,
        "email.suppressed": HARD_BOUNCE,
    },
    error_places=(("name",),),
    account_errors=frozenset(
        {
            *("missing_api_key", "restricted_api_key", "invalid_api_key", "invalid_from_address"),
            *("daily_quota_exceeded", "monthly_quota_exceeded"),
        }
    ),
    idempotency_key=IdempotencyKey(add_key, was_taken=lambda _response: False),
    extra="resend",
)
