"""The record of asking sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, Q

from papers.models.versions import ContentVersion


class LookupQuerySet(models.QuerySet["Lookup"]):
    def next_for(self, kind: str, most: int, now: datetime) -> list[Lookup]:
        """Those to ask for now in one request. One that a source stumbled over goes alone, so as to spoil no other."""
        waiting = self.filter(outcome=Lookup.Outcome.WAITING, key__startswith=f"{kind}:", next_try_at__lte=now)
        return list(waiting.filter(tries=0).order_by("asked_at", "pk")[:most] or waiting.order_by("next_try_at")[:1])

    def put_off(self, lookups: Iterable[Lookup], until: datetime, *, failed: bool = False) -> None:
        rows = self.filter(pk__in=[lookup.pk for lookup in lookups])
        rows.update(next_try_at=until, tries=F("tries") + int(failed))


class Lookup(models.Model):
    """A paper that a person asked for and that we do not have: collecting asks its source for it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "to be looked up"
        FOUND = "found", "found"
        UNKNOWN = "unknown", "not known to its source"

    key = models.CharField(max_length=220, unique=True)  # as a paper's, or "title:" and its title
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.WAITING)
    asked_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)  # whose answers were not understood
    answered_at = models.DateTimeField(null=True)

    objects = LookupQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["outcome", "next_try_at"], name="lookup_waiting")]


class CollectionQuerySet(models.QuerySet["Collection"]):
    def of(self, source: str, days: Iterable[date]) -> CollectionQuerySet:
        return self.filter(source=source, day__in=list(days))

    def claimed(self, now: datetime) -> CollectionQuerySet:
        return self.filter(claimed_until__gt=now)

    def claim(self, source: str, day: date, now: datetime, span: timedelta) -> bool:
        """Take a due day for ourselves for a while: whether we got it, and nobody else did."""
        fresh = {"outcome": Collection.Outcome.READING, "collected_at": now, "next_try_at": now}
        row, is_new = self.get_or_create(source=source, day=day, defaults=fresh)
        if is_new:
            ContentVersion.objects.move()
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return bool(self.filter(free, pk=row.pk, next_try_at__lte=now).update(claimed_until=now + span))

    def renew(self, source: str, day: date, until: datetime) -> None:
        self.filter(source=source, day=day).update(claimed_until=until)


class Collection(models.Model):
    """The record of collecting a source's day: what came of reading it, and when it may be tried again."""

    class Outcome(models.TextChoices):
        LISTED = "listed", "papers listed"
        READING = "reading", "being read"
        NOTHING_YET = "nothing yet", "nothing listed yet"
        NOTHING = "nothing", "nothing announced"
        FAILED = "failed", "could not be read"

    source = models.CharField(max_length=40)
    day = models.DateField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    reading = models.CharField(max_length=40, blank=True)
    listed = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)  # one sentence
    left_out = models.TextField(blank=True, default="", db_default="")  # one sentence: which papers, and why
    tries = models.PositiveIntegerField(default=0)  # in a row that failed
    failing_since = models.DateTimeField(null=True)  # when the first of them did
    validator = models.JSONField(default=dict)  # address, etag, last_modified of a day that came in one answer
    collected_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, db_index=True)  # null: closed, not to be read again
    claimed_until = models.DateTimeField(null=True)  # somebody is reading it

    objects = CollectionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="one_collection_per_source_and_day")]


class Host(models.Model):
    """The one budget of requests to a site and all of its hosts, shared by all processes."""

    host = models.CharField(max_length=255, unique=True)  # the site's name in Manners.budget
    next_request_at = models.DateTimeField(null=True)
    silent_until = models.DateTimeField(null=True)
