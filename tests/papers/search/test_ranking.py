"""What a search finds, and in which order; the same on both databases."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.db import connection

from papers import database, sample, storing
from papers.models import Paper
from papers.search import candidates, ranking, understanding
from papers.search.candidates import SearchCandidates
from papers.search.encoders import Text
from papers.sources.base import Listing
from papers.text import tokenizing
from papers.text.lexical import Occurrences, QueryTerms
from papers.text.tokenizing import TokenizedTexts
from tests.factories import DAY
from tests.papers.search.conftest import NOW, found, paper

pytestmark = pytest.mark.django_db


def titles(query: str) -> list[str]:
    return [Paper.objects.get(pk=key).title for key in found(query)]


# ------------------------------------------------------------------------------------------------------ what is found


def test_papers_are_found_by_words_of_their_titles_and_abstracts_whatever_the_endings():
    in_title, in_abstract, _ = paper("Sorting letters"), paper("Harbours", "A letter is sorted."), paper("Pigeons")
    understanding.keep_up()

    assert set(found("sorted letter")) == {in_title.pk, in_abstract.pk}


def test_the_exact_phrase_comes_before_the_words_apart():
    apart = paper("Models of a tide in a language", "A harbour, a lighthouse.")
    phrase = paper("Tides of a language model", "A harbour, a lighthouse.")
    also_apart = paper("Language of tides, a model", "A harbour, a lighthouse.")
    understanding.keep_up()

    assert found("language models")[0] == phrase.pk
    assert set(found("language models")) == {apart.pk, phrase.pk, also_apart.pk}


def test_of_equal_papers_the_later_one_comes_first():
    papers = [paper("Tides", "A harbour at night.") for _ in range(7)]
    understanding.keep_up()

    assert found("harbour") == [one.pk for one in reversed(papers)]


def test_a_word_with_an_apostrophe_is_found():
    one = paper("Don't ask O'Brien")
    understanding.keep_up()

    assert found("don't") == [one.pk]


@pytest.mark.parametrize("asked", ["M³Eval", "M^3Eval", "m3eval", "M$^3$Eval"])
def test_a_word_with_a_raised_digit_is_found_however_it_is_typed(asked: str):
    one = paper("M³Eval: A Harbour")
    understanding.keep_up()

    assert found(asked) == [one.pk]


def test_a_word_that_is_too_long_for_an_index_is_found_all_the_same():
    one = paper("é" * 5000)
    understanding.keep_up()

    assert found("é" * 5000) == [one.pk]


def test_a_paper_that_has_all_the_words_is_found_behind_thousands_that_have_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(candidates, "MOST_WITH_TERMS", 5)
    both = paper("Tides and pigeons")
    for number in range(40):
        paper("Tides" if number % 2 else "Pigeons")
    understanding.keep_up()
    understanding.refit("light", NOW)

    assert found("tides pigeons", most=3)[0] == both.pk


def test_among_some_papers_all_of_them_come_in_order_even_those_without_any_of_the_words():
    papers = [paper("Pigeons"), paper("Tides"), paper("Tides and harbours")]
    understanding.keep_up()
    fresh = paper("Not understood yet: tides")

    ranked = found("harbours", most=1, among=[fresh.pk, *(one.pk for one in papers), 10**9])

    assert ranked[0] == papers[2].pk
    assert sorted(ranked) == sorted([*(one.pk for one in papers), fresh.pk])
    assert sorted(found("?", among=ranked)) == sorted(ranked)


def test_papers_like_a_paper_have_that_paper_first():
    mine, near, far = paper("Sorting letters", "By hand."), paper("Letters, sorted", "By foot."), paper("Pigeons")
    understanding.keep_up()
    mine.refresh_from_db()

    ranked = [one.paper for one in ranking.similar([Text(mine.title, mine.abstract, mine.terms)])]

    assert ranked[:2] == [mine.pk, near.pk]
    assert far.pk not in ranked


def test_papers_like_several_papers_are_like_any_of_them_and_not_by_their_authors():
    paper("Pigeons", authors=["Ada Quill"])
    tides, letters = paper("Tides"), paper("Letters")
    understanding.keep_up()
    asked = [Text(title, "", f"{tokenizing.terms(title, '')} @adaquill") for title in ("Tides", "Letters")]

    assert {one.paper for one in ranking.similar(asked)} == {tides.pk, letters.pk}


# ---------------------------------------------------------------------------------------------------- what is said now


def listing(number: int = 1, **said: Any) -> Listing:
    arxiv_id = f"2608.{number:05}"
    return Listing(**{"key": f"arxiv:{arxiv_id}", "arxiv_id": arxiv_id, "title": f"Paper {number}"} | said)


def store(*listings: Listing, by: str = "arxiv:rss", day: date = DAY) -> None:
    source, reading = by.split(":")
    storing.merge_papers(listings, source, reading, day, NOW)


def indexed() -> list[int]:
    """The rows of SQLite's index; PostgreSQL's is of the papers themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM papers_terms" if connection.vendor == "sqlite" else "SELECT 0 LIMIT 0")
        return [key for (key,) in cursor.fetchall()]


def test_a_changed_title_is_found_by_its_new_words_and_not_by_its_old():
    store(listing(title="Pigeons"))
    understanding.keep_up()
    store(listing(title="Lighthouses"))
    assert titles("pigeons") == titles("lighthouses") == []

    understanding.keep_up()

    assert titles("lighthouses") == ["Lighthouses"]
    assert titles("pigeons") == []


@pytest.mark.parametrize("changed", [{"title": "Tides"}, {"abstract": "Tides."}, {"authors": ["Tide"]}], ids=str)
def test_a_paper_that_says_something_else_is_to_be_understood_anew(changed: dict[str, Any]):
    store(listing(abstract="A", authors=["Ada"]))
    understanding.keep_up()

    store(listing(**{"abstract": "A", "authors": ["Ada"]} | changed))

    assert Paper.objects.get().terms == ""


def test_new_votes_leave_a_paper_understood():
    store(listing(title="Pigeons"))
    understanding.keep_up()

    store(listing(title="Pigeons", votes=7), by="huggingface:api")

    assert Paper.objects.get().votes == 7
    assert titles("pigeons") == ["Pigeons"]


def test_of_two_papers_that_were_joined_one_is_found():
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="Pigeons at sea"), by="another:list")
    store(listing(title="Pigeons"))
    understanding.keep_up()
    assert len(found("pigeons")) == 2

    store(listing(title="Pigeons", doi="10.1000/one"))
    understanding.keep_up()

    assert found("pigeons") == [Paper.objects.get().pk]
    assert set(indexed()) <= {Paper.objects.get().pk}


def test_samples_that_were_removed_are_not_found():
    sample.publish(NOW)
    understanding.keep_up()
    assert found("sparse autoencoder")

    sample.remove()

    assert found("sparse autoencoder") == ranking.by_author("Ada Quill") == indexed() == []


def test_a_paper_whose_row_was_deleted_by_hand_is_not_found():
    one = paper("Pigeons", authors=["Ada Quill"])
    understanding.keep_up()
    Paper.objects.filter(pk=one.pk).delete()

    assert found("pigeons") == ranking.by_author("Ada Quill") == []


def test_authors_whose_accents_were_kept_when_their_papers_were_stored_are_found_without_them():
    one = paper("Pigeons", authors=["Pietro Liò", "Ada Quill"])
    understanding.keep_up()
    database.add_to_index([(one.pk, "pigeon . @pietroliò @adaquill")])
    Paper.objects.update(terms="pigeon . @pietroliò @adaquill")
    assert ranking.by_author("Pietro Lio") == []

    import_module("papers.migrations.0013_names").take_accents_off(apps, SimpleNamespace(connection=connection))

    assert ranking.by_author("Pietro Lio") == ranking.by_author("Pietro Liò") == found("pigeons") == [one.pk]


def test_a_paper_fits_that_says_all_words_but_stop_words_or_is_nearer_than_papers_usually_are():
    said, near, far = "tide in ebb", "pigeon", "ebb"
    others = np.full((100, 2), [0.1, 1], np.float32)
    others[::2, 0] = -0.1
    vectors = np.array([[0, 1], [1, 0], [0.2, 1]], np.float32)
    texts = TokenizedTexts.of([said, near, far])
    papers = SearchCandidates(np.arange(3), texts, vectors, others)
    asked = Occurrences.of(QueryTerms(tokenizing.terms("Tides of ebb", "")), texts)

    assert ranking.fitting(asked, np.array([1, 0], np.float32), papers).tolist() == [True, True, False]
    assert ranking.fitting(asked, None, papers).tolist() == [True, False, False]


def test_no_paper_fits_words_to_which_all_are_about_as_far():
    others = np.array([[0.01, 0], [-0.01, 0]] * 50, np.float32)
    vectors = np.array([[0.1, 0], [0.3, 0]], np.float32)
    papers = SearchCandidates(np.arange(2), TokenizedTexts.of(("algebra", "gardens")), vectors, others)

    fits = ranking.fitting(Occurrences.of(QueryTerms("rose"), papers.texts), np.array([1, 0], np.float32), papers)

    assert fits.tolist() == [False, True]
