"""The page of a search."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from papers import identifiers
from papers.models import Paper, Topic
from papers.search import names
from papers.search import ranking as searching
from papers.views import filters, frame
from papers.views.filters import Filters
from papers.views.public import public

PAGE_SIZE = 20
MOST_FOUND = 200  # papers by a search, over all its pages
MOST_LOOKED_AT = 3_000  # of the best, by which a search is narrowed
FACETS = 8  # topics, and categories, to narrow a search by


@public("q", "words", "all", "page", *filters.PARAMETERS)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The papers that fit some words, and what is called so; the one with this arXiv id, or the author of this name.

    `words=yes`: as words, whoever is called so. `all=yes`: those that merely come closest, too.
    """
    query = searching.readable(request.GET.get("q", ""))
    arxiv_id = searching.arxiv_id_in(query)
    if arxiv_id and (named := searching.paper_named(arxiv_id)):
        return redirect(named)
    as_words = request.GET.get("words") == "yes"
    called = [] if arxiv_id else names.called(query)
    if [one.kind for one in called] == [names.AUTHOR] and not as_words:
        return redirect(called[0].address)
    found = _found(request, query, as_words=as_words) if query and not arxiv_id else {}
    return render(request, "papers/search.html", {"query": query, "missing": arxiv_id, "called": called, **found})


def _found(request: HttpRequest, query: str, *, as_words: bool) -> dict[str, object]:
    """What the page shows of a search: papers that fit or, where none does or all are asked for, the closest ones."""
    results, chosen = searching.search(query, MOST_LOOKED_AT), filters.asked_for(request)
    everything = request.GET.get("all") == "yes"
    fitting = _narrowed([one.paper for one in results if one.fits], chosen)
    ranked = _narrowed([one.paper for one in results], chosen) if everything or not fitting else fitting
    page = Paginator(ranked[:MOST_FOUND], PAGE_SIZE).get_page(request.GET.get("page"))
    papers = Paper.objects.for_lists().in_bulk(list(page.object_list))
    said = {"q": query, "words": "yes" if as_words else "", "all": "yes" if everything else ""}
    asked = urlencode({name: value for name, value in said.items() if value})
    return {
        "page": page,
        "papers": [papers[key] for key in page.object_list if key in papers],
        "fitting": len(fitting),
        "most": MOST_FOUND,
        "everything": everything,
        "has_more": bool(fitting) and not everything and len(results) > len(fitting),
        "filters": chosen,
        "asked": asked,
        "address": "&".join(part for part in (asked, chosen.query) if part),
        "feeds": frame.feeds_of("search", query=urlencode({"q": query})),
        **_facets(ranked[:MOST_FOUND], chosen),
    }


def _narrowed(keys: list[int], chosen: Filters) -> list[int]:
    if not chosen.query or not keys:
        return keys
    kept = set(chosen.of(Paper.objects.filter(pk__in=keys)).values_list("pk", flat=True))
    return [key for key in keys if key in kept]


def _facets(keys: Sequence[int], chosen: Filters) -> dict[str, object]:
    """What these papers can be narrowed by: each with how many there are, and what an address says for it."""
    papers = Paper.objects.filter(pk__in=keys)
    topics = Topic.objects.most_said_by(papers, FACETS)
    listed = papers.values_list("categories", flat=True)
    categories = Counter(one for some in listed for one in some if identifiers.category(one) == one)
    return {
        "topics": [(one, count, chosen.other_topic(one).query, one == chosen.topic) for one, count in topics],
        "categories": [
            (name, count, chosen.other_category(name).query, name == chosen.category)
            for name, count in categories.most_common(FACETS)
        ],
        "spans": [
            (days, label, chosen.other_days(days).query, days == chosen.days) for days, label in filters.SPANS.items()
        ],
    }
