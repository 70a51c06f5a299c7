"""Words and their stems. Knows no rows."""

import re
from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

import Stemmer

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_stemmer = Stemmer.Stemmer("english", 0)  # without a cache of its own: whole pieces are remembered
_stemming = Lock()  # a stemmer must not be used by two threads at once


class Token(NamedTuple):
    """A word of a text: its stem, and where it stands."""

    stem: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    found = list(WORD.finditer(text))
    stems = stems_of([word.group() for word in found])
    return [Token(stem, *word.span()) for stem, word in zip(stems, found, strict=True)]


def stems_of(words: Iterable[str]) -> list[str]:
    lowered = [word.lower() for word in words]
    with _stemming:
        stems: list[str] = _stemmer.stemWords(lowered)
    return stems
