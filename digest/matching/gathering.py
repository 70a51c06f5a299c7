"""What choosing needs, out of the tables: rows in, values out, in as many queries for one reader as for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from django.db.models import Count, Max, Min, Q

from digest.matching import rankings
from digest.matching.evidence import Findings
from digest.matching.kinds import KINDS
from digest.matching.profiles import ENOUGH, Candidate, CandidatePool, Profile, Query
from digest.matching.rankings import MOST_TRENDING, TRENDING_WITHIN, Trending
from digest.matching.scoring import ReaderBatch
from digest.models import LOST, Given
from papers import database
from papers.models import Paper, PaperQuerySet, PaperTopic, Signal, Topic
from papers.search import fits, vectors
from papers.search.encoders import unit
from papers.search.fits import Understanding
from papers.text import tokenizing
from papers.text.sparse import Floats
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Interest, Subscriber

LISTED_WITHIN = timedelta(days=14)  # papers listed longer ago reach nobody's letter
AT_THE_MOMENT = timedelta(days=4)  # For readers whose papers are of so few days the ranking is that of the moment,
WEEK, FORTNIGHT = timedelta(days=7), timedelta(days=14)  # for others that over one of these.
RISEN_QUANTILE = 0.9  # of the papers that people voted for lately have fewer votes than one that rose,
FEWEST_VOTES_RISEN = 10  # and it has at least so many;
MOST_RISEN = 100  # the last of them are considered for a letter
COLUMNS = ("pk", "first_seen_at", "votes", "terms", "authors", "identities", "organisation", "categories", "abstract")
TYPICAL_FROM = 3  # papers that say a topic, of the latest that a fit was learned from,
MOST_TYPICAL = 30_000  # and so many pairs of topic and paper are looked at

T = TypeVar("T")


class Edition:
    """What the letters of a moment are chosen from. Readers whose windows begin on the same day share a pool, whatever
    their batch: making one costs as much as choosing for hundreds of readers."""

    def __init__(
        self,
        now: datetime,
        trending: Trending,
        pool: CandidatePool | None = None,
        again: Mapping[int, Mapping[str, Any]] = {},  # It is only read.
    ) -> None:
        """`pool`: what all letters are chosen from, where it is there already. `again`: old papers that are trending
        again, best first."""
        self.now, self.trending, self.pool, self.again = now, trending, pool, again
        self._findings: tuple[object, Findings] | None = None
        self._over: dict[tuple[timedelta, bool], Edition] = {}

    @classmethod
    def at(cls, now: datetime) -> Edition:
        """Of the one ranking of the whole site: by the formula of papers.trending, of the last seven days."""
        trending, again = rankings.at(now)
        return cls(now, trending, again=again)

    @classmethod
    def latest(cls, now: datetime, last: date) -> Edition:
        """For first letters on a site whose `last` papers were listed long ago: of the week up to then, what was
        trending in it, and behind that what the site learned of only later, the most voted first."""
        seen = Paper.objects.filter(first_seen_at__lte=now, listed_on__gt=last - WEEK, listed_on__lte=last)
        then = dict(rankings.over(WEEK, min(now, datetime.combine(last + timedelta(days=1), time(), UTC))))
        others = seen.most_voted().values_list("pk", flat=True)[:MOST_TRENDING]
        edition = cls(now, then | {paper: {} for paper in others if paper not in then}, pool_of(seen))
        edition._over[WEEK, True] = edition
        return edition

    @property
    def reasons(self) -> Trending:
        """Of all that is trending."""
        return {**self.trending, **self.again}

    def since(self, after: datetime | None) -> Edition:
        """For readers to whom papers are new `after` then, without which they get the last week's: who gets the best
        of a week wants to know what was trending in it, not what is now."""
        window = self.now - after if after else WEEK
        if window <= AT_THE_MOMENT:
            return self
        span = WEEK if window <= WEEK + timedelta(days=1) else FORTNIGHT  # a letter that comes an hour late is weekly
        if (span, after is None) not in self._over:
            again = self.again if after else {}  # nothing old in a first letter
            self._over[span, after is None] = Edition(self.now, rankings.over(span, self.now), self.pool, again)
        return self._over[span, after is None]

    def findings(self, since: datetime | None, also: frozenset[int]) -> Findings:
        """What is found in a pool as below, of a window that begins at `since` or somewhat earlier."""
        if self.pool is not None:
            return Findings(self.pool)
        key = since and since.replace(hour=0, minute=0, second=0, microsecond=0), also
        if self._findings is None or self._findings[0] != key:
            candidates = pool(key[0], self.now, also.union(self.trending), frozenset(self.again))
            self._findings = key, Findings(candidates)
        return self._findings[1]


# -------------------------------------------------------------------------------------------------------------- papers


def pool(
    since: datetime | None, now: datetime, also: Collection[int] = (), again: frozenset[int] = frozenset()
) -> CandidatePool:
    """Papers first seen after `since`, up to now, those whose votes rose since, and `also` these; none listed more
    than LISTED_WITHIN ago but those that are trending `again`. With no `since` those of the last seven days, whenever
    they were first seen.

    While there is no sample to compare with, all of LISTED_WITHIN are compared with one another: what a reader gets
    must not depend on who else is due."""
    seen = Paper.objects.filter(first_seen_at__lte=now)
    if since is None:
        return pool_of(seen.listed_within(TRENDING_WITHIN, now))
    risen, listed = _risen(seen, since, now), seen.listed_within(LISTED_WITHIN, now)
    wanted = Q(first_seen_at__gt=since) | Q(pk__in=database.among([*risen, *also]))
    return pool_of(listed.filter(wanted) if has_reference() else listed, risen, _old(again, listed))


def recent(now: datetime, again: frozenset[int] = frozenset()) -> CandidatePool:
    """Every paper that may come in anybody's letter now, whatever they were given, also if it is trending `again`. For
    each reader choosing finds the same in it as in the pool of a window that ends now."""
    seen = Paper.objects.filter(first_seen_at__lte=now)
    listed = seen.listed_within(LISTED_WITHIN, now)
    return pool_of(listed, _risen(seen, now - 2 * LISTED_WITHIN, now), _old(again, listed))


def _old(again: frozenset[int], listed: PaperQuerySet) -> frozenset[int]:
    return again.difference(listed.filter(pk__in=again).values_list("pk", flat=True)) if again else again


def has_reference() -> bool:
    """Whether papers are compared with a sample that is the same for every pool."""
    known = fits.current()
    return known is not None and len(known.reference) >= ENOUGH


def pool_of(
    papers: PaperQuerySet,
    risen: Mapping[int, datetime] = {},  # It is only read.
    old: frozenset[int] = frozenset(),
) -> CandidatePool:
    """These papers and the `old` ones, beside the reference sample of the fit in use."""
    known = fits.current()
    candidates = _candidates((papers | Paper.objects.filter(pk__in=old) if old else papers).order_by("pk"), risen, old)
    compared = Paper.objects.filter(pk__in=database.among(known.reference)).order_by("pk") if known else None
    reference = _candidates(compared, {}) if compared is not None else []
    keys = [one.paper for one in (*candidates, *reference)]
    rows = vectors.matrix(keys, known.fit) if known and known.encoder else None
    return CandidatePool(candidates, reference, known, rows, typical(known) if known and known.encoder else {})


def typical(known: Understanding) -> Mapping[int, Floats]:
    """By topic's key the mean of the vectors of papers that say the topic, by how loudly they do (Rocchio): of those
    that were here when the fit was learned, so that it is the same until the next one, or until topics are edited."""
    topics = Topic.objects.aggregate(Count("pk"), Max("scored_at"))
    return _typical(known.fit, max(known.reference, default=0), *topics.values())


@lru_cache(maxsize=2)
def _typical(fit: int, newest: int, *_topics: object) -> Mapping[int, Floats]:
    said = PaperTopic.objects.filter(paper__lte=newest).order_by("-paper")
    loudness: dict[int, dict[int, float]] = defaultdict(dict)
    for topic, paper, loud in said.values_list("topic", "paper", "score")[:MOST_TYPICAL]:
        loudness[topic][paper] = loud
    keys = sorted({paper for some in loudness.values() for paper in some})
    rows = vectors.matrix(keys, fit)
    places = {paper: place for place, paper in enumerate(keys)}
    found: dict[int, Floats] = {}
    for topic, some in loudness.items():
        there = rows[[places[paper] for paper in some]]
        if there.any(axis=1).sum() >= TYPICAL_FROM:
            found[topic] = unit(np.array([*some.values()], np.float32) @ there)
    return found


def _candidates(
    papers: PaperQuerySet, risen: Mapping[int, datetime], old: frozenset[int] = frozenset()
) -> list[Candidate]:
    further = list(dict.fromkeys(column for kind in KINDS.values() for column in kind.columns))
    rows = list(papers.values_list(*COLUMNS, *further))
    topics: dict[int, dict[int, tuple[float, str]]] = defaultdict(dict)
    scores = PaperTopic.objects.filter(paper__in=database.among([row[0] for row in rows]))
    for paper, topic, score, phrase in scores.values_list("paper", "topic", "score", "phrase"):
        topics[paper][topic] = score, phrase
    return [
        Candidate(
            paper,
            seen_at,
            votes,
            topics.get(paper, {}),
            tokenizing.without_authors(terms),
            tuple(authors),
            identities,
            organisation,
            tuple(categories),
            risen.get(paper),
            dict(zip(further, more, strict=True)),
            abstract,
            paper in old,
        )
        for paper, seen_at, votes, terms, authors, identities, organisation, categories, abstract, *more in rows
    ]


def _risen(seen: PaperQuerySet, since: datetime, now: datetime) -> dict[int, datetime]:
    """Papers whose votes have crossed the threshold since then: paper's key -> when."""
    voted = seen.listed_within(2 * LISTED_WITHIN, now).filter(votes__gt=0).order_by("votes")
    votes = list(voted.values_list("votes", flat=True))
    threshold = max(FEWEST_VOTES_RISEN, votes[int(RISEN_QUANTILE * len(votes))] if votes else 0)
    above = seen.listed_within(LISTED_WITHIN, now).filter(votes__gte=threshold)
    crossed = Signal.objects.filter(paper__in=above, votes__gte=threshold, at__lte=now)
    moments = crossed.values_list("paper").annotate(at=Min("at"))
    risen = sorted(((at, paper) for paper, at in moments if at > since), reverse=True)
    return {paper: at for at, paper in risen[:MOST_RISEN]}


# ------------------------------------------------------------------------------------------------------------- readers


# Longer than most, as it is one list of steps, each for all readers at once, and each needs the one before.
def gather(
    readers: Sequence[Subscriber],
    edition: Edition,
    after: Mapping[int, datetime | None],
    interests: Mapping[int, Sequence[InterestSpec]] | None = None,
) -> ReaderBatch:
    """All that choosing needs of these readers. Changes nothing.

    `after`: by reader, from when on papers are new; who is not there gets the last week's. `interests`: by reader, in
    place of those they have. Equal interests make equal profiles, in whatever order they were stated.
    """
    lost = _by_reader(Given.objects.filter(LOST, subscriber__in=readers).values_list("subscriber", "paper"))
    if interests is None:
        rows = Interest.objects.filter(subscriber__in=readers)
        interests = _by_reader((row.subscriber_id, row.spec) for row in rows)
    queries = queries_for({interest for one in interests.values() for interest in one})
    since = min((moment for reader in readers if (moment := after.get(reader.pk))), default=None)
    findings = edition.findings(since, frozenset().union(*lost.values()))
    papers = findings.pool.columns.keys() | edition.trending
    gifts = Given.objects.filter(subscriber__in=readers, paper__in=database.among(papers))
    given = _by_reader(gifts.values_list("subscriber", "paper"))
    profiles = []
    for reader in readers:
        stated = sorted(interests.get(reader.pk, ()), key=lambda interest: interest.name)
        asked = [(interest.wanted, queries[interest]) for interest in stated if interest in queries]
        profiles.append(
            Profile(
                reader=reader.pk,
                wanted=tuple(query for wanted, query in asked if wanted),
                unwanted=tuple(query for wanted, query in asked if not wanted),
                trending=reader.trending_muted_at is None,
                cap=reader.cap,
                bar=reader.bar,
                after=after.get(reader.pk),
                given=frozenset(given[reader.pk]) - frozenset(lost[reader.pk]),
                again=frozenset(lost[reader.pk]),
            )
        )
    return ReaderBatch(profiles, findings, list(edition.trending), list(edition.again))


def queries_for(interests: Collection[InterestSpec]) -> dict[InterestSpec, Query]:
    """Each interest as it can be scored; without those that name what is not here, such as a paper or a topic."""
    by_kind: dict[str, list[InterestSpec]] = defaultdict(list)
    for interest in interests:
        by_kind[interest.kind].append(interest)
    queries: dict[InterestSpec, Query] = {}
    for key in by_kind.keys() & KINDS.keys():
        queries |= KINDS[key].queries(by_kind[key])
    return queries


def _by_reader(pairs: Iterable[tuple[int, T]]) -> defaultdict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for reader, value in pairs:
        found[reader].append(value)
    return found
