"""Readers, their interests and papers as choosing sees them: values alone, no rows."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papers.identifiers import archive_of
from papers.search.encoders import Text
from papers.search.fits import Understanding
from papers.text import tokenizing
from papers.text.lexical import Lexicon
from papers.text.loudness import ASIDE, IN_TITLE, ONCE, loudness
from papers.text.postings import Index
from papers.text.sparse import Floats, Ints
from papers.text.words import WORD

ENOUGH = 50  # papers of the reference sample from which a deviation means anything; with fewer, only words count
NEIGHBOURS = 10  # of the reference sample, whose scores smooth a paper's
PAPERS_A_BLOCK = 512  # whose neighbours are looked for at a time
SAME_FROM = 0.97  # cosine similarity of two papers' vectors from which they say the same
BAR = 2.5  # the site's, for scores as digest.matching.evidence has them

Flags = NDArray[np.bool_]
NamesOf = Callable[
    ["Candidate"], Iterable[tuple[Hashable, float]]
]  # that a paper bears, and how much it is that, 0 to 1
NO_WORDS = Text("", "", "")


@dataclass(frozen=True)
class Query:
    """One interest, as it can be scored."""

    kind: str  # a key of digest.matching.kinds.KINDS
    value: str
    name: str = ""  # as reasons call it: a topic's name, a paper's title, the value itself
    text: Text = NO_WORDS  # the words of a phrase, a topic, an example; none: it is a name or a category
    topic: int = 0  # a topic's key
    paper: int = 0  # an example's key, if it is here
    guard: tuple[str, ...] = ()  # categories in which a name counts; none: all

    @cached_property
    def _hash(self) -> int:
        return hash((self.kind, self.value))

    def __hash__(self) -> int:
        """Of what tells nearly all apart, and remembered: queries are looked up many times for each reader."""
        return self._hash


@dataclass(frozen=True)
class Profile:
    """What choosing must know of a reader."""

    reader: int
    wanted: tuple[Query, ...]
    trending: bool  # whether the reader wants what is trending, too
    cap: int  # papers in a letter, at most
    unwanted: tuple[Query, ...] = ()
    after: datetime | None = None  # papers first seen up to then were considered before; None: none were
    given: frozenset[int] = frozenset()  # papers that must not come again
    again: frozenset[int] = frozenset()  # papers of letters that did not arrive: candidates whatever their age
    bar: float = BAR  # the score from which a paper comes

    @property
    def named(self) -> frozenset[int]:
        """The papers among a reader's interests, which are never given."""
        return frozenset(query.paper for query in (*self.wanted, *self.unwanted) if query.paper)


@dataclass(frozen=True)
class Candidate:
    """What choosing must know of a paper. `topics`: topic's key -> (how loudly the paper says it, 0 to 1, and the
    words that say so). `terms`: of title and abstract."""

    paper: int
    first_seen_at: datetime
    votes: int = 0
    topics: Mapping[int, tuple[float, str]] = field(default_factory=dict)
    terms: str = ""
    authors: tuple[str, ...] = ()
    identities: Mapping[str, str] = field(default_factory=dict)
    organisation: str = ""
    categories: tuple[str, ...] = ()
    risen_at: datetime | None = None  # when its votes crossed the threshold from which it may come late
    further: Mapping[str, Any] = field(default_factory=dict)  # by name, the columns that kinds of interest ask for
    abstract: str = ""
    is_old: bool = False  # it comes as trending again or not at all

    @cached_property
    def words(self) -> tuple[array[int], array[int]]:
        """Where the words of the abstract begin, and where they end. Finding it takes longer than all else that tells
        how loudly a phrase is said, and a common phrase is said by half of a pool."""
        spans = [word.span() for word in WORD.finditer(self.abstract)]
        return array("i", [begin for begin, _ in spans]), array("i", [end for _, end in spans])


class CandidatePool:
    """A day's candidates and, behind them, the reference sample that their scores are compared with, as arrays."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        reference: Sequence[Candidate] = (),
        known: Understanding | None = None,
        vectors: Floats | None = None,
        typical: Mapping[int, Floats] = {},  # It is only read.
    ) -> None:
        """`vectors`: candidates and reference x dimensions. `typical`: by topic's key a vector of what is typical."""
        self.candidates, self.reference, self.known, self.typical = candidates, reference, known, typical
        self.rows = [*candidates, *reference]
        self.size, self.total = len(candidates), len(self.rows)
        self.votes = np.array([one.votes for one in candidates], np.int64)
        self.seen = np.array([one.first_seen_at.timestamp() for one in candidates])
        self.risen = np.array([one.risen_at.timestamp() if one.risen_at else -np.inf for one in candidates])
        self.old: Flags = np.array([one.is_old for one in candidates], bool)
        self.columns = {one.paper: place for place, one in enumerate(candidates)}
        self.vectors = np.zeros((self.total, 0), np.float32) if vectors is None else vectors
        self.has_vector: Flags = np.asarray(self.vectors.any(axis=1))
        self.compared = slice(self.size if self.has_reference else 0, None)
        self._whole: tuple[CandidatePool, Ints] | None = None  # what this is a part of, and its columns there
        self._same: dict[int, set[int]] = {}
        self._bearers: dict[NamesOf, dict[Hashable, tuple[list[int], list[float]]]] = {}
        self.judges = len(self.rows[self.compared]) >= ENOUGH  # whether "near" can be told from "usual" at all

    @property
    def has_reference(self) -> bool:
        """Whether there is a sample to compare with, so that what is found of a candidate depends on no other."""
        return len(self.reference) >= ENOUGH

    def only(self, places: Ints) -> CandidatePool:
        """The same with these candidates alone, which are in order."""
        if len(places) == self.size:
            return self
        candidates = [self.candidates[place] for place in places.tolist()]
        columns = self.columns_of(places)
        part = CandidatePool(candidates, self.reference, self.known, self.vectors[columns], self.typical)
        part._whole = self, columns
        return part

    def saying_the_same(self, places: Sequence[int]) -> list[set[int]]:
        """Of each of these candidates the places of the others that say the same. What was found is remembered."""
        if new := [place for place in places if place not in self._same]:
            near = self.vectors[new] @ self.vectors[: self.size].T > SAME_FROM
            self._same |= {place: set() for place in new}
            for row, other in np.argwhere(near).tolist():
                if other != new[row]:
                    self._same[new[row]].add(other)
        return [self._same[place] for place in places]

    def columns_of(self, places: Ints) -> Ints:
        """These candidates and, behind them, the reference sample."""
        return np.append(places, np.arange(self.size, self.total))

    @cached_property
    def index(self) -> Index:
        return Index([one.terms or tokenizing.BREAK for one in self.rows], self.known.lexicon if self.known else None)

    @cached_property
    def neighbours(self) -> tuple[Ints, Floats]:
        """By paper the NEIGHBOURS nearest of those that scores are compared with, as places among these, and the share
        of each, which add up to 1; to 0 where a paper has no vector. What says the same is no neighbour."""
        if self._whole is not None and self.has_reference:
            whole, columns = self._whole
            return whole.neighbours[0][columns], whole.neighbours[1][columns]
        compared = self.vectors[self.compared]
        many = min(NEIGHBOURS, len(compared))
        near, shares = np.zeros((self.total, many), np.int64), np.zeros((self.total, many), np.float32)
        for begin in range(0, self.total, PAPERS_A_BLOCK):
            block = slice(begin, begin + PAPERS_A_BLOCK)
            similarities = self.vectors[block] @ compared.T
            similarities[similarities > SAME_FROM] = 0  # It may be itself.
            near[block] = np.argpartition(-similarities, many - 1, axis=1)[:, :many]
            shares[block] = np.take_along_axis(similarities, near[block], axis=1).clip(0)
        return near, shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)

    @cached_property
    def by_votes(self) -> Ints:
        """Each candidate's rank by votes; of equals the first goes before."""
        ranks = np.empty(self.size, np.int64)
        ranks[np.argsort(-self.votes, kind="stable")] = np.arange(self.size)
        return ranks

    @property
    def lexicon(self) -> Lexicon:
        return self.index.lexicon

    def bearing(self, names: NamesOf, name: Hashable, guard: tuple[str, ...] = ()) -> tuple[Ints, Floats]:
        """The places of the papers that bear a name, of all `names` that papers bear, and how much each is that; with
        a guard, of those in its categories. An index of all papers' names is made once for each `names`."""
        if names not in self._bearers:
            index: dict[Hashable, tuple[list[int], list[float]]] = {}
            for place, one in enumerate(self.rows):
                for borne, share in dict(names(one)).items():
                    places, shares = index.setdefault(borne, ([], []))
                    places.append(place)
                    shares.append(share)
            self._bearers[names] = index
        places, shares = self._bearers[names].get(name, ([], []))
        if guard:
            here = [not categories_of(self.rows[place]).isdisjoint(guard) for place in places]
            places, shares = list(compress(places, here)), list(compress(shares, here))
        return np.array(places, np.int64), np.array(shares, np.float32)

    def spread(self, scores: Floats) -> Floats:
        """Each row's standard deviation over the reference sample."""
        return np.asarray(scores[:, self.compared].std(axis=1, keepdims=True), np.float32)


def loudness_of_terms(phrase: str, one: Candidate) -> float:
    """How loudly a paper says a phrase, given in terms, 0 to 1; as an aside where its words do not stand together."""
    wanted = f" {phrase.removesuffix(tokenizing.BREAK).strip()} "
    title, _, terms = f" {one.terms} ".partition(f" {tokenizing.BREAK} ")
    if wanted in f"{title} ":
        return IN_TITLE
    (begins, ends), text, begin = one.words, f" {terms}", 0
    length, spans = wanted.count(" ") - 1, []
    while (at := text.find(wanted, begin)) >= 0:
        first = text.count(" ", 0, at)
        if first + length > len(ends):  # The terms are of another text than the abstract.
            return ONCE
        spans.append((begins[first], ends[first + length - 1]))
        begin = at + 1
    return loudness(one.abstract, spans) or ONCE + ASIDE


def categories_of(one: Candidate) -> set[str]:
    """Each category, and the archive that it is of: whoever asks for "cs" means all of it."""
    return {*one.categories, *map(archive_of, one.categories)}
