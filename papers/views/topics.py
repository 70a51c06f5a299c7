"""The pages of topics."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import F, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from papers import site_clock
from papers.models import Paper, Topic

TOPIC_SPAN = timedelta(days=30)
PAGE_SIZE = 20


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
