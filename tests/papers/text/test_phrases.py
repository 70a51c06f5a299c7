"""Phrases and topics: what matches, and the words that are stated for it."""

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from unittest import mock

import pytest
import Stemmer
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from papers.text import phrases as matching
from papers.text.loudness import Span, loudness
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


def says(phrase: str, text: str) -> list[str]:
    return [hit.phrase for hit in Phrases([(1, phrase)]).hits("", text)]


@pytest.mark.parametrize("text", ["the Diffract model", "diffraction", "it diffracts"])
def test_a_quoted_phrase_does_not_match_other_words_of_its_stem(text: str):
    assert says('"diffractive"', text) == []


@pytest.mark.parametrize("found", ["diffractive", "Diffractive", "DIFFRACTIVE", "diffractives"])
def test_a_quoted_phrase_without_capitals_matches_in_any(found: str):
    assert says('"diffractive"', f"On {found} optics") == [found]


@pytest.mark.parametrize(("text", "found"), [("LoRA", ["LoRA"]), ("LoRAs", ["LoRAs"]), ("Lora", []), ("LORA", [])])
def test_a_quoted_phrase_with_capitals_matches_in_these(text: str, found: list[str]):
    assert says('"LoRA"', f"by {text} alone") == found


@pytest.mark.parametrize("text", ["OULU-NPU", "NPU-V2", "NPU-2", "X-NPU", "DeepSeek-NPU", "NPU-CompBench"])
def test_a_quoted_phrase_is_not_found_in_another_name(text: str):
    assert says('"NPU"', f"on {text}, CASIA") == []


@pytest.mark.parametrize(
    "text", ["NPU-based", "multi-NPU", "NPU-as-a-service", "NPU-Based", "NPU", "(NPU)", "NPU - CPU"]
)
def test_a_quoted_phrase_is_found_in_a_compound_with_a_plain_word(text: str):
    assert says('"NPU"', f"for {text} work") == ["NPU"]


def test_a_quoted_phrase_without_capitals_is_found_beside_a_name():
    assert says('"hallucination"', "We call it RT-Hallucination.") == ["Hallucination"]


def test_a_phrase_in_capitals_without_quotes_is_found_in_names_made_of_it():
    assert says("RAG", "We propose KG-RAG.") == ["RAG"]


@pytest.mark.parametrize("text", ["VLMs", "VLAs", "RAGs"])
def test_a_phrase_in_capitals_has_its_plural_whether_or_not_its_stem_drops_the_s(text: str):
    assert says(text.removesuffix("s"), f"of {text} today") == [text]


@pytest.mark.parametrize("phrase", ["Qwen2.5", "GPT-4.1", "node.js", "v2.0"])
def test_a_word_with_a_full_stop_inside_is_found_as_it_stands(phrase: str):
    assert says(phrase, f"It runs on {phrase}. 7B of it") == [phrase]


@pytest.mark.parametrize("text", ["Qwen2. 5 models", "Qwen2 .5", "Qwen2.\n5", "Qwen2..5"])
def test_a_full_stop_beside_anything_but_letters_and_digits_ends_a_phrase(text: str):
    assert says("Qwen2.5", text) == []


@pytest.mark.parametrize("phrase", ['"LoRA', 'LoRA"', 'the "LoRA" way', '""'])
def test_quotes_stand_around_a_whole_phrase(phrase: str):
    with pytest.raises(ValidationError):
        matching.list_of_phrases([phrase])


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
        text, spans = (title, in_title[topic]) if in_title[topic] else (abstract, in_abstract[topic])
        score = 1.0 if in_title[topic] else loudness(abstract, spans)
        hits.append(Hit(topic, score, max((text[start:end] for start, end in spans), key=len)))
    return hits


def slowly_found(phrases: list[tuple[int, str]], text: str) -> dict[int, list[Span]]:
    words = spelled(text)
    found = defaultdict(list)
    for first in range(len(words)):
        for end in range(first + 1, len(words) + 1):
            run = words[first:end]
            if not all(re.fullmatch(r"[\s\-‐‑–]*|\.", text[a.end() : b.start()]) for a, b in pairwise(run)):
                break
            span = run[0].start(), run[-1].end()
            for topic, spelling in {
                (topic, phrase if exactly(phrase) else stemmed(phrase)) for topic, phrase in phrases
            }:
                if slow_stands(text, run, spelling):
                    found[topic].append(span)
    return found


def exactly(phrase: str) -> bool:
    return phrase.isupper() or phrase.startswith('"')


def stemmed(phrase: str) -> tuple[str, ...]:
    return tuple(slow_stems(spelled(phrase)))


def slow_stands(text: str, run: list[re.Match[str]], spelling: str | tuple[str, ...]) -> bool:
    if isinstance(spelling, tuple):
        return tuple(slow_stems(run)) == spelling
    wanted, written = letters(spelling), letters(text[run[0].start() : run[-1].end()])
    if wanted.islower():
        return written.lower() in (wanted, wanted + "s")
    if spelling.startswith('"'):
        before = re.search(r"([^\W_]+)[-‐‑–]$", text[: run[0].start()])
        after = re.match(r"[-‐‑–]([^\W_]+)", text[run[-1].end() :])
        beside = [one.group(1) for one in (before, after) if one]
        if any(not (word.islower() or (word.isalpha() and word[1:].islower())) for word in beside):
            return False
    return written in (wanted, wanted + "s")


def letters(text: str) -> str:
    return " ".join(word.group() for word in spelled(text))


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
JOINTS = ["-", ".", " - ", "  ", "–", "‑", "\n", "\t", "\u00a0", "\x1f", ""]
BREAKS = [".", ". ", " .", ",", ", ", " (", ") ", "_", "/", ": ", "$", "\\", " '", "' ", "’"]
words_of_texts = st.one_of(map(st.sampled_from, [COMMON, COMMON, COMMON, RARE]))
between_words = st.one_of(map(st.sampled_from, [[" "], [" "], ["-"], JOINTS, BREAKS]))
texts = st.lists(st.tuples(words_of_texts, between_words), max_size=10).map(lambda parts: "".join(sum(parts, ())))
words_of_phrases = st.one_of(
    map(st.sampled_from, [["a", "b"], ["a", "b"], ["AB", "learn", "die", "ας", "ß", "a's", "1", "_", "Ab"]])
)
bare = st.builds(str.join, st.sampled_from([" ", "-", ".", ". "]), st.lists(words_of_phrases, min_size=1, max_size=4))
quoted = bare.filter(lambda phrase: phrase.strip("_-. ")).map('"{}"'.format)
phrases = st.one_of(bare, bare, quoted)
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
        assert matches[f"sparse-{number}"].found == ((1, 0, 6),)

    assert len(matches) + len(matches._before) <= 20


def test_threads_may_share_the_phrases():
    shared = Phrases([(SPARSE, "sparse autoencoder"), (RETRIEVAL, "RAG")])
    texts = [
        (f"Sparse{number % 7} RAG", f"sparse-{number} with sparse autoencoders{number % 5}") for number in range(300)
    ]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: shared.hits(*text), texts))

    assert found == [slow_hits([(SPARSE, "sparse autoencoder"), (RETRIEVAL, "RAG")], *text) for text in texts]
