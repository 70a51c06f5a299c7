"""What a paper is about: text in, topics and the words that say so out. Knows no rows."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import Stemmer
from django.core.exceptions import ValidationError

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
JOINS_WORDS = re.compile(r"[\s\-‐‑–]*")  # what may stand between two words of one phrase; a full stop may not
TITLE_SCORE = 1.0
ABSTRACT_SCORE = 0.6  # for the first phrase found there; each further one adds a tenth, up to 0.9
_stemmer = Stemmer.Stemmer("english")


@dataclass(frozen=True)
class Token:
    """A word of a text: its stem, and where it stands."""

    stem: str
    start: int
    end: int


@dataclass(frozen=True)
class Hit:
    """A topic that a text speaks of: how much, 0 to 1, and the words of the text that say so."""

    topic: int
    score: float
    phrase: str


def tokens(text: str) -> list[Token]:
    found = list(WORD.finditer(text))
    stems = _stemmer.stemWords([word.group().lower() for word in found])
    return [Token(stem, *word.span()) for stem, word in zip(stems, found, strict=True)]


def list_of_phrases(value: object) -> None:
    """What a topic may hold. Raises ValidationError."""
    if not (isinstance(value, list) and all(isinstance(phrase, str) and tokens(phrase) for phrase in value)):
        raise ValidationError('Expected a list of phrases with a word in each, like ["dictionary learning", "RAG"].')


class Phrases:
    """Every topic's phrases at once: a text is walked through once, however many topics there are.

    A phrase matches whatever the endings of its words and with a hyphen for a space; one written all in capitals
    ("RAG") matches only in capitals, alone or with a plural s.
    """

    def __init__(self, phrases: Iterable[tuple[int, str]]) -> None:
        self._topics: dict[tuple[str, ...], set[tuple[int, str]]] = defaultdict(set)
        for topic, phrase in phrases:
            if stems := tuple(token.stem for token in tokens(phrase)):
                self._topics[stems].add((topic, phrase if phrase.isupper() else ""))
        self._lengths = sorted({len(stems) for stems in self._topics})

    def hits(self, title: str, abstract: str) -> list[Hit]:
        """One hit a topic. Its phrase is taken from the text itself: the title's first, then the longest."""
        in_title, in_abstract = self._found(title), self._found(abstract)
        return [
            Hit(topic, _score(in_title[topic], in_abstract[topic]), _telling(in_title[topic] or in_abstract[topic]))
            for topic in sorted(in_title.keys() | in_abstract.keys())
        ]

    def _found(self, text: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for topic, words in self._matches(text):
            found[topic].append(words)
        return found

    def _matches(self, text: str) -> Iterator[tuple[int, str]]:
        words = tokens(text)
        for first in range(len(words)):
            for length in self._lengths:
                run = words[first : first + length]
                topics = self._topics.get(tuple(token.stem for token in run)) if len(run) == length else None
                if topics and _unbroken(run, text):
                    surface = text[run[0].start : run[-1].end]
                    yield from ((topic, surface) for topic, exact in topics if _as_written(surface, exact))


def _unbroken(run: list[Token], text: str) -> bool:
    return all(JOINS_WORDS.fullmatch(text, a.end, b.start) for a, b in pairwise(run))


def _as_written(surface: str, exact: str) -> bool:
    return not exact or surface in (exact, f"{exact}s")


def _score(in_title: list[str], in_abstract: list[str]) -> float:
    if in_title:
        return TITLE_SCORE
    distinct = len({words.lower() for words in in_abstract})
    return min(0.9, ABSTRACT_SCORE + 0.1 * (distinct - 1))


def _telling(phrases: list[str]) -> str:
    return max(phrases, key=len)
