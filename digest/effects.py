"""What single interests do to a reader's digests, told by the papers of the last days: with each and without."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import numpy as np

from digest import previewing
from digest.letters import planning
from digest.matching import gathering, scoring
from digest.matching.profiles import Flags, Profile, Query
from digest.matching.scoring import ReaderScores
from digest.models import DID_NOT_ARRIVE, Given, Saved
from papers.models import Paper
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Subscriber

DAYS = gathering.LISTED_WITHIN.days
MOST_NAMED = 5  # papers
MOST_LOOKED_AT = 1_000  # papers that the reader got last


class Kept(NamedTuple):
    """A paper that came before something was said that keeps it out."""

    paper: Paper
    is_saved: bool


@dataclass(frozen=True)
class Effect:
    """Of an interest in what is wanted, how many papers match by it alone. Of one that is not wanted, those that it
    keeps out: `came` are those of them that had come by then, the saved ones first; `others` counts the rest."""

    wanted: bool
    came: Sequence[Kept] = ()
    others: int = 0

    @property
    def named(self) -> Sequence[Kept]:
        return self.came[:MOST_NAMED]

    @property
    def unnamed(self) -> int:
        return len(self.came) - len(self.named)


def of(reader: Subscriber, interests: Sequence[InterestSpec], now: datetime) -> dict[InterestSpec, Effect]:
    """Of those of the reader's interests that can be scored, in papers that were listed in the last DAYS days. As many
    questions to the database for many as for one."""
    edition = previewing.stock(now).edition.since(planning.opened(reader, now))
    scored = previewing.scored_for(reader, edition)
    asked = {*scored.profile.wanted, *scored.profile.unwanted}
    queries = {spec: query for spec, query in gathering.queries_for(interests).items() if query in asked}
    left_out = [_without(scored.profile, query) for query in queries.values()]
    others = islice(scoring.score([scored.profile, *left_out], scored.pool), 1, None)
    had = _had(reader, scored.pool.columns)
    return {
        spec: _effect(scored, without, spec, had, query.paper)
        for (spec, query), without in zip(queries.items(), others, strict=True)
    }


def _without(profile: Profile, query: Query) -> Profile:
    wanted, unwanted = ([one for one in part if one != query] for part in (profile.wanted, profile.unwanted))
    return replace(profile, wanted=tuple(wanted), unwanted=tuple(unwanted))


def _effect(
    scored: ReaderScores, without: ReaderScores, spec: InterestSpec, had: Mapping[int, Kept], own: int
) -> Effect:
    """`own`: the paper that is itself the example."""
    if spec.wanted:
        return Effect(True, others=len(_papers(scored, scored.passing & ~without.passing) - {own}))
    lost = _papers(scored, without.passing & ~scored.passing) - {own}
    muted = _papers(scored, scored.muted & ~without.muted) - {own}  # also of what was only trending
    came = [kept for paper, kept in had.items() if paper in lost or paper in muted]
    return Effect(False, came, len(lost - had.keys()))


def _papers(scored: ReaderScores, which: Flags) -> set[int]:
    return {scored.paper(int(place)) for place in np.flatnonzero(which)}


def _had(reader: Subscriber, among: Collection[int]) -> dict[int, Kept]:
    """What the reader got of these papers, by key, what they saved of it first."""
    given = Given.objects.filter(subscriber=reader).exclude(letter__state__in=DID_NOT_ARRIVE)
    keys = set(given.order_by("-pk").values_list("paper", flat=True)[:MOST_LOOKED_AT]).intersection(among)
    saved = set(Saved.objects.filter(subscriber=reader, paper__in=keys).values_list("paper", flat=True))
    papers = Paper.objects.filter(pk__in=keys).only("key", "title")
    kept = [Kept(paper, paper.pk in saved) for paper in papers]
    return {one.paper.pk: one for one in sorted(kept, key=lambda one: (not one.is_saved, one.paper.pk))}
