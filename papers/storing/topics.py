"""What papers are about: their scores in the topics, by the topics' phrases."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction

from papers import database
from papers.models import ContentVersion, Paper, PaperTopic, Topic
from papers.text.phrases import Hit, Phrases

RESCORED_FOR = timedelta(days=60)  # how far back a topic whose phrases were edited is scored again
PAPERS_AT_ONCE = 500  # in one transaction


def phrases_of(topics: Iterable[Topic]) -> Phrases:
    return _prepared(tuple((topic.pk, tuple(topic.phrases)) for topic in topics))


@lru_cache(maxsize=4)
def _prepared(topics: tuple[tuple[int, tuple[str, ...]], ...]) -> Phrases:
    return Phrases((topic, phrase) for topic, phrases in topics for phrase in phrases)


def insert_scores(hits: Mapping[int, Iterable[Hit]]) -> None:
    """Paper's key -> where it says the topics' phrases, as the scores of papers that have none in these topics."""
    rows = ((paper, hit.topic, hit.score, hit.phrase) for paper, found in hits.items() for hit in found)
    database.insert(PaperTopic, ("paper", "topic", "score", "phrase"), rows)


def score_topics(papers: Sequence[Paper], topics: Sequence[Topic] | None = None) -> None:
    """Write anew what these papers are about, for these topics only or for all."""
    if not papers:
        return
    topics = list(Topic.objects.all()) if topics is None else topics
    phrases = phrases_of(topics)
    PaperTopic.objects.filter(paper__in=papers, topic__in=topics).delete()
    insert_scores({paper.pk: phrases.hits(paper.title, paper.abstract) for paper in papers})


def score_edited_topics(now: datetime) -> None:
    """Topics that are new, or whose phrases were edited, over the recent papers."""
    if not (topics := list(Topic.objects.filter(scored_at=None))):
        return
    recent, last = Paper.objects.listed_within(RESCORED_FOR, now).order_by("pk"), 0
    of_these = Topic.objects.filter(pk__in=[topic.pk for topic in topics])
    while papers := list(recent.filter(pk__gt=last)[:PAPERS_AT_ONCE]):
        with transaction.atomic():
            database.take_turns(database.STORING)
            if not of_these.filter(scored_at=None).exists():  # Another process was at it.
                return
            score_topics(papers, topics)
            ContentVersion.objects.move()
        last = papers[-1].pk
    of_these.update(scored_at=now)
