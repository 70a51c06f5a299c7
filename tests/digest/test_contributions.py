"""What each interest contributes to a paper's score: the numbers are those of choosing."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from digest import previewing, why
from digest.matching import choosing, gathering, scoring
from digest.matching.profiles import CandidatePool, Profile
from papers.models import Paper
from papers.search import fits, understanding
from subscriptions.models import Subscriber
from tests.digest.asking import new, query
from tests.digest.world import make_any_reader, make_world
from tests.factories import make_reader, make_score, make_topic
from tests.subscriptions.test_views import NOON, open_preferences, travel

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


@pytest.fixture
def reader(client) -> Subscriber:
    reader = make_reader(hour=12, next_due_at=NOON, read_up_to=NOON - timedelta(days=1), trending_muted_at=NOON)
    open_preferences(client, reader)
    return reader


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.deep)])
def test_what_an_interest_changes_is_the_difference_of_two_choosings_and_its_words_are_the_papers(monkeypatch, seed):
    dice = np.random.default_rng(100 + seed)
    papers, topics = make_world(dice)
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 100)
    understanding.refit("light", NOON)
    stock, worded, changing = previewing.stock(NOON), 0, 0
    here = stock.pool
    for _ in range(10):
        reader = make_any_reader(papers, topics, dice)
        profile = previewing.scored_for(reader, stock.edition).profile
        for place in dice.choice(len(papers), 5, replace=False):
            paper = papers[place]
            pool = here if paper.pk in here.columns else gathering.pool_of(Paper.objects.filter(pk=paper.pk))
            text = "\n".join([paper.title, paper.abstract, *paper.authors, paper.organisation, *paper.categories])
            with_all = score(profile, paper, pool)
            for one in why.explain(reader, paper.key, NOON).contributions:
                others = {
                    part: tuple(query for query in getattr(profile, part) if query != one.query) for part in PARTS
                }
                without = score(replace(profile, **others), paper, pool)
                assert (one.score, one.without) == (with_all, without)
                assert one.difference == pytest.approx(with_all - without, abs=1e-9)
                assert one.quoted in text
                worded, changing = worded + bool(one.quoted), changing + bool(one.difference)
    assert min(worded, changing) > 10


PARTS = ("wanted", "unwanted")


def score(profile: Profile, paper: Paper, pool: CandidatePool) -> float:
    """Of the paper, as readers see it, when a letter is chosen for this profile alone."""
    [scored] = scoring.score([profile], pool)
    return choosing.shown(float(scored.scores[pool.columns[paper.pk]]))


def test_what_takes_away_the_only_reason_is_told_so(client, reader):
    topic = make_topic(name="Ferries")
    paper = new()
    make_score(paper, topic, phrase="without harbours")
    reader.choose_topics([topic.slug])

    said = query(client, paper)

    assert "“without harbours”" in said
    assert "without it, you would not get this paper" in said


def test_words_that_the_paper_does_not_have_are_not_said_to_be_its_own(client, reader):
    topic = make_topic(name="Ferries")
    paper = new()
    make_score(paper, topic, phrase="submarines")
    reader.choose_topics([topic.slug])

    assert "“submarines”" not in query(client, paper)
