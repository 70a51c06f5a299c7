"""Whose page it is: of the reader whose link was followed, or whose preferences are open in this browser."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.defaults import page_not_found

from subscriptions import links, tokens
from subscriptions.forms import AddressForm
from subscriptions.links import BadLink, DeadLink, ExpiredLink, Purpose
from subscriptions.models import Subscriber

View = Callable[..., HttpResponse]  # of a request, a token, and what else stands in the address by its name
LinkedView = Callable[..., HttpResponse]  # of a request, a reader, a link's further keys, and the same
VISIT = "visit"  # the session's name for whose it is, since when, and when the letter left that has its link
FRESH = timedelta(hours=1)
form_methods = require_http_methods(["GET", "HEAD", "POST"])


def from_link(purpose: Purpose) -> Callable[[LinkedView], View]:
    """Turns the token in the address into its reader, and the further keys that it names; for a bad or an old one says
    so, and offers a fresh link."""

    def decorate(view: LinkedView) -> View:
        @never_cache
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, **further: str) -> HttpResponse:
            token = links.repaired(token, purpose)
            try:
                reader = links.follow(token, purpose)
            except ExpiredLink:
                return bad_link_page(request, expired=token)
            except DeadLink:
                return bad_link_page(request, is_dead=True)
            except BadLink:
                return bad_link_page(request)
            reader.mend()
            return view(request, reader, *links.keys(token, purpose)[1:], **further)

        return wrapped

    return decorate


def bad_link_page(request: HttpRequest, *, expired: str = "", is_dead: bool = False) -> HttpResponse:
    context = {"token": expired, "is_dead": is_dead, "form": AddressForm()}
    return render(request, "subscriptions/bad_link.html", context, status=410)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for addresses that there are none of. One of a letter's link that was altered behind its token leads to
    where it was to lead, or to a page that asks for the email address."""
    first, _slash, rest = request.path.lstrip("/").partition("/")
    for purpose in Purpose:
        if rest and reverse(purpose.value, args=["token"]) == f"/{first}/token/":
            token = links.repaired(rest, purpose)
            return bad_link_page(request) if token == rest else redirect(purpose.value, token)
    return page_not_found(request, exception)


def too_many_page(request: HttpRequest) -> HttpResponse:
    response = render(request, "subscriptions/too_many.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def begin(request: HttpRequest, reader: Subscriber, mailed_at: datetime) -> None:
    """From here on the reader's preferences are open in this browser, by a link that was `mailed_at` then."""
    request.session.cycle_key()
    request.session[VISIT] = [reader.pk, tokens.number(tokens.now()), tokens.number(mailed_at)]


def reader_of(request: HttpRequest) -> Subscriber | None:
    """Whose preferences are open in this browser; None: nobody's, or who has left, or ended all visits, since then."""
    pk, since, _mailed = request.session.get(VISIT, (0, 0, 0))
    reader = Subscriber.objects.reading().filter(pk=pk).first()
    mended = reader.mend() if reader else []  # The page shows what can be shown; saving it repairs the row.
    request.mended = mended  # type: ignore[attr-defined]
    is_over = reader and reader.links_after and tokens.moment(since) <= reader.links_after
    return None if is_over else reader


def of_visit(view: LinkedView) -> View:
    """Gives a view the reader whose preferences are open in this browser; where none are, leads to a fresh link."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, **further: Any) -> HttpResponse:
        reader = reader_of(request)
        return view(request, reader, **further) if reader else redirect("subscriptions:my_link")

    return wrapped


def of_fresh_visit(view: LinkedView) -> View:
    """The same for what takes all that is held of a reader out of the site, or to somebody else: it needs a link that
    was mailed within the hour, and offers one."""

    @wraps(view)
    def wrapped(request: HttpRequest, reader: Subscriber, **further: Any) -> HttpResponse:
        _pk, _since, mailed = request.session[VISIT]
        if tokens.now() - tokens.moment(mailed) > FRESH:
            return render(request, "subscriptions/stale_visit.html", {"reader": reader}, status=403)
        return view(request, reader, **further)

    return of_visit(wrapped)
