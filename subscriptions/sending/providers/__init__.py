"""Mail providers: a record each, in a module of its own, for those that Anymail alone does not tell us enough of."""

from subscriptions.sending.providers import (
    amazon_ses,
    brevo,
    mailersend,
    mailgun,
    mandrill,
    postmark,
    resend,
)
from subscriptions.sending.providers.base import Provider

_MODULES = (amazon_ses, brevo, mailersend, mailgun, mandrill, postmark, resend)
PROVIDERS: dict[str, Provider] = {module.PROVIDER.name: module.PROVIDER for module in _MODULES}


def named(name: str) -> Provider:
    """By the name that settings have; without a record, the provider as Anymail knows it."""
    return PROVIDERS.get(name) or Provider(name)


def reporting(esp_name: str) -> Provider:
    """By the name that Anymail gives in a report."""
    found = (provider for provider in PROVIDERS.values() if provider.esp_name == esp_name)
    return next(found, Provider("", esp_name))
