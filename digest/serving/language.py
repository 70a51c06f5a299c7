"""In which language pages are made."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, override


class SiteLanguage:
    """Middleware. While no language is active Django falls back to the site's anyway, but only after a look-up that
    fails, for each word, number and date: up to a tenth of a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if get_language() != settings.LANGUAGE_CODE:  # Another one is active.
            return self.get_response(request)
        with override(settings.LANGUAGE_CODE, deactivate=True):
            return self.get_response(request)
