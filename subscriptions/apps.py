"""Who reads, what did they ask for, and how does a letter reach them?"""

from anymail.signals import tracking
from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import import_string


class SubscriptionsConfig(AppConfig):
    name = "subscriptions"

    def ready(self) -> None:
        # By name, as neither can be loaded before the models are.
        tracking.connect(import_string("subscriptions.sending.events.hear"))
        checks.register(import_string("subscriptions.sending.webhooks.check"))
