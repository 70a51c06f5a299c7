"""While the database cannot answer: a page that says so, and loses nothing that was typed."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from papers import database

logger = logging.getLogger(__name__)
TRY_AGAIN_AFTER = 10  # seconds


class DatabaseAway:
    """Middleware. Its page asks the database nothing; what was sent by a form stands in it, to be sent again by one
    press."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not database.is_away(error):
            return None
        logger.warning("the database is away: %s", " ".join(str(error).split()))
        typed = [(name, value) for name, values in request.POST.lists() for value in values]
        response = render(request, "try_again.html", {"typed": typed, "path": request.get_full_path()}, status=503)
        response["Retry-After"] = str(TRY_AGAIN_AFTER)
        response["Cache-Control"] = "no-store"
        return response
