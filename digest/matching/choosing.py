"""Candidates and profiles to each reader's papers, with reasons, and the near misses. Knows no rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

import numpy as np

from digest.matching.kinds import KINDS
from digest.matching.kinds.base import Technique
from digest.matching.profiles import BAR, Flags, Profile, Query
from digest.matching.scoring import NO_CLAIM, ReaderBatch, ReaderScores, score_what_may_come

TRENDING_BESIDE_INTERESTS = 5  # places of a letter with interests that what is trending takes at most,
TRENDING_RESERVED = 3  # and that are kept for it
NEAR_MISSES = 3
CELLS_AT_ONCE = 12_000_000  # queries x papers that are compared at a time: 50 MB, twice that if all are examples
TIMES_CONSIDERED = 3  # times as many papers as there are places are looked at
BEFORE_OTHERS = 2  # papers that an interest gets while another that has some got none
SHARE_OF_ONE_INTEREST = 0.6  # of the places, while other interests have papers, too


@dataclass(frozen=True)
class Pick:
    """A paper for a reader, how well it fits, and the interest that speaks for it most."""

    paper: int
    score: float  # as digest.matching.evidence has it, in deviations
    query: Query
    hit: bool = True  # the paper says the very words, or bears the name; else it is only near in meaning
    phrase: str = ""  # the paper's words that say it, where they are known already
    # The day on which it was new, of a paper that was passed over then, or not seen; its votes have risen since.
    rising_since: date | None = None

    @property
    def reason(self) -> dict[str, Any]:
        """As a code with parameters; digest.letters.wording has the words."""
        kind = KINDS[self.query.kind]
        if self.hit or kind.technique is Technique.EXAMPLE:
            return {"code": kind.code, **kind.parameters(self.query, self.phrase)}
        return {"code": "near", "to": self.query.name}


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

    def __contains__(self, paper: int) -> bool:
        return paper in self.trending or any(pick.paper == paper for pick in self.for_you)

    def contents(self, trending: Mapping[int, Mapping[str, Any]] = {}) -> dict[str, Any]:
        """As a letter keeps it: papers' keys, and reasons as a code with parameters. `trending`: those of papers that
        come for no interest."""
        return {
            "for_you": [
                {"paper": pick.paper, "reason": pick.reason, "score": shown(pick.score)}
                | ({"late": True, "since": pick.rising_since.isoformat()} if pick.rising_since else {})
                for pick in self.for_you
            ],
            "trending": [
                {"paper": paper} | ({"reason": trending[paper]} if trending.get(paper) else {})
                for paper in self.trending
            ],
            "near_misses": [{"paper": one.paper, "lacked": one.lacked} for one in self.near_misses],
        }


def shown(score: float) -> float:
    """A score as readers see it, from 0 to 1; the bar is a half."""
    return round(max(score, 0) / (max(score, 0) + BAR), 2)


def choose(batch: ReaderBatch) -> list[Choice]:
    """For each profile in turn. What was found for others before is not looked for again."""
    return [
        choice(scored, batch.trending, batch.again)
        for part in _parts(batch.profiles, batch.findings.pool.total)
        for scored in score_what_may_come(replace(batch, profiles=part))
    ]


def _parts(profiles: Sequence[Profile], papers: int) -> Iterator[list[Profile]]:
    """As many at a time as keeps what their queries and the papers make within CELLS_AT_ONCE: it must fit into
    memory."""
    part: list[Profile] = []
    queries: set[Query] = set()
    for profile in profiles:
        queries.update(profile.wanted, profile.unwanted)
        if part and len(queries) * papers > CELLS_AT_ONCE:
            yield part
            part, queries = [], {*profile.wanted, *profile.unwanted}
        part.append(profile)
    if part:
        yield part


# ------------------------------------------------------------------------------------------------------------- picking


def choice(scored: ReaderScores, trending: Iterable[int], again: Iterable[int] = ()) -> Choice:
    """Of one reader. `trending`: papers, the one ranking of the whole site, best first; `again`: old ones that are
    trending again, best first."""
    profile, pool = scored.profile, scored.pool
    if not profile.wanted:
        return _with_trending(Choice(), scored, trending, again)
    most = profile.cap - (min(TRENDING_RESERVED, profile.cap // 3) if profile.trending else 0)
    places = scored.worth_considering(TIMES_CONSIDERED * most)
    picks, chosen = [], _shared_fairly(places, most, scored)
    for number in sorted(chosen):
        place, query = places[number], profile.wanted[chosen[number]]
        hit = bool(scored.hit[place]) and scored.found.is_hit(query, place)
        words = KINDS[query.kind].words_of(query, pool.candidates[place]) if hit else ""
        late = bool(scored.late[place]) and scored.paper(place) not in profile.again
        since = pool.candidates[place].first_seen_at.date() if late else None
        picks.append(Pick(scored.paper(place), float(scored.scores[place]), query, hit, words, since))
    rest = [place for number, place in enumerate(places) if number not in chosen][:NEAR_MISSES]
    if len(rest) < NEAR_MISSES:
        rest += scored.almost(NEAR_MISSES - len(rest))
    came = _with_trending(Choice(picks), scored, trending, again)
    missed = [place for place in rest if scored.paper(place) not in came.trending]
    return replace(came, near_misses=[Miss(scored.paper(place), lacked(scored, place, picks)) for place in missed])


# Longer than most, as each of its three turns goes on from what the one before left.
def _shared_fairly(places: Sequence[int], most: int, scored: ReaderScores) -> dict[int, int]:
    """Which of these papers, best first, are chosen, by number, and for which query each is: none that says the same
    as a better one, one for each query that has a paper before any gets a third, and no query everywhere while others
    have papers."""
    claims = scored.claims(places)
    brings, telling = claims > NO_CLAIM / 2, claims.argmax(axis=0).tolist() if places else []
    owed = set(_with_papers(brings, scored)[:most])
    same = scored.pool.saying_the_same(places)
    chosen: dict[int, int] = {}
    taken: set[int] = set()  # their places
    counts: Counter[int] = Counter()

    def take(number: int, query: int) -> None:
        if same[number].isdisjoint(taken):
            chosen[number] = query
            taken.add(places[number])
            counts[query] += 1
            owed.discard(query)

    for number, query in enumerate(telling):
        if owed and counts[query] < BEFORE_OTHERS and most - len(chosen) - len(owed) >= (query not in owed):
            take(number, query)
    for query in sorted(owed, key=lambda query: int(brings[query].argmax())):
        for number in np.flatnonzero(brings[query]).tolist():
            if query in owed and len(chosen) < most and number not in chosen:
                take(number, query)
    at_most = max(1, int(most * SHARE_OF_ONE_INTEREST)) if len(set(telling)) > 1 else most
    for limit in (at_most, most):
        for number, query in enumerate(telling):
            is_much = counts[query] >= limit and not KINDS[scored.profile.wanted[query].kind].is_followed
            if len(chosen) < most and number not in chosen and not is_much:
                take(number, query)
    return chosen


def _with_papers(brings: Flags, scored: ReaderScores) -> list[int]:
    """The queries that bring any of these papers: one of each kind first, then another of each, and so on, so that in
    a letter with fewer places than that a broad one is served, too."""
    ranked: list[tuple[int, int, int]] = []
    of_kind: Counter[str] = Counter()
    if not brings.shape[1]:
        return []
    bests = brings.argmax(axis=1).tolist()
    for best, query in sorted((best, query) for query, best in enumerate(bests) if brings[query, best]):
        kind = scored.profile.wanted[query].kind
        ranked.append((of_kind[kind], best, query))
        of_kind[kind] += 1
    return [query for _turn, _best, query in sorted(ranked)]


def lacked(scored: ReaderScores, place: int, picks: Sequence[Pick]) -> dict[str, Any]:
    """What kept a paper out of a letter of these picks."""
    if scored.muted[place]:
        query = next(query for query in scored.profile.unwanted if scored.found.is_hit(query, place))
        return {"code": "unwanted", "kind": query.kind, "name": query.name}
    if not scored.passing[place]:
        bar = scored.profile.bar
        return {"code": "bar", "score": shown(float(scored.scores[place])), "bar": shown(bar)}
    (same,) = scored.pool.saying_the_same([place])
    if same and not same.isdisjoint(scored.pool.columns[pick.paper] for pick in picks):
        return {"code": "same"}
    return {"code": "cap", "cap": scored.profile.cap}


def _with_trending(choice: Choice, scored: ReaderScores, trending: Iterable[int], again: Iterable[int]) -> Choice:
    """A paper that fits in both parts stays where it has a reason; one that is unwanted comes in neither. One that is
    trending again has the last place, where more than those that are kept for what is trending are left."""
    profile, columns = scored.profile, scored.pool.columns
    if not profile.trending:
        return choice
    places = profile.cap - len(choice.for_you)
    places = min(places, TRENDING_BESIDE_INTERESTS) if profile.wanted else places
    taken = profile.named.union(profile.given, (pick.paper for pick in choice.for_you))

    def wanted(papers: Iterable[int]) -> Iterator[int]:
        free = (paper for paper in papers if paper not in taken)
        return (paper for paper in free if not (paper in columns and scored.muted[columns[paper]]))

    new = list(islice(wanted(trending), places))
    old = list(islice(wanted(again), int(places > TRENDING_RESERVED)))
    return replace(choice, trending=[*new[: places - len(old)], *old])
