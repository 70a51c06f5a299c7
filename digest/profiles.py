"""Readers' interests as something that can be scored: values in, all of a batch at once. Knows no rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Profile:
    """What choosing must know of a reader."""

    reader: int
    topics: frozenset[int]  # keys of the topics wanted
    trending: bool  # whether the reader wants what is trending, too
    cap: int  # papers in a letter, at most
    after: datetime | None = None  # papers first seen up to then were considered before; None: none were
    given: frozenset[int] = frozenset()  # papers that must not come again
    again: frozenset[int] = frozenset()  # papers of letters that did not arrive: candidates whatever their age


@dataclass(frozen=True)
class Candidate:
    """What choosing must know of a paper. `topics`: topic's key -> (score 0 to 1, the paper's words that say so)."""

    paper: int
    first_seen_at: datetime
    votes: int
    topics: Mapping[int, tuple[float, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """A paper that fits a reader, how well, and by which topic and words."""

    paper: int
    score: float
    topic: int
    phrase: str


def match(profiles: Iterable[Profile], candidates: Iterable[Candidate]) -> list[list[Match]]:
    """For each reader the papers that match a wanted topic, best first; papers of equal score by their votes."""
    by_topic: dict[int, list[tuple[Candidate, float, str]]] = {}
    for candidate in candidates:
        for topic, (score, phrase) in candidate.topics.items():
            by_topic.setdefault(topic, []).append((candidate, score, phrase))
    return [_matches(profile, by_topic) for profile in profiles]


def _matches(profile: Profile, by_topic: Mapping[int, list[tuple[Candidate, float, str]]]) -> list[Match]:
    best: dict[int, tuple[float, int, Match]] = {}
    for topic in sorted(profile.topics):
        for candidate, score, phrase in by_topic.get(topic, ()):
            if _is_open(profile, candidate) and (candidate.paper not in best or score > best[candidate.paper][0]):
                best[candidate.paper] = score, candidate.votes, Match(candidate.paper, score, topic, phrase)
    return [match for *_, match in sorted(best.values(), key=lambda one: (-one[0], -one[1], one[2].paper))]


def _is_open(profile: Profile, candidate: Candidate) -> bool:
    if candidate.paper in profile.given:
        return False
    is_new = profile.after is None or candidate.first_seen_at > profile.after
    return is_new or candidate.paper in profile.again
