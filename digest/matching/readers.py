"""Readers before a pool: which papers are open to them, and how well each fits. Knows no rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

import numpy as np

from digest.matching.evidence import Evidence, Findings, evidence
from digest.matching.profiles import CandidatePool, Flags, Profile, Query
from digest.matching.scoring import highest, scores
from papers.text.sparse import Floats, Ints

DIGITS = 4  # of a score; what arithmetic alone makes unequal, as it depends on who else is chosen for, is equal
UNWANTED_FROM = 2.0  # deviations from which a paper is pushed down for being like what is unwanted
WORDS_FIRST = 1_000.0  # what a paper says in so many words is a better reason than what it is near to
BLOCK = 32  # readers who are scored at a time: what fits into a processor's cache is not fetched twice


def before(profiles: Sequence[Profile], pool: CandidatePool) -> Iterator[Reader]:
    """Each profile before the pool; what several of them ask for is looked at once."""
    return _before(profiles, pool, evidence(_queries_of(profiles), pool))


def before_what_may_come(profiles: Sequence[Profile], findings: Findings, also: Iterable[int]) -> Iterator[Reader]:
    """Each profile before that part of the pool which may come in any of their letters, and these papers `also`."""
    pool = findings.pool
    places = _that_may_come(profiles, pool, also) if pool.has_reference else np.arange(pool.size)
    found = findings.of(_queries_of(profiles), pool.columns_of(places))
    return _before(profiles, pool.only(places), found)


def _queries_of(profiles: Iterable[Profile]) -> Iterator[Query]:
    return (query for one in profiles for query in (*one.wanted, *one.unwanted))


def _that_may_come(profiles: Sequence[Profile], pool: CandidatePool, also: Iterable[int]) -> Ints:
    may_come = np.zeros(pool.size, bool)
    for after in {profile.after for profile in profiles}:
        may_come |= _Window.of(after, pool).open
    may_come[_places(chain(also, *(profile.again for profile in profiles)), pool)] = True
    return np.flatnonzero(may_come)


def _before(profiles: Sequence[Profile], pool: CandidatePool, found: Evidence) -> Iterator[Reader]:
    windows = {after: _Window.of(after, pool) for after in {profile.after for profile in profiles}}
    for begin in range(0, len(profiles), BLOCK):
        block = profiles[begin : begin + BLOCK]
        fitting = scores([one.wanted for one in block], found, pool)[:, : pool.size]
        for profile, row in zip(block, fitting, strict=True):
            yield Reader(profile, found, pool, windows[profile.after], row)


def ranked(profile: Profile, pool: CandidatePool) -> Floats:
    """How much each candidate is what the reader wants, whether or not it would come."""
    return scores([profile.wanted], evidence(profile.wanted, pool), pool)[0, : pool.size]


@dataclass(frozen=True)
class _Window:
    """Which candidates are new since a reader's last letter, and which were there before and have risen since."""

    late: Flags
    open: Flags  # either

    @classmethod
    def of(cls, after: datetime | None, pool: CandidatePool) -> _Window:
        since = after.timestamp() if after else -np.inf
        new, risen = pool.seen > since, pool.risen > since
        return cls(late=np.asarray(~new & risen), open=np.asarray(new | risen))


class Reader:
    """A reader before a pool. Flags and scores are by candidate, queries by their number among those wanted."""

    def __init__(
        self, profile: Profile, found: Evidence, pool: CandidatePool, window: _Window, fitting: Floats
    ) -> None:
        """`fitting`: how much each candidate is what the reader wants."""
        self.profile, self.found, self.pool, self.late = profile, found, pool, window.late
        self.rows, self.against = found.rows(profile.wanted), found.rows(profile.unwanted)
        follows = [row for query, row in zip(profile.wanted, self.rows, strict=True) if query.is_followed]
        self.hit, self.followed, self.muted = self._hit(self.rows), self._hit(follows), self._hit(self.against)
        self.scores = (fitting - self._pushed_down() if self.against else fitting).round(DIGITS)
        self.open = self._open(window)
        self.passing: Flags = self.hit | (self.scores >= profile.bar) if pool.judges else self.hit.copy()
        self.passing &= ~self.muted

    def _hit(self, rows: Sequence[int]) -> Flags:
        flags = np.zeros(self.pool.total, bool)
        for row in rows:
            flags[self.found.hits.of(row)] = True
        return flags[: self.pool.size]

    def _pushed_down(self) -> Floats:
        """By how much papers lose that are like what is unwanted without saying its very words."""
        like = np.empty(self.pool.size, np.float32)
        highest(self.against, self.found, like)
        return np.asarray(np.maximum(like - UNWANTED_FROM, 0), np.float32)

    def _open(self, window: _Window) -> Flags:
        """Whether a paper may come: new, risen late, or of a letter that did not arrive; never what was given."""
        may_come = window.open.copy()
        may_come[_places(self.profile.again, self.pool)] = True
        may_come[_places([*self.profile.given, *self.profile.named], self.pool)] = False
        return may_come

    @cached_property
    def coming(self) -> Ints:
        """The places of the papers that may come: of all there are, often few."""
        return np.flatnonzero(self.open)

    def best(self, most: int) -> list[int]:
        """The places of the papers that come, in order, `most` at most."""
        return self._in_order(self.coming[self.passing[self.coming]], most)

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

    def telling(self, places: Sequence[int]) -> list[int]:
        """For each of these papers the query that speaks for it most: a follow, words it says, what it is near to."""
        if not places:
            return []
        rows = np.array(self.rows)[:, None]
        telling = self.found.scores[rows, places]
        if self.hit[places].any():
            telling += WORDS_FIRST * self.found.hits.at(rows, places)
        numbers: list[int] = telling.argmax(axis=0).tolist()
        return numbers

    def paper(self, place: int) -> int:
        return self.pool.candidates[place].paper


def _places(papers: Iterable[int], pool: CandidatePool) -> list[int]:
    return [pool.columns[paper] for paper in papers if paper in pool.columns]
