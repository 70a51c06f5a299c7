"""Providers that take the same letter once, however often it is offered under one key.

Resend: https://resend.com/docs/dashboard/emails/idempotency-keys (24 hours; again gives the first answer again).
Brevo: https://developers.brevo.com/docs/heterogenous-versions-batch-emails (at least 15 minutes; again is an error).
"""

from typing import Any

import requests
from anymail.backends import brevo, resend


class Resend(resend.EmailBackend):  # type: ignore[misc]  # Anymail has no types.
    def build_message_payload(self, message: Any, defaults: Any) -> Any:
        payload = super().build_message_payload(message, defaults)
        payload.headers["Idempotency-Key"] = message.offered_as
        return payload

    def was_taken(self, error: Exception) -> bool:
        """Whether this answer to a letter that is offered again says that it was taken the first time."""
        return False


class Brevo(brevo.EmailBackend):  # type: ignore[misc]
    def build_message_payload(self, message: Any, defaults: Any) -> Any:
        payload = super().build_message_payload(message, defaults)
        payload.data["headers"]["idempotencyKey"] = message.offered_as
        return payload

    def was_taken(self, error: Exception) -> bool:
        """As above."""
        response = getattr(error, "response", None)
        if not isinstance(response, requests.Response) or response.status_code != 400:
            return False
        try:
            return bool(response.json()["code"] == "duplicate_parameter")
        except (ValueError, KeyError, TypeError):
            return False
