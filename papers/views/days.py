"""The lists of a day, a week or a month; the first page is the latest day."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from papers import site_clock, spans
from papers.models import SAMPLE, Collection, Paper, PaperQuerySet, Sighting, Topic
from papers.sources import SOURCES
from papers.spans import Span
from papers.views import calendars, filters, frame
from papers.views.filters import Filters
from papers.views.public import public

ON_A_PAGE = 50  # papers: all of a day's Daily Papers, a part of what arXiv announces
TOPICS_SHOWN = 12  # of a list, beside it
LISTS = (*SOURCES, SAMPLE)  # whose days are shown, best first
ORDERS = {"huggingface": _("in Hugging Face’s order"), "arxiv": _("in arXiv’s order")}  # of a day
Outcome = Collection.Outcome


@public(*filters.PARAMETERS, "page")
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The latest day that the first source with any papers has, whatever the date is now."""
    for source in LISTS:
        if latest := Sighting.objects.announced_by(source).last_day():
            return _dated(request, spans.day(latest), is_first=True)
    return render(
        request, "papers/nothing_yet.html", {"outcomes": _outcomes(Collection.objects.values_list("outcome"))}
    )


@public(*filters.PARAMETERS, "page")
@require_safe
def day(request: HttpRequest, day: Span, source: str = "") -> HttpResponse:
    """What one source announced that day; the first that has any papers, unless one is named."""
    return _dated(request, day, source)


@public(*filters.PARAMETERS, "page")
@require_safe
def week(request: HttpRequest, week: Span, source: str = "") -> HttpResponse:
    """The same of an ISO week, the most voted papers first."""
    return _dated(request, week, source)


@public(*filters.PARAMETERS, "page")
@require_safe
def month(request: HttpRequest, month: Span, source: str = "") -> HttpResponse:
    return _dated(request, month, source)


def _dated(request: HttpRequest, span: Span, asked: str = "", *, is_first: bool = False) -> HttpResponse:
    if asked and asked not in SOURCES:
        raise Http404
    seen = Sighting.objects.filter(day__range=(span.first, span.last), announced=True)
    counts = dict(seen.values_list("source").annotate(papers=Count("paper", distinct=True)))
    if not counts and span.first > site_clock.now().date():
        raise Http404
    shown = asked or next((source for source in LISTS if source in counts), next(iter(SOURCES)))
    chosen = filters.asked_for(request)
    listed = Paper.objects.listed_between(span.first, span.last, shown)
    ordered = Paper.objects.listed(span.first, shown) if span.kind == "day" else listed.most_voted()
    page = _page(request, ordered, chosen, counts.get(shown, 0))
    context = {
        "span": span,
        "address": calendars.address(span, asked),
        "is_first": is_first,
        "page": page,
        "papers": list(page.object_list),
        "heading": SOURCES[shown].title if shown in SOURCES else gettext("Daily Papers"),
        "order": ORDERS.get(shown, "") if span.kind == "day" else gettext("most voted first"),
        "lists": _lists(span, counts, shown),
        "filters": chosen,
        "query": f"{chosen.query}&" if chosen.query else "",
        "topics": _topics(listed, chosen) if counts else [],
        "why_empty": "" if counts.get(shown) else _why_empty(span, asked),
        "feeds": frame.feeds_of("list", shown, query=chosen.query) if shown in SOURCES else [],
        **_around(span, shown, asked),
    }
    return render(request, "papers/dated.html", context)


def _page(request: HttpRequest, papers: PaperQuerySet, chosen: Filters, count: int) -> Page[Paper]:
    """`count`: how many papers there are of all, not of those chosen."""
    pages = Paginator(chosen.of(papers).for_lists(), ON_A_PAGE)
    if not chosen.query:
        pages.count = count  # It would ask the database once more.
    return pages.get_page(request.GET.get("page"))


def _lists(span: Span, counts: dict[str, int], shown: str) -> list[tuple[str, str, int, bool]]:
    """Each source's list: its title, its address, how many papers it has, and whether it is shown."""
    titles = {SAMPLE: gettext("Sample"), **{name: str(source.title) for name, source in SOURCES.items()}}
    there = [name for name in LISTS if name in counts]
    return [
        (titles[name], calendars.address(span, name if name in SOURCES else ""), counts[name], name == shown)
        for name in there
    ]


def _topics(listed: PaperQuerySet, chosen: Filters) -> list[tuple[Topic, int, str, bool]]:
    """The topics that most of these papers are about: each with how many are, the address's query, whether it is
    chosen."""
    most = Topic.objects.most_said_by(listed, TOPICS_SHOWN)
    return [(one, count, chosen.other_topic(one).query, one == chosen.topic) for one, count in most]


def _around(span: Span, shown: str, asked: str) -> dict[str, Any]:
    """The calendar, the pages before and after that have papers of this source, and the nearer of the two."""
    days, announced = calendars.days_listed(span, shown), Sighting.objects.announced_by(shown)
    before = max((day for day in days if day < span.first), default=None)  # Most often the calendar has them.
    before = before or announced.filter(day__lt=span.first).last_day()
    after = min((day for day in days if day > span.last), default=None)
    after = after or announced.filter(day__gt=span.last).first_day()
    of = spans.KINDS[span.kind]
    ways = {
        name: (of(day), calendars.address(of(day), asked)) if day else None
        for name, day in (("previous", before), ("next", after))
    }
    is_after_nearer = after and (not before or after - span.last < span.first - before)
    nearest = ways["next"] if is_after_nearer else ways["previous"]
    return {**ways, "nearest": nearest, "calendar": calendars.drawn(span, days, asked)}


def _why_empty(span: Span, asked: str) -> str:
    named = [asked] if asked else [name for name, source in SOURCES.items() if source.announces]
    if span.kind != "day":
        return gettext("No papers were listed in this time.")
    if not any(SOURCES[name].calendar.announces(span.first) for name in named):
        return gettext("No papers are expected on this day: it is a weekend or a holiday.")
    outcomes = _outcomes(Collection.objects.filter(day=span.first, source__in=named).values_list("outcome"))
    if not outcomes:
        return gettext("Nothing was collected for this day.")
    if outcomes == {Outcome.NOTHING}:
        return gettext("No papers were announced on this day.")
    if Outcome.FAILED in outcomes:
        return gettext("This day’s list could not be read yet. It will be tried again.")
    return gettext("No papers have been announced for this day yet.")


def _outcomes(rows: Iterable[tuple[str]]) -> set[str]:
    return {outcome for (outcome,) in rows}
