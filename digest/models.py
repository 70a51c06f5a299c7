"""What a reader got, so that it never comes twice; what a reader saved; and what the operator must know."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from papers.models import Paper
from subscriptions.models import Letter, Subscriber

ARRIVED = (Letter.State.SENT, Letter.State.FEED)
DID_NOT_ARRIVE = (Letter.State.FAILED, Letter.State.SKIPPED, Letter.State.UNCERTAIN)
LOST = Q(letter__state__in=DID_NOT_ARRIVE)  # of Given: papers that may come again


class Given(models.Model):
    """A paper that a reader got, or is about to get, and in which letter."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="given")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="given")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="given")  # none: pruned
    late = models.BooleanField(default=False)  # caught late: it was not good enough when it was new

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "paper"], name="a_paper_once_per_reader")]


class SavedQuerySet(models.QuerySet["Saved"]):
    def of(self, reader: Subscriber) -> SavedQuerySet:
        """With their papers, what was saved last first."""
        mine = self.filter(subscriber=reader).select_related("paper").defer("paper__terms")
        return mine.order_by("-saved_at", "-pk")


class Saved(models.Model):
    """A paper that a reader keeps in a list of their own. It stays for as long as the reader's row does."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="saved")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="saved")
    saved_at = models.DateTimeField()

    objects = SavedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "paper"], name="a_paper_saved_once_per_reader")]

    def __str__(self) -> str:
        return f"saved {self.pk}"  # as for interests: never what it is


class PostDay(models.Model):
    """What became of the letters of a day (UTC), counted. Letters that were skipped were due to nobody."""

    day = models.DateField(unique=True)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    uncertain = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    late_by = models.PositiveIntegerField(null=True)  # seconds after their hour by which 99 of 100 had left
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"post of {self.day}"

    @property
    def due(self) -> int:
        return self.sent + self.failed + self.uncertain + self.waiting

    @property
    def minutes_late(self) -> int | None:
        return None if self.late_by is None else -(-self.late_by // 60)


class Heartbeat(models.Model):
    """When some regular work was last done: by this others see whether it is."""

    TICK = "tick"
    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def open(self) -> AlarmQuerySet:
        return self.filter(ended_at=None)


class Alarm(models.Model):
    """Something that the operator must know of, from when it was noticed until it was over."""

    class Kind(models.TextChoices):
        STALE = "stale", "a source is silent"
        UNHEARD = "unheard", "the mail provider is silent"
        LOST = "lost", "self-test letters do not return"
        FLOOD = "flood", "far more sign-ups than usual"
        REFUSED = "refused", "the mail server takes no letters"

    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=40)  # the name of the source or the mail provider; else what it is about
    why = (
        models.TextField()
    )  # one sentence that anybody may read: who is silent, since when, what is known of the reason
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(ended_at__isnull=True),
                name="one_open_alarm_per_kind_and_subject",
            )
        ]

    def __str__(self) -> str:
        return self.why
