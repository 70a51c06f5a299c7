"""Where mail providers report: Anymail's own views, behind a secret and a cap on what may be sent."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from anymail.exceptions import AnymailError
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from subscriptions.cross_site import from_anywhere
from subscriptions.request_sizes import takes
from subscriptions.sending import providers

logger = logging.getLogger(__name__)
MOST_BYTES = 1_000_000  # A report is a few kilobytes; with the letter itself in it, a few hundred.
# What Anymail's parsers raise when a report is not what they expect. Whatever happens later is our own fault.
NOT_UNDERSTOOD = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    SuspiciousOperation,
    ImproperlyConfigured,  # such as a report of mail that came in
    AnymailError,
)


class Refused(Exception):
    """A report that is not genuine, or not understood: the name of what Anymail raised, and none of its words."""


@takes(MOST_BYTES)
@from_anywhere
@csrf_exempt  # Providers have no cookie; the secret, and their signature where they have one, are the proof.
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """Hear the one provider that letters go by, if there is a secret. Nothing that it says is logged."""
    view_class = _view(provider)
    if view_class is None:
        raise Http404
    view = view_class()
    view.setup(request)
    view.run_validators, view.parse_events = _carefully(view.run_validators), _carefully(view.parse_events)
    try:
        response: HttpResponse = view.dispatch(request)
    except Refused as refused:
        logger.warning("a report in the name of %s was refused: %s", provider, refused)
        return HttpResponseBadRequest()
    return response


def is_heard() -> bool:
    """Whether the mail provider can tell us what became of letters."""
    return _view(settings.ANYMAIL_PROVIDER) is not None


def _view(provider: str) -> type[AnymailCoreWebhookView] | None:
    """Anymail's view of the provider in use; None for any other, and without a secret."""
    is_used = settings.SENDER.endswith(".Anymail") and provider == settings.ANYMAIL_PROVIDER
    return (
        views().get(providers.named(provider).webhook) if is_used and settings.ANYMAIL.get("WEBHOOK_SECRET") else None
    )


@cache
def views() -> dict[str, type[AnymailCoreWebhookView]]:
    """Anymail's views of all providers, by name. Imported once one is in use: that takes as long as a quarter of all
    else that a process imports."""
    return {pattern.name: pattern.callback.view_class for pattern in import_string("anymail.urls.urlpatterns")}


def _carefully(read: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    def reading(request: HttpRequest) -> Any:
        try:
            return read(request)
        except NOT_UNDERSTOOD as error:
            raise Refused(type(error).__name__) from None  # Its words may hold the whole report, addresses included.

    return reading


def check(**_kwargs: Any) -> list[checks.CheckMessage]:
    """A provider that cannot tell of bounces and complaints is written to in vain, and soon not delivered for."""
    provider = providers.named(settings.ANYMAIL_PROVIDER)
    if not settings.SENDER.endswith(".Anymail") or provider.webhook not in views():
        return []
    view_class = _view(provider.name)
    if view_class is None:
        sentence = "ANYMAIL_PROVIDER is set without WEBHOOK_SECRET: bounces and complaints cannot be heard."
        return [checks.Warning(sentence, id="subscriptions.W001")]
    try:
        view_class()
    except ImproperlyConfigured as error:
        install = provider.install if isinstance(error, ImportError) else ""
        sentence = f"What {provider.name} reports cannot be heard: {' '.join(str(error).split())}{install}"
        return [checks.Error(sentence, id="subscriptions.E001")]
    return []
