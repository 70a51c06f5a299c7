"""The public pages. They set no cookie and are the same for everyone, so that any cache may keep them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from papers import site_clock
from papers import trending as formula
from papers.models import SAMPLE, Collection, Paper, PaperQuerySet, Sighting, Topic
from papers.search import ranking as searching
from papers.sources import SOURCES
from papers.trending import Standing

TOPIC_SPAN = timedelta(days=30)
PAGE_SIZE = 20
OF_A_DAY = 100  # papers on a page of a day: all of the Daily Papers, a part of what arXiv announces
TRENDING_SHOWN, RESURFACING_SHOWN, EXPLAINED = 50, 20, 15  # papers on the page of what is trending, and on /about/
FORMULA = {  # as pages say it
    "days": formula.WITHIN.days,
    "recent": formula.RECENT // formula.HOUR,
    "at_least": formula.SHORTEST_AGE // formula.HOUR,
    "half_life": formula.HALF_LIFE // formula.HOUR,
    "old_after": formula.OLD_AFTER.days,
    "enough": formula.ENOUGH,
}
MOST_FOUND = 200  # papers by a search, over all its pages
LISTS = (*SOURCES, SAMPLE)  # whose days are shown, best first


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows; the database is only asked once a template shows the banner."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "sample": SimpleLazyObject(Paper.objects.samples().exists),
        "credits": [source.credit for source in SOURCES.values() if source.credit],
        "postal_address": settings.SITE_POSTAL_ADDRESS,
    }


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The latest day that the first source with any papers has, whatever the date is now."""
    latest: date | None = None
    for source in LISTS:
        announced = Sighting.objects.filter(source=source, announced=True)
        if latest := announced.aggregate(day=Max("day"))["day"]:
            break
    return render(request, "papers/day.html", _of_day(request, latest) if latest else {})


@require_safe
def day(request: HttpRequest, day: date, source: str = "") -> HttpResponse:
    """What one source announced that day; the first that has any papers, unless one is named."""
    if source and source not in SOURCES:
        raise Http404
    context = _of_day(request, day, source)
    if not context["papers"] and day > site_clock.now().date():
        raise Http404
    return render(request, "papers/day.html", context)


def _of_day(request: HttpRequest, day: date, asked: str = "") -> dict[str, Any]:
    on_day = Sighting.objects.filter(day=day, announced=True).values("source").annotate(papers=Count("pk"))
    counts = dict(on_day.values_list("source", "papers"))
    shown = asked or next((source for source in LISTS if source in counts), "")
    titles = {SAMPLE: gettext("Sample"), **{name: source.title for name, source in SOURCES.items()}}
    page = Paginator(Paper.objects.listed(on=day, by=shown).with_chips(), OF_A_DAY).get_page(request.GET.get("page"))
    papers = list(page.object_list)
    announced = Sighting.objects.filter(source=shown, announced=True) if shown else Sighting.objects.all()
    return {
        "day": day,
        "papers": papers,
        "page": page,
        "source": asked,
        "heading": SOURCES[shown].title if shown in SOURCES else gettext("Daily Papers"),
        "lists": [(name, titles[name], counts[name], name == shown) for name in LISTS if name in counts],
        "why_empty": "" if papers else _why_empty(day, asked),
        "previous": announced.filter(day__lt=day).aggregate(day=Max("day"))["day"],
        "next": announced.filter(day__gt=day).aggregate(day=Min("day"))["day"],
    }


def _why_empty(day: date, asked: str) -> str:
    named = [asked] if asked else [name for name, source in SOURCES.items() if source.announces]
    if not any(SOURCES[name].calendar.announces(day) for name in named):
        return gettext("No papers are expected on this day: it is a weekend or a holiday.")
    outcomes = set(Collection.objects.filter(day=day, source__in=named).values_list("outcome", flat=True))
    if not outcomes:
        return gettext("Nothing was collected for this day.")
    if outcomes == {Collection.Outcome.NOTHING}:
        return gettext("No papers were announced on this day.")
    if Collection.Outcome.FAILED in outcomes:
        return gettext("This day’s list could not be read yet. It will be tried again.")
    return gettext("No papers have been announced for this day yet.")


@require_safe
def paper(request: HttpRequest, key: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.with_chips(), key=key)
    days = list(paper.sightings.filter(announced=True).dates("day", "day"))
    return render(request, "papers/paper.html", {"paper": paper, "days": days})


@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """What is trending now, and apart from it the old papers that return, each with its own numbers."""
    now = site_clock.now()
    ranking = formula.rank(formula.gather(now), now)
    voted = [standing for standing in ranking.trending if standing.score > 0]
    papers = Paper.objects.with_chips()
    context = {
        "trending": _with_standings(papers, voted[:TRENDING_SHOWN]),
        "resurfacing": _with_standings(papers, ranking.resurfacing[:RESURFACING_SHOWN]),
        **FORMULA,
    }
    return render(request, "papers/trending.html", context)


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


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The papers that fit some words; those by the author of exactly this name; or the one with this arXiv id."""
    query = searching.readable(request.GET.get("q", ""))
    arxiv_id = searching.arxiv_id_in(query)
    if arxiv_id and (named := searching.paper_named(arxiv_id)):
        return redirect(named)
    authored = [] if arxiv_id else searching.by_author(query, MOST_FOUND)
    fitting = [] if arxiv_id else [found.paper for found in searching.search(query, MOST_FOUND)]
    others = [paper for paper in fitting if paper not in set(authored)]
    page = Paginator([*authored, *others][:MOST_FOUND], PAGE_SIZE).get_page(request.GET.get("page"))
    papers = Paper.objects.with_chips().in_bulk(list(page.object_list))
    context = {
        "query": query,
        "missing": arxiv_id,
        "page": page,
        "authored": [papers[key] for key in page.object_list if key in papers and key in authored],
        "papers": [papers[key] for key in page.object_list if key in papers and key not in authored],
    }
    return render(request, "papers/search.html", context)


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "papers/topics.html", {"topics": list(Topic.objects.all())})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers about a topic of the 30 days up to the latest day that has any papers."""
    topic = get_object_or_404(Topic, slug=slug)
    latest = Paper.objects.aggregate(day=Max("listed_on"))["day"] or site_clock.now().date()
    papers = Paper.objects.about([topic]).filter(listed_on__gt=latest - TOPIC_SPAN)
    newest_first = papers.order_by("-listed_on", F("votes").desc(), "pk")
    page = Paginator(newest_first.with_chips(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"topic": topic, "latest": latest, "page": page, "papers": list(page.object_list)}
    return render(request, "papers/topic.html", context)
