"""What is trending: the formula that /about/ states, with each paper's own numbers. Values in, a ranking out.

    score = votes per hour / what is typical of the field * 0.5 ** (age / 72 h)

It is shown, not validated: there is no recorded series of votes to validate it against.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from django.db.models import Max, Q, QuerySet

from papers.models import Paper, Sighting, Signal
from papers.sources import SOURCES
from papers.sources.huggingface import TRENDING

WITHIN = timedelta(days=7)  # of their listing papers can be trending
RECENT = timedelta(hours=48)  # the hours whose votes count
AT_LEAST = timedelta(hours=12)  # votes are never divided by fewer hours: the first of a day come all at once
HALF_LIFE = timedelta(hours=72)  # after which an age weighs half
OLD_AFTER = timedelta(days=30)  # since the first listing, or since publication: what comes back is resurfacing
ENOUGH = 20  # papers that make a category a field of its own; as many papers of the whole site stand in each field
CONSIDERED = 500  # the most voted of these papers; of whom nobody takes notice there can be any number
HOUR = timedelta(hours=1)
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
    first_on: date | None = None  # when it was published or first listed anywhere, whichever came first
    listed_on: date | None = None  # the latest day that a source announced it
    seen_trending: bool = False  # elsewhere, in the recent hours


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


@dataclass(frozen=True)
class Ranking:
    trending: list[Standing]  # the best first
    resurfacing: list[Standing]  # old papers that return, the best first; their score takes no account of their age


def rank(courses: Sequence[Course], now: datetime, within: timedelta = WITHIN) -> Ranking:
    """The papers listed `within` this span, and apart from them the old ones that return."""
    old = {course.paper: _is_old(course, now) for course in courses}
    rates = {course.paper: gain(course, now) / _hours_counted(course, now) for course in courses}
    recent = [course for course in courses if rates[course.paper] > 0 and not old[course.paper]]
    fields = _fields(recent, courses)
    typical = _typical(recent, rates, fields)
    standings = {
        course.paper: _standing(course, now, rates[course.paper], fields[course.paper], typical, old[course.paper])
        for course in courses
    }
    ranked = sorted(courses, key=lambda course: _order(standings[course.paper], course))
    listed = [course for course in ranked if _is_listed(course, now, within)]
    returning = [course for course in ranked if old[course.paper] and _returns(course, now, within)]
    return Ranking(
        [standings[course.paper] for course in listed if not old[course.paper]],
        [standings[course.paper] for course in returning],
    )


# --------------------------------------------------------------------------------------------------------- one paper


def gain(course: Course, now: datetime) -> float:
    """Votes of the recent hours, or of those since the listing; for the part of them in which nobody counted yet, as
    on a new site, the average since the listing stands in. Votes that are taken back and given again are no gain."""
    opened = _opened(course, now)
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


def _opened(course: Course, now: datetime) -> datetime:
    """The beginning of the hours whose votes count."""
    return max(now - RECENT, course.listed_at)


def _hours_counted(course: Course, now: datetime) -> float:
    return max(now - _opened(course, now), AT_LEAST) / HOUR


def _counted(course: Course, now: datetime) -> int:
    """Votes that were seen to come in the recent hours; nothing that was merely assumed."""
    opened = _opened(course, now)
    before = [point.votes for point in course.points if point.at <= opened]
    known = max(before) if before else course.points[0].votes if course.points else course.votes
    return course.votes - known


def _is_old(course: Course, now: datetime) -> bool:
    return course.first_on is not None and now.date() - course.first_on > OLD_AFTER


def _is_listed(course: Course, now: datetime, within: timedelta) -> bool:
    return course.listed_on is not None and (now - within).date() <= course.listed_on <= now.date()


def _returns(course: Course, now: datetime, within: timedelta) -> bool:
    return course.seen_trending or _is_listed(course, now, within) or _counted(course, now) > 0


def _standing(
    course: Course, now: datetime, rate: float, field: str, typical: Mapping[str, float], is_old: bool
) -> Standing:
    age = max(0.0, (now - course.listed_at) / HOUR)
    times = rate / typical[field] if rate > 0 else 0.0
    return Standing(
        paper=course.paper,
        votes=course.votes,
        gained=rate * _hours_counted(course, now),
        votes_per_hour=rate,
        age=age,
        field=field,
        typical=typical[field],
        times_typical=times,
        score=times if is_old else times * decay(age),
    )


def _order(standing: Standing, course: Course) -> tuple[float, ...]:
    """Where scores are equal votes decide, then comments, stars, the later listing, and the key."""
    listed = course.listed_on.toordinal() if course.listed_on else 0
    return -standing.score, -course.votes, -course.comments, -course.stars, -listed, course.paper


# ------------------------------------------------------------------------------------------------------------ fields


def _fields(voted: Iterable[Course], courses: Iterable[Course]) -> dict[int, str]:
    """Paper -> its field: the primary category where enough papers get votes, else the archive (cs of cs.CL)."""
    papers = Counter(course.category for course in voted)
    return {
        course.paper: course.category if papers[course.category] >= ENOUGH else course.category.partition(".")[0]
        for course in courses
    }


def _typical(voted: Iterable[Course], rates: Mapping[int, float], fields: Mapping[int, str]) -> dict[str, float]:
    """Field -> the median votes per hour of its recent papers that get any, as if ENOUGH papers that are typical of
    the whole site stood among them: where there are few papers a small number makes no winner."""
    of_field: dict[str, list[float]] = defaultdict(list)
    for course in voted:
        of_field[fields[course.paper]].append(rates[course.paper])
    everywhere = [rate for found in of_field.values() for rate in found]
    # Where no recent paper gets votes, the old ones that do are compared with each other.
    site = median(everywhere or [rate for rate in rates.values() if rate > 0] or [0.0])
    return {field: _shrunk(of_field[field], site) for field in set(fields.values())}


def _shrunk(rates: Sequence[float], site: float) -> float:
    return (len(rates) * median(rates) + ENOUGH * site) / (len(rates) + ENOUGH) if rates else site


# ------------------------------------------------------------------------------------------------- out of the tables


def gather(now: datetime, within: timedelta = WITHIN) -> list[Course]:
    """What can be trending or resurfacing, in as many queries for many papers as for few."""
    seen = Paper.objects.filter(first_seen_at__lte=now).most_voted()
    seen = seen.only("votes", "comments", "stars", "categories", "published_on", "listed_on", "first_seen_at")
    parts = seen.listed_within(within, now), seen.filter(_may_return(now))
    papers = list({paper.pk: paper for part in parts for paper in part[:CONSIDERED]}.values())
    keys = [paper.pk for paper in papers]
    points, announced = _points([paper.pk for paper in papers if paper.votes], now), _announced(keys, now)
    trending = set(_seen_trending(now).values_list("paper", flat=True))
    return [_course(paper, points[paper.pk], announced[paper.pk], paper.pk in trending) for paper in papers]


def _may_return(now: datetime) -> Q:
    long_ago = (now - OLD_AFTER).date()
    counted = Signal.objects.filter(at__gt=now - RECENT, at__lte=now)
    old = Q(published_on__lt=long_ago) | Q(listed_on__lt=long_ago)
    return Q(pk__in=_seen_trending(now).values("paper")) | old & Q(pk__in=counted.values("paper"))


def _seen_trending(now: datetime) -> QuerySet[Sighting]:
    return Sighting.objects.filter(source=TRENDING.name, day__gt=(now - RECENT).date(), day__lte=now.date())


def _points(papers: Sequence[int], now: datetime) -> Mapping[int, list[Point]]:
    """Each paper's recent points, the earliest first, and before them the most votes that it had until then."""
    counted, opened = Signal.objects.filter(paper__in=papers, at__lte=now), now - RECENT
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
    days = [day for _, day in announced] + ([paper.published_on] if paper.published_on else [])
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
