"""A reader's next letter before its time: what they would get now, if everything were as a form has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from django.db.models import Count, Max, Sum

from digest.letters import composing, in_short, planning, special, wording
from digest.letters.composing import Parts
from digest.letters.in_short import COUNTED
from digest.letters.special import Planned, Special
from digest.matching import choosing, gathering, scoring
from digest.matching.gathering import Edition
from digest.matching.profiles import CandidatePool
from digest.matching.scoring import ReaderScores
from papers.models import Paper, Sighting, Signal, Topic, Vector
from papers.search import fits
from subscriptions import slots
from subscriptions.composing import reader_of
from subscriptions.forms import PreferencesForm
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber


class Near(NamedTuple):
    """A paper that would nearly come, and what it lacks, in words."""

    paper: Paper
    lacked: str


class Day(NamedTuple):
    """How many papers of a day say what the reader asks for. `share`: of the day that has most, 0 to 100."""

    day: date
    papers: int
    share: int


@dataclass(frozen=True)
class Preview:
    """The letter as it would be planned now, unsaved, and what it would have been chosen from."""

    letter: Letter
    parts: Parts  # what the letter would show,
    special: Special | None  # and what it would say first
    near_misses: Sequence[Near]
    days: Sequence[Day]
    next_letter: datetime
    interests: int  # that are wanted; without any there is nothing but what is trending
    is_paused: bool

    @property
    def total(self) -> int:
        return sum(day.papers for day in self.days)

    @property
    def a_day(self) -> int:
        return round(self.total / COUNTED)

    @property
    def in_short(self) -> str:
        return in_short.sentence(reader_of(self.letter), self.interests, self.total)


# --------------------------------------------------------------------------------------------- what can be chosen from


@dataclass(frozen=True)
class Stock:
    """All that any reader's letter can be made of now. It is the same for all readers."""

    edition: Edition
    pool: CandidatePool
    listed: Mapping[int, date]  # papers of the pool: when each was listed last


@dataclass(frozen=True)
class MadeOf:
    """What tells one stock from another."""

    day: date
    fit: int | None
    papers: tuple[object, ...]
    # When lists last said something new of papers, and of how many at that moment. It tells of a title that was
    # corrected, which changes no count: what a paper says now, a list said just then.
    said: tuple[datetime, int] | None
    not_understood: int
    vector: int | None
    topics: tuple[object, ...]
    signal: int | None
    minute: datetime | None  # as what is trending hangs on the moment
    now: datetime = field(compare=False)

    @property
    def papers_alone(self) -> MadeOf:
        """But for what changes only how papers stand among those that are trending."""
        return replace(self, signal=None, minute=None)


def stock(now: datetime) -> Stock:
    """Kept for as long as nothing of what it is made of has changed."""
    listed = Paper.objects.filter(first_seen_at__lte=now).listed_within(gathering.LISTED_WITHIN, now)
    counted = listed.aggregate(Count("pk"), Max("pk"), Max("first_seen_at"), Sum("votes"))
    topics = Topic.objects.aggregate(Count("pk"), Max("scored_at"))
    fit = fits.in_use()
    made_of = MadeOf(
        day=now.date(),
        fit=fit.pk if fit else None,
        papers=tuple(counted.values()),
        said=Sighting.objects.values_list("read_at").annotate(Count("pk")).order_by("-read_at").first(),
        not_understood=Paper.objects.filter(terms="").count(),
        vector=Vector.objects.aggregate(latest=Max("pk"))["latest"],
        topics=tuple(topics.values()),
        signal=Signal.objects.aggregate(latest=Max("pk"))["latest"],
        minute=now.replace(second=0, microsecond=0),
        now=now,
    )
    edition = _edition(made_of)
    pool, days = _pooled(made_of.papers_alone, frozenset(edition.again))
    return Stock(edition, pool, days)


def drop_caches() -> None:
    """As in a process that has just begun."""
    _pooled.cache_clear()
    _edition.cache_clear()


@lru_cache(maxsize=1)
def _pooled(made_of: MadeOf, again: frozenset[int]) -> tuple[CandidatePool, Mapping[int, date]]:
    pool = gathering.recent(made_of.now, again)
    listed = Paper.objects.listed_within(gathering.LISTED_WITHIN, made_of.now)
    return pool, {paper: day for paper, day in listed.values_list("pk", "listed_on") if day}


@lru_cache(maxsize=1)
def _edition(made_of: MadeOf) -> Edition:
    ranked = Edition.at(made_of.now)
    pool, _days = _pooled(made_of.papers_alone, frozenset(ranked.again))
    return Edition(ranked.now, ranked.trending, pool, ranked.again)


# ---------------------------------------------------------------------------------------------------------- the letter


def of_form(form: PreferencesForm, now: datetime) -> Preview:
    """If a form that is valid were saved as it is. Nothing is."""
    reader = copy(form.reader)
    form.fill(reader)
    reader.schedule(now)
    return preview(reader, form.interests(), now)


def of_reader(reader: Subscriber, now: datetime) -> Preview:
    """As everything is saved."""
    return preview(reader, None, now)


def preview(reader: Subscriber, interests: Sequence[InterestSpec] | None, now: datetime) -> Preview:
    """The very letter that planning would plan, if the reader's hour struck now and they had these interests; None:
    they have those that are saved."""
    here = stock(now)
    stated = [row.spec for row in reader.interests.all()] if interests is None else interests
    edition = here.edition.since(planning.opened(reader, now))
    scored = scored_for(reader, edition, stated)
    choice = choosing.choice(scored, edition.trending, edition.again)
    next_letter = reader.next_letter_at(now)
    slot = slots.local_date(max(next_letter, now), reader.zone)
    letter = Letter(subscriber=reader, kind="digest", key=slot.isoformat(), due_at=now, planned_at=now)
    (line,) = special.lines([Planned(reader, slot, choice)], now)
    letter.contents, letter.reason = choice.contents(edition.reasons) | line, planning.why_skipped(choice)
    papers = Paper.objects.in_bulk([miss.paper for miss in choice.near_misses])
    return Preview(
        letter=letter,
        parts=composing.parts(letter, composing.cards_of([letter])),
        special=special.of([letter]).get(letter.pk),
        near_misses=[
            Near(papers[miss.paper], wording.lacked(miss.lacked))
            for miss in choice.near_misses
            if miss.paper in papers
        ],
        days=_days(scored, here.listed, now.date()),
        next_letter=next_letter,
        interests=sum(interest.wanted for interest in stated),
        is_paused=reader.is_paused(slots.local_date(now, reader.zone)),
    )


def scored_for(reader: Subscriber, edition: Edition, interests: Sequence[InterestSpec] | None = None) -> ReaderScores:
    """All that may come to anybody, as this reader's interests score it. As in planning, but for the whole pool, and
    what did not arrive stays given."""
    stated = None if interests is None else {reader.pk: interests}
    batch = gathering.gather([reader], edition, {reader.pk: planning.opened(reader, edition.now)}, stated)
    return next(scoring.score(batch.profiles, batch.findings.pool))


def _days(scored: ReaderScores, listed: Mapping[int, date], today: date) -> list[Day]:
    """The last days, whatever the cap would have cut off and whatever the reader has had of them."""
    own = {query.paper for query in scored.profile.wanted}
    passing = {scored.paper(int(place)) for place in np.flatnonzero(scored.passing)} - own
    counts = Counter(listed[paper] for paper in passing if paper in listed)
    days = [today - timedelta(days=ago) for ago in reversed(range(COUNTED))]
    most = max((counts[day] for day in days), default=0)
    return [Day(day, counts[day], round(100 * counts[day] / most) if most else 0) for day in days]
