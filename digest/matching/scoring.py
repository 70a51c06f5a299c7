"""Readers' scores of a pool: how much each paper is what a reader wants, and which may come. Knows no rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

import numpy as np

from digest.matching.evidence import (
    IN_CATEGORY,
    LEAST_FUSED_SPREAD,
    LEAST_SEMANTIC_SPREAD,
    LEAST_SIMILARITY_SPREAD,
    SURE,
    Evidence,
    Findings,
    evidence,
    is_example,
    smooth,
    smoothing,
    standardised,
)
from digest.matching.kinds import KINDS
from digest.matching.kinds.base import Technique
from digest.matching.profiles import CandidatePool, Flags, Profile, Query
from papers.search.encoders import UNSAID, unit
from papers.text.sparse import Floats, Ints

DIGITS_KEPT = 4  # of a score; what arithmetic alone makes unequal, as it depends on who else is chosen for, is equal
UNWANTED_FROM = 1.0  # score from which a paper is pushed down for being like what is unwanted
NOTHING = -10.0  # the score of every paper for a reader without interests that score any
FOLLOW_BONUS, NO_CLAIM = 1_000.0, -1_000.0  # added to a query's score to tell who speaks for a paper
READERS_A_BLOCK = 32  # who are scored at a time: what fits into a processor's cache is not fetched twice
FEWEST_WHITENED = 5  # examples; of fewer their mean says more than what is left of it by whitening
NEAREST_EXAMPLES = 5  # that a paper is compared with by words, beside all of them


@dataclass(frozen=True)
class ReaderBatch:
    """Readers, and what their letters are chosen from: all that choosing needs."""

    profiles: Sequence[Profile]
    findings: Findings  # in the pool of candidates
    trending: Sequence[int]  # papers, the one ranking of the whole site, best first
    again: Sequence[int] = ()  # old ones that are trending again, best first


def queries_of(profiles: Iterable[Profile]) -> Iterator[Query]:
    return (query for one in profiles for query in (*one.wanted, *one.unwanted))


@dataclass(frozen=True)
class Window:
    """Which candidates are new since a reader's last letter, and which were there before and have risen since."""

    late: Flags
    open: Flags  # either

    @classmethod
    def of(cls, after: datetime | None, pool: CandidatePool) -> Window:
        """Of a reader whose last letter was planned `after` then; None: none was, so all is new."""
        since = after.timestamp() if after else -np.inf
        new, risen = pool.seen > since, pool.risen > since
        return cls(late=np.asarray(~new & risen), open=np.asarray(new | risen))


class ReaderScores:
    """A pool as one reader's interests score it. Flags and scores are by candidate, queries by their number among
    those wanted."""

    def __init__(
        self, profile: Profile, found: Evidence, pool: CandidatePool, window: Window, fitting: Floats
    ) -> None:
        """`fitting`: how much each candidate is what the reader wants."""
        self.profile, self.found, self.pool, self.late = profile, found, pool, window.late
        self.rows, self.against = found.rows(profile.wanted), found.rows(profile.unwanted)
        kinds = [(KINDS[query.kind], row) for query, row in zip(profile.wanted, self.rows, strict=True)]
        self.follows = [row for kind, row in kinds if kind.is_followed]
        self.names = [row for kind, row in kinds if kind.technique is Technique.NAME]
        self.hit, self.followed, self.muted = self._hit(self.rows), self._hit(self.follows), self._hit(self.against)
        said = fitting  # What a paper says in earnest it says, whatever else it is like.
        if self.against:  # What is like what is unwanted loses, without saying its very words.
            like = np.empty(pool.size, np.float32)
            highest(self.against, found, like)
            fitting = fitting - np.asarray(np.maximum(like - UNWANTED_FROM, 0), np.float32)
        self.scores = fitting.round(DIGITS_KEPT)
        # Whether a paper may come: new, risen late, or of a letter that did not arrive; never what was given.
        self.open = window.open.copy()
        self.open[_places(profile.again, pool)] = True
        self.open[_places([*profile.given, *profile.named], pool)] = False
        self.open &= ~pool.old
        # A name is a name. Where there are too few papers to tell what is near, nothing comes that says no word.
        self.passing: Flags = self._hit(self.names) | self.hit & (said.round(DIGITS_KEPT) >= profile.bar)
        if pool.judges:
            self.passing |= self.scores >= profile.bar
        self.passing &= ~self.muted

    def _hit(self, rows: Sequence[int]) -> Flags:
        flags = np.zeros(self.pool.total, bool)
        for row in rows:
            flags[self.found.hits.of(row)] = True
        return flags[: self.pool.size]

    @cached_property
    def coming(self) -> Ints:
        """The places of the papers that may come: of all there are, often few."""
        return np.flatnonzero(self.open)

    def best(self, most: int) -> list[int]:
        """The places of the papers that come, in order, `most` at most."""
        return self._in_order(self.coming[self.passing[self.coming]], most)

    def worth_considering(self, most: int) -> list[int]:
        """The best so many, and of each query that speaks most for none of them its best further one; in order."""
        places = self.best(most)
        if len(places) < most or len(self.rows) < 2:
            return places
        served = set(self.claims(places).argmax(axis=0).tolist())
        without = [row for query, row in enumerate(self.rows) if query not in served]
        coming = self.coming[self.passing[self.coming]]
        others = coming[~np.isin(coming, places)]
        further: list[int] = []
        for claims in self.claims(others, without) if without and len(others) else ():
            best = claims.argmax()
            further += [int(others[best])] if claims[best] > NO_CLAIM / 2 else []
        return self._in_order(np.unique([*places, *further]), most + len(further)) if further else places

    def almost(self, most: int) -> list[int]:
        """The places of those that may come, do not, but have something to them, in order, `most` at most."""
        places = self.coming
        is_near = ~self.passing[places] & (self.hit[places] | (self.scores[places] > 0))
        return self._in_order(places[is_near], most)

    def _in_order(self, places: Ints, most: int) -> list[int]:
        """What is followed first, then by score, votes and age."""
        followed, scores = self.followed[places], self.scores[places]
        if len(places) > 2 * most and not followed.any():
            least = np.partition(scores, len(places) - most)[len(places) - most]
            best = scores >= least  # Equals are kept, for votes to decide.
            places, followed, scores = places[best], followed[best], scores[best]
        order = np.lexsort((self.pool.by_votes[places], -scores, ~followed))
        found: list[int] = places[order[:most]].tolist()
        return found

    def claims(self, places: Sequence[int] | Ints, rows: Sequence[int] | None = None) -> Floats:
        """Queries x papers: how much each query speaks for each paper, the highest most. From NO_CLAIM / 2 on it would
        bring the paper by itself. `rows`: of these queries alone."""
        rows = self.rows if rows is None else rows
        claims: Floats = self.found.scores[np.array(rows)[:, None], np.asarray(places, np.int64)]
        bars = np.array([IN_CATEGORY if row in self.names else self.profile.bar for row in rows])[:, None]
        brings = claims.round(DIGITS_KEPT) >= bars
        claims += np.where(brings, np.float32(0), np.float32(NO_CLAIM))
        for number, row in enumerate(rows):
            if row in self.follows:
                claims[number] += FOLLOW_BONUS * brings[number]
        return claims

    def paper(self, place: int) -> int:
        return self.pool.candidates[place].paper


def score(profiles: Sequence[Profile], pool: CandidatePool) -> Iterator[ReaderScores]:
    """Each reader's scores of the pool; what several of them ask for is looked at once."""
    return _score(profiles, pool, evidence(queries_of(profiles), pool))


def score_what_may_come(batch: ReaderBatch) -> Iterator[ReaderScores]:
    """The same of that part of the pool which may come in any of their letters."""
    pool, profiles = batch.findings.pool, batch.profiles
    places = np.arange(pool.size)
    if pool.has_reference:  # Else papers are compared with one another, and all are needed.
        may_come = np.zeros(pool.size, bool)
        for after in {profile.after for profile in profiles}:
            may_come |= Window.of(after, pool).open
        may_come[_places(chain(batch.trending, batch.again, *(profile.again for profile in profiles)), pool)] = True
        places = np.flatnonzero(may_come)
    return _score(
        profiles, batch.findings.only(places), batch.findings.of(queries_of(profiles), pool.columns_of(places))
    )


def _score(profiles: Sequence[Profile], pool: CandidatePool, found: Evidence) -> Iterator[ReaderScores]:
    windows = {after: Window.of(after, pool) for after in {profile.after for profile in profiles}}
    for begin in range(0, len(profiles), READERS_A_BLOCK):
        block = profiles[begin : begin + READERS_A_BLOCK]
        fitting = fitting_scores([one.wanted for one in block], found, pool)[:, : pool.size]
        for profile, row in zip(block, fitting, strict=True):
            yield ReaderScores(profile, found, pool, windows[profile.after], row)


def ranked(profile: Profile, pool: CandidatePool) -> Floats:
    """How much each candidate is what the reader wants, whether or not it would come."""
    return fitting_scores([profile.wanted], evidence(profile.wanted, pool), pool)[0, : pool.size]


def _places(papers: Iterable[int], pool: CandidatePool) -> list[int]:
    return [pool.columns[paper] for paper in papers if paper in pool.columns]


# ------------------------------------------------------------------------------------------------------ what is wanted


def fitting_scores(wanted: Sequence[Sequence[Query]], found: Evidence, pool: CandidatePool) -> Floats:
    """What some readers want x (candidates and reference), as scores of single queries are.

    The best of the single queries; with examples, what that and the similarity to all examples say together: either
    alone loses. Beside a description neighbours have the same share in both. Readers do not touch one another; they
    are many only because a product of many is cheaper than many products.
    """
    best = np.full((len(wanted), pool.total), NOTHING, np.float32)
    if not pool.total:
        return best
    for queries, row in zip(wanted, best, strict=True):
        kinds = ((query, KINDS[query.kind]) for query in queries)
        single = (q for q, kind in kinds if kind.technique is not Technique.EXAMPLE and not kind.is_followed)
        highest(found.rows(single), found, row)
    examples = [found.rows(query for query in queries if is_example(query)) for queries in wanted]
    some = [reader for reader, rows in enumerate(examples) if rows]
    if some:
        like = standardised(
            pool, _example_scores([examples[reader] for reader in some], found, pool), LEAST_FUSED_SPREAD
        )
        # Examples are smoothed as the description that they stand beside.
        smooth(like, [max(smoothing(query, pool) for query in wanted[reader]) for reader in some], pool)
        together = standardised(pool, standardised(pool, best[some], LEAST_FUSED_SPREAD) + like, LEAST_FUSED_SPREAD)
        for reader, row in zip(some, together + UNSAID, strict=True):  # But what says words of one in earnest comes.
            said = np.concatenate([found.hits.of(hit) for hit in found.rows(wanted[reader])])
            row[said] = np.maximum(row[said], np.minimum(best[reader, said], SURE))
            best[reader] = row
    return best


def highest(rows: Sequence[int], found: Evidence, into: Floats) -> None:
    """The highest score by any of these queries, for each paper; none: it stays as it is."""
    if rows:
        np.maximum(found.scores[rows[0], : len(into)], found.scores[rows[-1], : len(into)], out=into)
    for row in rows[1:-1]:
        np.maximum(into, found.scores[row, : len(into)], out=into)


def _example_scores(examples: Sequence[Sequence[int]], found: Evidence, pool: CandidatePool) -> Floats:
    """Similarity to each reader's examples. Lexical: mean similarity to the nearest of them (k nearest neighbours) and
    to all. Semantic: to the mean of their vectors (Rocchio) and, from FEWEST_WHITENED on, also to what is left of it
    once ridge-whitened: what most papers share says little of a reader."""
    nearest, mean = np.empty((2, len(examples), pool.total), np.float32)
    for reader, rows in enumerate(examples):
        similar = np.stack([found.similarities[row] for row in rows])
        nearest[reader] = mean[reader] = similar.mean(axis=0)
        if len(rows) > NEAREST_EXAMPLES:
            nearest[reader] = np.partition(similar, -NEAREST_EXAMPLES, axis=0)[-NEAREST_EXAMPLES:].mean(axis=0)
    lexical = [standardised(pool, one, LEAST_SIMILARITY_SPREAD) for one in (nearest, mean)]
    fused = standardised(pool, lexical[0] + lexical[1], LEAST_FUSED_SPREAD)
    if pool.known is None or not pool.vectors.shape[1]:
        return fused
    means = np.stack([found.vectors[rows].mean(axis=0) for rows in examples])
    semantic = standardised(pool, unit(means) @ pool.vectors.T, LEAST_SEMANTIC_SPREAD)
    whitening = pool.known.whitening
    many = [reader for reader, rows in enumerate(examples) if len(rows) >= FEWEST_WHITENED]
    if many and whitening is not None:
        semantic[many] += standardised(pool, unit(means[many] @ whitening.T) @ pool.vectors.T, LEAST_SEMANTIC_SPREAD)
    fused += found.example_weight * standardised(pool, semantic, LEAST_FUSED_SPREAD)
    return fused
