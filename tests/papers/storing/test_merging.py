"""The better word stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from papers.models import Paper, Sighting
from papers.storing import topics
from tests.factories import make_topic
from tests.papers.storing.samples import DAY, MORNING, NEXT_DAY, listing, store

pytestmark = pytest.mark.django_db


SAYS = {
    "huggingface:api": "$\\alpha$ by the API",
    "arxiv:rss": "$\\alpha$ by arXiv",
    "huggingface:props": "by the page",
    "huggingface:cards": "$alpha$ by the cards",
}


@pytest.mark.parametrize("order", [list(SAYS), list(reversed(SAYS))], ids=["best first", "best last"])
def test_each_fact_is_the_one_of_the_most_trusted_reading_whatever_came_first(order: list[str]):
    for reading in order:
        store(listing(abstract=SAYS[reading]), by=reading)
        best = min(order[: order.index(reading) + 1], key=list(SAYS).index)
        assert Paper.objects.get().abstract == SAYS[best]


def test_mathematics_that_lost_its_backslashes_never_replaces_the_apis():
    store(listing(title="Bounds of $\\mathcal{O}(n)$"), by="arxiv:rss")
    store(
        listing(title="Bounds of $mathcal{O}(n)$", votes=9), by="huggingface:cards", now=MORNING + timedelta(hours=1)
    )

    paper = Paper.objects.get()
    assert (paper.title, paper.votes) == ("Bounds of $\\mathcal{O}(n)$", 9)


def test_identities_are_those_of_the_best_reading_that_names_authors():
    store(listing(authors=["Ada Quill"], identities={"Ada Quill": "huggingface:ada"}), by="huggingface:api")
    store(listing(authors=["A. Quill"]), by="arxiv:rss")

    assert Paper.objects.get().identities == {"Ada Quill": "huggingface:ada"}


def test_an_identity_that_its_source_takes_back_is_forgotten():
    store(listing(authors=["Ada Quill"], identities={"Ada Quill": "huggingface:ada"}))
    assert Paper.objects.get().identities == {"Ada Quill": "huggingface:ada"}

    store(listing(authors=["Ada Quill"], identities={}), now=MORNING + timedelta(hours=1))

    assert Paper.objects.get().identities == {}


def test_a_paper_of_whose_authors_nobody_is_identified_has_no_identities():
    store(listing(authors=["Ada Quill"]), by="arxiv:rss")

    assert Paper.objects.get().identities == {}


ONE_MODEL, TWO_MODELS = ({"models": {"count": count, "first": ["a/b"]}} for count in (1, 2))


@pytest.mark.parametrize("order", [["huggingface:api", "huggingface:props"], ["huggingface:props", "huggingface:api"]])
def test_what_is_linked_is_what_the_most_trusted_reading_says(order: list[str]):
    says = {"huggingface:api": TWO_MODELS, "huggingface:props": ONE_MODEL}
    for reading in order:
        store(listing(linked=says[reading]), by=reading)

    assert Paper.objects.get().linked == TWO_MODELS


def test_what_is_linked_grows_and_what_is_not_said_of_it_blanks_nothing():
    store(listing(linked=ONE_MODEL))
    store(listing(linked=TWO_MODELS), now=MORNING + timedelta(hours=1))
    store(listing(), now=MORNING + timedelta(days=1), day=NEXT_DAY)
    assert Paper.objects.get().linked == TWO_MODELS

    store(listing(linked={}), now=MORNING + timedelta(days=2), day=NEXT_DAY)

    assert Paper.objects.get().linked == {}


def test_what_a_better_reading_does_not_say_is_taken_from_the_next():
    store(listing(abstract="By arXiv.", categories=["cs.CL"]), by="arxiv:rss")
    store(listing(organisation="Tidewater Lab"))

    paper = Paper.objects.get()
    assert (paper.abstract, paper.categories, paper.organisation) == ("By arXiv.", ["cs.CL"], "Tidewater Lab")


def test_a_later_version_replaces_an_earlier_one():
    store(listing(abstract="First."), by="arxiv:rss", day=DAY)
    store(listing(abstract="Second.", announced=False), by="arxiv:rss", day=NEXT_DAY)

    assert Paper.objects.get().abstract == "Second."


def test_each_reading_of_a_day_is_kept_as_it_was_said():
    store(listing(abstract="Whole.", votes=1))
    store(listing(votes=2), by="huggingface:cards")

    assert Sighting.objects.get().facts == {
        "api": {"arxiv_id": "2608.00001", "title": "Invented paper 1", "abstract": "Whole.", "votes": 1},
        "cards": {"arxiv_id": "2608.00001", "title": "Invented paper 1", "votes": 2},
    }


def test_the_facts_of_a_source_that_is_gone_are_kept_and_any_other_comes_first():
    store(listing(abstract="Of the old source."), by="retired:list")
    store(listing(abstract="Of the cards."), by="huggingface:cards")

    assert Paper.objects.get().abstract == "Of the cards."


# ------------------------------------------------------------------------------------------------------- announcements


def test_a_paper_that_is_only_spoken_of_is_on_no_days_list():
    store(listing(announced=False), by="arxiv:rss")

    assert Paper.objects.get().listed_on is None
    assert not Paper.objects.listed(on=DAY, by="arxiv")


def test_a_paper_known_of_before_is_first_seen_when_it_is_announced():
    store(listing(announced=False), by="arxiv:query")

    store(listing(), now=MORNING + timedelta(days=1), day=NEXT_DAY)

    paper = Paper.objects.get()
    assert (paper.listed_on, paper.first_seen_at) == (NEXT_DAY, MORNING + timedelta(days=1))


def test_a_paper_announced_again_was_seen_first_when_it_was_first_announced():
    store(listing())
    store(listing(), now=MORNING + timedelta(days=1), day=NEXT_DAY)
    store(listing(announced=False), by="arxiv:rss", now=MORNING + timedelta(days=2), day=NEXT_DAY)

    assert Paper.objects.get().first_seen_at == MORNING
    assert Paper.objects.get().listed_on == NEXT_DAY


def test_a_new_abstract_is_scored_again():
    topic = make_topic(phrases=["dictionary learning"])
    store(listing(), by="huggingface:cards")
    assert not topic.papers.exists()

    store(listing(abstract="On dictionary learning."))

    assert topic.papers.get() == Paper.objects.get()


def test_votes_alone_score_nothing_again(django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch):
    store(listing(votes=1))
    monkeypatch.setattr(topics, "score_topics", lambda papers: pytest.fail("scored") if papers else None)

    store(listing(votes=2))

    assert Paper.objects.get().votes == 2


@pytest.mark.parametrize("by", ["huggingface:api", "huggingface-trending:api"])
def test_a_paper_is_on_hugging_face_once_a_list_of_that_place_named_it(by: str):
    store(listing(1), listing(2), by="arxiv:rss")
    store(listing(2), listing(3), by=by)

    found = Paper.objects.filter(on_hugging_face=True).values_list("arxiv_id", flat=True)
    assert set(found) == {"2608.00002", "2608.00003"}


@pytest.mark.one_database  # SQLite plans well without counting.
def test_of_the_first_papers_of_a_site_the_database_knows_at_once_that_they_are_many():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 0 WHERE relname IN ('papers_paper', 'papers_sighting')")

        store(*(listing(number) for number in range(60)))

        cursor.execute("SELECT reltuples FROM pg_class WHERE relname IN ('papers_paper', 'papers_sighting')")
        assert cursor.fetchall() == [(60,), (60,)]
