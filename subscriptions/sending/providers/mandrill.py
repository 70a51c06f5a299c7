"""Mandrill. https://mailchimp.com/developer/transactional/docs/webhooks/
https://mailchimp.com/developer/transactional/docs/error-glossary/
"""

from subscriptions.sending.providers.base import SOFT_BOUNCE, Provider

PROVIDER = Provider(
    "mandrill",
    "Mandrill",
    places=(("event",),),
    words={"soft_bounce": SOFT_BOUNCE},
    error_places=(("name",),),
    account_errors=frozenset({"Invalid_Key", "PaymentRequired", "Unknown_Subaccount"}),
)
