"""A reader's phrase with a full stop inside a word: chosen by the stored terms, and quoted as it stands."""

import pytest

from digest.matching.kinds.phrase import as_written
from papers.text import tokenizing
from papers.text.lexical import Lexicon, Occurrences, QueryTerms, bm25
from papers.text.tokenizing import TokenizedTexts

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("phrase", ["Qwen2.5", "GPT-4.1", "node.js", "v2.0"])
def test_a_word_with_a_full_stop_inside_is_quoted_where_it_stands(phrase: str):
    assert as_written(phrase, "A study", f"It is trained with {phrase}. More follows.") == phrase


@pytest.mark.parametrize("phrase", ["Qwen2.5", "GPT-4.1", "node.js", "v2.0"])
def test_choosing_finds_a_word_with_a_full_stop_inside_before_its_parts_apart(phrase: str):
    parts = phrase.replace("-", " a ").replace(".", " a ")
    together, apart = tokenizing.terms("", f"with {phrase} a a"), tokenizing.terms("", f"with {parts} a")
    texts = [together, apart, "other words"]

    scores = bm25(
        Occurrences.of(QueryTerms(tokenizing.terms(phrase, "")), TokenizedTexts.of(texts)), Lexicon.learned(texts * 2)
    )

    assert scores[0] > scores[1] > scores[2] == 0


def test_the_end_of_a_sentence_is_not_quoted_as_a_word():
    assert as_written("Qwen2.5", "We use Qwen2. 5 runs follow", "") == ""
