"""The page of a paper, and how to cite it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from papers import citing, identifiers
from papers.models import SAMPLE, Paper, Sighting, SimilarPapers
from papers.sources import SOURCES
from papers.storing import facts
from papers.views import curves
from papers.views.public import public

MOST_LINKED = 100  # authors; of a collaboration of thousands the others are named without a link
CITATIONS = {  # how a paper is cited, and what that is called
    "bib": (citing.bibtex, "application/x-bibtex"),
    "ris": (citing.ris, "application/x-research-info-systems"),
}
FIELDS = {  # as pages name them
    "title": _("title"),
    "abstract": _("abstract"),
    "authors": _("authors"),
    "organisation": _("organisation"),
    "categories": _("categories"),
    "published_on": _("date"),
    "keywords": _("keywords"),
    "urls": _("code and project"),
    "linked": _("models, datasets and Spaces"),
    "votes": _("votes"),
    "comments": _("comments"),
    "stars": _("GitHub stars"),
}


@public("similar")
@require_safe
def paper(request: HttpRequest, key: str) -> HttpResponse:
    paper = Paper.objects.with_chips().filter(key=key).first()
    if paper is None:
        arxiv_id = identifiers.arxiv_id_asked_for(key)  # with a version, or without the word before it
        if not arxiv_id or identifiers.arxiv_key(arxiv_id) == key:
            raise Http404
        return redirect("papers:paper", identifiers.arxiv_key(arxiv_id), permanent=True)
    sightings = list(paper.sightings.order_by("day", "source"))
    by_votes = request.GET.get("similar") == "votes"
    context = {
        "paper": paper,
        "days": sorted({one.day for one in sightings if one.announced}),
        "curve": curves.of_votes(paper.signals.order_by("at").values_list("at", "votes")),
        "similar": _similar(paper, by_votes=by_votes),
        "by_votes": by_votes,
        "origins": _origins(sightings),
        "linked": paper.authors[:MOST_LINKED],
        "others": paper.authors[MOST_LINKED:],
        "bibtex": citing.bibtex([paper]) if len(paper.authors) <= MOST_LINKED else "",
        "tags": citing.tags(paper),
    }
    return render(request, "papers/paper.html", context)


def _similar(paper: Paper, *, by_votes: bool) -> list[Paper]:
    """The most like it, the newest of them first, or the most voted."""
    found = SimilarPapers.objects.filter(paper=paper).values_list("keys", flat=True).first() or []
    near = Paper.objects.filter(pk__in=found)
    return list(near.most_voted() if by_votes else near.latest_first())


def _origins(sightings: Iterable[Sighting]) -> list[tuple[Any, date, list[Any]]]:
    """Whose word each fact is: a source, the day of its list, and the names of the facts."""
    said = defaultdict(list)
    for name, saying in facts.sayings(sightings).items():
        if name in FIELDS:
            said[saying.sighting.source, saying.sighting.day].append(FIELDS[name])
    titles = {SAMPLE: _("Sample"), **{name: source.title for name, source in SOURCES.items()}}
    return [(titles.get(source, source), day, names) for (source, day), names in said.items()]


@public()
@require_safe
def citation(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The paper as reference managers take it in."""
    paper = get_object_or_404(Paper, key=key)
    written, kind = CITATIONS[form]
    response = HttpResponse(written([paper]), content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="paper.{form}"'
    return response
