"""Token buckets, and how an address or a network is recognised without being known."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import models


def keyed_hash(value: str) -> str:
    """What is kept of an address or a network that must be recognised but not known: HMAC-SHA-256, hexadecimal."""
    return hmac.digest(settings.SUPPRESSION_KEY.encode(), value.encode(), "sha256").hex()


class Bucket(models.Model):
    """A token bucket: how much may still be done, for one keyed hash and purpose, as of a moment."""

    purpose = models.CharField(max_length=40)
    hash = models.CharField(max_length=64)
    tokens = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "hash"], name="one_bucket_per_purpose_and_hash")]
