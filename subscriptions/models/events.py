"""What mail providers report of letters."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """What a mail provider reported of a letter. It holds no address, and outlives the letter, so that what is
    reported twice is still known to be."""

    class Type(models.TextChoices):
        DELIVERED = "delivered", "delivered"
        DEFERRED = "deferred", "deferred"  # the provider tries again
        BOUNCED = "bounced", "bounced for good"
        SOFT = "soft", "bounced for now"
        REJECTED = "rejected", "not sent by the provider"  # for a reason that says nothing of the address
        FAILED = "failed", "failed at the provider"
        COMPLAINED = "complained", "complained of"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed at the provider"

    ARRIVED = (Type.DELIVERED, Type.COMPLAINED, Type.UNSUBSCRIBED)
    LOST = (Type.BOUNCED, Type.SOFT, Type.REJECTED, Type.FAILED)

    provider = models.CharField(max_length=40)  # as Anymail writes it
    event_id = models.CharField(max_length=100)  # the provider's own; where it has none, a keyed hash of its words
    type = models.CharField(max_length=20, choices=Type)
    letter = models.ForeignKey("Letter", null=True, on_delete=models.SET_NULL, related_name="events")
    at = models.DateTimeField()  # by the provider's clock
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="one_event_per_provider_and_id")]

    def __str__(self) -> str:
        return f"{self.type} event {self.pk}"
