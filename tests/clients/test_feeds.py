"""Feeds as other programs have them: jing (RELAX NG), feedparser, and newsboat, which asks a server of ours."""

import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client

from digest.letters.ledger import brought
from papers.models import Paper
from subscriptions import private_feed
from subscriptions.models import Subscriber
from tests.atom import GRAMMAR
from tests.digest.test_my_feed import with_letter
from tests.factories import make_reader
from tests.papers.pages.test_feeds import FEEDS, make_one_of_each

pytestmark = [pytest.mark.deep, pytest.mark.one_database]
feedparser: Any = import_module("feedparser") if find_spec("feedparser") else None
INSTALL = "run `make deep`, which installs them, or: pip install -r tests/clients/readers.lock"


def program(name: str) -> str:
    return shutil.which(name) or pytest.fail(f"{name} is missing: apt-get install {name}", pytrace=False)


@pytest.fixture
def reader(db) -> Subscriber:
    """Who has a feed, on a site with feeds of every kind, and papers that say what is hard to write."""
    make_one_of_each()
    reader = with_letter(40, make_reader(feed_key=2**61))
    for number, paper in enumerate(Paper.objects.order_by("pk")):
        paper.title = f"If x<y & “z” in Zürich, {number} times"
        paper.abstract = "We find that α<β & γ>δ. " * number
        paper.authors = ["Ida Lovelace\u0308", "Q & <A>"]
        paper.save()
    return reader


def addresses(reader: Subscriber, form: str) -> list[str]:
    return [*(f"{address}{form}?q=letters" for address in FEEDS), own(reader, form)]


def own(reader: Subscriber, form: str = "atom") -> str:
    return urlsplit(private_feed.addresses(reader)[form]).path


def test_jing_finds_every_feed_valid(reader, tmp_path):
    files = []
    for number, address in enumerate(addresses(reader, "atom")):
        files.append(tmp_path / f"{number}.atom")
        files[-1].write_bytes(Client().get(address).content)

    found = subprocess.run([program("jing"), GRAMMAR, *files], capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout) == (0, "")


def test_feedparser_reads_every_feed_without_a_bozo(reader):
    if feedparser is None:
        pytest.fail(f"feedparser is missing: {INSTALL}", pytrace=False)
    for address in addresses(reader, "atom"):
        answer = Client().get(address)

        found = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["Content-Type"]})

        assert not found.bozo, (address, found.get("bozo_exception"))
        assert found.version == "atom10"
        assert found.entries
        for entry in found.entries:
            assert re.fullmatch(r"If x<y & “z” in Zürich, \d+ times", entry.title)
            assert [author.name for author in entry.authors] == ["Ida Lovelace\u0308", "Q & <A>"]
            assert entry.content[0].type == "text/html"


# ------------------------------------------------------------------------------------------------------------ newsboat


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Nothing."""


@contextmanager
def served() -> Iterator[tuple[str, list[str]]]:
    """The site on loopback: its address, and the statuses of its answers as they leave."""
    statuses: list[str] = []
    site = WSGIHandler()

    def counted(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        def started(status: str, *further: Any) -> Any:
            statuses.append(status)
            return start(status, *further)

        return site(environ, started)

    server = make_server("127.0.0.1", 0, counted, handler_class=Quiet)

    def serve() -> None:
        server.serve_forever(poll_interval=0.05)
        connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", statuses
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reload(folder: Path) -> None:
    """As `newsboat -x reload` does, with files of its own."""
    (folder / "config").touch()
    files = ["-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config"]
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    subprocess.run(
        [program("newsboat"), *files, "-x", "reload"], env=home, capture_output=True, check=True, timeout=60
    )


@pytest.mark.django_db(transaction=True)
def test_newsboat_reads_feeds_in_our_order_and_gets_304_once_it_knows_them(reader, tmp_path):
    with served() as (site, statuses):
        asked = [f"{site}{address}" for address in (own(reader), "/feed.atom")]
        (tmp_path / "urls").write_text("\n".join(asked))
        for _ in range(3):  # What it reads first it knows no tag of: newsboat 2.21 keeps it from the second time on.
            reload(tmp_path)

    assert statuses == ["200 OK"] * 4 + ["304 Not Modified"] * 2
    with sqlite3.connect(tmp_path / "cache.db") as cache:
        read = cache.execute("SELECT url FROM rss_item WHERE feedurl = ? ORDER BY pubDate DESC", asked[:1]).fetchall()
    came = [item["paper"] for item in brought(reader.letters.get())]
    papers = Paper.objects.in_bulk(came)
    assert [urlsplit(url).path for (url,) in read] == [papers[key].get_absolute_url() for key in came]
    assert len(read) == 40
