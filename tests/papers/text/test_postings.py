"""An inverted index beside the same written out."""

import numpy as np
import pytest
from hypothesis import given

from papers.text.postings import Index
from papers.text.tokenizing import counted
from tests.papers.text.plain import TEXTS, slow_bm25

pytestmark = pytest.mark.one_database


@given(TEXTS, TEXTS)
def test_bm25_of_a_collection_is_what_the_formula_says(texts: list[str], asked: list[str]):
    expected = [[slow_bm25(one, text, texts, 1.0) for text in texts] for one in asked]

    found = Index(texts).bm25.dot(counted(asked))

    assert np.allclose(found, expected, atol=1e-4)


@given(TEXTS, TEXTS)
def test_the_texts_with_all_terms_of_one_asked_are_those_that_have_each_of_them(texts: list[str], asked: list[str]):
    def terms_of(text: str) -> set[int]:
        return set(counted([text]).keys.tolist())

    expected = [
        (row, number)
        for row, one in enumerate(asked)
        for number, text in enumerate(texts)
        if terms_of(one) and terms_of(one) <= terms_of(text)
    ]

    rows, numbers = Index(texts).bm25.with_all(counted(asked))

    assert list(zip(rows.tolist(), numbers.tolist(), strict=True)) == expected


@given(TEXTS)
def test_likeness_is_the_cosine_of_the_rows_written_out(texts: list[str]):
    index = Index(texts)
    rows = index.lexicon.tfidf(index.counts)
    written = np.zeros((rows.count, len(rows.keys)))
    written[rows.rows, np.searchsorted(np.unique(rows.keys), rows.keys)] = rows.weights

    found = index.cosine(rows)

    assert np.allclose(found, written @ written.T, atol=1e-5)


def test_one_text_is_like_itself():
    index = Index(["spars autoencod ."])

    assert np.allclose(index.cosine(index.lexicon.tfidf(index.counts)), [[1]])
