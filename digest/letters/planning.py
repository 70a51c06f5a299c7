"""Who is due, for which slot, with what; what is skipped, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from digest.letters import ledger, special
from digest.letters.isolating import isolated
from digest.letters.special import Planned
from digest.matching import choosing, gathering
from digest.matching.choosing import Choice
from digest.matching.gathering import Edition
from digest.models import LOST, Given
from papers.search import understanding
from subscriptions import slots
from subscriptions.models import Letter, Subscriber

BATCH = 500
OVERLAP = timedelta(minutes=10)  # papers that were being stored while the last letter was planned; none comes twice
LONGEST_AWAY = gathering.LISTED_WITHIN + timedelta(days=1)  # what was first seen before that was listed before, too
LATEST_BY_CADENCE = {Subscriber.Cadence.DAILY: timedelta(hours=24), Subscriber.Cadence.WEEKLY: timedelta(hours=72)}


def tick(now: datetime) -> int:
    """Plan the letter of every reader whose hour has struck; how many letters. Any number of processes may tick."""
    if not Subscriber.objects.due(now).exists():
        return 0
    understanding.give_all_terms()  # Whoever asks for words, or rules them out, must not miss the papers of just now.
    planned, edition = 0, Edition.at(now)
    while True:
        with transaction.atomic():
            # Locked, so that a change of preferences at this moment waits and is not overwritten.
            due = Subscriber.objects.due(now).select_for_update(skip_locked=True)
            readers = list(due.values_list("pk", "fault")[:BATCH])
            if not readers:
                return planned
            planned += isolated(lambda some: plan(some, edition), readers, now)


@transaction.atomic
def plan(readers: Sequence[Subscriber], edition: Edition) -> int:
    """One letter a reader and slot, whoever else plans the same; how many bring papers.

    Moves each reader on to the next slot, and the window of papers up to now; what came while letters were paused, or
    while the site was not running, waits for the first letter after that.
    """
    now = edition.now
    due = {reader: latest_slot(reader, now) for reader in readers}
    struck = {reader: slot for reader, slot in due.items() if reader.last_slot is None or slot > reader.last_slot}
    letters = {reader: _letter(reader, slot, now) for reader, slot in struck.items()}
    getting = [reader for reader, letter in letters.items() if not letter.reason]
    considered = set(getting)
    after = {reader.pk: opened(reader, now) for reader in getting}
    chosen = choose(getting, edition, after)
    coming = [Planned(reader, struck[reader], choice) for reader, choice in zip(getting, chosen, strict=True)]
    for (reader, _slot, choice), line in zip(coming, special.lines(coming, now), strict=True):
        letters[reader].contents = choice.contents(edition.since(after[reader.pk]).reasons) | line
        letters[reader].reason = why_skipped(choice)
    for reader, letter in letters.items():
        if letter.reason or reader.is_feed_only:  # No mail server is asked to take these.
            letter.state, letter.ended_at = Letter.State.SKIPPED if letter.reason else Letter.State.FEED, now
    for reader in readers:
        if reader in struck:
            reader.done_with(struck[reader], now, considered=reader in considered)
        else:  # The zone has other rules since the hour was computed: the letter, and what is new, wait for it.
            reader.schedule(now)
    ledger.move_on(readers)
    with_papers = [letter for letter in ledger.add(list(letters.values())) if not letter.reason]
    ledger.give(with_papers)
    return len(with_papers)


def latest_slot(reader: Subscriber, now: datetime) -> date:
    """The slot that a due reader gets a letter for: after downtime the latest alone."""
    return slots.latest_slot(reader.slot_days, reader.hour, reader.zone, now)


def _letter(reader: Subscriber, slot: date, now: datetime) -> Letter:
    due_at = max(slots.due_at(slot, reader.hour, reader.zone), reader.next_due_at or now)
    too_late = now - due_at >= LATEST_BY_CADENCE[Subscriber.Cadence(reader.cadence)]
    reason = "paused" if reader.is_paused(slot) else special.TOO_LATE if too_late else ""
    moments = {"promised_at": due_at, "planned_at": now, "due_at": now}
    return Letter(subscriber=reader, kind="digest", key=slot.isoformat(), reason=reason, **moments)


def why_skipped(choice: Choice) -> str:
    """Empty: there is something to send."""
    return "" if len(choice) else special.NOTHING_NEW


def opened(reader: Subscriber, now: datetime) -> datetime | None:
    """From when on papers are new to the reader; the same for all who were away for longer than papers come for."""
    return reader.read_up_to and max(reader.read_up_to - OVERLAP, now - LONGEST_AWAY)


def choose(readers: Sequence[Subscriber], edition: Edition, after: Mapping[int, datetime | None]) -> list[Choice]:
    """Each reader's papers out of those first seen `after` the reader's own moment; without one, the last week's.

    Papers of the readers' letters that did not arrive are nobody's from now on, and may come again.
    """
    sharing: dict[Edition, list[Subscriber]] = defaultdict(list)
    for reader in readers:
        sharing[edition.since(after.get(reader.pk))].append(reader)
    chosen: dict[int, Choice] = {}
    for of_span, some in sharing.items():
        batch = gathering.gather(some, of_span, after)
        if any(profile.again for profile in batch.profiles):
            Given.objects.filter(LOST, subscriber__in=some).delete()
        chosen |= zip((reader.pk for reader in some), choosing.choose(batch), strict=True)
    return [chosen[reader.pk] for reader in readers]
