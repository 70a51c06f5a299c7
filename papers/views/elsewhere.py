"""Addresses as Hugging Face has them, so that a reader need only change the name of the site."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from papers import identifiers
from papers.spans import Span
from papers.views import calendars


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """/papers, and with words to look for /papers?q=..."""
    if "q" in request.GET:
        words = request.GET.urlencode()
        return redirect(f"{reverse('papers:search')}?{words}", permanent=True)
    return redirect("papers:today", permanent=True)


@require_safe
def dated(request: HttpRequest, span: Span) -> HttpResponse:
    return redirect(calendars.address(span), permanent=True)


@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    return redirect("papers:trending", permanent=True)


@require_safe
def paper(request: HttpRequest, named: str) -> HttpResponse:
    arxiv_id = identifiers.arxiv_id_asked_for(named)
    if not arxiv_id:
        raise Http404
    return redirect("papers:paper", identifiers.arxiv_key(arxiv_id), permanent=True)
