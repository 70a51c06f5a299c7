"""What a kind of interest is in papers: data and pure functions; only what gathers its queries reads rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from digest.matching.profiles import Candidate, Query
from papers.models import Paper
from papers.search.encoders import Text
from papers.text import tokenizing
from subscriptions.interests import kinds
from subscriptions.interests.kinds import InterestKind, InterestSpec
from subscriptions.models import Interest

Rows = Mapping[tuple[str, str], Interest]  # a reader's interests by the names of their specs
Thing = tuple[InterestSpec, str]  # what a paper has to do with, and what to call it


class Technique(Enum):
    """By which technique the words of a query are looked for in papers."""

    PHRASE = "BM25 of words and pairs of neighbours; a paper is hit that has all of them"
    EXAMPLE = "cosine similarity of TF-IDF weights; no paper is hit, and a reader's examples are scored together"
    NAME = "a paper bears the name, which is a hit, or does not"
    TOPIC = "a paper says the topic's phrases, which is a hit, or does not; and nearness to what is typical of it"


class Statement(NamedTuple):
    """What a reader may say of a paper by a button; %(name)s is what it is about."""

    button: str
    effect: str  # what the button would change
    state: str  # what is so once it is said


def nothing(paper: Paper, rows: Rows) -> Iterable[Thing]:
    return ()


def by_value(interests: Collection[InterestSpec]) -> dict[InterestSpec, Query]:
    """Each as it was stated: as a name, without words."""
    return {one: Query(one.kind, one.value, one.value, guard=one.guard) for one in interests}


@dataclass(frozen=True, kw_only=True)
class QueryKind:
    """The other half of an InterestKind of the same key: how it is found in papers, and what is said of that."""

    key: str
    technique: Technique
    # All interests of the kind as they can be scored, in as many questions to the database for one as for many;
    # without those of what is not here.
    queries: Callable[[Collection[InterestSpec]], Mapping[InterestSpec, Query]] = by_value
    columns: tuple[str, ...] = ()  # of papers, that candidates must have as `further`
    # Of NAME and TOPIC: which names a paper bears, each with how much it is that, 0 to 1; and the one looked for.
    names: Callable[[Candidate], Iterable[tuple[Hashable, float]]] = lambda candidate: ()
    name_of: Callable[[Query], Hashable] = lambda query: query.value.casefold()
    is_followed: bool = False  # its papers have a place whatever else there is, and change no score

    # A reason is kept as a code with parameters, and worded when it is shown.
    code: str
    words_of: Callable[[Query, Candidate], str] = lambda query, candidate: ""  # a paper's that are known when chosen
    parameters: Callable[[Query, str], dict[str, Any]]  # of a query, and those words
    reason: Callable[[Mapping[str, Any], str, str], str]  # of code and parameters, and the paper's title and abstract
    called: Callable[[str], str] = str  # a query's name as sentences have it
    # The paper's own words that are what is asked for, as they stand in it; empty: none can be named.
    quoted: Callable[[Query, Paper, Candidate], str]

    # Feedback: what a paper has to do with, whatever the reader said of that; and what may be said, if wanted or not.
    things: Callable[[Paper, Rows], Iterable[Thing]] = nothing
    statements: Mapping[bool, Statement] = field(default_factory=dict)
    scope: Callable[[InterestSpec], str] = lambda interest: ""  # which of all that bear the name are followed


@lru_cache(maxsize=10_000)
def text_of(words: str, *, is_query: bool = True) -> Text:
    """Words as a query has them; `is_query`: whether somebody typed them."""
    return Text(words, "", tokenizing.terms(words, ""), is_query)


def near(name: str) -> str:
    """The reason of a paper that says nothing of a query in so many words."""
    return gettext("close in meaning to %(to)s") % {"to": name}


def as_interest(kind: InterestKind, text: str) -> InterestSpec | None:
    """A name that a source gave as an interest, or None where no reader could have typed it."""
    try:
        return kinds.parse(kind.key, text)
    except ValidationError:
        return None
