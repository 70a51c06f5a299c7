"""What is trending, and the formula that says so."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers import site_clock
from papers import trending as formula
from papers.models import Paper, PaperQuerySet
from papers.sources import SOURCES
from papers.trending import Standing
from papers.views import frame
from papers.views.public import public

TRENDING_SHOWN, RESURFACING_SHOWN, EXPLAINED = 50, 20, 15  # papers on the page of what is trending, and on /about/
FORMULA = {  # as pages say it
    "days": formula.WITHIN.days,
    "recent": formula.RECENT // formula.HOUR,
    "at_least": formula.SHORTEST_AGE // formula.HOUR,
    "half_life": formula.HALF_LIFE // formula.HOUR,
    "old_after": formula.OLD_AFTER.days,
    "enough": formula.ENOUGH,
}


@public()
@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """What is trending now, and apart from it the old papers that return, each with its own numbers."""
    now = site_clock.now()
    ranking = formula.rank(formula.gather(now), now)
    voted = [standing for standing in ranking.trending if standing.score > 0]
    papers = Paper.objects.for_lists()
    context = {
        "trending": _with_standings(papers, voted[:TRENDING_SHOWN]),
        "resurfacing": _with_standings(papers, ranking.resurfacing[:RESURFACING_SHOWN]),
        "feeds": frame.feeds_of("trending"),
        **FORMULA,
    }
    return render(request, "papers/trending.html", context)


@public()
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """How the site comes by its papers and by their order."""
    now = site_clock.now()
    voted = [standing for standing in formula.rank(formula.gather(now), now).trending if standing.score > 0]
    papers = _with_standings(Paper.objects.only("key", "title"), voted[:EXPLAINED])
    context = {"papers": papers, "sources": list(SOURCES.values()), **FORMULA}
    return render(request, "papers/about.html", context)


def _with_standings(papers: PaperQuerySet, standings: Sequence[Standing]) -> list[tuple[Paper, Standing]]:
    """The papers of these standings, in their order. One that was removed since then is left out."""
    found = papers.in_bulk([standing.paper for standing in standings])
    return [(found[standing.paper], standing) for standing in standings if standing.paper in found]
