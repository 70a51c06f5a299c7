"""The public feeds: every list of papers that has a page, as Atom and as JSON Feed; and the page that names them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from papers import feeds, identifiers, site_clock, spans
from papers import trending as formula
from papers.feeds import Feed
from papers.models import Paper, PaperQuerySet, Sighting, Topic
from papers.search import ranking as searching
from papers.sources import SOURCES
from papers.views import calendars, filters
from papers.views.filters import Filters
from papers.views.public import public
from papers.views.topics import SHOWN_FOR, latest_day

MOST = 120  # entries: readers refuse feeds of more than some 500 kB
OF_TRENDING = 50
FORMS: dict[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (feeds.atom, "application/atom+xml; charset=utf-8"),
    "json": (feeds.json_feed, "application/feed+json; charset=utf-8"),
}


@public()
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "lists": [(source.title, name) for name, source in SOURCES.items() if source.announces],
        "topics": list(Topic.objects.defer("phrases")),
        "most": MOST,
    }
    return render(request, "papers/feeds.html", context)


@public(*filters.PARAMETERS)
@require_safe
def of_list(request: HttpRequest, form: str, source: str = "") -> HttpResponse:
    """What a source announced, the latest day first and each day in its order; Daily Papers unless one is named."""
    name = source or next(iter(SOURCES))
    if name not in SOURCES:
        raise Http404
    seen = (
        Sighting.objects.filter(source=name, announced=True).order_by("-day", "rank").values_list("paper", flat=True)
    )
    page = reverse("papers:today")
    if source and (latest := _latest(name)):
        page = calendars.address(latest, source)
    return _answer(request, form, str(SOURCES[name].title), page, seen[:MOST])


@public(*filters.PARAMETERS)
@require_safe
def of_span(request: HttpRequest, form: str, kind: str) -> HttpResponse:
    """The most voted Daily Papers of the latest week or month that has any."""
    name = next(iter(SOURCES))
    latest = _latest(name, kind)
    if latest is None:
        return _answer(request, form, str(SOURCES[name].title), reverse("papers:today"), [])
    papers = Paper.objects.listed_between(latest.first, latest.last, name).most_voted()
    title = gettext("The week’s most voted papers") if kind == "week" else gettext("The month’s most voted papers")
    return _answer(request, form, title, calendars.address(latest), _first(papers))


@public(*filters.PARAMETERS)
@require_safe
def trending(request: HttpRequest, form: str) -> HttpResponse:
    now = site_clock.now()
    voted = [standing.paper for standing in formula.rank(formula.gather(now), now).trending if standing.score > 0]
    return _answer(request, form, gettext("Trending"), reverse("papers:trending"), voted[:OF_TRENDING])


@public(*filters.PARAMETERS)
@require_safe
def topic(request: HttpRequest, form: str, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug)
    return _answer(request, form, gettext(topic.name), topic.get_absolute_url(), _recent(Paper.objects.about([topic])))


@public(*filters.PARAMETERS)
@require_safe
def category(request: HttpRequest, form: str, name: str) -> HttpResponse:
    if not identifiers.is_category(name):
        raise Http404
    return _answer(
        request, form, name, reverse("papers:category", args=[name]), _recent(Paper.objects.in_category(name))
    )


@public(*filters.PARAMETERS)
@require_safe
def author(request: HttpRequest, form: str, name: str) -> HttpResponse:
    keys = searching.by_author(name, MOST)
    if not keys:
        raise Http404
    return _answer(request, form, name, reverse("papers:author", args=[name]), keys)


@public(*filters.PARAMETERS)
@require_safe
def organisation(request: HttpRequest, form: str, name: str) -> HttpResponse:
    keys = _first(Paper.objects.filter(organisation=name).latest_first())
    if not keys:
        raise Http404
    return _answer(request, form, name, reverse("papers:organisation", args=[name]), keys)


@public("q", *filters.PARAMETERS)
@require_safe
def search(request: HttpRequest, form: str) -> HttpResponse:
    """The best matches of a search, the latest first: a reader is told of what is new."""
    query = searching.readable(request.GET.get("q", ""))
    found = [one.paper for one in searching.search(query, MOST) if one.fits] if query else []
    keys = _first(Paper.objects.filter(pk__in=found).latest_first())
    return _answer(
        request, form, query or gettext("Search"), f"{reverse('papers:search')}?{urlencode({'q': query})}", keys
    )


def _latest(source: str, kind: str = "day") -> spans.Span | None:
    day = Sighting.objects.announced_by(source).last_day()
    return spans.KINDS[kind](day) if day else None


def _recent(papers: PaperQuerySet) -> list[int]:
    return _first(papers.filter(listed_on__gt=latest_day() - SHOWN_FOR).latest_first())


def _first(papers: PaperQuerySet) -> list[int]:
    return list(papers.values_list("pk", flat=True)[:MOST])


def _answer(request: HttpRequest, form: str, title: str, page: str, keys: Iterable[int]) -> HttpResponse:
    """The papers of these keys, each once and in this order, as far as they are asked for."""
    chosen, ordered = filters.asked_for(request), list(dict.fromkeys(keys))
    found = chosen.of(Paper.objects.for_lists()).in_bulk(ordered)
    entries = feeds.announced(found[key] for key in ordered if key in found)
    return _response(form, Feed(title, page, _address(request, chosen), entries))


def _response(form: str, feed: Feed) -> HttpResponse:
    write, kind = FORMS[form]
    changed = http_date(feed.updated.timestamp())
    return HttpResponse(feeds.written(feed, write), content_type=kind, headers={"Last-Modified": changed})


def answer(request: HttpRequest, form: str, feed: Feed) -> HttpResponse:
    """A feed that is not kept with the public pages, or 304 to who has it."""
    response = _response(form, feed)
    etag = quote_etag(hashlib.blake2b(response.content, digest_size=16).hexdigest())
    response["ETag"] = etag
    return get_conditional_response(request, etag, int(feed.updated.timestamp()), response) or response


def _address(request: HttpRequest, chosen: Filters) -> str:
    """Where the feed is, with what we know of its query alone."""
    words = searching.readable(request.GET.get("q", ""))
    query = "&".join(part for part in (urlencode({"q": words}) if words else "", chosen.query) if part)
    return f"{request.path}?{query}" if query else request.path
