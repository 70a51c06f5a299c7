"""What choosing needs, out of the tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection

from digest.evaluation import evaluate
from digest.letters import planning, wording
from digest.matching import gathering, kinds
from digest.matching.gathering import Edition
from digest.matching.profiles import BAR
from digest.models import Given
from papers.models import Fit, Signal, Vector
from papers.search import fits, understanding
from papers.text.lexical import Lexicon
from papers.text.tokenizing import counted
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
YESTERDAY = NOON - timedelta(days=1)


def make_usual_papers() -> None:
    """What people voted for lately: the threshold to come late is a few votes above."""
    for votes in range(1, 11):
        make_paper(votes=votes, listed_on=(NOON - timedelta(days=5)).date())


def make_risen(*, at: datetime, votes: int = 60):
    paper = make_paper(votes=votes, listed_on=(NOON - timedelta(days=4)).date())
    Signal.objects.create(paper=paper, at=paper.first_seen_at, votes=1)
    Signal.objects.create(paper=paper, at=at, votes=votes)
    return paper


def risen(pool: gathering.CandidatePool) -> set[int]:
    return {one.paper for one in pool.candidates if one.risen_at}


def test_a_paper_whose_votes_crossed_the_threshold_since_is_a_candidate_again():
    make_usual_papers()
    paper = make_risen(at=NOON - timedelta(hours=3))

    assert risen(gathering.pool(YESTERDAY, NOON)) == {paper.pk}


def test_a_paper_whose_votes_crossed_it_before_is_none():
    make_usual_papers()
    make_risen(at=YESTERDAY - timedelta(hours=3))

    assert risen(gathering.pool(YESTERDAY, NOON)) == set()


def test_on_a_site_where_hardly_anyone_votes_two_votes_make_no_rise():
    make_risen(at=NOON - timedelta(hours=3), votes=2)

    assert risen(gathering.pool(YESTERDAY, NOON)) == set()


def test_a_paper_comes_late_once_with_its_label_and_never_again():
    topic = make_topic()
    reader = make_reader(
        topics=[topic.slug], hour=12, next_due_at=NOON, read_up_to=YESTERDAY, trending_muted_at=YESTERDAY
    )
    make_usual_papers()
    paper = make_risen(at=NOON - timedelta(hours=3))
    make_score(paper, topic)

    planning.tick(NOON)
    planning.tick(NOON + timedelta(days=1))

    letters = list(Letter.objects.filter(subscriber=reader).order_by("key"))
    assert [(item["paper"], item["late"]) for item in letters[0].contents["for_you"]] == [(paper.pk, True)]
    said = wording.reason(letters[0].contents["for_you"][0], paper.title, paper.abstract)
    assert said.endswith("(rising now: its votes have grown since 16 August)")
    assert letters[1].reason == "nothing new"
    assert Given.objects.get(subscriber=reader).late


@pytest.mark.parametrize(
    ("kind", "value"),
    [("topic", "no-such-topic"), ("paper", "arxiv:2601.00001")],
)
def test_an_interest_in_what_is_not_here_asks_for_nothing(kind: str, value: str):
    assert gathering.queries_for([InterestSpec(kind, value)]) == {}


def test_an_example_is_found_by_the_key_it_had_when_it_was_pasted():
    paper = make_paper(key="doi:10.1/x", doi="10.1/x", arxiv_id="2608.77777")
    understanding.keep_up()

    queries = gathering.queries_for([InterestSpec("paper", "arxiv:2608.77777")])

    assert [query.paper for query in queries.values()] == [paper.pk]


def test_a_reader_of_every_kind_of_interest_is_planned_for():
    topic = make_topic()
    example, wanted = make_paper(title="Glass furnaces", first_seen_at=YESTERDAY), make_paper(title="Blowing glass")
    reader = make_reader(
        topics=[topic.slug], hour=12, next_due_at=NOON, read_up_to=YESTERDAY, trending_muted_at=YESTERDAY
    )
    interests = [
        InterestSpec("phrase", "blowing glass"),
        InterestSpec("paper", example.key),
        InterestSpec("author", "Nobody Here"),
    ]
    for interest in [
        *interests,
        InterestSpec("organisation", "Tidewater"),
        InterestSpec("category", "cs.CL"),
        InterestSpec("phrase", "iron", False),
    ]:
        reader.add_interest(interest)
    understanding.keep_up()

    planning.tick(NOON)

    (item,) = Letter.objects.get(subscriber=reader).contents["for_you"]
    assert (item["paper"], item["reason"]) == (wanted.pk, {"code": "phrase", "phrase": "blowing glass"})


def test_a_paper_of_just_now_is_understood_before_letters_are_planned():
    reader = make_reader(hour=12, next_due_at=NOON, read_up_to=YESTERDAY, trending_muted_at=YESTERDAY)
    reader.add_interest(InterestSpec("phrase", "blowing glass"))
    paper = make_paper(title="Blowing glass")

    planning.tick(NOON)

    assert [item["paper"] for item in Letter.objects.get(subscriber=reader).contents["for_you"]] == [paper.pk]


@contextmanager
def at_most_values(most: int) -> Iterator[None]:
    """Meanwhile SQLite takes no more values in a statement: papers for its own limit would be too many for a test."""
    if connection.vendor != "sqlite":
        yield
        return
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


def test_more_papers_than_one_statement_takes_values_are_gathered(monkeypatch):
    topic, reader = make_topic(), make_reader()
    papers = [make_paper(title=f"Glass {number}") for number in range(60)]
    make_score(papers[0], topic)
    Given.objects.create(subscriber=reader, paper=papers[-1], letter=make_letter(reader))
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 50)
    understanding.refit("light", NOON)
    keys = [paper.pk for paper in papers]

    with at_most_values(25):
        pool = gathering.pool(YESTERDAY, NOON, also=keys)
        (profile,) = gathering.gather([reader], Edition(NOON, {key: {} for key in keys}), {}).profiles
        (ranked,) = evaluate.rank_libraries([[]], [keys], [["glass"]], most=60)

    assert [one.paper for one in pool.candidates] == sorted(paper for paper, _ in ranked) == keys
    assert len(pool.vectors) == pool.total == 120
    assert [len(one.topics) for one in pool.candidates] == [1] + [0] * 59
    assert profile.given == {papers[-1].pk}


def test_the_bar_that_a_reader_set_is_the_one_that_choosing_knows_of():
    readers = [make_reader(), make_reader(bar=Subscriber.Bar.CLOSE), make_reader(bar=Subscriber.Bar.MORE)]

    profiles = gathering.gather(readers, Edition(NOON, {}), {}).profiles

    assert [one.bar for one in profiles] == [BAR, 3.0, 2.0]


def test_more_examples_than_one_statement_takes_are_all_found(monkeypatch):
    papers = [make_paper() for _ in range(5)]
    understanding.keep_up()
    monkeypatch.setattr(kinds.paper, "PAPERS_A_STATEMENT", 2)

    queries = gathering.queries_for([InterestSpec("paper", paper.key) for paper in papers])

    assert len(queries) == len(papers)


def make_fit_of(loud: list[float]) -> gathering.Understanding:
    """Papers that say a topic this loudly, and each in a direction of its own."""
    fit = Fit.objects.create(encoder="light", began_at=NOON, papers=len(loud), dimensions=len(loud), state=b"")
    topic, papers = make_topic(slug="bread"), [make_paper() for _ in loud]
    for paper, said, vector in zip(papers, loud, np.eye(len(loud), dtype=np.float16), strict=True):
        make_score(paper, topic, said)
        Vector.objects.create(paper=paper, fit=fit, data=vector.tobytes())
    return gathering.Understanding(fit.pk, Lexicon.of(counted(["."]), 1.0), reference=(papers[-1].pk,))


def test_what_is_typical_of_a_topic_is_the_mean_of_the_papers_that_say_it_by_how_loudly_they_do():
    (typical,) = gathering.typical(make_fit_of([1.0, 0.4, 0.2])).values()

    assert (typical / typical[0]).tolist() == pytest.approx([1.0, 0.4, 0.2])


def test_of_fewer_than_three_papers_nothing_is_typical():
    assert gathering.typical(make_fit_of([1.0, 1.0])) == {}
