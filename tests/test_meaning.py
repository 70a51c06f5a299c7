"""Phrases and topics: what matches, and the words that are stated for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.meaning import Phrases

pytestmark = pytest.mark.one_database
SPARSE, RETRIEVAL = 1, 2
PHRASES = Phrases([(SPARSE, "dictionary learning"), (SPARSE, "sparse autoencoder"), (RETRIEVAL, "RAG")])


def phrases_of(title: str, abstract: str = "") -> dict[int, str]:
    return {hit.topic: hit.phrase for hit in PHRASES.hits(title, abstract)}


@pytest.mark.parametrize("text", ["Sparse Autoencoders", "sparse-autoencoder", "sparse  \n autoencoding"])
def test_a_phrase_matches_whatever_its_endings_hyphens_and_spaces(text: str):
    assert phrases_of(f"On {text} today") == {SPARSE: text}


@pytest.mark.parametrize(
    "text", ["It is sparse. Autoencoders help", "sparse, autoencoder", "a sparse deep autoencoder"]
)
def test_a_phrase_does_not_match_across_other_words_or_a_full_stop(text: str):
    assert phrases_of(text) == {}


@pytest.mark.parametrize(("text", "found"), [("RAG", "RAG"), ("many RAGs", "RAGs")])
def test_a_phrase_in_capitals_matches_in_capitals(text: str, found: str):
    assert phrases_of(text) == {RETRIEVAL: found}


def test_a_phrase_in_capitals_does_not_match_a_common_word():
    assert phrases_of("From rags to riches, a rag") == {}


def test_the_title_tells_more_than_the_abstract():
    in_title, in_abstract = (PHRASES.hits(*texts)[0].score for texts in [("RAG", ""), ("", "RAG")])

    assert in_title > in_abstract


def test_the_title_is_quoted_before_the_abstract():
    assert phrases_of("Sparse autoencoders", "for dictionary learning") == {SPARSE: "Sparse autoencoders"}


words = st.sampled_from(
    ["sparse", "Autoencoders", "dictionary", "learning", "learned", "RAG", "rag", ".", "-", "ß", "x<y", "\n"]
)


@given(st.lists(words), st.lists(words), st.sampled_from(["", " ", "  "]))
def test_every_stated_phrase_occurs_in_its_paper(title: list[str], abstract: list[str], space: str):
    text = space.join(title), space.join(abstract)

    assert all(hit.phrase in text[0] or hit.phrase in text[1] for hit in PHRASES.hits(*text))
