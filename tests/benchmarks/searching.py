"""Searching 100,000 invented papers on SQLite and on PostgreSQL, beside what no search can do without: `make bench`.

The floors are the product of all vectors with the query's, and the bare question to the full-text index; each query
is timed in turn by all three, in a warm process. Read the ratio: machines differ, and this one may be shared.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

PAPERS, WORDS, TITLE, QUERIES = 100_000, 160, 10, 200
VOCABULARY, TOPICS, OF_A_TOPIC = 60_000, 400, 300
FIRST = date(2024, 1, 1)
LONGEST_BUILDING = 180  # seconds
SYLLABLES = [a + b + c for a in "bdfgklmnprstvz" for b in "aeiou" for c in ("", "n", "r", "st")]


def main() -> None:
    for database in ("sqlite", "postgresql"):
        environment = os.environ | {"TEST_DATABASE": database}
        subprocess.run([sys.executable, "-m", __spec__.name, database], check=True, env=environment)


def bench(database: str) -> None:
    """One database, in a process of its own: what a web server's would hold."""
    from tests.benchmarks.collecting import prepare

    prepare("bench_searching")
    dice = np.random.default_rng(0)
    began = time.perf_counter()
    vocabulary = words(dice)
    papers = drawn(dice)
    stored = timed(lambda: insert(papers, vocabulary))
    fitted = timed(fit)
    building = time.perf_counter() - began
    print(f"{database}: {PAPERS} papers stored in {stored:.0f} s, learned from in {fitted:.0f} s")
    if building > LONGEST_BUILDING:
        print(f"Building took {building:.0f} s, more than {LONGEST_BUILDING}.")
    asked = queries(dice, papers, vocabulary)
    measure(database, asked)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB, on Linux
    print(f"{database}: {resident():.0f} MB resident, {most:.0f} MB at most while building")


def words(dice: np.random.Generator) -> list[str]:
    """A vocabulary, no word twice; the first are the most frequent."""
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(dice.choice(SYLLABLES, dice.integers(1, 5)))] = None
    return list(found)


def drawn(dice: np.random.Generator) -> np.ndarray[Any, Any]:
    """Papers x words, as places in the vocabulary: half of them anybody's, half of one of the paper's two topics."""
    common = zipf(dice, VOCABULARY, (PAPERS, WORDS), 1.05)
    topics = dice.integers(100, VOCABULARY, (TOPICS, OF_A_TOPIC))
    of_paper = np.minimum(zipf(dice, TOPICS, (PAPERS, 2), 0.6), TOPICS - 1)
    chosen = of_paper[np.arange(PAPERS)[:, None], dice.integers(0, 2, (PAPERS, WORDS))]
    special = topics[chosen, zipf(dice, OF_A_TOPIC, (PAPERS, WORDS), 0.9)]
    return np.where(dice.random((PAPERS, WORDS)) < 0.5, common, special)


def zipf(dice: np.random.Generator, most: int, shape: tuple[int, ...], steepness: float) -> np.ndarray[Any, Any]:
    shares = np.cumsum(1 / np.arange(1, most + 1) ** steepness)
    return np.searchsorted(shares, dice.random(shape) * shares[-1])


def insert(papers: np.ndarray[Any, Any], vocabulary: list[str]) -> None:
    from django.db import connection, transaction

    from papers import bulk
    from papers.models import Paper

    names = [field.name for field in Paper._meta.concrete_fields]
    with transaction.atomic():
        bulk.insert(Paper, names, rows(papers, vocabulary))
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO papers_terms (rowid, terms) SELECT id, terms FROM papers_paper")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def rows(papers: np.ndarray[Any, Any], vocabulary: list[str]) -> Iterator[list[Any]]:
    from papers.lexical import BREAK
    from papers.models import Paper
    from papers.words import stems_of

    stems = stems_of(vocabulary)
    fields = [field.attname for field in Paper._meta.concrete_fields]
    empty = {name: getattr(Paper(), name) for name in fields}
    for number, places in enumerate(papers.tolist(), start=1):
        day = FIRST + timedelta(days=number // 150)
        title = " ".join([vocabulary[place] for place in places[:TITLE]])
        abstract = " ".join([vocabulary[place] for place in places[TITLE:]])
        found = [stems[place] for place in places]
        terms = " ".join([*found[:TITLE], BREAK, *found[TITLE:], f"@author{number % 20_000}"])
        filled = {"id": number, "key": f"arxiv:{number}", "title": title, "abstract": abstract, "terms": terms}
        moments = {"listed_on": day, "first_seen_at": datetime(day.year, day.month, day.day, tzinfo=UTC)}
        yield list((empty | filled | moments).values())


def fit() -> None:
    from papers import understanding

    understanding.refit("light", datetime.now(UTC))


def queries(dice: np.random.Generator, papers: np.ndarray[Any, Any], vocabulary: list[str]) -> list[str]:
    """Of 1 to 8 words of one paper: as they stand there, of its most frequent ones, or of its rarest."""
    asked = []
    for number in range(QUERIES):
        paper, length = papers[dice.integers(PAPERS)], 1 + number % 8
        begin = dice.integers(WORDS - length)
        by_rarity = np.unique(paper)
        some = (paper[begin : begin + length], by_rarity[:20], by_rarity[-20:])[number % 3]
        places = some if number % 3 == 0 else dice.choice(some, length, replace=False)
        asked.append(" ".join(vocabulary[place] for place in places))
    return asked


def measure(database: str, asked: list[str]) -> None:
    from papers import candidates, lexical, search, understanding
    from papers.meaning import Text

    known = understanding.current()
    assert known
    directions = candidates._directions(known)
    texts = [Text(query, "", lexical.terms(query, "")) for query in asked]
    meant = known.vectors(texts)
    wanted = [sorted(set(text.terms.split()) - {lexical.BREAK}) for text in texts]
    works: dict[str, Callable[[int], Any]] = {
        "product with all vectors": lambda number: directions.rows @ meant[number],
        "question to the index": lambda number: candidates.having([wanted[number]], 20),
        "search": lambda number: search.search(asked[number], 20),
    }
    works["search"](0)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(len(asked)):
        for name, work in works.items():
            seconds[name].append(timed(lambda work=work, number=number: work(number)))
    floor = 0.0
    for name, taken in seconds.items():
        median, high = np.percentile(np.array(taken) * 1000, [50, 95])
        remark = f"  {median / floor:.1f} times the floors" if name == "search" else ""
        floor += median
        print(f"{database}: {name:<28} p50 {median:6.1f} ms   p95 {high:6.1f} ms{remark}")


def resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    bench(sys.argv[1]) if sys.argv[1:] else main()
