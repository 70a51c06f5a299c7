"""The page of a paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from papers import identifiers
from papers.models import Paper


@require_safe
def paper(request: HttpRequest, key: str) -> HttpResponse:
    paper = Paper.objects.with_chips().filter(key=key).first()
    if paper is None:
        arxiv_id = identifiers.arxiv_id_asked_for(key)  # with a version, or without the word before it
        if not arxiv_id or identifiers.arxiv_key(arxiv_id) == key:
            raise Http404
        return redirect("papers:paper", identifiers.arxiv_key(arxiv_id), permanent=True)
    days = list(paper.sightings.filter(announced=True).dates("day", "day"))
    return render(request, "papers/paper.html", {"paper": paper, "days": days})
