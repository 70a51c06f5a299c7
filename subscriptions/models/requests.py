"""Letters that were asked for on a page, until the next beat of the post decides what each address gets."""

from __future__ import annotations

from django.db import models


class LetterRequestQuerySet(models.QuerySet["LetterRequest"]):
    def new(self) -> LetterRequestQuerySet:
        """Not looked at yet; first readers' links, which no flood of sign-ups holds up."""
        return self.filter(waits=False).exclude(kind=LetterRequest.Kind.CHOICE).order_by("kind", "pk")

    def choices(self) -> LetterRequestQuerySet:
        """What the page after a sign-up adds to it."""
        return self.filter(kind=LetterRequest.Kind.CHOICE).order_by("pk")

    def queue(self) -> LetterRequestQuerySet:
        """Those that wait, fairly: a network's first before any network's second."""
        return self.filter(waits=True).order_by("-solved", "turn", "asked_at", "pk")


class LetterRequest(models.Model):
    """That somebody, who may be anybody, entered an address. The row is the same whatever is known of the address, and
    so is the time that it takes; it is gone once it was answered."""

    class Kind(models.TextChoices):
        SIGN_UP = "sign-up", "to subscribe"
        LINK = "link", "a link to the preferences"
        CHOICE = "choice", "what a sign-up of that moment brings, too"

    kind = models.CharField(max_length=10, choices=Kind)
    address = models.CharField(max_length=254)  # lower case
    asked_at = models.DateTimeField()
    brings = models.JSONField(default=dict)  # what waits with the confirm letter: topics, interests, zone, hour, place
    turn = models.PositiveSmallIntegerField(default=1)  # the how-manieth of its network: by it the queue is fair
    solved = models.BooleanField(default=False)  # a proof of work came with it, for which it goes before others
    waits = models.BooleanField(default=False)  # in the queue of confirm letters

    objects = LetterRequestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} request {self.pk}"
