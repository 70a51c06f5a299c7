"""What a mail scanner does: it looks at every link of every email, and at what those lead to, and presses nothing."""

import html
import re
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from tests.depth import DEEP

TIMES = 3 if DEEP else 1
IN_A_PAGE = re.compile(r"""(?:href|action|formaction|data-challenge)=["']([^"']+)["']""")
IN_A_TEXT = re.compile(r"https?://[^\s>]+")


def links_of(email: EmailMessage) -> list[str]:
    """All, of both parts and of the headers."""
    page, text = (email.get_body((kind,)) for kind in ("html", "plain"))
    assert page
    assert text
    found = [html.unescape(link) for link in IN_A_PAGE.findall(page.get_content())]
    found += IN_A_TEXT.findall(text.get_content())
    return found + IN_A_TEXT.findall(str(email["List-Unsubscribe"] or ""))


def looks_at_everything(robot: Client, links: Iterable[str], most: int | None) -> dict[str, set[str]]:
    """By GET and by HEAD, in a deep run three times each, at these links and at all that the pages behind them lead to
    on this site; what was looked at, by kind. `most`: pages of a kind to which none of these links leads itself."""
    looked: dict[str, set[str]] = {}
    waiting = [(path, True) for path in paths(links)]
    while waiting:
        path, is_given = waiting.pop(0)
        seen = looked.setdefault(kind_of(path), set())
        if path in seen or not (is_given or most is None or len(seen) < most):
            continue
        seen.add(path)
        for _ in range(TIMES):
            robot.head(path)
            page = robot.get(path)
            assert page.status_code < 500, path
        found = page.headers.get("Location"), *(IN_A_PAGE.findall(page.text) if not page.streaming else ())
        waiting += ((path, False) for path in paths(urljoin(path, html.unescape(link)) for link in found if link))
    return looked


def some(links: Iterable[str], most: int | None) -> list[str]:
    """At most so many of each kind."""
    kinds: dict[str, list[str]] = {}
    for path in paths(links):
        kinds.setdefault(kind_of(path), []).append(path)
    return [path for of_kind in kinds.values() for path in of_kind[:most]]


def paths(links: Iterable[str]) -> Iterator[str]:
    """Those that lead to this site, without what a browser keeps to itself."""
    own = urlsplit(settings.SITE_URL).netloc
    for link in links:
        parts = urlsplit(link)
        if parts.scheme in ("", "http", "https") and parts.netloc in ("", own) and parts.path:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def kind_of(path: str) -> str:
    """The name of its url, and whether something is asked of it."""
    try:
        name = resolve(urlsplit(path).path).view_name
    except Resolver404:
        name = "none"
    return f"{name}?" if "?" in path else name
