"""Candidates and profiles to each reader's papers, with reasons, and the near misses. Knows no rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.profiles import Candidate, Match, Profile, match

TRENDING_BESIDE_TOPICS = 5  # what is trending takes at most so many places of a letter with topics,
TRENDING_RESERVED = 3  # and so many are kept for it
NEAR_MISSES = 3


@dataclass(frozen=True)
class Choice:
    """A reader's papers. No paper stands twice."""

    for_you: list[Match]
    trending: list[int]
    near_misses: list[Match]  # would have come, had the cap been higher

    def __len__(self) -> int:
        return len(self.for_you) + len(self.trending)

    def contents(self, topic_names: Mapping[int, str]) -> dict[str, Any]:
        """As a letter keeps it: papers' keys, and reasons as a code with parameters."""
        return {
            "for_you": [{"paper": one.paper, "reason": _reason(one, topic_names)} for one in self.for_you],
            "trending": [{"paper": paper} for paper in self.trending],
            "near_misses": [{"paper": one.paper, "lacked": {"code": "cap"}} for one in self.near_misses],
        }


def choose(profiles: Sequence[Profile], candidates: Sequence[Candidate], trending: Sequence[int]) -> list[Choice]:
    """For each profile in turn. `trending` is the one ranking of the whole site, best first."""
    return [
        _choice(profile, found, trending) for profile, found in zip(profiles, match(profiles, candidates), strict=True)
    ]


def _choice(profile: Profile, found: Sequence[Match], trending: Sequence[int]) -> Choice:
    reserved = min(TRENDING_RESERVED, profile.cap // 3) if profile.trending else 0
    for_you = list(found[: profile.cap - reserved])
    left_over = found[len(for_you) : len(for_you) + NEAR_MISSES]
    return Choice(for_you, _trending(profile, for_you, trending), list(left_over))


def _trending(profile: Profile, for_you: Sequence[Match], trending: Sequence[int]) -> list[int]:
    """A paper that fits in both parts stays where it has a reason."""
    if not profile.trending:
        return []
    places = profile.cap - len(for_you)
    places = min(places, TRENDING_BESIDE_TOPICS) if profile.topics else places
    taken = profile.given | {one.paper for one in for_you}
    return [paper for paper in trending if paper not in taken][:places]


def _reason(one: Match, topic_names: Mapping[int, str]) -> dict[str, Any]:
    return {"code": "topic", "topic": topic_names[one.topic], "phrase": one.phrase, "score": round(one.score, 3)}
