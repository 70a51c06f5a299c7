"""How much a request may send: as much as its view takes, else what any form needs. Nothing of more is kept."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.urls import Resolver404, resolve

View = Callable[..., HttpResponse]
FORM = 64_000  # bytes
PASTE = 10_000_000  # bytes: some 10,000 entries of a bibliography with their abstracts
THROWN_AWAY = 100_000_000  # bytes: who sends more sees a connection that was closed
AT_ONCE = 65_536  # bytes


def takes(most: int) -> Callable[[View], View]:
    """For a view that takes more than a form does, in bytes."""

    def decorate(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]  # It goes on to what decorators make of the view.
        return view

    return decorate


def most_bytes(path: str) -> int:
    """What the view at that path of the site takes."""
    try:
        view = resolve(path).func
    except Resolver404:
        return FORM
    return getattr(view, "most_bytes", FORM)


class RequestSizes:
    """Middleware, before whatever reads what was sent, such as the check of the form's cookie."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, _args: Any, _kwargs: Any) -> HttpResponse | None:
        most: int = getattr(view, "most_bytes", FORM)
        announced = request.META.get("CONTENT_LENGTH") or ""  # Django reads no more than that, and nothing without it.
        size = int(announced[:20]) if announced.isdecimal() else 0  # Thousands of digits are no number to Python.
        if size <= most:
            return None
        with suppress(UnreadablePostError):  # Browsers show an answer only once all was sent.
            while size <= THROWN_AWAY and request.read(AT_ONCE):
                continue
        expected = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1_000} kB"
        return render(request, "too_large.html", {"most": expected}, status=413)
