"""Letters that were asked for on a page, until the next beat of the post decides what each address gets."""

from __future__ import annotations

from django.db import models


class LetterRequest(models.Model):
    """That somebody, who may be anybody, entered an address. The row is the same whatever is known of the address, and
    so is the time that it takes; it is gone once it was answered."""

    class Kind(models.TextChoices):
        SIGN_UP = "sign-up", "to subscribe"
        LINK = "link", "a link to the preferences"

    kind = models.CharField(max_length=10, choices=Kind)
    address = models.CharField(max_length=254)  # lower case
    asked_at = models.DateTimeField()
    brings = models.JSONField(default=dict)  # what waits with the confirm letter: topics, zone, hour, place

    def __str__(self) -> str:
        return f"{self.kind} request {self.pk}"
