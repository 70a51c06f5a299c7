"""Parsing and merging 10,000 listings on PostgreSQL, beside COPY of the very same rows: `make bench`.

The floor is what no collecting can beat: the rows that ours made, all of them, prepared in memory and copied into the
same empty tables with the same indexes. Rounds are interleaved; read the ratio.
"""

import importlib
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import django

from tests.paths import ROOT
from tests.servers import database_url

ROUNDS, DAYS, A_DAY = 5, 10, 1000
FIRST = date(2026, 8, 3)
TABLES = ("papers_paper", "papers_sighting", "papers_signal", "papers_papertopic")


def main() -> None:
    prepare("bench_collecting")
    days = {FIRST + timedelta(days=number): feed(FIRST + timedelta(days=number), number) for number in range(DAYS)}
    ours: list[float] = []
    floors: dict[str, list[float]] = {"COPY of the same rows": [], "bulk upsert of the same rows": []}
    counts: dict[str, int] = {}
    for _ in range(ROUNDS):
        ours.append(timed(empty, lambda: collect(days)))
        rows = {table: copied(table) for table in TABLES}
        counts = {table: data.count(b"\n") for table, data in rows.items()}
        for floor, work in zip(floors.values(), (fill, upsert), strict=True):
            floor.append(timed(empty, partial(work, rows)))
    print(f"{DAYS * A_DAY} listings, rows made: {counts}")
    _say("parsed and merged", ours)
    for name, floor in floors.items():
        _say(name, floor, f"ours {statistics.median(floor) / statistics.median(ours):.2f} of it")
    subprocess.run([sys.executable, "-m", __spec__.name, "memory"], check=True)


def memory() -> None:
    """The most that a process held while it parsed and merged 40,000 papers, day after day. Run in one of its own."""
    prepare("bench_memory")
    for number in range(40):
        day = FIRST - timedelta(days=number)
        collect({day: feed(day, number)})
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB, on Linux
    print(f"{40 * A_DAY} papers filled in: {most:.0f} MB resident at most")


def prepare(database: str) -> None:
    os.environ["DATABASE_URL"] = database_url(database)
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _say(name: str, seconds: list[float], remark: str = "") -> None:
    print(f"{name:<32}{statistics.median(seconds):6.2f} s ({min(seconds):.2f} to {max(seconds):.2f}) {remark}")


def feed(day: date, number: int) -> bytes:
    """A day's feed of invented papers, as arXiv writes it."""
    dice = random.Random(number)
    items = "".join(item(dice, number * A_DAY + paper, day) for paper in range(A_DAY))
    published = f"{day:%a, %d %b %Y} 00:00:00 -0400"
    spaces = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = f"<title>cs updates on arXiv.org</title><pubDate>{published}</pubDate>"
    return f'<rss {spaces} version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def item(dice: random.Random, number: int, day: date) -> str:
    arxiv_id = f"2608.{number:05}"
    authors = ", ".join(f"{dice.choice(NAMES)} {dice.choice(NAMES)}" for _ in range(dice.randint(1, 9)))
    return (
        f"<item><title>{text(dice, 11)}</title><link>https://arxiv.org/abs/{arxiv_id}</link>"
        f"<description>arXiv:{arxiv_id}v1 Announce Type: new \nAbstract: {text(dice, 190)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{arxiv_id}v1</guid><category>cs.CL</category>'
        f"<category>cs.LG</category><arxiv:announce_type>new</arxiv:announce_type><dc:creator>{authors}</dc:creator></item>"
    )


def text(dice: random.Random, words: int) -> str:
    """Plain words of our own documents, and now and then a phrase of a topic."""
    return " ".join(dice.choice(PHRASES) if dice.random() < 0.008 else dice.choice(WORDS) for _ in range(words))


def collect(days: dict[date, bytes]) -> None:
    from papers import storing
    from papers.sources import SOURCES

    source = SOURCES["arxiv"]
    for day, body in days.items():
        page = source.readings[0].parse(body, day)
        storing.merge_papers(page.listings, source.name, "rss", day, datetime.combine(day, datetime.min.time(), UTC))


def timed(before: Callable[[], None], work: Callable[[], Any]) -> float:
    before()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def copied(table: str) -> bytes:
    """All rows of a table, as COPY writes and reads them."""
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as out:
        return b"".join(bytes(piece) for piece in out)


def fill(rows: dict[str, bytes]) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table, data in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as into:
                into.write(data)


def upsert(rows: dict[str, bytes]) -> None:
    """As a merge must, which cannot know which rows are there: into a table of the moment, and from there."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table, data in rows.items():
            cursor.execute(f"CREATE TEMP TABLE moment (LIKE {table}) ON COMMIT DROP")
            with cursor.copy("COPY moment FROM STDIN") as into:
                into.write(data)
            cursor.execute(f"SELECT * FROM {table} LIMIT 0")
            columns = ", ".join(f"{name} = EXCLUDED.{name}" for name in (one[0] for one in cursor.description[1:]))
            cursor.execute(f"INSERT INTO {table} SELECT * FROM moment ON CONFLICT (id) DO UPDATE SET {columns}")
            cursor.execute("DROP TABLE moment")


def _words(lines: Iterable[str]) -> list[str]:
    return sorted({word for line in lines for word in re.findall(r"[a-z]{2,}", line)})


def _phrases() -> list[str]:
    topics = importlib.import_module("papers.migrations.0002_topics").TOPICS
    return [phrase for topic in topics for phrase in topic["phrases"]]


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
WORDS = _words(line for page in PAGES for line in page.read_text().splitlines())
NAMES = [word.capitalize() for word in WORDS if len(word) > 5]
PHRASES = _phrases()

if __name__ == "__main__":
    memory() if sys.argv[1:] == ["memory"] else main()
