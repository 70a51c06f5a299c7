"""Brevo. https://developers.brevo.com/docs/transactional-webhooks

A letter offered again under one key is refused, for at least 15 minutes:
https://developers.brevo.com/docs/heterogenous-versions-batch-emails
"""

from typing import Any

from subscriptions.sending.providers.base import HARD_BOUNCE, SOFT_BOUNCE, UNSUBSCRIBED, IdempotencyKey, Provider


def add_key(payload: Any, key: str) -> None:
    payload.data["headers"]["idempotencyKey"] = key


def was_taken(response: Any) -> bool:
    try:
        return bool(response.status_code == 400 and response.json()["code"] == "duplicate_parameter")
    except (ValueError, KeyError, TypeError):
        return False


PROVIDER = Provider(
    "brevo",
    "Brevo",
    places=(("event",),),
    words={
        "blocked": HARD_BOUNCE,  # by its own list of addresses
        "soft_bounce": SOFT_BOUNCE,
        "unsubscribed": UNSUBSCRIBED,
    },
    error_places=(("code",),),
    account_errors=frozenset({"not_enough_credits", "account_under_validation", "permission_denied", "unauthorized"}),
    idempotency_key=IdempotencyKey(add_key, was_taken),
)
