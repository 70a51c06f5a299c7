"""Readers: addresses, when their letters come, what they agreed to, and who must not be written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from papers import site_clock
from subscriptions import slots, tokens
from subscriptions.interests.kinds import TOPIC, InterestSpec
from subscriptions.models.buckets import keyed_hash
from subscriptions.models.interests import MOST_INTERESTS, STATED, Interest
from subscriptions.models.soundness import faults

DEFAULT_CAP = 10


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def reading(self) -> SubscriberQuerySet:
        """Those who confirmed and have not left."""
        return self.filter(confirmed_at__isnull=False, left_at__isnull=True)

    def due(self, now: datetime) -> SubscriberQuerySet:
        return self.reading().filter(next_due_at__lte=now).order_by("next_due_at", "pk")


class Subscriber(models.Model):
    """An address, and what its reader asked for."""

    class Cadence(models.TextChoices):
        DAILY = "daily", gettext_lazy("daily")
        WEEKLY = "weekly", gettext_lazy("weekly, on the first of my days")

    class Bar(float, models.Choices):
        """The score from which a paper comes, by how loudly it says a reader's words and how near it is in meaning. A
        few named steps, as nobody knows what a score brings."""

        MORE = 2.0, gettext_lazy("More papers, including some that only touch on them")
        BALANCED = 2.5, gettext_lazy("Balanced")
        CLOSE = 3.0, gettext_lazy("Only close matches")

    class Shows(models.TextChoices):
        """What a digest shows of each paper under its title."""

        SENTENCES = "sentences", gettext_lazy("Key sentences of the abstract: what was done and found")
        ABSTRACT = "abstract", gettext_lazy("The whole abstract")
        TITLE = "title", gettext_lazy("The title only")
        SUMMARY = "summary", gettext_lazy("A summary written by a machine, where there is one; else key sentences")

    address = models.CharField(max_length=254, unique=True)  # lower case
    zone = models.CharField(max_length=64, default="UTC", validators=[slots.valid_zone])
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    days = models.JSONField(default=slots.every_day, validators=[slots.valid_days])  # weekdays wanted, Monday is 0
    cadence = models.CharField(max_length=10, choices=Cadence, default=Cadence.DAILY)
    # Papers in a letter, at most.
    cap = models.PositiveSmallIntegerField(default=DEFAULT_CAP, validators=[MinValueValidator(1)])
    bar = models.FloatField(choices=Bar, default=Bar.BALANCED)
    shows = models.CharField(max_length=10, choices=Shows, default=Shows.SENTENCES, db_default=Shows.SENTENCES)
    trending_muted_at = models.DateTimeField(null=True)
    paused_until = models.DateField(null=True)  # the first local date on which letters come again
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    last_slot = models.DateField(null=True)  # no slot up to this one is ever planned again
    next_slot = models.DateField(null=True)  # the one that is due then: it stays open, should its date pass meanwhile
    next_due_at = models.DateTimeField(null=True, db_index=True)
    read_up_to = models.DateTimeField(null=True)  # papers first seen later are still to be considered
    links_after = models.DateTimeField(null=True)  # links and visits made up to then are dead, by the clock of tokens
    erase_asked_at = models.DateTimeField(null=True)  # to be erased as soon as no letter is on its way
    feed_key = models.PositiveBigIntegerField(
        default=0, db_default=0
    )  # in the address of their feed; 0: they have none
    feed_reasons = models.BooleanField(default=False, db_default=False)  # whether it says why each paper came
    feed_only = models.BooleanField(default=False, db_default=False)  # digests come by it alone
    fault = models.TextField(default="", db_default="", blank=True)  # why no letter could be planned, for the operator

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["erase_asked_at"], condition=Q(erase_asked_at__isnull=False), name="reader_erase_asked"
            ),
            models.Index(fields=["left_at"], condition=Q(left_at__isnull=False), name="reader_left"),
        ]

    def __str__(self) -> str:
        return f"reader {self.pk}"  # Never the address: this is what logs show.

    @property
    def faults(self) -> dict[str, str]:
        """By column that cannot be worked with, one sentence."""
        return faults(self, {"cadence": self.Cadence, "shows": self.Shows})

    def mend(self) -> list[str]:
        """Give each such column what new readers have, for the caller to save or to show; which ones they were."""
        mended = list(self.faults)
        for field in self._meta.concrete_fields if mended else ():
            if field.name in mended:
                setattr(self, field.name, field.get_default())
        self.fault = ""
        return mended

    @property
    def is_reading(self) -> bool:
        return self.confirmed_at is not None and self.left_at is None

    @property
    def is_feed_only(self) -> bool:
        return self.feed_only and self.feed_key > 0  # Without a feed, nobody is left without digests.

    @property
    def slot_days(self) -> list[int]:
        days: list[int] = self.days
        return days[:1] if self.cadence == self.Cadence.WEEKLY else days

    def is_paused(self, slot: date) -> bool:
        return self.paused_until is not None and slot < self.paused_until

    def done_with(self, slot: date, now: datetime, *, considered: bool = True) -> None:
        """No slot up to this one is planned any more; for the caller to save. Papers up to now were `considered`, or
        else wait for the next one."""
        self.last_slot = slot
        if considered:
            self.read_up_to = now
        self.schedule(now)

    def schedule(self, now: datetime) -> None:
        """Find the next slot; for the caller to save. Called whenever zone, hour, days or cadence may have changed.

        A slot that was still to come, or was not planned yet, stays open when its date has passed: where the reader
        now is it may be tomorrow already, and after downtime somebody may change something before the next tick.
        """
        today = slots.local_date(now, self.zone)
        self.next_slot = slots.first_slot(self.slot_days, after=self.last_slot, today=self._open_from(today))
        due_at = slots.due_at(self.next_slot, self.hour, self.zone)
        if self.next_slot < today and self.next_due_at:
            due_at = max(due_at, min(self.next_due_at, now))  # It is late since it was due, or since this change.
        self.next_due_at = due_at

    def next_letter_at(self, now: datetime) -> datetime:
        """When the next digest is due, a pause considered."""
        first = self._open_from(slots.local_date(now, self.zone))
        slot = slots.first_slot(self.slot_days, after=self.last_slot, today=max(first, self.paused_until or first))
        return slots.due_at(slot, self.hour, self.zone)

    def _open_from(self, today: date) -> date:
        return min(today, self.next_slot or today)

    def unsubscribe(self, now: datetime) -> bool:
        """From here on nothing is sent. Again changes nothing. Whether they were still here."""
        here = Subscriber.objects.filter(pk=self.pk, left_at__isnull=True)
        return bool(here.update(left_at=now, next_slot=None, next_due_at=None, **self._new_links()))

    def end_links(self) -> None:
        """All links and visits made up to now are dead, but for unsubscribing."""
        Subscriber.objects.filter(pk=self.pk).update(**self._new_links())

    @staticmethod
    def _new_links() -> dict[str, Any]:
        """The feed, too, has to be asked for anew, and digests come by email until then."""
        return {"links_after": tokens.now(), "feed_key": 0, "feed_only": False}

    @transaction.atomic
    def suppress(self, reason: str, now: datetime) -> None:
        """Leave for a reason that also keeps the address from being written to. Again changes nothing."""
        Suppression.objects.suppress(self.address, reason, now)
        self.unsubscribe(now)  # Who signs up again after a bounce is asked to confirm, which lifts it.

    def mute_trending(self, muted: bool) -> None:
        """For the caller to save; muted again stays muted since the first time."""
        self.trending_muted_at = (self.trending_muted_at or site_clock.now()) if muted else None

    def interest_specs(self, *, learned: bool) -> list[InterestSpec]:
        """What the reader asked for, or else what was learned from their feedback."""
        rows = self.interests.order_by("pk")
        if learned:
            return [row.spec for row in rows.filter(origin=Interest.Origin.FEEDBACK)]
        return [row.spec for row in rows.exclude(origin=Interest.Origin.FEEDBACK)]

    def topics(self) -> list[str]:
        """The slugs of the topics chosen."""
        return sorted(
            interest.value
            for interest in self.interest_specs(learned=False)
            if interest.kind == TOPIC.key and interest.wanted
        )

    def choose_topics(self, slugs: Iterable[str]) -> None:
        """Exactly these, from now on. Topics that are not wanted stay so unless chosen, and what was learned stays."""
        self._choose(
            [InterestSpec(TOPIC.key, slug) for slug in slugs], self.interests.filter(kind=TOPIC.key, wanted=True)
        )

    def choose(self, interests: Iterable[InterestSpec]) -> None:
        """Exactly these, from now on, beside what was learned; what is asked for that was learned is now chosen."""
        self._choose(interests, self.interests.all())

    @transaction.atomic
    def _choose(self, interests: Iterable[InterestSpec], instead_of: models.QuerySet[Interest]) -> None:
        chosen = {interest.name: interest for interest in interests}
        here = {row.spec.name: row for row in self.interests.all() if row.spec.name in chosen}
        changed = [row for name, row in here.items() if row.becomes(chosen[name])]
        new = [Interest.of(self.pk, interest) for name, interest in sorted(chosen.items()) if name not in here]
        kept = [row.pk for row in here.values()]
        instead_of.exclude(origin=Interest.Origin.FEEDBACK).exclude(pk__in=kept).delete()
        Interest.objects.bulk_update(changed, STATED)
        Interest.objects.bulk_create(new, ignore_conflicts=True)

    @transaction.atomic
    def add_interest(self, interest: InterestSpec, learned_at: datetime | None = None) -> bool:
        """One more, in place of its opposite; again changes nothing. False: the reader has MOST_INTERESTS already.

        `learned_at` marks one that comes from feedback; what the reader asked for in so many words is not so marked.
        """
        reader = Subscriber.objects.select_for_update().get(pk=self.pk)  # One at a time, so that both see all rows.
        rows = list(reader.interests.all())
        for row in rows:
            if row.spec.name == interest.name:
                if (row.wanted != interest.wanted or not learned_at) and row.becomes(interest, learned_at):
                    row.save()
                return True
        if len(rows) >= MOST_INTERESTS:
            return False
        Interest.of(self.pk, interest, learned_at).save()
        return True

    @transaction.atomic
    def undo(self, interest: InterestSpec) -> bool:
        """Feedback taken back: what it replaced is exactly as it was. Again changes nothing. False: there is none."""
        reader = Subscriber.objects.select_for_update().get(pk=self.pk)  # As for adding.
        for row in reader.interests.filter(
            kind=interest.kind, wanted=interest.wanted, origin=Interest.Origin.FEEDBACK
        ):
            if row.spec.name == interest.name:
                if row.goes_back():
                    row.save()
                else:
                    row.delete()
                return True
        return False


class Consent(models.Model):
    """That a reader agreed: by which words, to which letters, in which language, and when they asked and confirmed. No
    address of a machine is kept with it. Goes with the reader.

    A new kind of list mail needs new words, to which each reader is asked to agree; other topics, or another hour, are
    what was agreed to."""

    WORDING = "2026-11"
    WORDS: Mapping[str, tuple[str, str]] = {  # of each version: those of the sign-up, and those of the confirmation
        "2026-11": ("Get trending papers in your email inbox! Subscribe", "Confirm and start"),
    }
    LETTERS: Mapping[str, frozenset[str]] = {"2026-11": frozenset({"welcome", "digest"})}  # the list mail agreed to

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents")
    wording = models.CharField(max_length=20)  # its version
    language = models.CharField(max_length=20)
    place = models.CharField(max_length=200)  # the page on which somebody signed up
    asked_at = models.DateTimeField(null=True)  # unknown: by a link of version 0.1.0
    confirmed_at = models.DateTimeField(null=True)  # not yet: somebody signed up with version 0.1.0


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def of(self, addresses: Iterable[str]) -> SuppressionQuerySet:
        return self.filter(hash__in=[keyed_hash(address) for address in addresses])

    def reasons(self, readers: Iterable[Subscriber]) -> dict[int, str]:
        """Of these readers those who must not be written to, and why: reader's key -> reason."""
        hashes = {keyed_hash(reader.address): reader.pk for reader in readers}
        return {hashes[row.hash]: row.reason for row in self.filter(hash__in=hashes)}

    def suppress(self, address: str, reason: str, now: datetime) -> None:
        """Again changes nothing, but that what is final takes the place of a bounce."""
        row, _ = self.get_or_create(hash=keyed_hash(address), defaults={"reason": reason, "at": now})
        if reason in Suppression.FINAL:
            self.filter(pk=row.pk).exclude(reason__in=Suppression.FINAL).update(reason=reason, at=now)


class Suppression(models.Model):
    """An address that must not be written to. Only its keyed hash is kept: it outlives the reader's row."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce", "refused for good by its mail server"  # lifted by a new confirmation
        COMPLAINT = "complaint", "complained"
        WISH = "wish", "asked for no further email"

    FINAL = (Reason.COMPLAINT, Reason.WISH)
    hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=20, choices=Reason)
    at = models.DateTimeField()

    objects = SuppressionQuerySet.as_manager()
