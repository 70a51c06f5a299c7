"""Who reads, what did they ask for, and how does a letter reach them?"""

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "subscriptions"
