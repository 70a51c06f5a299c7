"""No other site's page may send our forms by its visitors' browsers: browsers say where a form comes from."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
OWN = ("same-origin", "none")  # none: nobody's page, such as a bookmark


def from_anywhere(view: View) -> View:
    """For a view that other programs and sites may send to, as something else is the proof."""
    view.from_anywhere = True  # type: ignore[attr-defined]  # It goes on to what decorators make of the view.
    return view


class NoCrossSite:
    """Middleware. What says nothing of where it comes from passes: old browsers, mail programs, any other program."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, _args: Any, _kwargs: Any) -> HttpResponse | None:
        if request.method in SAFE or getattr(view, "from_anywhere", False) or is_ours(request):
            return None
        return render(request, "403_cross_site.html", status=403)


def is_ours(request: HttpRequest) -> bool:
    """By Sec-Fetch-Site, where a browser sends it, else by Origin. That may name the host that was asked, or that of
    SITE_URL: a proxy may have changed the one, and a local site is asked by several names."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in OWN
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc in (request.get_host(), urlsplit(settings.SITE_URL).netloc)
