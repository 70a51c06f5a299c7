"""Letters to readers: outbox and ledger in one table."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Now

from papers.database import committed_lazily
from subscriptions import letter_kinds
from subscriptions.models.events import Event

MOST_ROWS = 500  # in one statement
LEASE = timedelta(minutes=5)  # how long one process may take over the chunk in its hands
KEEP_TRYING = timedelta(hours=24)  # a letter later than this is stale
MOST_ATTEMPTS = 8
MOST_DROPPED = 3
OUTCOME = (
    *("state", "due_at", "handed_at", "ended_at", "attempts", "reason", "last_answer"),
    *("waits_for_domain", "lease", "leased_until"),
)


class LetterQuerySet(models.QuerySet["Letter"]):
    def plan_once(self, reader: int | None, kind: str, key: str, now: datetime, **contents: Any) -> None:
        """At most one letter a reader, kind and key, whoever else plans the same now. `reader`: the key of one, or
        none, for a letter of the site to itself."""
        letter = Letter(subscriber_id=reader, kind=kind, key=key, due_at=now, planned_at=now, contents=contents)
        Letter.objects.bulk_create([letter], ignore_conflicts=True)

    def due(self, now: datetime) -> LetterQuerySet:
        return self.filter(state=Letter.State.PLANNED, due_at__lte=now).order_by("due_at", "pk")

    def claim(self, now: datetime, most: int, *, mixed: bool = False) -> list[Letter]:
        """Take up to `most` due letters for ourselves, for LEASE, first those that a person is waiting for, of which
        `mixed` takes half at most. Nobody else gets them meanwhile.

        PostgreSQL skips rows that another process is claiming; on SQLite, and should two have read the same rows, the
        state in the UPDATE decides.
        """
        lease, skips = uuid.uuid4(), connection.features.has_select_for_update_skip_locked
        unawaited = letter_kinds.names(lambda kind: not kind.is_awaited)
        with committed_lazily():
            due = self.due(now).select_for_update(skip_locked=skips).values_list("pk", "dropped")
            found = list(due.exclude(kind__in=unawaited)[: (most + 1) // 2 if mixed else most])
            found += due.filter(kind__in=unawaited)[: most - len(found)]
            # What a process died with goes alone, so that a letter which kills its process takes none along.
            deadly = bool(found and found[0][1])
            pks = [pk for pk, dropped in (found[:1] if deadly else found) if deadly or not dropped]
            self.take(pks, lease)
        return self.in_hands(lease) if pks else []

    def in_hands(self, lease: uuid.UUID) -> list[Letter]:
        mine = list(self.filter(lease=lease, state=Letter.State.CLAIMED).select_related("subscriber"))
        for letter in mine:
            if letter.subscriber:
                letter.subscriber.mend()  # A letter that is planned leaves, whatever befell its reader's row.
        unawaited = letter_kinds.names(lambda kind: not kind.is_awaited)
        return sorted(mine, key=lambda letter: (letter.kind in unawaited, letter.due_at, letter.pk))

    def take(self, pks: list[int], lease: uuid.UUID) -> int:
        mine = self.filter(pk__in=pks, state=Letter.State.PLANNED)
        return mine.update(state=Letter.State.CLAIMED, lease=lease, leased_until=Now() + Value(LEASE))

    def hand_over(self, letters: Iterable[Letter], lease: uuid.UUID, now: datetime) -> set[int]:
        """Commit that these are about to be offered, under a new lease; the keys of those that may be: ours, and their
        readers stayed, unless it is to those who did not."""
        pks, leases = [letter.pk for letter in letters], {letter.lease for letter in letters}
        claimed = self.filter(pk__in=pks, state=Letter.State.CLAIMED, lease__in=leases, leased_until__gt=Now())
        to_others = letter_kinds.names(lambda kind: kind.asks_to_confirm or kind.says_goodbye)
        stays = Q(subscriber=None) | Q(subscriber__left_at=None) | Q(kind__in=to_others)
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
            for begin in range(0, len(sent), MOST_ROWS):  # Nearly all: one statement, not the CASE of bulk_update.
                rows = sent[begin : begin + MOST_ROWS]
                update = f"""UPDATE {Letter._meta.db_table} SET state = 'sent', last_answer = said.column2,
                    ended_at = %s, attempts = attempts + 1, waits_for_domain = '', lease = NULL, leased_until = NULL
                    FROM (VALUES {", ".join(["(%s, %s)"] * len(rows))}) AS said
                    WHERE id = said.column1 AND lease = %s"""  # noqa: S608  # Names and marks of our own.
                ended_at = connection.ops.adapt_datetimefield_value(rows[0].ended_at)
                name = lease if connection.features.has_native_uuid_field else lease.hex
                answers = [value for letter in rows for value in (letter.pk, letter.last_answer)]
                with connection.cursor() as cursor:
                    cursor.execute(update, [ended_at, *answers, name])
            self._put_down(others, {lease})

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

    def passed_by(self, letters: Iterable[Letter]) -> set[int]:
        """The keys of those that were refused once and have seen others being taken since."""
        refused = [letter for letter in letters if letter.handed_at]
        taken = self.filter(state=Letter.State.SENT).order_by("-due_at") if refused else self.none()
        last = taken.values_list("ended_at", flat=True).first()  # nearly: of who was due last
        return {letter.pk for letter in refused if letter.handed_at and last and last > letter.handed_at}

    def take_up_again(self, pks: Iterable[int], now: datetime, last_answer: str) -> None:
        """Of letters that were refused for what turned out to be about us: that was no attempt."""
        ours = self.filter(pk__in=list(pks), state__in=(Letter.State.FAILED, Letter.State.PLANNED), attempts__gt=0)
        ours.update(
            state=Letter.State.PLANNED, due_at=now, ended_at=None, attempts=F("attempts") - 1, last_answer=last_answer
        )

    def hurry(self, handed_since: datetime, now: datetime) -> None:
        """What was refused since then for what was about us, and is over, is due at once."""
        theirs = self.filter(state=Letter.State.PLANNED, due_at__gt=now, waits_for_domain="", attempts=0)
        theirs.filter(handed_at__gte=handed_since).update(due_at=now)

    def end_of_queue(self, domain: str, begins: datetime) -> datetime | None:
        """When the last of those that wait for a mail domain is due, if any is from when on the domain takes some."""
        queue = self.filter(state=Letter.State.PLANNED, waits_for_domain=domain, due_at__gte=begins)
        return queue.order_by("-due_at").values_list("due_at", flat=True).first()

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
    """One letter to one reader: planned -> claimed -> handoff -> sent | failed | uncertain, or skipped, or in their
    feed alone."""

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        CLAIMED = "claimed", "claimed"
        HANDOFF = "handoff", "handed over"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        UNCERTAIN = "uncertain", "uncertain"
        SKIPPED = "skipped", "skipped"
        FEED = "feed", "in the reader's feed alone"

    subscriber = models.ForeignKey("Subscriber", null=True, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)  # a digest's slot, an alarm's number, else the moment it was asked for
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
    waits_for_domain = models.CharField(
        max_length=255, blank=True
    )  # the mail domain in whose queue it stands, planned
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
            # Two queues in one table: who waits for a letter is served first, however many digests are due. An index
            # cannot ask settings, so it names the one kind that comes in great numbers.
            models.Index(
                fields=["due_at", "id"], condition=Q(state="planned", kind="digest"), name="letter_digests_due"
            ),
            models.Index(
                fields=["due_at", "id"], condition=Q(state="planned") & ~Q(kind="digest"), name="letter_awaited_due"
            ),
            models.Index(fields=["lease"], name="letter_lease"),
            models.Index(
                fields=["waits_for_domain", "due_at"],
                condition=Q(state="planned") & ~Q(waits_for_domain=""),
                name="letter_domain_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} letter {self.pk}"

    @property
    def new_address(self) -> str:
        """Where it goes if that is not its reader's address, but the one that they want to have; else empty."""
        return str(self.contents.get("new_address", ""))
