"""The page of a paper."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from papers.models import Paper


@require_safe
def paper(request: HttpRequest, key: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.with_chips(), key=key)
    days = list(paper.sightings.filter(announced=True).dates("day", "day"))
    return render(request, "papers/paper.html", {"paper": paper, "days": days})
