"""An invented world of papers, topics and readers, as any as can be."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from digest.letters import composing
from digest.models import Given
from digest.previewing import Preview
from papers.models import Paper, Signal, Topic
from subscriptions.composing import Skip
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic
from tests.invented import SUBJECTS, text
from tests.subscriptions.test_views import NOON

AUTHORS = ("Ada Quill", "Tomas Brandt", "Wei Zhang", "Noor Haddad", "Ines Faro")

ORGANISATIONS = ("Harbour Institute", "Orchard Lab", "")

CATEGORIES = ("cs.CL", "cs.RO", "stat.ML", "math.AG")

LISTED = 180


def due_reader(**fields: Any) -> Subscriber:
    return make_reader(**{"hour": 12, "next_due_at": NOON, "read_up_to": NOON - timedelta(days=1), **fields})


def make_world(dice: np.random.Generator) -> tuple[list[Paper], list[Topic]]:
    """Papers of the last twenty days, voted for and about this and that."""
    topics = [make_topic(name=f"Topic of {name}") for name in ("ferries", "apples", "tides")]
    papers = [_paper(number, dice) for number in range(LISTED)]
    for paper in papers:
        for topic in topics:
            if dice.random() < 0.15:
                make_score(paper, topic, float(dice.choice([0.5, 0.6, 1.0])), phrase=paper.title.split()[0])
    return papers, topics


def _paper(number: int, dice: np.random.Generator) -> Paper:
    title, abstract = text(number, SUBJECTS[number % 2])
    day = NOON.date() - timedelta(days=int(dice.integers(20)))
    paper = make_paper(
        title=title,
        abstract=abstract,
        listed_on=day,
        first_seen_at=datetime(day.year, day.month, day.day, int(dice.integers(12)), tzinfo=UTC),
        votes=int(dice.integers(40)),
        authors=dice.choice(AUTHORS, 2, replace=False).tolist(),
        organisation=str(dice.choice(ORGANISATIONS)),
        categories=dice.choice(CATEGORIES, 2, replace=False).tolist(),
    )
    Signal.objects.create(paper=paper, at=NOON - timedelta(hours=int(dice.integers(1, 60))), votes=paper.votes)
    return paper


def some_interests(papers: list[Paper], topics: list[Topic], dice: np.random.Generator) -> list[InterestSpec]:
    """Of all kinds, wanted and unwanted, in any order."""
    words = [" ".join(paper.title.split()[:2]) for paper in papers]
    values = [
        *(("topic", topic.slug) for topic in topics),
        *(("phrase", str(dice.choice(words))) for _ in range(3)),
        *(("paper", papers[int(dice.integers(LISTED))].key) for _ in range(7)),
        *(("author", name) for name in AUTHORS[:3]),
        *(("organisation", name) for name in ORGANISATIONS[:2]),
        *(("category", name) for name in CATEGORIES[:3]),
    ]
    chosen = dice.choice(len(values), int(dice.integers(0, 10)), replace=False)
    found = [InterestSpec(*values[one], wanted=bool(dice.random() < 0.8)) for one in chosen]
    guarded = [
        interest._replace(guard=("cs.CL",)) if interest.kind == "author" and dice.random() < 0.5 else interest
        for interest in found
    ]
    return list({interest.name: interest for interest in guarded}.values())


def make_any_reader(papers: list[Paper], topics: list[Topic], dice: np.random.Generator) -> Subscriber:
    """Somebody who is due, with a history."""
    reader = due_reader(
        cap=int(dice.choice([1, 2, 3, 5, 10, 30])),
        bar=Subscriber.Bar.values[Subscriber.objects.count() % 3],
        shows=Subscriber.Shows.values[Subscriber.objects.count() % 3],
        trending_muted_at=NOON if dice.random() < 0.4 else None,
        read_up_to=NOON - timedelta(hours=int(dice.choice([6, 24, 24, 24, 72, 400]))),
        paused_until=date(2026, 9, 1) if dice.random() < 0.1 else None,
    )
    reader.choose(some_interests(papers, topics, dice))
    for state in (Letter.State.SENT, Letter.State.FAILED, Letter.State.UNCERTAIN):
        letter = make_letter(reader, state=state)
        for place in dice.choice(LISTED, 12, replace=False):
            Given.objects.get_or_create(subscriber=reader, paper=papers[place], defaults={"letter": letter})
    return reader


def said(letter: Letter, preview: Preview) -> str:
    """The text that a mail program would show, but for the tokens in its links, and the way to its web copy, which
    only a letter in the ledger has."""
    letter = preview.letter if letter is None else letter
    composed = composing.digest([letter], NOON)[letter.pk]
    body = str(composed) if isinstance(composed, Skip) else composed.message().body
    return re.sub(
        r"/(feedback|manage|unsubscribe)/[^/]+/", r"/\1/", re.sub(r"View in browser:\n\S+\n\n", "", str(body))
    )
