"""Writing down what was planned, beside COPY of the very same rows on PostgreSQL: `make bench`.

Each reader's letter of ten papers and three near misses, what it gives, and the reader moved on to the next slot, in
batches as planning writes them. The floor is what no planning can beat: the letters and what they gave, prepared in
memory and copied into the same tables, in one transaction; nobody is moved on. Rounds are interleaved; read the ratio.
Then whole ticks, whose rate has no floor: most of it is choosing.
"""

import os
import random
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.benchmarks.collecting import copied, fill, prepare, text, timed

ROUNDS, READERS, PAPERS, TOPICS = 7, 2_000, 600, 60
NOW = datetime(2026, 8, 20, 7, tzinfo=UTC)
TABLES = ("subscriptions_letter", "digest_given")


def main() -> None:
    prepare("bench_planning")
    readers, papers = make_readers(), make_papers()
    ours: list[float] = []
    floors: list[float] = []
    rows: dict[str, bytes] = {}
    for number in range(ROUNDS):
        batches = list(planned(readers, papers, number))
        ours.append(timed(empty, lambda: write(batches)))  # noqa: B023
        rows = {table: copied(table) for table in TABLES}
        floors.append(timed(empty, lambda: fill(rows)))  # noqa: B023
    counts = {table: data.count(b"\n") for table, data in rows.items()}
    _say(f"written, {READERS} readers moved on", ours, sum(counts.values()))
    _say("COPY of the same rows", floors, sum(counts.values()))
    print(f"{counts}: ours {statistics.median(floors) / statistics.median(ours):.2f} of COPY")
    ticks = [timed(begin_again, tick) for _ in range(1)]
    _say("whole ticks, chosen and written", ticks, READERS, "readers")


def _say(name: str, seconds: list[float], count: int, what: str = "rows") -> None:
    took, rate = statistics.median(seconds), count / statistics.median(seconds)
    print(f"{name:<32}{took:6.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), {rate:,.0f} {what}/s")


def make_readers() -> list[Any]:
    from papers.models import Topic
    from subscriptions.models import Interest, Subscriber

    dice, begun = random.Random(1), NOW - timedelta(days=1)
    rows = [
        Subscriber(
            address=f"reader{number}@example.org",
            created_at=begun,
            confirmed_at=begun,
            next_due_at=NOW,
            next_slot=NOW.date(),
            last_slot=begun.date(),
            read_up_to=begun,
        )
        for number in range(READERS)
    ]
    readers = Subscriber.objects.bulk_create(rows)
    slugs = list(Topic.objects.values_list("slug", flat=True)[:TOPICS])
    Interest.objects.bulk_create(
        Interest(subscriber=reader, kind="topic", value=slug) for reader in readers for slug in dice.sample(slugs, 3)
    )
    return readers


def make_papers() -> list[Any]:
    """Papers of the last day, each in two topics and voted for."""
    from papers.models import Paper, PaperTopic, Topic

    dice, topics = random.Random(2), list(Topic.objects.all()[:TOPICS])
    papers = Paper.objects.bulk_create(
        Paper(
            key=f"arxiv:2608.{number:05}",
            arxiv_id=f"2608.{number:05}",
            title=text(dice, 11),
            abstract=text(dice, 150),
            votes=dice.randrange(50),
            published_on=NOW.date(),
            listed_on=NOW.date(),
            first_seen_at=NOW - timedelta(hours=dice.randrange(1, 20)),
        )
        for number in range(PAPERS)
    )
    PaperTopic.objects.bulk_create(
        PaperTopic(paper=paper, topic=topic, score=dice.uniform(0.5, 1), phrase=text(dice, 2))
        for paper in papers
        for topic in dice.sample(topics, 2)
    )
    return papers


def planned(readers: list[Any], papers: list[Any], number: int) -> Iterator[tuple[list[Any], list[Any]]]:
    """Batches of readers, as planning moved them on, and their letters. Each round is the slot of another day."""
    from digest.letters import planning
    from subscriptions.models import Letter

    dice, now = random.Random(number), NOW + timedelta(days=number)
    for begin in range(0, len(readers), planning.BATCH):
        batch = readers[begin : begin + planning.BATCH]
        letters = []
        for reader in batch:
            reader.done_with(now.date(), now)
            letter = Letter(subscriber=reader, kind="digest", key=now.date().isoformat(), due_at=now, planned_at=now)
            letter.contents = contents(dice, papers)
            letters.append(letter)
        yield batch, letters


def contents(dice: random.Random, papers: list[Any]) -> dict[str, Any]:
    """Seven papers for the reader, three that are trending, three near misses."""
    own, trending, near = (chosen := dice.sample(papers, 13))[:7], chosen[7:10], chosen[10:]
    reasons = [{"code": "topic", "topic": "Sparse autoencoders", "phrase": paper.title[:20]} for paper in own]
    return {
        "for_you": [
            {"paper": paper.pk, "reason": reason, "score": round(dice.random(), 2)}
            for paper, reason in zip(own, reasons, strict=True)
        ],
        "trending": [{"paper": paper.pk} for paper in trending],
        "near_misses": [{"paper": paper.pk, "lacked": {"code": "cap", "cap": 10}} for paper in near],
    }


def write(batches: list[tuple[list[Any], list[Any]]]) -> None:
    from django.db import transaction

    from digest.letters import ledger

    for readers, letters in batches:
        with transaction.atomic():
            ledger.move_on(readers)
            ledger.give(ledger.add(letters))


def empty() -> None:
    """No letters; and what readers were moved on from is swept up, as the database does by itself in time."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        cursor.execute("VACUUM subscriptions_subscriber")


def begin_again() -> None:
    from subscriptions.models import Subscriber

    empty()
    before = NOW - timedelta(days=1)
    Subscriber.objects.update(next_due_at=NOW, next_slot=NOW.date(), last_slot=before.date(), read_up_to=before)


def tick() -> None:
    from digest.letters import planning

    assert planning.tick(NOW) == READERS


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digest.settings")
    main()
