"""Readers' interests as something that can be scored: values in, all of a batch at once. Knows no rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from papers import lexical, search
from papers.lexical import Floats, Index, Lexicon, Postings, counted
from papers.meaning import Text, unit
from papers.models import ABOUT
from papers.understanding import Understanding

ENOUGH = 50  # papers of the reference sample from which a deviation means anything; with fewer, only words count
FEW_EXAMPLES = 5  # below so many their mean says more than what is left of it by whitening
NEAREST = 3  # examples that a paper is compared with
# The least that scores are taken to deviate by, as what hardly any paper has must not weigh without bound:
SAID, ALIKE, MEANT, FUSED = 0.05, 0.002, 0.05, 1.0  # words said, words in common with an example, meaning, a sum
BAR = 3.0  # deviations above the average paper of the last weeks, from which a paper comes that says none of the words

Flags = NDArray[np.bool_]
NO_WORDS = Text("", "", "")


@dataclass(frozen=True)
class Ask:
    """One interest, as it can be scored."""

    kind: str  # as subscriptions.wishes.Kind
    value: str
    name: str = ""  # as reasons call it: a topic's name, a paper's title, the value itself
    text: Text = NO_WORDS  # the words of a phrase, a topic, an example; none: it is a name or a category
    topic: int = 0  # a topic's key
    paper: int = 0  # an example's key, if it is here
    guard: tuple[str, ...] = ()  # categories in which an author's name counts; none: all

    @property
    def is_followed(self) -> bool:
        """Whether its papers have a place whatever else there is."""
        return self.kind in ("author", "organisation")


@dataclass(frozen=True)
class Profile:
    """What choosing must know of a reader."""

    reader: int
    wanted: tuple[Ask, ...]
    trending: bool  # whether the reader wants what is trending, too
    cap: int  # papers in a letter, at most
    unwanted: tuple[Ask, ...] = ()
    after: datetime | None = None  # papers first seen up to then were considered before; None: none were
    given: frozenset[int] = frozenset()  # papers that must not come again
    again: frozenset[int] = frozenset()  # papers of letters that did not arrive: candidates whatever their age
    bar: float = BAR  # the reader's own


@dataclass(frozen=True)
class Candidate:
    """What choosing must know of a paper. `topics`: topic's key -> (score 0 to 1, the paper's words that say so)."""

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


class Pool:
    """A day's candidates and, behind them, the reference sample that their scores are compared with, as arrays."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        reference: Sequence[Candidate] = (),
        known: Understanding | None = None,
        vectors: Floats | None = None,
    ) -> None:
        """`vectors`: candidates and reference x dimensions."""
        self.candidates, self.known = candidates, known
        self.rows = [*candidates, *reference]
        self.size, self.total = len(candidates), len(self.rows)
        self.votes = np.array([one.votes for one in candidates], np.int64)
        self.seen = np.array([one.first_seen_at.timestamp() for one in candidates])
        self.risen = np.array([one.risen_at.timestamp() if one.risen_at else -np.inf for one in candidates])
        self.columns = {one.paper: place for place, one in enumerate(candidates)}
        self.vectors = np.zeros((self.total, 0), np.float32) if vectors is None else vectors
        self.compared = slice(self.size if len(reference) >= ENOUGH else 0, None)
        self.judges = len(self.rows[self.compared]) >= ENOUGH  # whether "near" can be told from "usual" at all

    @cached_property
    def index(self) -> Index:
        return Index([one.terms or lexical.BREAK for one in self.rows], self.known.lexicon if self.known else None)

    @property
    def lexicon(self) -> Lexicon:
        return self.index.lexicon

    @cached_property
    def presence(self) -> Postings:
        counts = self.index.counts
        return Postings(counts, np.ones_like(counts.weights))

    @cached_property
    def by_topic(self) -> dict[int, tuple[list[int], list[float]]]:
        found: dict[int, tuple[list[int], list[float]]] = {}
        for place, one in enumerate(self.rows):
            for topic, (score, _) in one.topics.items():
                places, scores = found.setdefault(topic, ([], []))
                places.append(place)
                scores.append(score)
        return found

    @cached_property
    def by_name(self) -> dict[tuple[str, str], list[int]]:
        """The places of papers by (kind, folded name) of an author, an identity, an organisation, a category."""
        found: dict[tuple[str, str], list[int]] = {}
        for place, one in enumerate(self.rows):
            for name in set(_names(one)):
                found.setdefault(name, []).append(place)
        return found

    def standardised(self, scores: Floats, at_least: float | Floats) -> Floats:
        """Rows in deviations of the reference sample, from its mean. There must be papers."""
        return np.asarray((scores - self.middle(scores)) / np.maximum(self.spread(scores), at_least), np.float32)

    def middle(self, scores: Floats) -> Floats:
        """Each row's mean over the reference sample."""
        return np.asarray(scores[:, self.compared].mean(axis=1, keepdims=True), np.float32)

    def spread(self, scores: Floats) -> Floats:
        """Each row's standard deviation over the reference sample."""
        return np.asarray(scores[:, self.compared].std(axis=1, keepdims=True), np.float32)


def _categories(one: Candidate) -> set[str]:
    """Each category, and the archive that it is of: whoever asks for "cs" means all of it."""
    return {*one.categories, *(category.partition(".")[0] for category in one.categories)}


def _names(one: Candidate) -> Iterable[tuple[str, str]]:
    yield from (("author", lexical.author_term(name)) for name in one.authors)
    yield from (("author", identity.casefold()) for identity in one.identities.values())
    yield from (("category", category) for category in _categories(one))
    if one.organisation:
        yield "organisation", one.organisation.casefold()


# ------------------------------------------------------------------------------------------------------------ evidence


@dataclass(frozen=True)
class Evidence:
    """What speaks for each paper of a pool by each of some asks: asks x (candidates and reference)."""

    places: Mapping[Ask, int]  # an ask's row
    hits: Flags  # the paper says the very words, is in the category, is by the author
    said: Floats  # words in common, 0 to 1
    meant: Floats  # meaning in common, -1 to 1
    scores: Floats  # both together, in deviations

    def rows(self, asks: Iterable[Ask]) -> list[int]:
        return [self.places[ask] for ask in asks]


def evidence(asks: Collection[Ask], pool: Pool) -> Evidence:
    """Each different ask is looked at once, however many readers share it."""
    unique = list(dict.fromkeys(asks))
    hits, said = np.zeros((len(unique), pool.total), bool), np.zeros((len(unique), pool.total), np.float32)
    if not pool.total:
        return Evidence({ask: row for row, ask in enumerate(unique)}, hits, said, said, said)
    _compare_names(unique, pool, hits, said)
    _compare_phrases(unique, pool, hits, said)
    _compare_examples(unique, pool, said)
    meant = _meant(unique, pool)
    return Evidence({ask: row for row, ask in enumerate(unique)}, hits, said, meant, _fused(unique, said, meant, pool))


def _fused(asks: Sequence[Ask], said: Floats, meant: Floats, pool: Pool) -> Floats:
    """Words and meaning, each in deviations, added up, in deviations again. Few passes over large arrays: what is the
    same for a whole row falls out in the end."""
    least = np.array([ALIKE if ask.kind == "paper" else SAID for ask in asks], np.float32)[:, None]
    trusted = np.array([_weight(ask, pool) for ask in asks], np.float32)[:, None]
    fused = np.asarray(meant * (trusted / np.maximum(pool.spread(meant), MEANT)), np.float32)
    per_word = (1 / np.maximum(pool.spread(said), least)).astype(np.float32)
    spoken = np.flatnonzero(said)
    fused.reshape(-1)[spoken] += said.reshape(-1)[spoken] * per_word[spoken // max(pool.total, 1), 0]
    middle, spread = pool.middle(fused), np.maximum(pool.spread(fused), FUSED)
    fused -= middle
    fused /= spread
    return fused


def _compare_names(asks: Sequence[Ask], pool: Pool, hits: Flags, said: Floats) -> None:
    for row, ask in enumerate(asks):
        if ask.kind == "topic":
            places, scores = pool.by_topic.get(ask.topic, ([], []))
            said[row, places] = scores
            hits[row, places] = np.array(scores) >= ABOUT
        elif ask.kind in ("author", "organisation", "category"):
            found = pool.by_name.get((ask.kind, _folded(ask)), [])
            here = [place for place in found if not ask.guard or set(ask.guard) & _categories(pool.rows[place])]
            said[row, here], hits[row, here] = 1, True


def _folded(ask: Ask) -> str:
    if ask.kind == "author" and ":" not in ask.value:
        return lexical.author_term(ask.value)
    return ask.value if ask.kind == "category" else ask.value.casefold()


def _compare_phrases(asks: Sequence[Ask], pool: Pool, hits: Flags, said: Floats) -> None:
    """A phrase is hit where all of its pairs of neighbours stand; how much else is said of it counts, too."""
    rows = [row for row, ask in enumerate(asks) if ask.kind == "phrase"]
    if not rows:
        return
    both = counted([asks[row].text.terms for row in rows])
    attainable = np.bincount(both.rows, pool.lexicon.bm25(both.keys) * (lexical.K1 + 1), minlength=len(rows))
    share = both.times((1 / np.maximum(attainable, 1e-6)[both.rows]).astype(np.float32))
    said[rows] = pool.index.saturated.dot(share)
    wanted = both.times((1 / both.weights).astype(np.float32))
    hits[rows] = pool.presence.dot(wanted) >= np.bincount(both.rows, minlength=len(rows)).clip(min=1)[:, None]


def _compare_examples(asks: Sequence[Ask], pool: Pool, said: Floats) -> None:
    rows = [row for row, ask in enumerate(asks) if ask.kind == "paper" and ask.text.terms]
    if rows:
        terms = [lexical.words_in(asks[row].text.terms) for row in rows]
        said[rows] = pool.index.likeness(pool.lexicon.weighted(counted(terms)))


def _meant(asks: Sequence[Ask], pool: Pool) -> Floats:
    if pool.known is None or not pool.vectors.shape[1]:
        return np.zeros((len(asks), pool.total), np.float32)
    return np.asarray(directions(asks, pool.known) @ pool.vectors.T, np.float32)


def directions(asks: Sequence[Ask], known: Understanding) -> Floats:
    """Asks x dimensions; zeros for a name or a category, which mean nothing."""
    return known.vectors([ask.text for ask in asks])


def _weight(ask: Ask, pool: Pool) -> float:
    """Of meaning beside words, as in searching."""
    return search.fusion(ask.text if ask.kind != "paper" else None, pool.known).meaning


# -------------------------------------------------------------------------------------------------------------- scores


def scores(wanted: Sequence[Ask], found: Evidence, pool: Pool) -> Floats:
    """How much each paper is what a reader wants, in deviations from the average paper of the last weeks.

    The best of the single interests, and the likeness to all examples together: either alone loses.
    """
    examples = [ask for ask in wanted if ask.kind == "paper" and ask.text.terms]
    others = [ask for ask in wanted if ask.kind in ("topic", "phrase", "category")]
    parts = []
    if others:
        parts.append(found.scores[found.rows(others)].max(axis=0))
    if examples and pool.total:
        parts.append(_like_all(examples, found, pool))
    if not (parts and pool.total):
        return np.zeros(pool.total, np.float32)
    standard = pool.standardised(np.array(parts, np.float32), FUSED)
    if len(parts) == 1:
        return np.asarray(standard[0], np.float32)
    return np.asarray(pool.standardised(standard.sum(axis=0, keepdims=True), FUSED)[0], np.float32)


def _like_all(examples: Sequence[Ask], found: Evidence, pool: Pool) -> Floats:
    """Likeness to a reader's examples: to the nearest of them and to all, by words and by meaning."""
    rows = found.rows(examples)
    said = found.said[rows]
    nearest = np.partition(said, len(rows) - min(NEAREST, len(rows)), axis=0)[-NEAREST:].mean(axis=0)
    words = pool.standardised(np.stack([nearest, said.mean(axis=0)]), ALIKE).sum(axis=0, keepdims=True)
    fused = pool.standardised(words, FUSED)
    if pool.known is not None and pool.vectors.shape[1]:
        meant = pool.standardised(_meant_together(examples, pool.known) @ pool.vectors.T, MEANT)
        meant = meant.sum(axis=0, keepdims=True)
        fused = fused + search.fusion(None, pool.known).meaning * pool.standardised(meant, FUSED)
    return np.asarray(fused[0], np.float32)


def _meant_together(examples: Sequence[Ask], known: Understanding) -> Floats:
    """The direction of the examples' mean and, from FEW_EXAMPLES on, also of what is left of it once whitened
    (ridge-whitened Rocchio): what most papers share says little of a reader. One or two x dimensions."""
    mean = directions(examples, known).mean(axis=0)
    profile = [unit(mean)]
    if len(examples) >= FEW_EXAMPLES and known.whitening is not None:
        profile.append(unit(known.whitening @ mean))
    return np.stack(profile)
