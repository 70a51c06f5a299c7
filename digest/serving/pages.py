"""Public pages and feeds, whole, in the memory of this process: made once for all who ask, until what they show
changes."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from cachetools import TTLCache
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe, quote_etag
from django.utils.translation import get_language

from digest.serving import encodings
from digest.serving.call_stack import with_room
from digest.serving.cpu_budget import CpuBudget
from papers import database, site_clock
from papers.models import ContentVersion
from subscriptions import networks

View = Callable[..., HttpResponse]
FRESH_FOR = 1.0  # seconds for which a process goes on with the version that it knows
KEPT_FOR = 600.0  # seconds, as what is trending moves with the clock
CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600"
PATHS, LONGEST_PATH = 2_000, 300  # characters: longer ones are looked up each time
MAKERS = 64  # locks, for a page's address each; two may share one
HEAVY = 2_000  # bytes that a page takes beside its body


@dataclass(frozen=True)
class Page:
    """As it is sent, in one encoding."""

    body: bytes
    headers: dict[str, str]
    changed: int | None  # as Last-Modified says, in seconds of Unix

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    def size(self) -> int:
        return len(self.body) + HEAVY

    def sent_as(self, encoding: str) -> "Page":
        """The page as it is, in another encoding."""
        if encoding == encodings.AS_IT_IS:
            return self
        headers = self.headers | {"Content-Encoding": encoding}
        return whole(encodings.PACKERS[encoding](self.body), headers, self.changed)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """304 to who has it, and to HEAD all but the body."""
        response = HttpResponse(b"" if request.method == "HEAD" else self.body, headers=self.headers)
        return get_conditional_response(request, self.etag, self.changed, response) or response


def whole(body: bytes, headers: Mapping[str, str], changed: int | None = None) -> Page:
    """With what its headers say of the body."""
    said = {"ETag": quote_etag(blake2b(body, digest_size=16).hexdigest()), "Content-Length": str(len(body))}
    return Page(body, {**headers, **said}, changed)


def page_of(response: HttpResponse) -> Page | None:
    """What a public view answered, as it is; None where it is no whole page, or is not for everyone after all."""
    vary = response.headers.get("Vary", "")
    if response.status_code != 200 or response.streaming or response.cookies or "cookie" in vary.lower():
        return None
    if "Cache-Control" in response.headers:
        return None
    body, changed = response.content, parse_http_date_safe(response.headers.get("Last-Modified", ""))
    said = {"Vary": f"{vary}, Accept-Encoding" if vary else "Accept-Encoding", "Cache-Control": CACHE_CONTROL}
    return whole(body, {**response.headers, **said}, changed)


class Version:
    """Of what public pages show, as this process knows it."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.read_at = 0.0

    def current(self) -> int | None:
        """Read anew at most once in FRESH_FOR. While the database is away the one that is known stays; None: none."""
        now = time.monotonic()
        if self.number is None or now - self.read_at >= FRESH_FOR:
            self.read_at = now  # First: meanwhile other threads go on with what is known.
            try:
                self.number = ContentVersion.objects.current()
            except DatabaseError as error:
                if not database.is_away(error):
                    raise
        return self.number


class PageCache:
    """Middleware, behind what sends visitors to https, and before all that an answer from memory can do without. What
    is made for somebody, also where there is no page, counts against the CPU of their network."""

    def __init__(self, get_response: View) -> None:
        self.get_response, self.turn = with_room(get_response), Lock()
        self.makers = [Lock() for _ in range(MAKERS)]
        self.kept: TTLCache[Any, Page] = TTLCache(settings.PAGES_KEPT, KEPT_FOR, getsizeof=Page.size)
        self.version, self.budget = Version(), CpuBudget(*settings.CPU_OF_A_NETWORK)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        view = view_at(path) if len(path) <= LONGEST_PATH else view_at.__wrapped__(path)
        parameters: tuple[str, ...] | None = getattr(view, "parameters", None)
        if request.method not in ("GET", "HEAD") or (view and parameters is None):
            return self.get_response(request)
        return self._made(request) if parameters is None else self._public(request, parameters)

    def _public(self, request: HttpRequest, parameters: tuple[str, ...]) -> HttpResponse:
        request.get_host()  # Raises where it is none of ours, which a page from memory would not.
        asked = {name: request.GET[name] for name in parameters if name in request.GET}
        version, day = self.version.current() if self.kept.maxsize else None, site_clock.now().date()
        address = (request.path_info, *asked.items(), get_language(), day, version)
        encoding = encodings.chosen(request.headers.get("Accept-Encoding", ""))
        if page := self._found(address, encoding):
            return page.answer(request)
        request.GET = QueryDict(urlencode(asked))
        with self.makers[hash(address) % MAKERS]:  # Who asks for the same page meanwhile waits, and finds it.
            if page := self._found(address, encoding):
                return page.answer(request)
            response = self._made(request)
            made = page_of(response)
            if made is None:
                return response
            self._keep(address, encodings.AS_IT_IS, made)
        page = made.sent_as(encoding)
        self._keep(address, encoding, page)
        return page.answer(request)

    def _found(self, address: tuple[Any, ...], encoding: str) -> Page | None:
        with self.turn:
            if page := self.kept.get((encoding, *address)):
                return page
            made = self.kept.get((encodings.AS_IT_IS, *address))  # Not before: what nobody asks for is given up first.
        if made is None:
            return None
        page = made.sent_as(encoding)
        self._keep(address, encoding, page)
        return page

    def _keep(self, address: tuple[Any, ...], encoding: str, page: Page) -> None:
        with self.turn, suppress(ValueError):  # larger than all that may be kept
            self.kept[(encoding, *address)] = page

    def _made(self, request: HttpRequest) -> HttpResponse:
        network = networks.of(request)
        if seconds := self.budget.wait(network):
            response = render(request, "slow_down.html", status=429)
            response["Retry-After"], response["Cache-Control"] = str(seconds), "no-store"
            return response
        began = time.thread_time()
        try:
            return self.get_response(request)
        finally:
            self.budget.spend(network, time.thread_time() - began)


@lru_cache(PATHS)
def view_at(path: str) -> View | None:
    """The view of an address; None: there is none."""
    try:
        return resolve(path).func
    except Resolver404:
        return None
