"""Readers, what they asked for, and the letters to them: outbox and ledger in one table."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy

from subscriptions import slots
from subscriptions.interests import kinds
from subscriptions.interests.kinds import Kind, Wish

DIGEST = "digest"  # the kind that nobody waits for
SELF_TEST = "selftest"  # the kind that only shows whether letters arrive
MOST_ROWS = 500  # in one statement
LEASE = timedelta(minutes=5)  # how long one process may take over the chunk in its hands
KEEP_TRYING = timedelta(hours=24)  # a letter later than this is stale
MOST_ATTEMPTS = 8
MOST_DROPPED = 3
DEFAULT_CAP = 10
MOST_INTERESTS = 200  # of a reader, whatever their kinds
MOST_REPLACED = 20  # states of one interest that undoing can go back to
MOST_BOUNCES = 3  # a reader's bounce score from which on they are not written to
BOUNCES_COUNT = timedelta(days=30)  # for how long a letter that bounced counts
WISHED = ("value", "wanted", "origin", "guard", "learned_at", "replaced")
OUTCOME = ("state", "due_at", "ended_at", "attempts", "reason", "last_answer", "lease", "leased_until")


def keyed_hash(value: str) -> str:
    """What is kept of an address or a network that must be recognised but not known: HMAC-SHA-256, hexadecimal."""
    return hmac.digest(settings.SUPPRESSION_KEY.encode(), value.encode(), "sha256").hex()


@contextmanager
def committed_lazily() -> Iterator[None]:
    """A transaction that does not wait for the disk: for what may be lost with the database's machine."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


# ------------------------------------------------------------------------------------------------------------ readers


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def reading(self) -> SubscriberQuerySet:
        """Those who confirmed and have not left."""
        return self.filter(confirmed_at__isnull=False, left_at__isnull=True)

    def due(self, now: datetime) -> SubscriberQuerySet:
        return self.reading().filter(next_due_at__lte=now).order_by("next_due_at", "pk")

    @transaction.atomic
    def sign_up(self, address: str, topics: Iterable[str], place: str, now: datetime) -> None:
        """Answer whoever asked for this address by a letter to it, and by nothing else.

        A stranger gets a confirm letter, one a day; a reader gets a link to the preferences instead; who complained
        about us gets nothing.
        """
        if Suppression.objects.of([address]).filter(reason=Suppression.Reason.COMPLAINT).exists():
            return
        reader, _ = self.get_or_create(address=address, defaults={"created_at": now})
        if reader.is_reading:
            Letter.objects.plan_once(reader, "manage", now.date().isoformat(), now)
            return
        Consent.objects.create(subscriber=reader, wording=Consent.SIGN_UP, place=place, at=now)
        reader.choose_topics(topics)
        Letter.objects.plan_once(reader, "confirm", now.date().isoformat(), now)


class Subscriber(models.Model):
    """An address, and what its reader asked for."""

    class Cadence(models.TextChoices):
        DAILY = "daily", gettext_lazy("daily")
        WEEKLY = "weekly", gettext_lazy("weekly, on the first of my days")

    class Bar(float, models.Choices):
        """How near in meaning a paper must be to come that says none of a reader's words: in deviations above the
        average paper. A few named steps, as nobody knows what a deviation brings. Of 6,000 recorded papers one and a
        half times to twice as many are above the lowest as above the middle one, and a third above the highest."""

        MORE = 2.5, gettext_lazy("more papers, also some that are only roughly near")
        BALANCED = 3.0, gettext_lazy("balanced")
        CLOSE = 4.0, gettext_lazy("only close matches")

    address = models.CharField(max_length=254, unique=True)  # lower case
    zone = models.CharField(max_length=64, default="UTC", validators=[slots.valid_zone])
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    days = models.JSONField(default=slots.every_day, validators=[slots.valid_days])  # weekdays wanted, Monday is 0
    cadence = models.CharField(max_length=10, choices=Cadence, default=Cadence.DAILY)
    # Papers in a letter, at most.
    cap = models.PositiveSmallIntegerField(default=DEFAULT_CAP, validators=[MinValueValidator(1)])
    bar = models.FloatField(choices=Bar, default=Bar.BALANCED)
    trending_muted_at = models.DateTimeField(null=True)
    paused_until = models.DateField(null=True)  # the first local date on which letters come again
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    last_slot = models.DateField(null=True)  # no slot up to this one is ever planned again
    next_slot = models.DateField(null=True)  # the one that is due then: it stays open, should its date pass meanwhile
    next_due_at = models.DateTimeField(null=True, db_index=True)
    read_up_to = models.DateTimeField(null=True)  # papers first seen later are still to be considered

    objects = SubscriberQuerySet.as_manager()

    def __str__(self) -> str:
        return f"reader {self.pk}"  # Never the address: this is what logs show.

    @property
    def is_reading(self) -> bool:
        return self.confirmed_at is not None and self.left_at is None

    @property
    def slot_days(self) -> list[int]:
        days: list[int] = self.days
        return days[:1] if self.cadence == self.Cadence.WEEKLY else days

    def is_paused(self, slot: date) -> bool:
        return self.paused_until is not None and slot < self.paused_until

    @transaction.atomic
    def confirm(self, now: datetime) -> None:
        """Begin: the welcome letter is due at once, the first digest on the next local date. Again changes nothing."""
        if self.is_reading:
            return
        self.confirmed_at, self.left_at = now, None
        today = slots.local_date(now, self.zone)
        self.done_with(max(today, self.last_slot or today), now)  # Back from where it is still yesterday: as it was.
        self.save()
        Suppression.objects.of([self.address]).filter(reason=Suppression.Reason.BOUNCE).delete()
        Consent.objects.create(subscriber=self, wording=Consent.CONFIRM, place="confirm", at=now)
        Letter.objects.plan_once(self, "welcome", now.isoformat(), now)

    def done_with(self, slot: date, now: datetime) -> None:
        """No slot up to this one is planned any more, and papers up to now were considered; for the caller to save."""
        self.last_slot, self.read_up_to = slot, now
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

    def unsubscribe(self, now: datetime) -> None:
        """From here on nothing is sent. Again changes nothing."""
        Subscriber.objects.filter(pk=self.pk, left_at__isnull=True).update(
            left_at=now, next_slot=None, next_due_at=None
        )

    @transaction.atomic
    def suppress(self, reason: str, now: datetime) -> None:
        """Leave for a reason that also keeps the address from being written to. Again changes nothing."""
        Suppression.objects.suppress(self.address, reason, now)
        self.unsubscribe(now)  # Who signs up again after a bounce is asked to confirm, which lifts it.

    def bounce_score(self, now: datetime) -> float:
        """Letter by letter: one more for each that bounced for now, halved by each that was delivered.

        Only letters of BOUNCES_COUNT count, and none from before the reader confirmed.
        """
        since = max(now - BOUNCES_COUNT, self.confirmed_at or self.created_at)
        told = Event.objects.filter(letter__subscriber=self, letter__planned_at__gte=since)
        in_order = told.order_by("letter__planned_at", "letter").values_list("letter", "type")
        score = 0.0
        for _letter, rows in groupby(in_order, key=lambda row: row[0]):
            said = {said for _letter, said in rows}
            score = score / 2 if Event.Type.DELIVERED in said else score + (Event.Type.SOFT in said)
        return score

    def mute_trending(self, muted: bool) -> None:
        """For the caller to save; muted again stays muted since the first time."""
        self.trending_muted_at = (self.trending_muted_at or timezone.now()) if muted else None

    def wishes(self, *, learned: bool) -> list[Wish]:
        """What the reader asked for, or else what was learned from their feedback."""
        rows = self.interests.order_by("pk")
        if learned:
            return [row.wish for row in rows.filter(origin=Interest.Origin.FEEDBACK)]
        return [row.wish for row in rows.exclude(origin=Interest.Origin.FEEDBACK)]

    def topics(self) -> list[str]:
        """The slugs of the topics chosen."""
        return sorted(wish.value for wish in self.wishes(learned=False) if wish.kind == Kind.TOPIC and wish.wanted)

    def choose_topics(self, slugs: Iterable[str]) -> None:
        """Exactly these, from now on. Topics that are not wanted stay so unless chosen, and what was learned stays."""
        self._choose([Wish(Kind.TOPIC, slug) for slug in slugs], self.interests.filter(kind=Kind.TOPIC, wanted=True))

    def choose(self, wishes: Iterable[Wish]) -> None:
        """Exactly these, from now on, beside what was learned; what is wished that was learned is now chosen."""
        self._choose(wishes, self.interests.all())

    @transaction.atomic
    def _choose(self, wishes: Iterable[Wish], instead_of: models.QuerySet[Interest]) -> None:
        chosen = {wish.name: wish for wish in wishes}
        here = {row.wish.name: row for row in self.interests.all() if row.wish.name in chosen}
        changed = [row for name, row in here.items() if row.becomes(chosen[name])]
        new = [Interest.of(self, wish) for name, wish in sorted(chosen.items()) if name not in here]
        kept = [row.pk for row in here.values()]
        instead_of.exclude(origin=Interest.Origin.FEEDBACK).exclude(pk__in=kept).delete()
        Interest.objects.bulk_update(changed, WISHED)
        Interest.objects.bulk_create(new, ignore_conflicts=True)

    @transaction.atomic
    def add_interest(self, wish: Wish, learned_at: datetime | None = None) -> bool:
        """One more, in place of its opposite; again changes nothing. False: the reader has MOST_INTERESTS already.

        `learned_at` marks one that comes from feedback; what the reader asked for in so many words is not so marked.
        """
        reader = Subscriber.objects.select_for_update().get(pk=self.pk)  # One at a time, so that both see all rows.
        rows = list(reader.interests.all())
        for row in rows:
            if row.wish.name == wish.name:
                if (row.wanted != wish.wanted or not learned_at) and row.becomes(wish, learned_at):
                    row.save()
                return True
        if len(rows) >= MOST_INTERESTS:
            return False
        Interest.of(self, wish, learned_at).save()
        return True

    @transaction.atomic
    def undo(self, wish: Wish) -> bool:
        """Feedback taken back: what it replaced is exactly as it was. Again changes nothing. False: there is none."""
        reader = Subscriber.objects.select_for_update().get(pk=self.pk)  # As for adding.
        for row in reader.interests.filter(kind=wish.kind, wanted=wish.wanted, origin=Interest.Origin.FEEDBACK):
            if row.wish.name == wish.name:
                if row.goes_back():
                    row.save()
                else:
                    row.delete()
                return True
        return False

    def drop_interest(self, kind: str, value: str) -> None:
        """Neither wanted nor unwanted from now on. Again changes nothing."""
        name = Wish(kind, value).name
        same = [row.pk for row in self.interests.filter(kind=kind) if row.wish.name == name]
        self.interests.filter(pk__in=same).delete()


class Interest(models.Model):
    """One thing that a reader wants to read about, or does not."""

    Kind = Kind

    class Origin(models.TextChoices):
        CHOSEN = "chosen", gettext_lazy("chosen")
        IMPORTED = "imported", gettext_lazy("pasted")
        FEEDBACK = "feedback", gettext_lazy("learned")

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="interests")
    kind = models.CharField(max_length=20, choices=Kind)
    # A topic's slug; a phrase as typed; a paper's key; an author's name as printed, or "huggingface:" and an account;
    # an organisation's name; a category like "cs.CL". No two of a reader and kind differ in upper and lower case only.
    value = models.CharField(max_length=220)
    wanted = models.BooleanField(default=True)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.CHOSEN)
    # The categories in which an author's name counts, as namesakes are common; none: in all.
    guard = models.JSONField(default=list, blank=True, validators=[kinds.list_of_categories])
    learned_at = models.DateTimeField(null=True, blank=True)  # of what comes from feedback
    # What feedback took the place of, the latest last: each as `replaceable` has it. Never of what was chosen.
    replaced = models.JSONField(default=list, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "kind", "value"], name="one_interest_per_kind_and_value")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @classmethod
    def of(cls, reader: Subscriber, wish: Wish, learned_at: datetime | None = None) -> Interest:
        """A new row, unsaved."""
        row = cls(subscriber=reader, kind=wish.kind)
        row.becomes(wish, learned_at)
        return row

    @property
    def wish(self) -> Wish:
        return Wish(self.kind, self.value, self.wanted, tuple(self.guard))

    def becomes(self, wish: Wish, learned_at: datetime | None = None) -> bool:
        """For the caller to save; whether anything changed. Feedback remembers what it replaces."""
        own = Interest.Origin.IMPORTED if self.kind == Kind.PAPER else Interest.Origin.CHOSEN
        before = [getattr(self, name) for name in WISHED]
        self.replaced = self._replaced_too() if learned_at and self.pk else []
        self.value, self.wanted, self.guard = wish.value, wish.wanted, list(wish.guard)
        self.origin, self.learned_at = Interest.Origin.FEEDBACK if learned_at else own, learned_at
        return [getattr(self, name) for name in WISHED] != before

    def goes_back(self) -> bool:
        """For the caller to save: as it was before the last feedback. False: it was not there before."""
        if not self.replaced:
            return False
        *self.replaced, last = self.replaced
        self.value, self.wanted = last["value"], last["wanted"]
        self.origin, self.guard = last["origin"], last["guard"]
        self.learned_at = datetime.fromisoformat(last["learned_at"]) if last["learned_at"] else None
        return True

    @property
    def replaceable(self) -> dict[str, Any]:
        """Its state in JSON."""
        learned_at = self.learned_at.isoformat() if self.learned_at else None
        kept = {"value": self.value, "wanted": self.wanted, "origin": self.origin, "guard": self.guard}
        return kept | {"learned_at": learned_at}

    def _replaced_too(self) -> list[dict[str, Any]]:
        replaced = [*self.replaced, self.replaceable]
        # The first is what the reader chose, and stays; each is the opposite of the next, so they go in pairs.
        return replaced if len(replaced) <= MOST_REPLACED else [replaced[0], *replaced[3:]]

    def clean(self) -> None:
        """The admin's check; a reader's own is the form's."""
        wish = kinds.wish(self.kind, self.value)
        self.value, self.guard = wish.value, list(wish.guard) or self.guard or []


class Consent(models.Model):
    """That a reader agreed, to which words, when and where. Goes with the reader."""

    SIGN_UP = "2026-11: Get trending papers in your email inbox! Subscribe"
    CONFIRM = "2026-11: Confirm and start"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents")
    wording = models.CharField(max_length=200)
    place = models.CharField(max_length=200)
    at = models.DateTimeField()


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def of(self, addresses: Iterable[str]) -> SuppressionQuerySet:
        return self.filter(hash__in=[keyed_hash(address) for address in addresses])

    def reasons(self, readers: Iterable[Subscriber]) -> dict[int, str]:
        """Of these readers those who must not be written to, and why: reader's key -> reason."""
        hashes = {keyed_hash(reader.address): reader.pk for reader in readers}
        return {hashes[row.hash]: row.reason for row in self.filter(hash__in=hashes)}

    def suppress(self, address: str, reason: str, now: datetime) -> None:
        """Again changes nothing, but that a complaint also makes a bounce final."""
        row, _ = self.get_or_create(hash=keyed_hash(address), defaults={"reason": reason, "at": now})
        if reason == Suppression.Reason.COMPLAINT:
            self.filter(pk=row.pk).exclude(reason=reason).update(reason=reason, at=now)


class Suppression(models.Model):
    """An address that must not be written to. Only its keyed hash is kept: it outlives the reader's row."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce", "refused for good by its mail server"  # lifted by a new confirmation
        COMPLAINT = "complaint", "complained"  # final

    hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=20, choices=Reason)
    at = models.DateTimeField()

    objects = SuppressionQuerySet.as_manager()


# ------------------------------------------------------------------------------------------------------------ letters


class LetterQuerySet(models.QuerySet["Letter"]):
    def plan_once(self, reader: Subscriber | None, kind: str, key: str, now: datetime) -> None:
        """At most one letter a reader, kind and key, whoever else plans the same now; no reader: the site itself."""
        Letter.objects.bulk_create(
            [Letter(subscriber=reader, kind=kind, key=key, due_at=now, planned_at=now)], ignore_conflicts=True
        )

    def due(self, now: datetime) -> LetterQuerySet:
        return self.filter(state=Letter.State.PLANNED, due_at__lte=now).order_by("due_at", "pk")

    def claim(self, now: datetime, most: int) -> list[Letter]:
        """Take up to `most` due letters for ourselves, for LEASE, first those that a person is waiting for. Nobody
        else gets them meanwhile.

        PostgreSQL skips rows that another process is claiming; on SQLite, and should two have read the same rows, the
        state in the UPDATE decides.
        """
        lease, skips = uuid.uuid4(), connection.features.has_select_for_update_skip_locked
        with committed_lazily():
            due = self.due(now).select_for_update(skip_locked=skips).values_list("pk", "dropped")
            found = list(due.exclude(kind=DIGEST)[:most])
            found += due.filter(kind=DIGEST)[: most - len(found)]
            # What a process died with goes alone, so that a letter which kills its process takes none along.
            deadly = bool(found and found[0][1])
            pks = [pk for pk, dropped in (found[:1] if deadly else found) if deadly or not dropped]
            self.take(pks, lease)
        return self.in_hands(lease) if pks else []

    def in_hands(self, lease: uuid.UUID) -> list[Letter]:
        mine = list(self.filter(lease=lease, state=Letter.State.CLAIMED).select_related("subscriber"))
        return sorted(mine, key=lambda letter: (letter.kind == DIGEST, letter.due_at, letter.pk))

    def take(self, pks: list[int], lease: uuid.UUID) -> int:
        mine = self.filter(pk__in=pks, state=Letter.State.PLANNED)
        return mine.update(state=Letter.State.CLAIMED, lease=lease, leased_until=Now() + Value(LEASE))

    def hand_over(self, letters: Iterable[Letter], lease: uuid.UUID, now: datetime) -> set[int]:
        """Commit that these are about to be offered, under a new lease; the keys of those that may be: ours, and their
        readers stayed."""
        pks, leases = [letter.pk for letter in letters], {letter.lease for letter in letters}
        claimed = self.filter(pk__in=pks, state=Letter.State.CLAIMED, lease__in=leases, leased_until__gt=Now())
        stays = Q(subscriber=None) | Q(subscriber__left_at=None) | Q(kind="confirm")
        claimed.filter(stays).update(
            state=Letter.State.HANDOFF, lease=lease, handed_at=now, leased_until=Now() + Value(LEASE)
        )
        for letter in letters:
            letter.lease = lease
        return set(self.filter(lease=lease).values_list("pk", flat=True))

    def record(self, letters: Iterable[Letter], lease: uuid.UUID, *, lazily: bool = False) -> None:
        """Write what came of letters that were handed over under this lease. Again changes nothing. Written lazily, a
        crash of the database may lose it until a later commit has waited for the disk."""
        sent = [letter for letter in letters if letter.state == Letter.State.SENT]
        others = [letter for letter in letters if letter.state != Letter.State.SENT]
        with committed_lazily() if lazily else transaction.atomic():
            for begin in range(0, len(sent), MOST_ROWS):
                self._record_sent(sent[begin : begin + MOST_ROWS], lease)
            self._put_down(others, {lease})

    def _record_sent(self, letters: Sequence[Letter], lease: uuid.UUID) -> None:
        """Nearly all of them: one statement instead of the CASE of bulk_update."""
        ended_at = connection.ops.adapt_datetimefield_value(letters[0].ended_at)
        name = lease if connection.features.has_native_uuid_field else lease.hex
        rows = ", ".join(["(%s, %s)"] * len(letters))
        update = f"""UPDATE {Letter._meta.db_table} SET state = 'sent', last_answer = said.column2, ended_at = %s,
            attempts = attempts + 1, lease = NULL, leased_until = NULL
            FROM (VALUES {rows}) AS said WHERE id = said.column1 AND lease = %s"""  # noqa: S608  # Names and marks of our own.
        answers = [value for letter in letters for value in (letter.pk, letter.last_answer)]
        with connection.cursor() as cursor:
            cursor.execute(update, [ended_at, *answers, name])

    def put_down(self, letters: Iterable[Letter]) -> None:
        """Write what came of letters in our hands, and let go of them; those no longer ours are left alone."""
        letters = list(letters)
        self._put_down(letters, {letter.lease for letter in letters})

    def _put_down(self, letters: Sequence[Letter], leases: Collection[uuid.UUID | None]) -> None:
        for letter in letters:
            letter.lease = letter.leased_until = None
        self.filter(lease__in=leases).bulk_update(letters, OUTCOME)
        self.settle([letter.pk for letter in letters if letter.state == Letter.State.UNCERTAIN])

    def give_back(self, letters: Iterable[Letter]) -> None:
        """Let go of letters that were claimed and not handed over: they are due again at once."""
        pks, leases = [letter.pk for letter in letters], {letter.lease for letter in letters}
        ours = self.filter(pk__in=pks, lease__in=leases, state=Letter.State.CLAIMED)
        ours.update(state=Letter.State.PLANNED, lease=None, leased_until=None)

    def take_back(self, lease: uuid.UUID, now: datetime) -> None:
        """What is left of a chunk whose process was killed before it offered this: due again at once, or if its papers
        may have been promised to another letter meanwhile, failed."""
        ours = self.filter(lease=lease)
        ours.filter(state=Letter.State.HANDOFF).update(state=Letter.State.PLANNED, lease=None, leased_until=None)
        ours.filter(state=Letter.State.UNCERTAIN).update(
            state=Letter.State.FAILED, lease=None, ended_at=now, last_answer="It was never offered to a mail server."
        )

    @transaction.atomic
    def put_off(self, until: datetime, now: datetime, why: str) -> None:
        """Nobody takes before then what is due now; what another process is claiming is left to it."""
        skips = connection.features.has_select_for_update_skip_locked
        due = self.due(now).select_for_update(skip_locked=skips)
        self.filter(pk__in=due.values("pk")).update(due_at=until, last_answer=why)

    def release_expired(self) -> None:
        """A process that died with letters claimed offered none of them; what it had handed over, nobody knows."""
        expired = self.filter(leased_until__lt=Now())
        expired.filter(state=Letter.State.CLAIMED, dropped__gte=MOST_DROPPED).update(
            state=Letter.State.FAILED,
            dropped=F("dropped") + 1,
            lease=None,
            leased_until=None,
            ended_at=Now(),
            last_answer="No process could write this letter.",
        )
        expired.filter(state=Letter.State.CLAIMED).update(
            state=Letter.State.PLANNED, dropped=F("dropped") + 1, lease=None, leased_until=None
        )
        handed = list(expired.filter(state=Letter.State.HANDOFF).values_list("pk", flat=True))
        expired.filter(pk__in=handed, state=Letter.State.HANDOFF).update(
            state=Letter.State.UNCERTAIN,
            leased_until=None,  # The lease stays: should the process only have been slow, it still knows the answer.
            last_answer="No answer was recorded: the process that handed the letter over stopped.",
        )
        self.settle(handed)

    def settle(self, pks: list[int]) -> None:
        """Of these what is uncertain becomes what the provider has reported of it, in whatever order it did.

        A letter that failed and yet was delivered is sent; one that is sent stays sent, as it was taken.
        """
        if not pks:
            return
        told, unsettled = Event.objects.filter(letter=OuterRef("pk")), [Letter.State.UNCERTAIN]
        for types, state, also in (
            (Event.ARRIVED, Letter.State.SENT, [Letter.State.FAILED]),
            (Event.LOST, Letter.State.FAILED, []),
        ):
            self.filter(Exists(told.filter(type__in=types)), pk__in=pks, state__in=unsettled + also).update(
                state=state,
                ended_at=Coalesce("ended_at", Now()),
                lease=None,  # Whoever was slow to write an answer need not write it any more.
                last_answer=f"By what the provider reported: {state.label}.",
            )


class Letter(models.Model):
    """One letter to one reader: planned -> claimed -> handoff -> sent | failed | uncertain, or skipped."""

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        CLAIMED = "claimed", "claimed"
        HANDOFF = "handoff", "handed over"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        UNCERTAIN = "uncertain", "uncertain"
        SKIPPED = "skipped", "skipped"

    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)  # a digest's slot, a confirm or manage letter's date (UTC), else a moment
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    due_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True)  # when a digest's hour struck; others are promised when planned
    handed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)  # whose hands it is in
    leased_until = models.DateTimeField(null=True)  # by the database's clock
    attempts = models.PositiveSmallIntegerField(default=0)
    dropped = models.PositiveSmallIntegerField(default=0)  # processes that stopped with it in their hands
    reason = models.CharField(max_length=60, blank=True)  # why it was skipped or given up
    last_answer = models.TextField(blank=True)  # what the mail server or provider said last
    message_id = models.UUIDField(unique=True, default=uuid.uuid4)  # the left part of the Message-ID header
    contents = models.JSONField(default=dict)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "kind", "key"], name="one_letter_per_reader_kind_and_key"),
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(subscriber__isnull=True), name="one_letter_per_kind_and_key"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="letter_state_due"),
            # Two queues in one table: who waits for a letter is served first, however many digests are due.
            models.Index(
                fields=["due_at", "id"], condition=Q(state="planned", kind=DIGEST), name="letter_digests_due"
            ),
            models.Index(
                fields=["due_at", "id"], condition=Q(state="planned") & ~Q(kind=DIGEST), name="letter_awaited_due"
            ),
            models.Index(fields=["lease"], name="letter_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} letter {self.pk}"


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
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="events")
    at = models.DateTimeField()  # by the provider's clock
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="one_event_per_provider_and_id")]

    def __str__(self) -> str:
        return f"{self.type} event {self.pk}"


# ------------------------------------------------------------------------------------------------------------- limits


class Bucket(models.Model):
    """A token bucket: how much may still be done, for one keyed hash and purpose, as of a moment."""

    purpose = models.CharField(max_length=40)
    hash = models.CharField(max_length=64)
    tokens = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "hash"], name="one_bucket_per_purpose_and_hash")]
