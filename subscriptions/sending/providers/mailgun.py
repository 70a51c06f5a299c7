"""Mailgun. https://documentation.mailgun.com/docs/mailgun/user-manual/events/events"""

from subscriptions.sending.providers.base import COMPLAINT, UNSUBSCRIBED, Provider

PROVIDER = Provider(
    "mailgun",
    "Mailgun",
    places=(("event-data", "reason"),),
    words={"suppress-complaint": COMPLAINT, "suppress-unsubscribe": UNSUBSCRIBED},
)
