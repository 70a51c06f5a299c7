"""The rows of this room, a module a family: each imports only those above it here."""

from subscriptions.models.buckets import Bucket, keyed_hash
from subscriptions.models.events import Event
from subscriptions.models.interests import MOST_INTERESTS, MOST_REPLACED, Interest
from subscriptions.models.letters import (
    KEEP_TRYING,
    LEASE,
    MOST_ATTEMPTS,
    MOST_DROPPED,
    Letter,
    LetterQuerySet,
)
from subscriptions.models.readers import DEFAULT_CAP, Consent, Subscriber, SubscriberQuerySet, Suppression
from subscriptions.models.requests import LetterRequest
from subscriptions.models.rests import Rest

__all__ = [
    "DEFAULT_CAP",
    "KEEP_TRYING",
    "LEASE",
    "MOST_ATTEMPTS",
    "MOST_DROPPED",
    "MOST_INTERESTS",
    "MOST_REPLACED",
    "Bucket",
    "Consent",
    "Event",
    "Interest",
    "Letter",
    "LetterQuerySet",
    "LetterRequest",
    "Rest",
    "Subscriber",
    "SubscriberQuerySet",
    "Suppression",
    "keyed_hash",
]
