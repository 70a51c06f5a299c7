"""Candidates and profiles to each reader's papers, with reasons, and the near misses. Knows no rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from digest.matching.evidence import Findings
from digest.matching.profiles import BAR, CandidatePool, Profile, Query
from digest.matching.readers import Reader, before_what_may_come

TRENDING_BESIDE_TOPICS = 5  # what is trending takes at most so many places of a letter with interests,
TRENDING_RESERVED = 3  # and so many are kept for it
NEAR_MISSES = 3
CELLS = 12_000_000  # interests x papers that are compared at a time: 50 MB, twice that if all are examples
CONSIDERED = 3  # times as many papers as there are places are looked at
SAME = 0.97  # cosine of two papers' directions from which they say the same
OF_ONE_INTEREST = 0.6  # of the places, while other interests have papers, too


@dataclass(frozen=True)
class Pick:
    """A paper for a reader, how well it fits, and the interest that speaks for it most."""

    paper: int
    score: float  # in deviations above the average paper
    query: Query
    hit: bool = True  # the paper says the very words, or is by that author; else it is only near in meaning
    phrase: str = ""  # the paper's words that say it, where they are known already
    late: bool = False  # it was passed over, or not seen, when it was new; its votes have risen since

    @property
    def reason(self) -> dict[str, Any]:
        """As a code with parameters; digest.letters.composing has the words."""
        if self.query.kind == "paper":
            return {"code": "like", "title": self.query.name}
        if not self.hit:
            return {"code": "near", "to": self.query.name}
        if self.query.kind == "topic":
            return {"code": "topic", "topic": self.query.name, "phrase": self.phrase}
        return {"code": self.query.kind, self.query.kind: self.query.name}


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


def choose(profiles: Sequence[Profile], pool: CandidatePool, trending: Sequence[int]) -> list[Choice]:
    """For each profile in turn. `trending` is the one ranking of the whole site, best first."""
    return choose_out_of(Findings(pool), profiles, trending)


def choose_out_of(findings: Findings, profiles: Sequence[Profile], trending: Sequence[int]) -> list[Choice]:
    """The same; what was found before is not looked for again."""
    return [
        choice(reader, trending)
        for part in _parts(profiles, findings.pool)
        for reader in before_what_may_come(part, findings, trending)
    ]


def _parts(profiles: Sequence[Profile], pool: CandidatePool) -> Iterator[list[Profile]]:
    """As many at a time as keeps what their interests and the papers make within CELLS: it must fit into memory."""
    part: list[Profile] = []
    queries: set[Query] = set()
    for profile in profiles:
        queries.update(profile.wanted, profile.unwanted)
        if part and len(queries) * pool.total > CELLS:
            yield part
            part, queries = [], {*profile.wanted, *profile.unwanted}
        part.append(profile)
    if part:
        yield part


# ------------------------------------------------------------------------------------------------------------- picking


def choice(reader: Reader, trending: Sequence[int]) -> Choice:
    profile = reader.profile
    reserved = min(TRENDING_RESERVED, profile.cap // 3) if profile.trending else 0
    for_you, misses = _for_you(reader, profile.cap - reserved) if profile.wanted else ([], [])
    return Choice(for_you, _trending(reader, for_you, trending), misses)


def _for_you(reader: Reader, most: int) -> tuple[list[Pick], list[Miss]]:
    considered = reader.best(CONSIDERED * most)
    queries = reader.telling(considered)
    chosen = _thinned(considered, queries, most, reader)
    picks = [_pick(reader, considered[number], queries[number]) for number in chosen]
    rest = [place for number, place in enumerate(considered) if number not in chosen][:NEAR_MISSES]
    if len(rest) < NEAR_MISSES:
        rest += reader.almost(NEAR_MISSES - len(rest))
    return picks, [Miss(reader.paper(place), lacked(reader, place, picks)) for place in rest]


def _thinned(places: Sequence[int], queries: Sequence[int], most: int, reader: Reader) -> list[int]:
    """The numbers of the best, but of none that says the same as a better one, nor of one interest everywhere while
    others have papers."""
    of_one = max(1, int(most * OF_ONE_INTEREST)) if len(set(queries)) > 1 else most
    same = _say_the_same(places, reader.pool)
    chosen: list[int] = []
    waiting: list[int] = []
    counts: Counter[int] = Counter()
    for number, query in enumerate(queries):
        if len(chosen) == most:
            break
        if same and any((better, number) in same for better in (*chosen, *waiting)):
            continue
        counts[query] += 1
        is_much = counts[query] > of_one and not reader.profile.wanted[query].is_followed
        (waiting if is_much else chosen).append(number)
    return sorted([*chosen, *waiting[: most - len(chosen)]])


def _say_the_same(places: Sequence[int], pool: CandidatePool) -> set[tuple[int, int]]:
    """The numbers of those that do, in pairs, the better first."""
    if len(places) < 2:
        return set()
    rows = pool.vectors[places]
    first, second = np.nonzero(rows @ rows.T > SAME)
    return {pair for pair in zip(first.tolist(), second.tolist(), strict=True) if pair[0] < pair[1]}


def _pick(reader: Reader, place: int, number: int) -> Pick:
    query, candidate = reader.profile.wanted[number], reader.pool.candidates[place]
    hit = bool(reader.hit[place]) and reader.found.is_hit(query, place)
    late = bool(reader.late[place]) and candidate.paper not in reader.profile.again
    phrase = candidate.topics[query.topic][1] if hit and query.kind == "topic" else ""
    return Pick(candidate.paper, float(reader.scores[place]), query, hit, phrase, late)


def lacked(reader: Reader, place: int, picks: Sequence[Pick]) -> dict[str, Any]:
    """What kept a paper out of a letter of these picks."""
    if reader.muted[place]:
        query = next(query for query in reader.profile.unwanted if reader.found.is_hit(query, place))
        return {"code": "unwanted", "kind": query.kind, "name": query.name}
    if not reader.passing[place]:
        bar = reader.profile.bar
        return {"code": "bar", "score": shown(float(reader.scores[place])), "bar": shown(bar)}
    others = reader.pool.vectors[[reader.pool.columns[pick.paper] for pick in picks]]
    if (others @ reader.pool.vectors[place] > SAME).any():
        return {"code": "same"}
    return {"code": "cap", "cap": reader.profile.cap}


def _trending(reader: Reader, for_you: Sequence[Pick], trending: Sequence[int]) -> list[int]:
    """A paper that fits in both parts stays where it has a reason; one that is unwanted comes in neither."""
    profile, columns = reader.profile, reader.pool.columns
    if not profile.trending:
        return []
    places = profile.cap - len(for_you)
    places = min(places, TRENDING_BESIDE_TOPICS) if profile.wanted else places
    taken = profile.named.union(pick.paper for pick in for_you)
    free = (paper for paper in trending if paper not in taken and paper not in profile.given)
    wanted = (paper for paper in free if not (paper in columns and reader.muted[columns[paper]]))
    return list(islice(wanted, places))
