"""Document frequencies, BM25 and TF-IDF, beside plain Python that does the same slowly."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text import tokenizing
from papers.text.lexical import Lexicon, Occurrences, QueryTerms, bm25
from papers.text.postings import Index
from papers.text.tokenizing import TokenizedTexts
from tests.papers.text.plain import FEW, TEXTS, key, pair_key, pairs, slow_bm25, words

pytestmark = pytest.mark.one_database


@given(TEXTS)
def test_a_lexicon_says_how_many_texts_have_a_term(texts: list[str]):
    expected = Counter(number for text in texts for number in {*map(key, words(text)), *map(pair_key, pairs(text))})

    lexicon = Lexicon.learned(texts)

    assert dict(zip(lexicon.keys.tolist(), lexicon.in_texts.tolist(), strict=True)) == {
        number: times for number, times in expected.items() if times > 1
    }
    assert lexicon.length == max(sum(len(words(text)) for text in texts) / len(texts), 1)


def test_a_lexicon_is_learned_of_more_texts_than_are_taken_apart_at_a_time():
    texts = ["spars model"] * (tokenizing.TEXTS_A_PART + 1) + ["model"]

    lexicon = Lexicon.learned(texts)

    assert lexicon.document_frequency(tokenizing.keys_of(b"spars model other")).tolist() == [
        len(texts) - 1,
        len(texts),
        1,
    ]


def test_of_no_texts_a_lexicon_can_be_learned():
    assert Lexicon.learned([]).texts == 0


@given(TEXTS, st.lists(FEW, max_size=6).map(" ".join), st.sampled_from([0.0, 0.5, 1.0]))
def test_bm25_of_candidates_is_what_the_formula_says(texts: list[str], asked: str, pair_weight: float):
    expected = [slow_bm25(asked, text, texts, pair_weight) for text in texts]

    found = bm25(Occurrences.of(QueryTerms(asked, pair_weight), TokenizedTexts.of(texts)), Lexicon.learned(texts))

    assert np.allclose(found, expected, atol=1e-4)


def test_stop_words_are_scored_in_pairs_alone_unless_nothing_else_is_asked_for():
    texts = ["the tide of letters", "the of a which", "tide a letters", "sails"]
    terms = [tokenizing.terms("", text) for text in texts]

    def scores(asked: str, pair_weight: float) -> list[float]:
        query = QueryTerms(tokenizing.terms(asked, ""), pair_weight)
        return bm25(Occurrences.of(query, TokenizedTexts.of(terms)), Lexicon.learned(terms)).tolist()

    said, stop_words, apart, _ = scores("the tide of letters", 0.0)
    assert apart > said > stop_words == 0  # Of the same words in fewer the more.
    said, _, apart, _ = scores("the tide of letters", 1.0)
    assert said > apart
    assert scores("of the", 0.0)[1] > 0


@given(TEXTS)
def test_weighted_rows_have_length_1_or_say_nothing(texts: list[str]):
    index = Index(texts)

    rows = index.lexicon.tfidf(index.counts)

    squares = np.bincount(rows.rows, rows.weights**2, minlength=rows.count)
    assert all(abs(square - 1) < 1e-5 or square == 0 for square in squares)


def test_what_most_texts_say_is_left_out():
    texts = [f"model word{number}" for number in range(30)]
    index = Index(texts)

    rows = index.lexicon.tfidf(index.counts)

    assert key("model") not in rows.keys.tolist()
    assert key("word7") in rows.keys.tolist()
