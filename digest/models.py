"""What a reader got, so that it never comes twice."""

from __future__ import annotations

from django.db import models

from papers.models import Paper
from subscriptions.models import Letter, Subscriber


class Digest(Letter):
    """A letter of kind "digest", the one that comes each day; its key is the slot, the reader's local date."""

    class Meta:
        proxy = True


class Given(models.Model):
    """A paper that a reader got, or is about to get, and in which letter."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="given")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="given")
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="given")
    late = models.BooleanField(default=False)  # caught late: it was not good enough when it was new

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "paper"], name="a_paper_once_per_reader")]
