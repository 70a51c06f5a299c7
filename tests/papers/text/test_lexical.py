"""Words in common: terms as numbers, counted and weighed, beside plain Python that does the same slowly."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text import tokenizing
from papers.text.lexical import K1, B, Lexicon, QueryTerms, bm25
from papers.text.postings import Index
from papers.text.sparse import vstack
from papers.text.tokenizing import TokenizedTexts, counted

pytestmark = pytest.mark.one_database
WORDS = st.text(st.characters(exclude_characters=" ", exclude_categories=["Cs"]), min_size=1, max_size=12)
FEW = st.sampled_from(["spars", "autoencod", "model", "languag", "größe", "数据", "a", "b", "."])
TEXTS = st.lists(st.lists(FEW, max_size=12).map(" ".join), min_size=1, max_size=9)


def key(word: str) -> int:
    return int(tokenizing.keys_of(word.encode())[0])


def words(text: str) -> list[str]:
    return [word for word in text.split() if word != "."]


def pairs(text: str) -> list[tuple[str, str]]:
    both = zip(text.split(), text.split()[1:], strict=False)
    return [pair for pair in both if "." not in pair]


def pair_key(pair: tuple[str, str]) -> int:
    return int(TokenizedTexts([" ".join(pair)]).bigrams[0])


# --------------------------------------------------------------------------------------------------------------- terms


def test_terms_are_the_stems_of_title_and_abstract_with_a_full_stop_between():
    assert (
        tokenizing.terms("Sparse Autoencoders", "They learn, dictionaries!")
        == "spars autoencod . they learn dictionari"
    )


def test_a_text_of_only_punctuation_has_no_words_and_terms_that_are_not_empty():
    terms = tokenizing.terms("?!", "— … ()")

    assert terms == "."
    assert not len(TokenizedTexts([terms]).keys)


def test_an_author_is_the_same_however_the_name_is_written():
    assert (
        tokenizing.author_term("Ada  QUILL-Brandt") == tokenizing.author_term("ada quill brandt") == "@adaquillbrandt"
    )


def test_who_wrote_a_text_is_not_what_it_says():
    assert tokenizing.without_authors("spars . model @adaquill @tomasbrandt") == "spars . model"
    assert list(TokenizedTexts(["model @adaquill"]).keys) == [key("model")]


# ------------------------------------------------------------------------------------------------------------- numbers


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_equal_words_have_equal_numbers_wherever_they_stand_and_others_do_not(text: list[str]):
    keys = tokenizing.keys_of(" ".join(text).encode())

    assert [int(one) for one in keys] == [key(word) for word in text]
    assert len(set(keys.tolist())) == len(set(text))


def test_the_numbers_are_the_same_in_every_process():
    assert key("autoencod") == 29247274411189990


def test_the_order_of_a_pair_counts():
    assert pair_key(("languag", "model")) != pair_key(("model", "languag"))


# ------------------------------------------------------------------------------------------------------------ counting


@given(TEXTS)
def test_terms_are_counted_as_python_counts_them(texts: list[str]):
    expected = {
        (row, number): times
        for row, text in enumerate(texts)
        for number, times in Counter([*map(key, words(text)), *map(pair_key, pairs(text))]).items()
    }

    found = counted(texts)

    cells = zip(found.rows.tolist(), found.keys.tolist(), strict=True)
    assert dict(zip(cells, found.weights.tolist(), strict=True)) == expected
    assert found.keys.tolist() == sorted(found.keys.tolist())


@given(TEXTS)
def test_counting_part_by_part_is_counting_at_once(texts: list[str]):
    whole = counted(texts)

    parts = vstack([counted([text]) for text in texts])

    assert sorted(zip(parts.keys, parts.rows, parts.weights, strict=True)) == sorted(
        zip(whole.keys, whole.rows, whole.weights, strict=True)
    )


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


def test_no_texts_are_no_rows():
    assert counted([]).count == 0
    assert not len(counted([]).keys)
    assert Lexicon.learned([]).texts == 0


# ---------------------------------------------------------------------------------------------------------------- BM25


def slow_bm25(asked: str, text: str, texts: list[str], pair_weight: float) -> float:
    length = max(sum(len(words(one)) for one in texts) / len(texts), 1)
    relative = 1 - B + B * len(words(text)) / length

    def score(wanted: list, there: list, all_of_them: list[list]) -> float:
        total = 0.0
        for term in wanted:
            having = max(sum(term in one for one in all_of_them), 1)
            rarity = math.log(1 + max(len(texts) - having + 0.5, 0.5) / (having + 0.5))
            total += rarity * there.count(term) * (K1 + 1) / (there.count(term) + K1 * relative)
        return total

    single = score(words(asked), words(text), [words(one) for one in texts])
    return single + pair_weight * score(pairs(asked), pairs(text), [pairs(one) for one in texts])


@given(TEXTS, st.lists(FEW, max_size=6).map(" ".join), st.sampled_from([0.0, 0.5, 1.0]))
def test_bm25_of_candidates_is_what_the_formula_says(texts: list[str], asked: str, pair_weight: float):
    expected = [slow_bm25(asked, text, texts, pair_weight) for text in texts]

    found = bm25(QueryTerms(asked, pair_weight), TokenizedTexts(texts), Lexicon.learned(texts))

    assert np.allclose(found, expected, atol=1e-4)


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


# -------------------------------------------------------------------------------------------------------------- TF-IDF


@given(TEXTS)
def test_weighted_rows_have_length_1_or_say_nothing(texts: list[str]):
    index = Index(texts)

    rows = index.lexicon.tfidf(index.counts)

    squares = np.bincount(rows.rows, rows.weights**2, minlength=rows.count)
    assert all(abs(square - 1) < 1e-5 or square == 0 for square in squares)


@given(TEXTS)
def test_likeness_is_the_cosine_of_the_rows_written_out(texts: list[str]):
    index = Index(texts)
    rows = index.lexicon.tfidf(index.counts)
    written = np.zeros((rows.count, len(rows.keys)))
    written[rows.rows, np.searchsorted(np.unique(rows.keys), rows.keys)] = rows.weights

    found = index.cosine(rows)

    assert np.allclose(found, written @ written.T, atol=1e-5)


def test_what_most_texts_say_is_left_out():
    texts = [f"model word{number}" for number in range(30)]
    index = Index(texts)

    rows = index.lexicon.tfidf(index.counts)

    assert key("model") not in rows.keys.tolist()
    assert key("word7") in rows.keys.tolist()


def test_one_text_is_like_itself():
    index = Index(["spars autoencod ."])

    assert np.allclose(index.cosine(index.lexicon.tfidf(index.counts)), [[1]])
