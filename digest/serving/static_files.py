"""Static files under names that change with what is in them, so that browsers keep them for a year; no step of
installing makes them."""

import mimetypes
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse

from digest.serving import encodings
from digest.serving.pages import Page, whole

HASHED = re.compile(r"(?P<stem>[\w./-]+)\.(?P<hash>[0-9a-f]{12})\.(?P<ending>\w+)")
FOR_A_YEAR = "public, max-age=31536000, immutable"
FOR_NOW = "public, max-age=60"  # under the name of another version, as while a new one is installed
PACKED = {"text/css", "text/javascript", "image/svg+xml"}


class HashedNames(StaticFilesStorage):
    """What templates call static files."""

    def url(self, name: str | None) -> str:
        return super().url(name if settings.DEBUG or not name else hashed(name))


@lru_cache(500)
def hashed(name: str) -> str:
    """papers/site.0123456789ab.css for papers/site.css; where there is no such file, the same."""
    found = finders.find(name)
    if not found:
        return name
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{blake2b(Path(found).read_bytes(), digest_size=6).hexdigest()}.{ending}"


@lru_cache(500)
def _page(named: str, encoding: str) -> Page | None:
    """The file that is called so, also by another version of the site; None: none."""
    parts = HASHED.fullmatch(named)
    name = f"{parts['stem']}.{parts['ending']}" if parts else ""
    if not name or not (found := finders.find(name)):
        return None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "Cache-Control": FOR_A_YEAR if named == hashed(name) else FOR_NOW,
        "Vary": "Accept-Encoding",
    }
    return whole(Path(found).read_bytes(), headers).sent_as(encoding if kind in PACKED else encodings.AS_IT_IS)


class HashedFiles:
    """Middleware before WhiteNoise, which serves all other names: those files packed, and from memory."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(settings.STATIC_URL) and request.method in ("GET", "HEAD"):
            encoding = encodings.chosen(request.headers.get("Accept-Encoding", ""))
            if page := _page(request.path_info.removeprefix(settings.STATIC_URL), encoding):
                return page.answer(request)
        return self.get_response(request)
