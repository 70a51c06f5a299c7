"""What papers are about: all topics, and the latest papers of one, or of a category of arXiv."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from papers import identifiers, site_clock
from papers.models import ABOUT, Paper, PaperQuerySet, PaperTopic, Topic
from papers.views import frame
from papers.views.public import public

SHOWN_FOR, COUNTED_FOR = timedelta(days=30), timedelta(days=7)
PAGE_SIZE = 20


@public()
@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """All topics, with how many papers each had in the seven days up to the latest that has any papers."""
    latest = latest_day()
    counts = papers_about(Paper.objects.filter(listed_on__gt=latest - COUNTED_FOR))
    topics = [(topic, counts.get(topic.pk, 0)) for topic in Topic.objects.defer("phrases")]
    return render(request, "papers/topics.html", {"topics": topics, "latest": latest})


@public("page")
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers about a topic of the 30 days up to the latest day that has any papers."""
    topic = get_object_or_404(Topic, slug=slug)
    return _recent(
        request,
        "papers/topic.html",
        Paper.objects.about([topic]),
        {"topic": topic, "feeds": frame.feeds_of("topic", slug)},
    )


@public("page")
@require_safe
def category(request: HttpRequest, name: str) -> HttpResponse:
    """The papers of a category of arXiv in the same days."""
    written = identifiers.category(name)
    if written is None or not identifiers.is_category(written):
        raise Http404
    if written != name:
        return redirect("papers:category", written, permanent=True)
    return _recent(
        request,
        "papers/category.html",
        Paper.objects.in_category(name),
        {"category": name, "feeds": frame.feeds_of("category", name)},
    )


def papers_about(papers: PaperQuerySet) -> dict[int, int]:
    """How many of these papers are about each topic that any of them is about, by its key."""
    sure = PaperTopic.objects.filter(score__gte=ABOUT, paper__in=papers.order_by().values("pk"))
    return dict(sure.values_list("topic").annotate(papers=Count("pk")))


def latest_day() -> date:
    """The latest day on which any paper was announced."""
    return Paper.objects.aggregate(day=Max("listed_on"))["day"] or site_clock.now().date()


def _recent(request: HttpRequest, template: str, papers: PaperQuerySet, context: Mapping[str, Any]) -> HttpResponse:
    latest = latest_day()
    recent = papers.filter(listed_on__gt=latest - SHOWN_FOR).latest_first()
    page = Paginator(recent.for_lists(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, template, {**context, "latest": latest, "page": page, "papers": list(page.object_list)})
