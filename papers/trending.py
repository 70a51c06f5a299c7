"""What is trending: the formula that /about/ states, with each paper's own numbers. Values in, a ranking out.

    score = votes per hour / what is typical of the field * 0.5 ** (age / 72 h)

It is shown, not validated: there is no recorded series of votes to validate it against.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Self

from django.db.models import Max, Q

from papers.identifiers import archive_of
from papers.models import Paper, Sighting, Signal
from papers.sources import SOURCES
from papers.sources.huggingface import TRENDING

WITHIN = timedelta(days=7)  # of their listing papers can be trending
RECENT = timedelta(hours=48)  # the hours whose votes count
SHORTEST_AGE = timedelta(hours=12)  # votes are never divided by fewer hours: the first of a day come all at once
HALF_LIFE = timedelta(hours=72)  # after which an age weighs half
OLD_AFTER = timedelta(days=30)  # since the first listing: what comes back is resurfacing
ENOUGH = 20  # papers that make a category a field of its own; as many papers of the whole site stand in each field
CONSIDERED = 500  # the most voted of these papers; of whom nobody takes notice there can be any number
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO_FIELD = ""  # the field of papers whose categories nobody gave


@dataclass(frozen=True)
class Point:
    """Votes as they were counted at a moment."""

    at: datetime
    votes: int


@dataclass(frozen=True, kw_only=True)
class Course:
    """A paper's votes over time, and what else its standing depends on."""

    paper: int
    listed_at: datetime  # when the source that is best known for it listed it first
    votes: int = 0  # now
    comments: int = 0
    stars: int = 0
    points: tuple[Point, ...] = ()  # the earliest first
    category: str = NO_FIELD  # the primary one
    first_on: date | None = None  # when it was first listed anywhere; published, where no list of ours announced it
    listed_on: date | None = None  # the latest day that a source announced it
    seen_trending: bool = False  # elsewhere, in the recent hours

    @property
    def precedence(self) -> tuple[int, ...]:
        """Of two papers with the same score that with the smaller one comes first."""
        listed = self.listed_on.toordinal() if self.listed_on else 0
        return -self.votes, -self.comments, -self.stars, -listed, self.paper

    def opened(self, now: datetime) -> datetime:
        """The beginning of the hours whose votes count."""
        return max(now - RECENT, self.listed_at)

    def hours_counted(self, now: datetime) -> float:
        return max(now - self.opened(now), SHORTEST_AGE) / HOUR

    def is_old(self, now: datetime) -> bool:
        return self.first_on is not None and now.date() - self.first_on > OLD_AFTER

    def is_listed(self, now: datetime, within: timedelta) -> bool:
        return self.listed_on is not None and (now - within).date() <= self.listed_on <= now.date()

    def as_of(self, moment: datetime) -> Self | None:
        """As it was known then; None: it was not listed, or nobody had counted its votes."""
        known = tuple(point for point in self.points if point.at <= moment)
        return replace(self, points=known, votes=known[-1].votes) if known and self.listed_at <= moment else None

    def returns(self, now: datetime, within: timedelta) -> bool:
        """Whether somebody takes notice of it; of votes those that were seen to come, nothing merely assumed."""
        before = [point.votes for point in self.points if point.at <= self.opened(now)]
        known = max(before) if before else self.points[0].votes if self.points else self.votes
        return self.seen_trending or self.is_listed(now, within) or self.votes > known


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A paper's place in the ranking, with all the numbers that it comes from."""

    paper: int
    votes: int
    gained: float  # votes in the recent hours, or in those since its listing
    votes_per_hour: float
    age: float  # hours since its listing
    field: str
    typical: float  # votes per hour of the field's papers
    times_typical: float
    score: float

    @property
    def days(self) -> float:
        return self.age / 24

    @property
    def hours(self) -> float:
        """In which the votes were gained."""
        return min(self.age, RECENT / HOUR)

    @classmethod
    def of(cls, course: Course, now: datetime, *, rate: float, field: str, typical: float) -> Self:
        """By the formula; the score of an old paper takes no account of its age."""
        age = max(0.0, (now - course.listed_at) / HOUR)
        times_typical = rate / typical if rate > 0 else 0.0
        return cls(
            paper=course.paper,
            votes=course.votes,
            gained=rate * course.hours_counted(now),
            votes_per_hour=rate,
            age=age,
            field=field,
            typical=typical,
            times_typical=times_typical,
            score=times_typical if course.is_old(now) else times_typical * decay(age),
        )


@dataclass(frozen=True)
class Ranking:
    trending: list[Standing]  # the best first
    resurfacing: list[Standing]  # old papers that return, the best first; their score takes no account of their age


def rank(courses: Sequence[Course], now: datetime, within: timedelta = WITHIN) -> Ranking:
    """The papers listed `within` this span, and apart from them the old ones that return."""
    old = {course.paper: course.is_old(now) for course in courses}
    standings = _standings(courses, now)
    # Where scores are equal votes decide, then comments, stars, the later listing, and the key.
    ranked = sorted(courses, key=lambda course: (-standings[course.paper].score, *course.precedence))
    listed = [course for course in ranked if not old[course.paper] and course.is_listed(now, within)]
    returning = [course for course in ranked if old[course.paper] and course.returns(now, within)]
    return Ranking(
        [standings[course.paper] for course in listed],
        [standings[course.paper] for course in returning],
    )


def rank_over(courses: Sequence[Course], now: datetime, within: timedelta) -> list[Standing]:
    """What was trending at any time of this span: the papers listed in it, each as it stood when it stood best, looked
    at once a day; the best first. Of each course all points of the span are needed."""
    listed = {course.paper: course for course in courses if course.is_listed(now, within) and not course.is_old(now)}
    best = _standings(courses, now)
    for ago in range(1, within // DAY):
        moment = now - ago * DAY
        then = [course for one in courses if (course := one.as_of(moment))]
        for paper, standing in _standings(then, moment).items():
            best[paper] = max(best[paper], standing, key=lambda one: one.score)
    ranked = sorted(listed.values(), key=lambda course: (-best[course.paper].score, *course.precedence))
    return [best[course.paper] for course in ranked]


def _standings(courses: Sequence[Course], now: datetime) -> dict[int, Standing]:
    rates = {course.paper: gain(course, now) / course.hours_counted(now) for course in courses}
    recent = [course for course in courses if rates[course.paper] > 0 and not course.is_old(now)]
    voted = Counter(course.category for course in recent)
    # A field is the primary category where enough papers get votes, else the archive (cs of cs.CL).
    fields = {
        course.paper: course.category if voted[course.category] >= ENOUGH else archive_of(course.category)
        for course in courses
    }
    typical = _typical(recent, rates, fields)
    return {
        paper: Standing.of(course, now, rate=rates[paper], field=fields[paper], typical=typical[fields[paper]])
        for course in courses
        for paper in [course.paper]
    }


def gain(course: Course, now: datetime) -> float:
    """Votes of the recent hours, or of those since the listing; for the part of them in which nobody counted yet, as
    on a new site, the average since the listing stands in. Votes that are taken back and given again are no gain."""
    opened = course.opened(now)
    votes = max(0, course.votes)
    if before := [point.votes for point in course.points if point.at <= opened]:
        return float(max(0, votes - max(before)))
    first = course.points[0] if course.points else Point(now, votes)
    uncounted = max(0, min(first.votes, votes))
    counted_from = max(opened, min(first.at, now))
    known = (counted_from - opened) / (counted_from - course.listed_at) if course.listed_at < opened else 1.0
    return votes - uncounted + uncounted * known


def decay(age: float) -> float:
    """How much an age in hours weighs: 1 at the listing, half as much after each HALF_LIFE."""
    return float(0.5 ** (max(0.0, age) / (HALF_LIFE / HOUR)))


def _typical(voted: Iterable[Course], rates: Mapping[int, float], fields: Mapping[int, str]) -> dict[str, float]:
    """Field -> the median votes per hour of its recent papers that get any, as if ENOUGH papers that are typical of
    the whole site stood among them (shrinkage): where there are few papers a small number makes no winner."""
    of_field: dict[str, list[float]] = defaultdict(list)
    for course in voted:
        of_field[fields[course.paper]].append(rates[course.paper])
    everywhere = [rate for found in of_field.values() for rate in found]
    # Where no recent paper gets votes, the old ones that do are compared with each other.
    site = median(everywhere or [rate for rate in rates.values() if rate > 0] or [0.0])
    shrunk = {field: (len(own) * median(own) + ENOUGH * site) / (len(own) + ENOUGH) for field, own in of_field.items()}
    return {field: shrunk.get(field, site) for field in set(fields.values())}


# ------------------------------------------------------------------------------------------------- out of the tables


def gather(now: datetime, within: timedelta = WITHIN, over: timedelta = timedelta(0)) -> list[Course]:
    """What can be trending or resurfacing, in as many queries for many papers as for few; or could at any time of the
    span `over` which it is looked at."""
    seen = Paper.objects.filter(first_seen_at__lte=now).most_voted()
    seen = seen.only("votes", "comments", "stars", "categories", "published_on", "listed_on", "first_seen_at")
    days = {"day__gt": (now - RECENT).date(), "day__lte": now.date()}
    trending = Sighting.objects.filter(source=TRENDING.name, **days)
    counted = Signal.objects.filter(at__gt=now - RECENT, at__lte=now)
    long_ago = (now - OLD_AFTER).date()
    is_old = Q(published_on__lt=long_ago) | Q(listed_on__lt=long_ago)
    may_return = Q(pk__in=trending.values("paper")) | is_old & Q(pk__in=counted.values("paper"))
    parts = seen.listed_within(within, now), seen.filter(may_return)
    papers = list({paper.pk: paper for part in parts for paper in part[:CONSIDERED]}.values())
    points = _points([paper.pk for paper in papers if paper.votes], now, now - RECENT - over)
    announced = _announced([paper.pk for paper in papers], now)
    on_trending = set(trending.values_list("paper", flat=True))
    return [_course(paper, points[paper.pk], announced[paper.pk], paper.pk in on_trending) for paper in papers]


def _points(papers: Sequence[int], now: datetime, opened: datetime) -> Mapping[int, list[Point]]:
    """Each paper's points since then, the earliest first, and before them the most votes that it had until then."""
    counted = Signal.objects.filter(paper__in=papers, at__lte=now)
    before = counted.filter(at__lte=opened).values_list("paper").annotate(Max("at"), Max("votes"))
    recent = counted.filter(at__gt=opened).order_by("at").values_list("paper", "at", "votes")
    points: dict[int, list[Point]] = defaultdict(list)
    for paper, at, votes in [*before, *recent]:
        points[paper].append(Point(at, votes))
    return points


def _announced(papers: Sequence[int], now: datetime) -> Mapping[int, list[tuple[int, date]]]:
    """The days on which each paper was announced, each with the place of its source among all sources."""
    places = {source: place for place, source in enumerate(SOURCES)}
    announced = Sighting.objects.filter(paper__in=papers, announced=True, day__lte=now.date())
    found: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for paper, source, day in announced.values_list("paper", "source", "day"):
        found[paper].append((places.get(source, len(places)), day))
    return found


def _course(paper: Paper, points: Sequence[Point], announced: Sequence[tuple[int, date]], trending: bool) -> Course:
    days = [day for _, day in announced] or ([paper.published_on] if paper.published_on else [])
    first_listed = min(announced)[1] if announced else paper.published_on
    return Course(
        paper=paper.pk,
        listed_at=datetime.combine(first_listed, time(), UTC) if first_listed else paper.first_seen_at,
        votes=paper.votes,
        comments=paper.comments,
        stars=paper.stars or 0,
        points=tuple(points),
        category=paper.categories[0] if paper.categories else NO_FIELD,
        first_on=min(days, default=None),
        listed_on=paper.listed_on,
        seen_trending=trending,
    )
