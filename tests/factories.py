"""Rows for the tests: a test states what matters to it, the rest is filled in here."""

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from papers.models import Collection, Paper, PaperTopic, Sighting, Topic
from subscriptions.models import Letter, Subscriber

DAY = date(2026, 8, 20)  # a Thursday
_numbers = count(1)


def make_topic(**fields: Any) -> Topic:
    number = next(_numbers)
    filled = {"slug": f"topic-{number}", "name": f"Topic {number}", "group": "Invented", "description": "Of a test."}
    return Topic.objects.create(**filled | {"phrases": [f"phrase {number}"]} | fields)


def make_paper(*, rank: int | None = None, source: str = "huggingface", **fields: Any) -> Paper:
    """A paper that the source listed on its `listed_on`; without a rank, after all papers that were made before it."""
    number = next(_numbers)
    day = fields.get("listed_on", DAY)
    filled = {
        "key": f"arxiv:2608.{number:05}",
        "title": f"Invented paper {number}",
        "abstract": f"What paper {number} found.",
        "authors": ["Ada Quill", "Tomas Brandt"],
        "published_on": day,
        "listed_on": day,
        "first_seen_at": datetime.combine(day, time(6), UTC),
        "on_hugging_face": source.startswith("huggingface"),
    } | fields
    kind, _, name = filled["key"].partition(":")
    paper = Paper.objects.create(**({"arxiv_id": name} if kind == "arxiv" else {}) | filled)
    Sighting.objects.create(paper=paper, source=source, day=day, rank=number if rank is None else rank)
    return paper


def make_score(paper: Paper, topic: Topic, score: float = 1.0, phrase: str = "phrase") -> PaperTopic:
    return PaperTopic.objects.create(paper=paper, topic=topic, score=score, phrase=phrase)


def make_reader(**fields: Any) -> Subscriber:
    """One who confirmed long ago; `topics` are slugs."""
    topics = fields.pop("topics", ())
    number = next(_numbers)
    begun = datetime(2026, 8, 1, tzinfo=UTC)
    moments = {"created_at": begun, "confirmed_at": begun, "read_up_to": begun, "next_due_at": begun}
    reader = Subscriber.objects.create(**{"address": f"reader{number}@example.org"} | moments | fields)
    reader.choose_topics(topics)
    return reader


def make_letter(reader: Subscriber | None = None, **fields: Any) -> Letter:
    """A planned letter that a sender can take: one with a link to the preferences."""
    moment = fields.pop("at", datetime(2026, 8, 20, 12, tzinfo=UTC))
    defaults = {"kind": "manage", "key": str(next(_numbers)), "due_at": moment, "planned_at": moment}
    return Letter.objects.create(subscriber=reader or make_reader(), **(defaults | fields))


def make_collection(source: str, day: date, **fields: Any) -> Collection:
    """The record of collecting a source's day; read at noon, without papers unless `listed`."""
    listed = fields.get("listed", 0)
    filled = {
        "outcome": Collection.Outcome.LISTED if listed else Collection.Outcome.NOTHING_YET,
        "collected_at": datetime.combine(day, time(12), UTC),
    }
    return Collection.objects.create(source=source, day=day, **filled | fields)
