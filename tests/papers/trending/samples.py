"""Papers' votes over time, as tests make them."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from papers.models import Paper, Sighting, Signal
from papers.trending import Course, Point, Ranking, rank
from tests.factories import make_paper

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)
_papers = count(1)


def course(votes: int = 0, *, hours: float = 30, paper: int | None = None, **fields: object) -> Course:
    """A paper that was listed so many hours ago and that nobody counted until now."""
    listed_at = NOW - hours * HOUR
    filled = {"first_on": listed_at.date(), "listed_on": listed_at.date(), "listed_at": listed_at}
    return Course(paper=paper or next(_papers), votes=votes, **filled | fields)  # type: ignore[arg-type]


def counted(*votes: tuple[float, int], **fields: object) -> Course:
    """A paper whose votes were counted so many hours ago, the last of them now."""
    points = tuple(Point(NOW - hours * HOUR, many) for hours, many in votes)
    return course(votes[-1][1], points=points, **fields)


def order(ranking: Ranking) -> list[int]:
    return [standing.paper for standing in ranking.trending]


def scores(*courses: Course, now: datetime = NOW) -> list[float]:
    """In the order of the papers, not in that of the ranking."""
    ranked = {standing.paper: standing.score for standing in rank(courses, now).trending}
    return [ranked[one.paper] for one in courses]


def score_of(paper: Course, ranking: Ranking) -> float:
    return next(standing.score for standing in ranking.trending if standing.paper == paper.paper)


def seen_trending(paper: Paper, day: date = TODAY) -> None:
    Sighting.objects.create(paper=paper, source="huggingface-trending", day=day, rank=1, announced=False)


def count_votes(paper: Paper, *votes: tuple[float, int]) -> None:
    for hours, many in votes:
        Signal.objects.create(paper=paper, at=NOW - hours * HOUR, votes=many)


def of_2023(**fields: object) -> Paper:
    paper = make_paper(votes=4000, listed_on=date(2023, 9, 13), published_on=date(2023, 9, 12), **fields)
    count_votes(paper, (100, 4000))
    return paper
