"""Every page that links lead to, each once: what answers, where its links go, and which of its parts have names."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from django.test import Client

ELSEWHERE = re.compile(r"(mailto|data|https?):")
LOCATION = re.compile("<loc>(.*?)</loc>")
LEADING = {"href": ("a", "link"), "src": ("img", "script", "iframe"), "action": ("form",)}


@dataclass(frozen=True)
class Answer:
    status: int
    text: str  # of a page or a sitemap; else empty
    place: str = ""  # to which a redirect leads


@dataclass
class Crawl:
    """What was found; addresses are as links name them, without the site's own."""

    answers: dict[str, Answer] = field(default_factory=dict)
    linked_from: dict[str, str] = field(default_factory=dict)  # a page with a link to it
    fragments: dict[str, set[str]] = field(default_factory=dict)  # of a page: those that links name
    elsewhere: set[str] = field(default_factory=set)
    left: int = 0  # addresses that were found and not asked for

    def broken(self) -> dict[str, str]:
        """Of each link that leads nowhere: what is wrong with it, and a page that has it."""
        wrong = {
            address: f"{answer.status} from {self.linked_from[address]}"
            for address, answer in self.answers.items()
            if answer.status != 200 and not answer.place
        }
        for address, named in self.fragments.items():
            if (answer := self.answers.get(address)) and answer.text:
                missing = named - links_of(answer.text)[1]
                wrong |= {f"{address}#{name}": f"no such id, from {self.linked_from[address]}" for name in missing}
        return wrong | {
            address: f"unusual, from {self.linked_from[address]}"
            for address in self.elsewhere
            if not ELSEWHERE.match(address) or " " in address
        }


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.names.add(value)
            elif value is not None and tag in LEADING.get(name, ()):
                self.links.append(value)


def links_of(page: str) -> tuple[list[str], set[str]]:
    """Its links, and the ids of its elements."""
    if page.startswith("<?xml"):  # a sitemap
        return LOCATION.findall(page), set()
    read = _Links()
    read.feed(page)
    return read.links, read.names


def crawl(ask: Callable[[str], Answer], site: str, starts: Iterable[str], most: int) -> Crawl:
    """Ask for what links lead to, from `starts` on, for `most` addresses at most; of each kind of page by turns, so
    that the many pages of one kind do not stand before the few of another. `site`: its address, without a slash."""
    found = Crawl()
    waiting: defaultdict[str, deque[str]] = defaultdict(deque)

    def note(address: str, page: str) -> None:
        whole, name = urldefrag(urljoin(site + page, address))
        if not whole.startswith(f"{site}/"):
            found.elsewhere.add(whole)
            found.linked_from.setdefault(whole, page)
            return
        place = whole.removeprefix(site)
        if name:
            found.fragments.setdefault(place, set()).add(unquote(name))
        if place not in found.linked_from:
            found.linked_from[place] = page
            waiting[kind_of(place)].append(place)

    for start in starts:
        note(start, "/")
    while any(waiting.values()) and len(found.answers) < most:
        for places in [places for places in waiting.values() if places]:
            place = places.popleft()
            answer = found.answers[place] = ask(place)
            for link in [answer.place] if answer.place else links_of(answer.text)[0]:
                note(link, place)
    found.left = sum(map(len, waiting.values()))
    return found


def answers_of(client: Client) -> Callable[[str], Answer]:
    """How to ask the site without a server."""

    def ask(address: str) -> Answer:
        answer = client.get(address)
        is_read = answer.headers.get("Content-Type", "").startswith(("text/html", "application/xml"))
        place = answer.headers["Location"] if 300 <= answer.status_code < 400 else ""
        return Answer(answer.status_code, answer.text if is_read else "", place)

    return ask


def kind_of(address: str) -> str:
    """The kind of page at an address: its first word, how it ends, and what its query has."""
    split = urlsplit(address)
    ending = split.path.rpartition("/")[2]
    parameters = [part.partition("=")[0] for part in split.query.split("&")]
    return " ".join([split.path.split("/")[1], ending.rpartition(".")[2], *parameters])
