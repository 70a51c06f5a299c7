"""Where papers were seen, and what people made of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone


class SightingQuerySet(models.QuerySet["Sighting"]):
    def announced_by(self, source: str) -> SightingQuerySet:
        return self.filter(source=source, announced=True)

    def first_day(self) -> date | None:
        # By the index of days, where Min and Max would look at every sighting of a source.
        return self.order_by("day").values_list("day", flat=True).first()

    def last_day(self) -> date | None:
        return self.order_by("-day").values_list("day", flat=True).first()


class Sighting(models.Model):
    """A paper on a source's list of a day, with what each reading said of it."""

    paper = models.ForeignKey("Paper", on_delete=models.CASCADE, related_name="sightings")
    source = models.CharField(max_length=40)
    day = models.DateField()
    rank = models.PositiveIntegerField()  # from 1, as the source ordered them
    announced = models.BooleanField(default=True)  # False: it spoke of the paper, but not as a new one
    read_at = models.DateTimeField(default=timezone.now)  # when it last said something new,
    latest = models.CharField(max_length=40, blank=True)  # and which reading did
    facts = models.JSONField(default=dict)  # reading's name -> the fields it gave; what it did not give is absent

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "source", "day"], name="one_sighting_per_paper_source_and_day")
        ]
        indexes = [
            models.Index(fields=["day", "rank"], name="sighting_day_order"),
            models.Index(fields=["read_at"], name="sighting_read_at"),
        ]

    def take_in(self, reading: str, facts: dict[str, Any], rank: int, announced: bool, now: datetime) -> bool:
        """What a reading says of it now, unsaved; whether that is anything new. Once announced it stays so, at its
        place."""
        is_news = announced and (self.rank, self.announced) != (rank, True)
        if not is_news and self.facts.get(reading) == facts:
            return False
        if announced or not self.announced:
            self.rank, self.announced = rank, announced
        self.read_at, self.latest, self.facts = now, reading, self.facts | {reading: facts}
        return True


class Signal(models.Model):
    """What a paper's readers made of it at a moment. Written when something changed, thinned as it grows old."""

    paper = models.ForeignKey("Paper", on_delete=models.CASCADE, related_name="signals")
    at = models.DateTimeField(db_index=True)
    votes = models.IntegerField(default=0)
    comments = models.IntegerField(default=0)
    stars = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "at"], name="one_signal_per_paper_and_moment")]
