"""Terms as hashes, and their counts, beside plain Python that does the same slowly."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text import tokenizing
from papers.text.sparse import vstack
from papers.text.tokenizing import TokenizedTexts, counted
from tests.papers.text.plain import TEXTS, WORDS, key, pair_key, pairs, words

pytestmark = pytest.mark.one_database


def test_terms_are_the_stems_of_title_and_abstract_with_a_full_stop_between():
    assert (
        tokenizing.terms("Sparse Autoencoders", "They learn, dictionaries!")
        == "spars autoencod . they learn dictionari"
    )


def test_raised_and_lowered_letters_are_the_plain_ones():
    assert tokenizing.terms("M³Eval of H₂O in ℝᵈ", "") == tokenizing.terms("M3Eval of H2O in Rd", "")


def test_a_text_of_only_punctuation_has_no_words_and_terms_that_are_not_empty():
    terms = tokenizing.terms("?!", "— … ()")

    assert terms == "."
    assert not len(TokenizedTexts.of([terms]).keys)


def test_an_author_is_the_same_however_the_name_is_written():
    assert (
        tokenizing.author_term("Ada  QUILL-Brandt") == tokenizing.author_term("ada quill brandt") == "@adaquillbrandt"
    )


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Pietro Liò", "Pietro Lio"),
        ("Pietro Lio\u0300", "pietro liò"),
        ("Søren Åkesson", "Soren Akesson"),
        ("Łukasz Kaiser", "lukasz kaiser"),
        ("İlker Işık", "Ilker Isik"),
        ("Guðrún Þórsdóttir", "Gudrun Thorsdottir"),
        ("Jörg Weiß", "JORG WEISS"),
        ("Nguyễn Văn Đức", "Nguyen Van Duc"),
    ],
)
def test_an_author_is_the_same_without_accents(written: str, typed: str):
    assert tokenizing.author_term(written) == tokenizing.author_term(typed)
    assert tokenizing.author_term(typed).isascii()


@pytest.mark.parametrize("name", ["田中がく", "김서연", "Борис Ёлкин"])
def test_an_author_of_another_script_is_still_told_from_others(name: str):
    shortened = name[:-1]

    assert tokenizing.author_term(name) != tokenizing.author_term(shortened)


def test_who_wrote_a_text_is_not_what_it_says():
    assert tokenizing.without_authors("spars . model @adaquill @tomasbrandt") == "spars . model"
    assert list(TokenizedTexts.of(["model @adaquill"]).keys) == [key("model")]


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_equal_words_have_equal_numbers_wherever_they_stand_and_others_do_not(text: list[str]):
    keys = tokenizing.keys_of(" ".join(text).encode())

    assert [int(one) for one in keys] == [key(word) for word in text]
    assert len(set(keys.tolist())) == len(set(text))


def test_the_numbers_are_the_same_in_every_process():
    assert key("autoencod") == 29247274411189990


def test_the_order_of_a_pair_counts():
    assert pair_key(("languag", "model")) != pair_key(("model", "languag"))


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


def test_no_texts_are_no_rows():
    assert counted([]).count == 0
    assert not len(counted([]).keys)
