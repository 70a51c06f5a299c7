"""What the site says of itself, and what readers say of papers."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from digest import effects, exporting, feedback, feeds, previewing, privacy_notice, saving, why
from digest.effects import Effect
from digest.letters import web_copy
from digest.models import Alarm, Heartbeat, PostDay, Saved
from digest.watching import freshness, heartbeat
from digest.watching.status import SHOWN_FOR, days_of, weeks_of
from papers import citing, site_clock
from papers.models import Paper
from papers.search import fits
from papers.sources import SOURCES
from papers.sources.calendar import AWAITED_FOR
from papers.views import feeds as public_feeds
from papers.views.public import public
from subscriptions import private_feed, signing_up, visits
from subscriptions.forms import PreferencesForm
from subscriptions.links import BadLink, Purpose
from subscriptions.models import Subscriber
from subscriptions.request_sizes import PASTE, takes
from subscriptions.views import preferences_page
from subscriptions.visits import form_methods, from_link, of_fresh_visit, of_visit

HOUR = timedelta(hours=1)
TELLS_FOR = timedelta(days=180)  # RFC 9116, 2.5.5, recommends less than a year
SAVED_ON_PAGE = 50
EXPORTS = {  # how a list is written, and what that is called
    "bib": (citing.bibtex, "application/x-bibtex"),
    "ris": (citing.ris, "application/x-research-info-systems"),
}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the site can answer from its database; and in seconds, for whoever watches it, how long ago letters
    were last planned, and for how long the oldest of those that are due has waited."""
    now = site_clock.now()
    ticked, oldest = heartbeat.last(Heartbeat.TICK), heartbeat.oldest_due(now)
    said = {"last tick": ticked, "oldest due letter": oldest}
    ages = [f"{name}: {max(0, round((now - at).total_seconds())) if at else 'none'}" for name, at in said.items()]
    return HttpResponse("\n".join(["ok", *ages, ""]), content_type="text/plain")


@public()
@cache_control(public=True, max_age=60)  # So none is kept here: nothing says when an email was sent.
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How each source is, and what came of each of its last days. Open to everyone: it tells of no reader."""
    now = site_clock.now()
    sources = freshness.of(SOURCES.values(), now)
    days, fit = days_of(sources, now), fits.in_use()
    context = {
        "now": now,
        "stale_after": freshness.STALE_AFTER // HOUR,
        "awaited_for": AWAITED_FOR // HOUR,
        "sources": sources,
        "days": days,
        "weeks": [(fresh.source, weeks_of(days, place, now)) for place, fresh in enumerate(sources)] if days else [],
        "post": PostDay.objects.filter(day__gt=now.date() - SHOWN_FOR).order_by("-day"),
        "sign_ups": signing_up.counts(now, SHOWN_FOR),
        "fit": fit,
        "has_too_few": fit is not None and fits.has_too_few(fit.encoder, fit.papers),
        "papers": Paper.objects.count(),
        "fewest": fits.FEWEST_PAPERS,
        "alarms": list(Alarm.objects.filter(began_at__gt=now - SHOWN_FOR).order_by("-began_at")),
    }
    return render(request, "digest/status.html", context)


@cache_control(public=True, max_age=3600)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is held of readers, by whom, why, for how long, and what they can do. Of settings alone."""
    return render(request, "digest/privacy.html", privacy_notice.context())


@cache_control(public=True, max_age=3600)
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116); a local site that names nobody has none."""
    if not settings.CONTACT:
        raise Http404
    lines = [
        f"Contact: {privacy_notice.contact_url()}",
        f"Expires: {timezone.now().date() + TELLS_FOR}T00:00:00Z",  # by the clock of whoever reads it
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@takes(PASTE)
@form_methods
@of_visit
def preview(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """The next letter, were the form saved as it is; nothing is. With `?part` only what it would bring."""
    posted = request.method == "POST"
    form = PreferencesForm(reader, request.POST if posted else None)
    if posted and not form.is_valid():
        if "part" in request.GET:  # with a status that tells it from a letter
            return render(request, "digest/preview_refused.html", {"form": form}, status=400)
        return preferences_page(request, form)
    now = site_clock.now()
    found = previewing.of_form(form, now) if posted else previewing.of_reader(reader, now)
    if "part" in request.GET:
        return render(request, "digest/preview.html", {"preview": found})
    return preferences_page(request, form, preview=found)


@require_safe
@of_visit
def why_or_why_not(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """Why a paper came to this reader, or did not, and what each interest has to do with it."""
    asked = request.GET.get("paper", "").strip()
    explanation = why.explain(reader, asked, site_clock.now()) if asked else None
    return render(request, "digest/why.html", {"asked": asked, "explanation": explanation, "reader": reader})


@never_cache
@require_safe
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """A letter's page of its own, for as long as its row is kept. Its token opens nothing else."""
    copy = web_copy.find(token)
    return _unseen(render(request, "digest/web_copy.html", {"copy": copy}, status=200 if copy else 404))


@gzip_page
@require_safe
def my_feed(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """A reader's own digest as a feed, for as long as they have one. Its token opens nothing else."""
    try:
        reader, status = private_feed.reader_of(token), 410
    except BadLink:
        reader, status = None, 404
    if reader:
        response = public_feeds.answer(request, form, feeds.of(reader))
    else:
        response = render(request, "digest/feed_gone.html", status=status)
    patch_cache_control(response, private=True, no_cache=True)
    return _unseen(response)


def _unseen(response: HttpResponse) -> HttpResponse:
    """No search engine keeps what a token opens, and no other site gets to know of it."""
    response["X-Robots-Tag"], response["Referrer-Policy"] = "noindex, nofollow", "no-referrer"
    return response


@csrf_exempt  # The token is the proof.
@form_methods
@from_link(Purpose.FEEDBACK)
def more_or_less(request: HttpRequest, reader: Subscriber, key: str = "", asked: str = "") -> HttpResponse:
    """What this reader may say of a paper, first of all what their link has `asked` for. One POST says or takes back
    one thing, and answers with what is so now."""
    paper = feedback.paper(key)
    if paper is None:
        gone = gettext("This paper is no longer here. Nothing was changed.")
        return render(request, "digest/feedback_gone.html", {"sentence": gone}, status=404)
    page = partial(_feedback_page, request, reader, paper, asked)
    if request.method != "POST":
        return page()
    undo = request.POST.get("undo", "")
    saying = feedback.sayings(reader, paper).find(undo or request.POST.get("say", ""))
    if saying is None:
        expected = gettext("Nothing changed: please press one of the buttons below.")
        return page(expected, status=400)
    if undo:
        return page(feedback.take_back(reader, saying))
    now = site_clock.now()
    said = feedback.say(reader, saying, now)
    interest = getattr(saying, "interest", None)
    effect = effects.of(reader, [interest], now).get(interest) if interest else None
    return page(said, code=saying.code, effect=effect)


def _feedback_page(
    request: HttpRequest,
    reader: Subscriber,
    paper: Paper,
    asked: str,
    notice: str = "",
    *,
    code: str = "",
    effect: Effect | None = None,
    status: int = 200,
) -> HttpResponse:
    """`notice`: what came of the button that was pressed; `code`: what can now be undone, if it can. Which papers the
    reader got is told only where their preferences are open: a letter may have been forwarded."""
    sayings = feedback.sayings(reader, paper)
    first = sayings.asked(asked)
    context = {
        "paper": paper,
        "asked": first,
        "groups": sayings.groups(but=first),
        "notice": notice,
        "pressed": sayings.find(code),
        "effect": effect,
        "is_told": visits.reader_of(request) == reader,
    }
    return render(request, "digest/feedback.html", context, status=status)


@require_safe
@of_fresh_visit
def my_data(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """All that is held of the reader, at once, as a file."""
    named = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return HttpResponse(exporting.as_json(reader, site_clock.now()), content_type="application/json", headers=named)


# -------------------------------------------------------------------------------------------------------- saved papers


@form_methods
@of_visit
def saved_papers(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """What the reader saved, the latest first. One POST removes one paper, or puts it back at its place."""
    context: dict[str, Any] = {"reader": reader}
    if request.method == "POST":
        undo = request.POST.get("undo", "")
        context |= _put_back(reader, undo) if undo else _removed(reader, request.POST.get("remove", ""))
    context["page"] = Paginator(Saved.objects.of(reader), SAVED_ON_PAGE).get_page(request.GET.get("page"))
    return render(request, "digest/saved.html", context)


@require_safe
@of_visit
def export_saved(request: HttpRequest, reader: Subscriber, form: str) -> HttpResponse:
    """All that the reader saved, in the order of the page, as a file that reference managers take."""
    write, content_type = EXPORTS[form]
    found = write(row.paper for row in Saved.objects.of(reader))
    named = {"Content-Disposition": f'attachment; filename="saved-papers.{form}"'}
    return HttpResponse(found, content_type=f"{content_type}; charset=utf-8", headers=named)


def _removed(reader: Subscriber, key: str) -> dict[str, str]:
    """What came of it, in words, and by what it can be undone."""
    row = Saved.objects.of(reader).filter(paper__key=key.replace("\x00", "")).first()
    saved_at = saving.take_back(reader, row.paper) if row else None
    if row is None or saved_at is None:
        return {"notice": gettext("Nothing changed: this paper is not in your list.")}
    removed = gettext("Removed from your list: “%(title)s”.") % {"title": row.paper.title}
    return {"notice": removed, "undo": saving.receipt(reader, row.paper, saved_at)}


def _put_back(reader: Subscriber, receipt: str) -> dict[str, str]:
    found = saving.put_back(reader, receipt)
    if found is None:
        return {"notice": gettext("Nothing changed: this can no longer be undone.")}
    paper, is_saved = found
    again = gettext("Undone: “%(title)s” is in your list again.") % {"title": paper.title}
    return {"notice": again if is_saved else saving.full()}
