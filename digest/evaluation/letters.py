"""The letters of readers who follow one topic each, as the site would have made them, beside judged pairs of topic and
paper; in a database of its own, gone when it is done."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, TextIO

from django.db import transaction
from tqdm import tqdm

from digest.evaluation import judged
from digest.evaluation.collections import BadCollection
from digest.evaluation.evaluate import PAPERS_AT_ONCE, Report, own_database, peak_mb, understood_by
from digest.evaluation.judged import DatedPaper, JudgedLetters
from digest.letters import planning
from papers.models import Paper, Topic
from papers.search import understanding
from papers.storing.topics import score_topics
from subscriptions.models import Letter, Subscriber

SEEN_AT, PLANNED_AT = time_of_day(9), time_of_day(23)  # of their days: papers, and letters
Brought = dict[str, Any]  # a line of what came


def evaluate(folder: Path, encoder: str, now: datetime, brought: TextIO | None = None) -> Report:
    """Figures by name; what came goes into `brought`, a line of JSON for each paper. Raises BadCollection."""
    asked = judged.read(folder)
    with own_database(), understood_by(encoder):
        if missing := set(asked.topics) - set(Topic.objects.values_list("slug", flat=True)):
            raise BadCollection(f"{judged.JUDGED}: expected slugs of this site's topics, found {sorted(missing)[0]!r}")
        began = time.perf_counter()
        store(asked, encoder, now)
        readers = {topic: _reader(topic, asked) for topic in asked.topics}
        came = [line for day in tqdm(asked.letters, "letters", disable=None) for line in planned(readers, day)]
        skipped = Counter(Letter.objects.filter(state=Letter.State.SKIPPED).values_list("subscriber", flat=True))
        empty = {topic: skipped[reader.pk] / len(asked.letters) for topic, reader in readers.items()}
        spent, peak = time.perf_counter() - began, peak_mb()
    if brought:
        brought.writelines(json.dumps(line) + "\n" for line in came)
    pairs = {(line["topic"], line["paper"]) for line in came}
    return {
        **judged.measured(asked.judgements, pairs, empty),
        "letters": len(asked.letters) * len(readers),
        "papers_brought": len(came),
        "seconds": round(spent, 3),
        "peak_mb": round(peak, 3),
        "papers": len(asked.papers),
        "encoder": encoder,
    }


def store(asked: JudgedLetters, encoder: str, now: datetime) -> None:
    """The papers as rows. Words and meaning are learned from those of before; the others are understood by that."""
    before = [paper for paper in asked.papers if paper.day < asked.learned_before]
    after = [paper for paper in asked.papers if paper.day >= asked.learned_before]
    _store(before)
    understanding.refit(encoder, now)
    _store(after)
    understanding.keep_up()


def _store(papers: Sequence[DatedPaper]) -> None:
    topics = list(Topic.objects.all())
    for begin in tqdm(range(0, len(papers), PAPERS_AT_ONCE), "papers", disable=None):
        part = papers[begin : begin + PAPERS_AT_ONCE]
        rows = [
            Paper(key=paper.name, listed_on=paper.day, first_seen_at=_at(paper.day, SEEN_AT), **paper.fields)
            for paper in part
        ]
        with transaction.atomic():
            score_topics(Paper.objects.bulk_create(rows), topics)


def _reader(topic: str, asked: JudgedLetters) -> Subscriber:
    """Without Trending; the rest as anybody is to begin with."""
    since = _at(asked.since, time_of_day())
    reader = Subscriber.objects.create(
        address=f"{topic}@example.org",
        hour=PLANNED_AT.hour,
        created_at=since,
        confirmed_at=since,
        read_up_to=since,
        trending_muted_at=since,
    )
    reader.choose_topics([topic])
    return reader


def planned(readers: Mapping[str, Subscriber], day: date) -> list[Brought]:
    """What the letters of a day bring, as the site plans them."""
    now = _at(day, PLANNED_AT)
    Subscriber.objects.update(next_due_at=now)
    planning.tick(now)
    letters = Letter.objects.filter(kind="digest", key=day.isoformat())
    topics = {reader.pk: topic for topic, reader in readers.items()}
    items = [(letter, rank, item) for letter in letters for rank, item in enumerate(letter.contents["for_you"], 1)]
    keys = dict(Paper.objects.filter(pk__in={item["paper"] for *_, item in items}).values_list("pk", "key"))
    return [
        {"topic": topics[letter.subscriber_id or 0], "paper": keys[item["paper"]], "letter": letter.key}
        | {"rank": rank, "score": item["score"], "reason": item["reason"]}
        for letter, rank, item in items
    ]


def _at(day: date, hour: time_of_day) -> datetime:
    return datetime.combine(day, hour, UTC)
