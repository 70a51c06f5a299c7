"""Who is due, for which slot, with what; what is skipped, and why."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from digest import choosing, gathering
from digest.choosing import Choice
from digest.models import Given
from papers import understanding
from subscriptions import slots
from subscriptions.models import Letter, Subscriber

BATCH = 500
OVERLAP = timedelta(minutes=10)  # papers that were being stored while the last letter was planned; none comes twice
LATEST = {Subscriber.Cadence.DAILY: timedelta(hours=24), Subscriber.Cadence.WEEKLY: timedelta(hours=72)}


def tick(now: datetime) -> int:
    """Plan the letter of every reader whose hour has struck; how many letters. Any number of processes may tick."""
    if not Subscriber.objects.due(now).exists():
        return 0
    understanding.give_all_terms()  # Whoever asks for words, or rules them out, must not miss the papers of just now.
    planned, trending = 0, gathering.trending(now)
    while True:
        with transaction.atomic():
            # Locked, so that a change of preferences at this moment waits and is not overwritten.
            due = Subscriber.objects.due(now).select_for_update(skip_locked=True)
            readers = list(due[:BATCH])
            if not readers:
                return planned
            planned += plan(readers, now, trending)


def plan(readers: Sequence[Subscriber], now: datetime, trending: Sequence[int]) -> int:
    """One letter a reader and slot, whoever else plans the same; how many are to be sent.

    Moves each reader on to the next slot, and the window of papers up to now, for skipped slots too.
    """
    due = {reader.pk: latest_slot(reader, now) for reader in readers}
    letters = [_letter(reader, due[reader.pk], now) for reader in readers]
    _fill([letter for letter in letters if not letter.reason], now, trending)
    for reader in readers:
        reader.last_slot, reader.read_up_to = due[reader.pk], now
        reader.schedule(now)
    Subscriber.objects.bulk_update(readers, ["last_slot", "read_up_to", "next_due_at"])
    return _write(letters, now)


def latest_slot(reader: Subscriber, now: datetime) -> date:
    """The slot that a due reader gets a letter for: after downtime the latest alone."""
    return slots.latest_slot(reader.slot_days, reader.hour, reader.zone, now)


def _letter(reader: Subscriber, slot: date, now: datetime) -> Letter:
    late_by = now - slots.due_at(slot, reader.hour, reader.zone)
    too_late = late_by >= LATEST[Subscriber.Cadence(reader.cadence)]
    reason = "paused" if reader.is_paused(slot) else "too late" if too_late else ""
    return Letter(subscriber=reader, kind="digest", key=slot.isoformat(), due_at=now, planned_at=now, reason=reason)


def _fill(letters: Sequence[Letter], now: datetime, trending: Sequence[int]) -> None:
    """Choose the letters' papers; a letter for which there are none gets a reason instead."""
    readers = [letter.subscriber for letter in letters if letter.subscriber]
    after = {reader.pk: opened(reader) for reader in readers}
    for letter, choice in zip(letters, choose(readers, now, trending, after), strict=True):
        letter.contents = choice.contents()
        letter.reason = why_skipped(choice)


def why_skipped(choice: Choice) -> str:
    """Empty: there is something to send."""
    return "" if len(choice) else "nothing new"


def opened(reader: Subscriber) -> datetime | None:
    """From when on papers are new to the reader."""
    return reader.read_up_to and reader.read_up_to - OVERLAP


def choose(
    readers: Sequence[Subscriber], now: datetime, trending: Sequence[int], after: dict[int, datetime | None]
) -> list[Choice]:
    """Each reader's papers out of those first seen `after` the reader's own moment; without one, the last week's."""
    again = gathering.take_back(readers)
    since = min((moment for moment in after.values() if moment), default=None)
    pool = gathering.pool(since, now, also=set(trending).union(*again.values()))
    papers = {candidate.paper for candidate in pool.candidates}.union(trending)
    profiles = gathering.profiles(readers, gathering.wishes_of(readers), papers, after, again)
    return choosing.choose(profiles, pool, trending)


def _write(letters: Sequence[Letter], now: datetime) -> int:
    """Add the letters that nobody else has planned, those with a reason as skipped; how many are to be sent."""
    for letter in letters:
        if letter.reason:
            letter.state, letter.ended_at = Letter.State.SKIPPED, now
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    ours = Letter.objects.filter(message_id__in=[letter.message_id for letter in letters], state=Letter.State.PLANNED)
    give(planned := list(ours.select_related("subscriber")))
    return len(planned)


def give(letters: Iterable[Letter]) -> None:
    """Remember that these letters' papers are theirs, so that they come in no other."""
    given = [
        Given(subscriber=letter.subscriber, letter=letter, paper_id=item["paper"], late=item.get("late", False))
        for letter in letters
        if letter.subscriber
        for part in ("for_you", "trending")
        for item in letter.contents[part]
    ]
    Given.objects.bulk_create(given, ignore_conflicts=True)
