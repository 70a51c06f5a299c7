"""The page of a search."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from papers.models import Paper
from papers.search import ranking as searching
from papers.views import frame

PAGE_SIZE = 20
MOST_FOUND = 200  # papers by a search, over all its pages


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
        "feeds": frame.feeds_of("search", query=urlencode({"q": query})) if query and not arxiv_id else [],
        "authored": [papers[key] for key in page.object_list if key in papers and key in authored],
        "papers": [papers[key] for key in page.object_list if key in papers and key not in authored],
    }
    return render(request, "papers/search.html", context)
