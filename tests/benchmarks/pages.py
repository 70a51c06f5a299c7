"""Public pages from memory beside a Django hello behind the same middleware, and what they cost when they are made,
with 100,000 papers stored, on SQLite and on PostgreSQL: `make bench`. It needs wrk (apt-get install wrk).

One process serves both hello and the pages; rounds are interleaved. Read the ratios: wrk shares the cores.
"""

import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from tests.benchmarks import searching

ROUNDS, SECONDS, CONNECTIONS = 3, 2, 8
DAYS, A_DAY, TOPICS, SEARCHED, COMPARED = 200, 25, 64, 60, 100
CRAWLED, AGAIN = 5_000, 1_000  # pages, all of them different, and how many of them are asked for once more
AT_A_TIME = 200  # answers
NOW = datetime.now(UTC).replace(microsecond=0)
CATEGORIES = ("cs.CL", "cs.LG", "cs.RO", "stat.ML", "math.AG")
HELLO = "hello"
BARS = {"page": 15, "search": 40}  # ms of CPU
SITE = "tests.benchmarks.hello_site:site"


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("This benchmark needs wrk: apt-get install wrk")
    for database in ("sqlite", "postgresql"):
        environment = os.environ | {"TEST_DATABASE": database, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        subprocess.run([sys.executable, "-m", __spec__.name, database], check=True, env=environment)


def bench(database: str) -> None:
    from tests.benchmarks.collecting import prepare
    from tests.benchmarks.servers import serving

    prepare("bench_pages")
    dice = np.random.default_rng(0)
    vocabulary, papers = searching.words(dice), searching.drawn(dice)
    searching.insert(papers, vocabulary)
    searching.fit()
    list_lately(random.Random(0))
    cold(database, [what for kind, what in searching.queries(dice, papers, vocabulary) if kind != "example"])
    from_memory(database)
    with serving("granian, guarded", SITE, dict(os.environ)) as port:
        warm(database, port)


def list_lately(chance: random.Random) -> None:
    """The last papers become those of the last days, all voted for, and about a topic or two."""
    from django.db import connection

    from papers import database
    from papers.models import Paper, PaperTopic, Sighting, Signal, SimilarPapers, Topic
    from papers.search import similar
    from papers.text import summary

    Topic.objects.all().delete()
    topics = [Topic(slug=f"t{n}", name=f"Topic {n}", group="Of a bench", scored_at=NOW) for n in range(TOPICS)]
    topics = Topic.objects.bulk_create(topics)
    lately = list(Paper.objects.order_by("-pk")[: DAYS * A_DAY])
    for number, paper in enumerate(lately):
        day = (NOW - timedelta(days=number // A_DAY)).date()
        paper.listed_on = paper.published_on = day
        paper.first_seen_at, paper.on_hugging_face = NOW - timedelta(days=number // A_DAY), True
        paper.votes, paper.comments, paper.stars = (
            chance.randrange(1, 90),
            chance.randrange(9),
            chance.randrange(2_000),
        )
        paper.authors = [f"Author {chance.randrange(3_000)}" for _ in range(4)]
        paper.categories, paper.organisation = chance.sample(CATEGORIES, 2), f"Institute {chance.randrange(200)}"
        paper.abstract = sentences(paper.abstract.split())
        paper.in_short = summary.in_short(paper.abstract, paper.title)
        paper.urls = {"code": f"https://github.com/invented/{number}"}
    names = ["listed_on", "published_on", "first_seen_at", "on_hugging_face", "votes", "comments", "stars", "authors"]
    database.set_columns(lately, [*names, "categories", "organisation", "abstract", "in_short", "urls"])
    Sighting.objects.bulk_create(
        Sighting(paper=paper, source="huggingface", day=paper.listed_on, rank=number % A_DAY + 1)
        for number, paper in enumerate(lately)
    )
    Signal.objects.bulk_create(
        Signal(paper=paper, at=NOW - timedelta(hours=hours), votes=max(0, paper.votes - hours))
        for paper in lately[: 14 * A_DAY]
        for hours in range(0, 48, 8)
    )
    scores = [
        PaperTopic(paper=paper, topic=topic, score=0.7, phrase="said")
        for paper in lately
        for topic in chance.sample(topics, 2)
    ]
    PaperTopic.objects.bulk_create(scores, batch_size=500)
    keys = [paper.pk for paper in lately]
    SimilarPapers.objects.bulk_create(
        SimilarPapers(paper=paper, fit=0, last_vector=0, keys=chance.sample(keys, similar.MOST)) for paper in lately
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # As it was, the database planned for tables without sightings and scores.


def sentences(words: list[str]) -> str:
    parts = [" ".join(words[begin : begin + 20]).capitalize() for begin in range(0, len(words), 20)]
    return ". ".join(parts) + "."


def addresses() -> dict[str, str]:
    from papers import spans
    from papers.models import Paper

    day = (NOW - timedelta(days=3)).date()
    paper = Paper.objects.filter(listed_on=day).order_by("pk")[0]
    return {
        "today": "/",
        "day": f"/date/{day}/",
        "week": f"/week/{spans.week(day).name}/",
        "topic": "/topic/t1/",
        "paper": f"/paper/{paper.key}/",
        "feed": "/feed.atom",
    }


# ---------------------------------------------------------------------------------------------------------------- cold


def cold(database: str, queries: list[str]) -> None:
    """CPU of what is made anew each time, in this process; then a crawler that reads page after page."""
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS, settings.PAGES_KEPT, settings.CPU_OF_A_NETWORK = ["*"], 0, (1e9, 1.0)
    browser = Client(headers={"accept-encoding": "br"})
    for name, address in addresses().items():
        spent = [cpu(lambda address=address: browser.get(address)) for _ in range(12)][2:]
        say(
            database,
            f"cold {name:<8}{statistics.median(spent):7.1f} ms of CPU",
            statistics.median(spent),
            BARS["page"],
        )
    browser.get("/search/", {"q": queries[0]})
    spent = [cpu(lambda query=query: browser.get("/search/", {"q": query})) for query in queries[:SEARCHED]]
    p50, p95 = np.percentile(spent, [50, 95])
    say(database, f"cold search  {p50:7.1f} ms of CPU, p95 {p95:.1f}", p50, BARS["search"])
    crawl(database)
    compare(database)


def crawl(database: str) -> None:
    """Pages of days and papers in no order, each for the first time, and then some of them again."""
    from django.conf import settings
    from django.test import Client

    from digest.serving.pages import PageCache
    from papers.models import Paper
    from papers.templatetags import cards

    settings.PAGES_KEPT = 32_000_000
    crawler, chance = Client(headers={"accept-encoding": "gzip"}), random.Random(1)
    latest = list(Paper.objects.order_by("-listed_on", "pk").values_list("key", "listed_on")[: DAYS * A_DAY])
    trace = [part for key, day in latest for part in (f"/paper/{key}/", f"/date/{day}/")]
    trace = chance.sample(list(dict.fromkeys(trace)), CRAWLED)
    cards.cards.kept.clear()
    made, shown, drawn = counted(PageCache, "_made"), counted(cards, "get_language"), counted(cards, "get_template")
    for name, pages in (("crawled", trace), ("again", chance.sample(trace, AGAIN))):
        del made[:], shown[:], drawn[:]
        each = float(np.mean([cpu(lambda address=address: crawler.get(address)) for address in pages]))
        hits = f"{1 - len(made) / len(pages):.0%} of pages and {1 - len(drawn) / len(shown):.0%} of cards from memory"
        say(
            database,
            f"{name:<12} {each:7.1f} ms of CPU a page, {len(pages)} different ones, {hits}",
            each,
            BARS["page"],
        )


def counted(owner: Any, name: str) -> list[None]:
    """One more for each call of a function from now on."""
    called: list[None] = []
    function = getattr(owner, name)

    def call(*given: Any, **named: Any) -> Any:
        called.append(None)
        return function(*given, **named)

    setattr(owner, name, call)
    return called


def compare(database: str) -> None:
    """What it costs in the background to find the papers that are similar to one."""
    from papers.models import SimilarPapers
    from papers.search import similar

    began = time.process_time()
    similar.find_all(stop=lambda: SimilarPapers.objects.exclude(fit=0).count() >= COMPARED)
    each = 1000 * (time.process_time() - began) / SimilarPapers.objects.exclude(fit=0).count()
    say(database, f"similar papers found: {each:.1f} ms of CPU for each paper")


def from_memory(database: str) -> None:
    """CPU of a page that is in memory and of hello, through the site's WSGI application in this process, by turns."""
    from django.test import RequestFactory

    import tests.benchmarks.hello_site  # noqa: F401 - which has hello at its address
    from digest import wsgi

    asked = {HELLO: "/hello"} | addresses()
    found: dict[str, list[float]] = {name: [] for name in asked}

    def ask(path: str) -> None:
        environ = dict(RequestFactory(HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="br").get(path).environ)
        for _ in range(AT_A_TIME):
            answered = wsgi.application(environ, lambda *_: None)
            b"".join(answered)
            answered.close()

    for _ in range(ROUNDS * 5):
        for name, path in asked.items():
            began = time.process_time()
            ask(path)
            found[name].append(1e6 * (time.process_time() - began) / AT_A_TIME)
    floor = statistics.median(found[HELLO])
    for name, spent in found.items():
        each = statistics.median(spent)
        say(database, f"from memory {name:<8}{each:5.0f} us of CPU, {each / floor:.2f} of hello's")


def cpu(work: Callable[[], Any]) -> float:
    """In ms."""
    began = time.process_time()
    answered = work()
    spent = time.process_time() - began
    assert answered.status_code in (200, 302), answered.status_code
    return 1000 * spent


# ---------------------------------------------------------------------------------------------------------------- warm


def warm(database: str, port: int) -> None:
    import http.client

    asked: dict[str, tuple[str, list[str]]] = {HELLO: ("/hello", [])}
    for name, address in addresses().items():
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", address, headers={"Host": "localhost", "Accept-Encoding": "br"})
        answered = connection.getresponse()
        body = answered.read()
        assert answered.status == 200, (address, answered.status)
        say(database, f"{name:<12} {len(body):7} bytes sent")
        asked[name] = address, ["Accept-Encoding: br"]
        asked[f"{name}, 304"] = address, ["Accept-Encoding: br", f"If-None-Match: {answered.headers['ETag']}"]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, (address, headers) in asked.items():
            found[name].append(load(f"http://127.0.0.1:{port}{address}", headers))
    floor, floor_p99 = (statistics.median(values) for values in zip(*found[HELLO], strict=True))
    for name, rounds in found.items():
        rate, p99 = (statistics.median(values) for values in zip(*rounds, strict=True))
        ratios = f"{rate / floor:.2f} of hello, p99 {p99 / floor_p99:.2f} times its"
        say(database, f"warm {name:<12}{rate:7.0f} a second, p99 {p99:5.1f} ms: {ratios}")


def load(url: str, headers: list[str]) -> tuple[float, float]:
    """Answers a second, and the 99th percentile of their time in ms."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-H", "Host: localhost"]
    more = [part for header in headers for part in ("-H", header)]
    said = subprocess.run([*command, *more, url], check=True, capture_output=True, text=True).stdout
    assert "Non-2xx or 3xx" not in said, said
    rate = re.search(r"Requests/sec:\s*([\d.]+)", said)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    assert rate, said
    assert p99, said
    return float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]


def say(database: str, what: str, measured: float = 0.0, bar: float = 1.0) -> None:
    print(f"{database}: {what}" + (f" MORE than {bar:.0f}" if measured > bar else ""), flush=True)


if __name__ == "__main__":
    bench(sys.argv[1]) if sys.argv[1:] else main()
