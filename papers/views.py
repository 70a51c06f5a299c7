"""The public pages. They set no cookie and are the same for everyone, so that any cache may keep them."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F, Max, Min, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from papers.models import ABOUT, Collection, Paper, PaperQuerySet, PaperTopic, Sighting, Topic
from papers.sources import SOURCES

TOPIC_SPAN = timedelta(days=30)
PAGE_SIZE = 20


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows; the database is only asked once a template shows the banner."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "sample": SimpleLazyObject(Paper.objects.samples().exists),
        "credits": [source.credit for source in SOURCES.values()],
        "postal_address": settings.SITE_POSTAL_ADDRESS,
    }


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The latest day that has papers, whatever the date is now."""
    latest = Sighting.objects.aggregate(day=Max("day"))["day"]
    return render(request, "papers/day.html", _of_day(latest) if latest else {})


@require_safe
def day(request: HttpRequest, day: date) -> HttpResponse:
    context = _of_day(day)
    if not context["papers"] and day > timezone.now().date():
        raise Http404
    return render(request, "papers/day.html", context)


def _of_day(day: date) -> dict[str, Any]:
    papers = list(_with_chips(Paper.objects.listed(on=day)))
    return {
        "day": day,
        "papers": papers,
        "why_empty": "" if papers else _why_empty(day),
        "previous": Sighting.objects.filter(day__lt=day).aggregate(day=Max("day"))["day"],
        "next": Sighting.objects.filter(day__gt=day).aggregate(day=Min("day"))["day"],
    }


def _why_empty(day: date) -> str:
    outcomes = set(Collection.objects.filter(day=day).values_list("outcome", flat=True))
    if not outcomes:
        return gettext("Nothing was collected for this day.")
    if outcomes == {Collection.Outcome.NOTHING}:
        return gettext("Nothing was announced on this day.")
    if Collection.Outcome.FAILED in outcomes:
        return gettext("This day could not be read so far. It will be tried again.")
    return gettext("Nothing has been announced for this day yet.")


@require_safe
def paper(request: HttpRequest, key: str) -> HttpResponse:
    paper = get_object_or_404(_with_chips(Paper.objects.all()), key=key)
    days = list(paper.sightings.dates("day", "day"))
    return render(request, "papers/paper.html", {"paper": paper, "days": days})


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "papers/topics.html", {"topics": list(Topic.objects.all())})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers about a topic of the 30 days up to the latest day that has any papers."""
    topic = get_object_or_404(Topic, slug=slug)
    latest = Paper.objects.aggregate(day=Max("listed_on"))["day"] or timezone.now().date()
    papers = Paper.objects.about([topic]).filter(listed_on__gt=latest - TOPIC_SPAN)
    newest_first = papers.order_by("-listed_on", F("votes").desc(), "pk")
    page = Paginator(_with_chips(newest_first), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"topic": topic, "latest": latest, "page": page, "papers": list(page.object_list)}
    return render(request, "papers/topic.html", context)


def _with_chips(papers: PaperQuerySet) -> PaperQuerySet:
    """Each paper with its topics as `chips`, the surest first: one query more for all of them."""
    sure = PaperTopic.objects.filter(score__gte=ABOUT).select_related("topic").order_by("-score", "topic__name")
    sure = sure.only("paper_id", "score", "phrase", "topic__slug", "topic__name")  # not its long list of phrases
    return papers.prefetch_related(Prefetch("scores", sure, to_attr="chips"))
