"""MailerSend. https://developers.mailersend.com/api/v1/webhooks.html"""

from subscriptions.sending.providers.base import SOFT_BOUNCE, Provider

PROVIDER = Provider("mailersend", "MailerSend", places=(("type",),), words={"activity.soft_bounced": SOFT_BOUNCE})
