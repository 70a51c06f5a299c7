"""Candidates and profiles to each reader's papers, with reasons, and the near misses. Knows no rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from digest.profiles import BAR, Ask, Evidence, Flags, Pool, Profile, evidence, scores
from papers.lexical import Floats

TRENDING_BESIDE_TOPICS = 5  # what is trending takes at most so many places of a letter with interests,
TRENDING_RESERVED = 3  # and so many are kept for it
NEAR_MISSES = 3
CELLS = 12_000_000  # interests x papers that are compared at a time: some 150 MB
CONSIDERED = 3  # times as many papers as there are places are looked at
WORDS_FIRST = 1_000.0  # what a paper says in so many words is a better reason than what it is near to
SAME = 0.97  # cosine of two papers' directions from which they say the same
OF_ONE_INTEREST = 0.6  # of the places, while other interests have papers, too
DIGITS = 4  # of a score; what arithmetic alone makes unequal, as it depends on who else is chosen for, is equal
UNWANTED_FROM = 2.0  # deviations from which a paper is pushed down for being like what is unwanted


@dataclass(frozen=True)
class Pick:
    """A paper for a reader, how well it fits, and the interest that speaks for it most."""

    paper: int
    score: float  # in deviations above the average paper
    ask: Ask
    hit: bool = True  # the paper says the very words, or is by that author; else it is only near in meaning
    phrase: str = ""  # the paper's words that say it, where they are known already
    late: bool = False  # it was passed over, or not seen, when it was new; its votes have risen since

    @property
    def reason(self) -> dict[str, Any]:
        """As a code with parameters; digest.composing has the words."""
        if self.ask.kind == "paper":
            return {"code": "like", "title": self.ask.name}
        if not self.hit:
            return {"code": "near", "to": self.ask.name}
        if self.ask.kind == "topic":
            return {"code": "topic", "topic": self.ask.name, "phrase": self.phrase}
        return {"code": self.ask.kind, self.ask.kind: self.ask.name}


@dataclass(frozen=True)
class Miss:
    """A paper that nearly came, and what it lacked: as a code with parameters."""

    paper: int
    lacked: dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """A reader's papers. No paper stands twice."""

    for_you: list[Pick] = field(default_factory=list)
    trending: list[int] = field(default_factory=list)
    near_misses: list[Miss] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.for_you) + len(self.trending)

    def contents(self) -> dict[str, Any]:
        """As a letter keeps it: papers' keys, and reasons as a code with parameters."""
        return {
            "for_you": [_item(pick) for pick in self.for_you],
            "trending": [{"paper": paper} for paper in self.trending],
            "near_misses": [{"paper": one.paper, "lacked": one.lacked} for one in self.near_misses],
        }


def _item(pick: Pick) -> dict[str, Any]:
    item = {"paper": pick.paper, "reason": pick.reason, "score": shown(pick.score)}
    return item | {"late": True} if pick.late else item


def shown(score: float) -> float:
    """A score as readers see it, from 0 to 1; the bar is a half."""
    return round(max(score, 0) / (max(score, 0) + BAR), 2)


def choose(profiles: Sequence[Profile], pool: Pool, trending: Sequence[int]) -> list[Choice]:
    """For each profile in turn. `trending` is the one ranking of the whole site, best first."""
    return [choice(one, trending) for part in _parts(profiles, pool) for one in readers(part, pool)]


def _parts(profiles: Sequence[Profile], pool: Pool) -> Iterator[list[Profile]]:
    """As many at a time as keeps what their interests and the papers make within CELLS: it must fit into memory."""
    part: list[Profile] = []
    asks: set[Ask] = set()
    for profile in profiles:
        more = asks.union(profile.wanted, profile.unwanted)
        if part and len(more) * pool.total > CELLS:
            yield part
            part, more = [], {*profile.wanted, *profile.unwanted}
        part.append(profile)
        asks = more
    if part:
        yield part


def readers(profiles: Sequence[Profile], pool: Pool) -> list[Reader]:
    """Each profile before the pool; what several of them ask for is looked at once."""
    found = evidence([ask for one in profiles for ask in (*one.wanted, *one.unwanted)], pool)
    windows = {profile.after: _Window.of(profile.after, pool) for profile in profiles}
    return [Reader(one, found, pool, windows[one.after]) for one in profiles]


def ranked(profile: Profile, pool: Pool) -> Floats:
    """How much each candidate is what the reader wants, whether or not it would come."""
    return scores(profile.wanted, evidence(profile.wanted, pool), pool)[: pool.size]


@dataclass(frozen=True)
class _Window:
    """Which candidates are new since a reader's last letter, and which were there before and have risen since."""

    new: Flags
    late: Flags

    @classmethod
    def of(cls, after: datetime | None, pool: Pool) -> _Window:
        since = after.timestamp() if after else -np.inf
        new = np.asarray(pool.seen > since)
        return cls(new, np.asarray(~new & (pool.risen > since)))


class Reader:
    """A reader before a pool: which papers are open to them, and how each fits. Flags and scores are by candidate."""

    def __init__(self, profile: Profile, found: Evidence, pool: Pool, window: _Window) -> None:
        self.profile, self.found, self.pool, self.late = profile, found, pool, window.late
        self.rows, self.against = found.rows(profile.wanted), found.rows(profile.unwanted)
        follows = [row for ask, row in zip(profile.wanted, self.rows, strict=True) if ask.is_followed]
        self.hit, self.followed, self.muted = self._hit(self.rows), self._hit(follows), self._hit(self.against)
        self.scores = scores(profile.wanted, found, pool)[: pool.size]
        if self.against:
            self.scores = self.scores - self._pushed_down()
        self.scores = self.scores.round(DIGITS)
        self.open = self._open(window)
        self.passing: Flags = self.hit | (self.scores >= BAR) if pool.judges else self.hit
        if self.against:
            self.passing = self.passing & ~self.muted

    def _hit(self, rows: Sequence[int]) -> Flags:
        if not rows:
            return np.zeros(self.pool.size, bool)
        return np.asarray(np.logical_or.reduce(self.found.hits[rows, : self.pool.size], axis=0))

    def _pushed_down(self) -> Floats:
        """By how much papers lose that are like what is unwanted without saying its very words."""
        like = self.found.scores[self.against, : self.pool.size].max(axis=0)
        return np.asarray(np.maximum(like - UNWANTED_FROM, 0), np.float32)

    def _open(self, window: _Window) -> Flags:
        """Whether a paper may come: new, risen late, or of a letter that did not arrive; never what was given."""
        may_come = window.new | window.late
        own = [ask.paper for ask in (*self.profile.wanted, *self.profile.unwanted) if ask.paper]
        may_come[_places(self.profile.again, self.pool)] = True
        may_come[_places([*self.profile.given, *own], self.pool)] = False
        return may_come

    def in_order(self, flags: Flags, most: int) -> list[int]:
        """The places that are so flagged, `most` at most: what is followed, then by score, votes and age."""
        places = np.flatnonzero(flags)
        followed, scores = self.followed[places], self.scores[places]
        if len(places) > 2 * most and not followed.any():
            least = np.partition(scores, len(places) - most)[len(places) - most]
            best = scores >= least  # Equals are kept, for votes to decide.
            places, followed, scores = places[best], followed[best], scores[best]
        order = np.lexsort((places, -self.pool.votes[places], -scores, ~followed))
        return [int(place) for place in places[order[:most]]]

    def paper(self, place: int) -> int:
        return self.pool.candidates[place].paper

    def picks(self, places: Sequence[int]) -> list[Pick]:
        """With whatever speaks for each paper most: a follow, the words it says, what it is near to."""
        if not places:
            return []
        hits, said = self.found.hits[np.ix_(self.rows, places)], self.found.said[np.ix_(self.rows, places)]
        follows = np.array([ask.is_followed for ask in self.profile.wanted])[:, None]
        telling = np.where(hits, WORDS_FIRST * (1 + said + follows), 0) + self.found.scores[np.ix_(self.rows, places)]
        return [self._pick(place, int(best)) for place, best in zip(places, telling.argmax(axis=0), strict=True)]

    def _pick(self, place: int, number: int) -> Pick:
        ask, candidate = self.profile.wanted[number], self.pool.candidates[place]
        hit = bool(self.found.hits[self.rows[number], place])
        late = bool(self.late[place]) and candidate.paper not in self.profile.again
        phrase = candidate.topics[ask.topic][1] if hit and ask.kind == "topic" else ""
        return Pick(candidate.paper, float(self.scores[place]), ask, hit, phrase, late)


def _places(papers: Iterable[int], pool: Pool) -> list[int]:
    return [pool.columns[paper] for paper in papers if paper in pool.columns]


# ------------------------------------------------------------------------------------------------------------- picking


def choice(reader: Reader, trending: Sequence[int]) -> Choice:
    profile = reader.profile
    reserved = min(TRENDING_RESERVED, profile.cap // 3) if profile.trending else 0
    for_you, misses = _for_you(reader, profile.cap - reserved) if profile.wanted else ([], [])
    muted = {reader.paper(int(place)) for place in np.flatnonzero(reader.muted)} if reader.against else set()
    return Choice(for_you, _trending(profile, for_you, muted, trending), misses)


def _for_you(reader: Reader, places: int) -> tuple[list[Pick], list[Miss]]:
    in_order = reader.in_order(reader.passing & reader.open, CONSIDERED * places)
    picks = _thinned(reader.picks(in_order), places, reader)
    chosen = {pick.paper for pick in picks}
    rest = [place for place in in_order if reader.paper(place) not in chosen][:NEAR_MISSES]
    if len(rest) < NEAR_MISSES:
        almost = reader.open & ~reader.passing & (reader.hit | (reader.scores > 0))
        rest += reader.in_order(almost, NEAR_MISSES - len(rest))
    return picks, [Miss(reader.paper(place), lacked(reader, place, picks)) for place in rest]


def _thinned(picks: Sequence[Pick], places: int, reader: Reader) -> list[Pick]:
    """The best, but none that says the same as a better one, nor one interest everywhere while others have papers."""
    most = max(1, int(places * OF_ONE_INTEREST)) if len({pick.ask for pick in picks}) > 1 else places
    same = _says_the_same(picks, reader.pool)
    chosen: list[int] = []
    waiting: list[int] = []
    counts: Counter[Ask] = Counter()
    for number, pick in enumerate(picks):
        if len(chosen) == places:
            break
        if same is not None and same[number, [*chosen, *waiting]].any():
            continue
        counts[pick.ask] += 1
        (waiting if counts[pick.ask] > most and not pick.ask.is_followed else chosen).append(number)
    return [picks[number] for number in sorted([*chosen, *waiting[: places - len(chosen)]])]


def _says_the_same(picks: Sequence[Pick], pool: Pool) -> Flags | None:
    if not (picks and pool.vectors.shape[1]):
        return None
    rows = pool.vectors[[pool.columns[one.paper] for one in picks]]
    return np.asarray(rows @ rows.T > SAME)


def lacked(reader: Reader, place: int, picks: Sequence[Pick]) -> dict[str, Any]:
    """What kept a paper out of a letter of these picks."""
    if reader.muted[place]:
        against = zip(reader.profile.unwanted, reader.against, strict=True)
        ask = next(ask for ask, row in against if reader.found.hits[row, place])
        return {"code": "unwanted", "kind": ask.kind, "name": ask.name}
    if not reader.passing[place]:
        return {"code": "bar", "score": shown(float(reader.scores[place])), "bar": shown(BAR)}
    same = _says_the_same([*picks, *reader.picks([place])], reader.pool)
    if same is not None and same[-1, :-1].any():
        return {"code": "same"}
    return {"code": "cap", "cap": reader.profile.cap}


def _trending(profile: Profile, for_you: Sequence[Pick], muted: set[int], trending: Sequence[int]) -> list[int]:
    """A paper that fits in both parts stays where it has a reason; one that is unwanted comes in neither."""
    if not profile.trending:
        return []
    places = profile.cap - len(for_you)
    places = min(places, TRENDING_BESIDE_TOPICS) if profile.wanted else places
    own = {ask.paper for ask in (*profile.wanted, *profile.unwanted)}
    taken = profile.given | {one.paper for one in for_you} | muted | own
    return [paper for paper in trending if paper not in taken][:places]
