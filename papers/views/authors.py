"""Who writes papers: the latest ones of an author, or of an organisation."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers.models import Paper
from papers.search import names
from papers.search import ranking as searching
from papers.views import frame
from papers.views.public import public

PAGE_SIZE = 20
MOST_OF_AN_AUTHOR = 200  # papers, over all pages


@public("page")
@require_safe
def author(request: HttpRequest, name: str) -> HttpResponse:
    """The papers by an author of this name, however it is spaced and written in capitals. Namesakes are together."""
    name = searching.readable(name)
    keys = searching.by_author(name, MOST_OF_AN_AUTHOR)
    if not keys:
        raise Http404
    page = Paginator(keys, PAGE_SIZE).get_page(request.GET.get("page"))
    found = Paper.objects.for_lists().in_bulk(list(page.object_list))
    papers = [found[key] for key in page.object_list if key in found]
    written = names.author_as_written(name, papers[0]) if papers else name
    context = {"name": written, "page": page, "papers": papers, "feeds": frame.feeds_of("author", written)}
    return render(request, "papers/author.html", context)


@public("page")
@require_safe
def organisation(request: HttpRequest, name: str) -> HttpResponse:
    """The papers of an organisation of exactly this name."""
    papers = Paper.objects.filter(organisation=name).latest_first().for_lists()
    page = Paginator(papers, PAGE_SIZE).get_page(request.GET.get("page"))
    if not page.paginator.count:
        raise Http404
    feeds = frame.feeds_of("organisation", name)
    context = {"name": name, "page": page, "papers": list(page.object_list), "feeds": feeds}
    return render(request, "papers/organisation.html", context)
