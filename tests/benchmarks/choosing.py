"""Choosing for many readers at once, beside the bare matrix products that the method needs: `make bench`.

1,000 new papers, 5,000 that are carried along, a reference sample of 1,000, all of 200 themes; readers with three
interests out of 5,000, whose letters fill up with what is above the bar, and 40 papers given before, in batches as
they are planned. The floor counts each reader's every interest, a vector as the light encoder's are, times all 7,000
papers, one product a batch, as if no two readers shared an interest; these readers have no examples, which would add
a row or two for each. CPU seconds, as others may use the machine, in interleaved rounds; read the ratio.
"""

import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import numpy as np

from papers.search import lsa, term_table

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digest.settings")

NEW, CARRIED, REFERENCE, INTERESTS, EACH = 1_000, 5_000, 1_000, 5_000, 3
DIMENSIONS = lsa.DIMENSIONS + term_table.shipped().dimensions  # of a site that has learned
THEMES, GIVEN, BATCH = 200, 40, 500
READERS, ROUNDS, MANY = 5_000, 5, 100_000
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def main() -> None:
    pool, queries = prepare()
    readers = list(batches(queries, READERS))
    ours, floors = [], []
    for _ in range(ROUNDS):
        ours.append(_timed(lambda: choose(pool, readers)))
        floors.append(_timed(lambda: products(pool)))
    ratio = statistics.median(floors) / statistics.median(ours)
    each = statistics.median(ours) / READERS * 1e6
    print(f"{READERS} readers x {NEW + CARRIED} papers: {each:.0f} us a reader, {ratio:.2f} of the products needed")
    subprocess.run([sys.executable, "-m", __spec__.name, "memory"], check=True)


def memory() -> None:
    """The most that a process held while it chose for many, batch after batch. Run in one of its own."""
    pool, queries = prepare()
    began, first = time.perf_counter(), MANY // 10
    choose(pool, batches(queries, first))
    print(f"{first} readers: {time.perf_counter() - began:.0f} s, {_most_mb():.0f} MB resident at most")
    choose(pool, batches(queries, MANY - first))
    seconds = time.perf_counter() - began
    print(f"{MANY} readers: {seconds:.0f} s, {_most_mb():.0f} MB resident at most")
    print(f"1000000 readers, if it goes on like that: {seconds * 1_000_000 / MANY / 60:.0f} min")


def _most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB, on Linux


def prepare() -> tuple[Any, list[Any]]:
    django.setup()
    from digest.matching.profiles import Candidate, CandidatePool, Query
    from papers.search.encoders import Text, unit
    from papers.search.fits import Understanding
    from papers.text.lexical import Lexicon
    from papers.text.tokenizing import counted, terms

    random.seed(1)
    numbers = np.random.default_rng(1)
    words = [f"word{number}" for number in range(20_000)]
    common = [1 / (rank + 3) for rank in range(len(words))]

    def paper(number: int) -> Candidate:
        abstract, seen_at = (
            " ".join(random.choices(words, common, k=120)),
            NOW - timedelta(hours=1 if number < NEW else 72),
        )
        return Candidate(number, seen_at, random.randrange(50), terms=terms("", abstract), abstract=abstract)

    papers = [paper(number) for number in range(NEW + CARRIED + REFERENCE)]
    lexicon = Lexicon.of(counted([one.terms for one in papers]), 120.0)
    themes = unit(numbers.standard_normal((THEMES, DIMENSIONS)).astype(np.float32))

    def directions_of(count: int) -> Any:
        """Each half of a theme, half its own."""
        own = unit(numbers.standard_normal((count, DIMENSIONS)).astype(np.float32))
        return unit(themes[numbers.integers(0, THEMES, count)] + own)

    directions, vectors = directions_of(INTERESTS), directions_of(len(papers))

    class Encoder:
        dimensions = DIMENSIONS

        def encode(self, texts: list[Text]) -> Any:
            return directions[[int(text.abstract) for text in texts]]

    mean, whitening = np.zeros(DIMENSIONS, np.float32), np.eye(DIMENSIONS, dtype=np.float32)
    known = Understanding(1, lexicon, Encoder(), mean, whitening, similarity_weight=1.6)
    pool = CandidatePool(papers[: NEW + CARRIED], papers[NEW + CARRIED :], known, vectors)
    queries = []
    for number in range(INTERESTS):
        phrase = " ".join(random.choices(words[200:], common[200:], k=2))
        queries.append(Query("phrase", f"{phrase} {number}", phrase, Text(phrase, str(number), terms(phrase, ""))))
    return pool, queries


def choose(pool: Any, readers: Iterable[list[Any]]) -> None:
    """As planning does within a tick."""
    from digest.matching import choosing
    from digest.matching.evidence import Findings
    from digest.matching.scoring import ReaderBatch

    trending, findings = list(range(300)), Findings(pool)
    for batch in readers:
        choices = choosing.choose(ReaderBatch(batch, findings, trending))
        assert len(choices) == len(batch)


def batches(queries: list[Any], readers: int) -> Iterator[list[Any]]:
    from digest.matching.profiles import Profile

    rng = random.Random(2)
    after = NOW - timedelta(days=1)
    for begin in range(0, readers, BATCH):
        yield [
            Profile(
                number,
                tuple(rng.sample(queries, EACH)),
                True,
                10,
                after=after,
                given=frozenset(rng.sample(range(NEW), GIVEN)),
            )
            for number in range(begin, begin + BATCH)
        ]


def products(pool: Any) -> None:
    """What the method needs at least: every reader's every interest, times every paper."""
    rows = np.random.default_rng(3).standard_normal((BATCH * EACH, DIMENSIONS)).astype(np.float32)
    for _ in range(0, READERS, BATCH):
        rows @ pool.vectors.T


def _timed(work: Any) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    memory() if sys.argv[1:] == ["memory"] else main()
