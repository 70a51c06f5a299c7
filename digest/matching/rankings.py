"""What is trending on the whole site, as letters take it: papers in order, each with its reason, by the formula of
papers.trending. It is the same for all readers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from papers.models import Paper
from papers.trending import Standing, gather, rank, rank_over

TRENDING_WITHIN = timedelta(days=7)
MOST_TRENDING = 300  # more than any reader can have been given of a week and still want
AGAIN_FROM = 1.0  # times the votes an hour that are typical of its field: an old paper that gets so many is trending
MOST_AGAIN = 20  # as readers may have had some of them
Trending = Mapping[int, Mapping[str, Any]]  # papers, best first, each with its reason as a code with parameters


def at(now: datetime) -> tuple[Trending, Trending]:
    """Of the last seven days, best first; and the old papers that are trending again."""
    ranking = rank(gather(now, TRENDING_WITHIN), now, TRENDING_WITHIN)
    trending = {standing.paper: _risen_fast(standing) for standing in ranking.trending[:MOST_TRENDING]}
    return trending, _again(ranking.resurfacing)


def over(span: timedelta, now: datetime) -> Trending:
    """What was trending at any time of this span, best first, each with its reason then."""
    ranking = rank_over(gather(now, span, over=span), now, span)
    return {standing.paper: _risen_fast(standing) for standing in ranking[:MOST_TRENDING]}


def _risen_fast(standing: Standing) -> dict[str, Any]:
    """The numbers that a paper's place comes from, as a code with parameters; rounded, as readers see them."""
    votes, hours = round(standing.gained), max(1, round(standing.hours))
    return {"code": "trending", "votes": votes, "hours": hours, "times": round(standing.times_typical)}


def _again(resurfacing: Sequence[Standing]) -> Trending:
    """Of the old papers that return those that were listed before, and get as many votes as is usual of new ones, each
    with the day on which it was published."""
    best = [one.paper for one in resurfacing if one.times_typical >= AGAIN_FROM][:MOST_AGAIN]
    listed = Paper.objects.filter(pk__in=best, listed_on__isnull=False) if best else Paper.objects.none()
    days = {paper: published or on for paper, published, on in listed.values_list("pk", "published_on", "listed_on")}
    return {paper: {"code": "again", "from": day.isoformat()} for paper in best if (day := days.get(paper))}
