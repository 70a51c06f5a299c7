"""Mandrill. https://mailchimp.com/developer/transactional/docs/webhooks/"""

from subscriptions.sending.providers.base import SOFT_BOUNCE, Provider

PROVIDER = Provider("mandrill", "Mandrill", places=(("event",),), words={"soft_bounce": SOFT_BOUNCE})
