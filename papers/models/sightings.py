"""Where papers were seen, and what people made of them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone


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
