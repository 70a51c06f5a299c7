"""The local mailbox: letters written to files, readable in the browser of whoever runs the site. Local only."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import wraps
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from subscriptions.sending import senders

LETTERS_SHOWN = 200
# By which proxies and tunnels say for whom they ask.
FORWARDED = re.compile(r"(?i)x-forwarded|forwarded$|via$|x-real-ip$|x-client-ip$|true-client-ip$|cf-|fly-|fastly-")
SANDBOX = {
    "frame-ancestors": [SELF],
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "sandbox": ["allow-popups", "allow-top-navigation"],
}


@dataclass(frozen=True)
class Filed:
    """A letter's file: what the list of letters shows of it."""

    name: str
    written_at: datetime  # by its Date, as the site's clock may not be the machine's
    message: EmailMessage


def on_this_machine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page that only a browser on this machine gets: what a proxy or a tunnel brings is from elsewhere, although
    it calls from here. Others are told nothing that they could use."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            peer = ip_address(str(request.META.get("REMOTE_ADDR", "")))
        except ValueError:
            raise Http404 from None
        mapped = peer.ipv4_mapped if isinstance(peer, IPv6Address) else None
        if not (mapped or peer).is_loopback or any(FORWARDED.match(name) for name in request.headers):
            return render(request, "subscriptions/mailbox_elsewhere.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


def url() -> str:
    """Where the mailbox is; empty where there is none, or where letters leave this machine."""
    return reverse("subscriptions:mailbox") if settings.LOCAL and senders.writes_files() else ""


@never_cache
@require_safe
@on_this_machine
def index(request: HttpRequest) -> HttpResponse:
    files = sorted(settings.MAIL_DIR.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return render(request, "subscriptions/mailbox.html", {"letters": [_read(file) for file in files[:LETTERS_SHOWN]]})


@never_cache
@require_safe
@on_this_machine
def letter(request: HttpRequest, name: str) -> HttpResponse:
    filed = _find(name)
    context = {"letter": filed, "headers": filed.message.items(), "text": part(filed.message, "plain")}
    return render(request, "subscriptions/mailbox_letter.html", context)


@xframe_options_sameorigin
@csp(SANDBOX)
@never_cache
@require_safe
@on_this_machine
def html(request: HttpRequest, name: str) -> HttpResponse:
    """The letter's HTML part alone, in a sandbox: as in a mail program, its style is inline and nothing runs."""
    return framed(part(_find(name).message, "html"))


def framed(page: str) -> HttpResponse:
    """For a frame with the SANDBOX: its links open outside, as no form could be sent in there."""
    return HttpResponse(page.replace("<head>", '<head><base target="_top">', 1))


def part(message: EmailMessage, kind: str) -> str:
    """The "plain" or "html" one; empty where there is none."""
    found = message.get_body(preferencelist=(kind,))
    return str(found.get_content()) if found else ""


def _find(name: str) -> Filed:
    for file in settings.MAIL_DIR.glob("*.eml"):  # No path is ever made of what a visitor typed.
        if file.name == name:
            return _read(file)
    raise Http404


def _read(file: Path) -> Filed:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    written_at = message["Date"].datetime if message["Date"] else datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return Filed(file.name, written_at, message)
