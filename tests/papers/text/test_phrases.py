"""Phrases and topics: what matches, and the words that are stated for it."""

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from unittest import mock

import pytest
import Stemmer
from hypothesis import example, given
from hypothesis import strategies as st

from papers.text import phrases as matching
from papers.text.phrases import Hit, Phrases
from tests.depth import examples

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


def test_asked_for_in_any_case_a_phrase_in_capitals_matches_like_any_other():
    (hit,) = Phrases([(RETRIEVAL, "RAG")], any_case=True).hits("From rags to riches", "")

    assert hit.phrase == "rags"


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


# ---------------------------------------------------------------------- the same, slowly: every run of words looked at

Text = tuple[str, str]
STEMMER = Stemmer.Stemmer("english")


def slow_hits(phrases: list[tuple[int, str]], title: str, abstract: str) -> list[Hit]:
    in_title, in_abstract = slowly_found(phrases, title), slowly_found(phrases, abstract)
    hits = []
    for topic in sorted(in_title.keys() | in_abstract.keys()):
        distinct = len({surface.lower() for surface in in_abstract[topic]})
        score = 1.0 if in_title[topic] else min(0.9, 0.6 + 0.1 * (distinct - 1))
        hits.append(Hit(topic, score, max(in_title[topic] or in_abstract[topic], key=len)))
    return hits


def slowly_found(phrases: list[tuple[int, str]], text: str) -> dict[int, list[str]]:
    words = spelled(text)
    found = defaultdict(list)
    for first in range(len(words)):
        for end in range(first + 1, len(words) + 1):
            run = words[first:end]
            if not all(re.fullmatch(r"[\s\-‐‑–]*", text[a.end() : b.start()]) for a, b in pairwise(run)):
                break
            surface = text[run[0].start() : run[-1].end()]
            for topic, phrase in phrases:
                if slow_stems(run) == slow_stems(spelled(phrase)) and (
                    not phrase.isupper() or surface in (phrase, phrase + "s")
                ):
                    found[topic].append(surface)
    return found


def spelled(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", text))


def slow_stems(words: list[re.Match[str]]) -> list[str]:
    return STEMMER.stemWords([word.group().lower() for word in words])


# Few words, so that what is generated holds many of the phrases generated, one across or inside another.
COMMON = ["a", "b", "A", "as", "AB", "ABs"]
RARE = [
    "ab",
    "B",
    "Abs",
    "learning",
    "learned",
    "dying",
    "1",
    "a's",
    "a’s",
    "ΑΣ",
    "ας",
    "ß",
    "SS",
    "İ",
    "e\u0301",
    "中文",
]
JOINTS = ["-", " - ", "  ", "–", "‑", "\n", "\t", "\u00a0", "\x1f", ""]
BREAKS = [".", ". ", " .", ",", ", ", " (", ") ", "_", "/", ": ", "$", "\\", " '", "' ", "’"]
words_of_texts = st.one_of(map(st.sampled_from, [COMMON, COMMON, COMMON, RARE]))
between_words = st.one_of(map(st.sampled_from, [[" "], [" "], ["-"], JOINTS, BREAKS]))
texts = st.lists(st.tuples(words_of_texts, between_words), max_size=10).map(lambda parts: "".join(sum(parts, ())))
words_of_phrases = st.one_of(
    map(st.sampled_from, [["a", "b"], ["a", "b"], ["AB", "learn", "die", "ας", "ß", "a's", "1", "_", "Ab"]])
)
phrases = st.builds(str.join, st.sampled_from([" ", "-", ". "]), st.lists(words_of_phrases, min_size=1, max_size=4))
topics = st.lists(st.tuples(st.integers(1, 4), phrases), min_size=1, max_size=12)


@examples(300)
@given(topics, st.lists(st.tuples(texts, texts), min_size=1, max_size=4), st.sampled_from([1, 3, 1000]))
@example([(1, "a b"), (1, "b ab")], [("aa b", "a-b ab"), ("", "a - - b ab a  b\nab")], 1000)
@example([(1, "a b"), (1, "a-b"), (2, "a b a"), (3, "AB")], [("(a b) a", "a (b), a b. a AB,ABs (AB)s")], 1000)
@example([(1, "a b c"), (2, "b d"), (3, "ß")], [("a-b c", "SS a,b"), ("a,b c", "a-b d, A-B D")], 1000)
def test_the_quick_way_finds_what_the_slow_way_finds(topics: list[tuple[int, str]], texts: list[Text], kept: int):
    quick = Phrases(topics)

    with (
        mock.patch.object(matching, "MOST_PIECES_CACHED", kept),
        mock.patch.object(matching, "MOST_CHARACTERS_CACHED", 12),
    ):
        for text in texts:
            assert quick.hits(*text) == slow_hits(topics, *text)


def test_what_is_remembered_stays_small(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(matching, "MOST_PIECES_CACHED", 10)
    matches = matching.PieceMatches(Phrases([(1, "sparse")])._read)

    for number in range(100):
        assert matches[f"sparse-{number}"].found == ((1, "sparse"),)

    assert len(matches) + len(matches._before) <= 20


def test_threads_may_share_the_phrases():
    shared = Phrases([(SPARSE, "sparse autoencoder"), (RETRIEVAL, "RAG")])
    texts = [
        (f"Sparse{number % 7} RAG", f"sparse-{number} with sparse autoencoders{number % 5}") for number in range(300)
    ]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: shared.hits(*text), texts))

    assert found == [slow_hits([(SPARSE, "sparse autoencoder"), (RETRIEVAL, "RAG")], *text) for text in texts]
