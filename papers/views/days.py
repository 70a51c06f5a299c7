"""The pages of days, and the first page, which is the latest of them."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from papers import site_clock
from papers.models import SAMPLE, Collection, Paper, Sighting
from papers.sources import SOURCES

OF_A_DAY = 100  # papers on a page of a day: all of the Daily Papers, a part of what arXiv announces
LISTS = (*SOURCES, SAMPLE)  # whose days are shown, best first


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
