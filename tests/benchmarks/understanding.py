"""What understanding costs: learning from 10,000 invented papers, and keeping up with 1,000 new ones: `make bench`.

Each encoder in a process of its own, on PostgreSQL; the semantic one only where ENCODER_PATH names its weights.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tests.benchmarks.collecting import prepare

PAPERS, NEW = 10_000, 1_000
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
WORDS, SUBJECTS, OF_A_SUBJECT = 30_000, 60, 300
TITLE, ABSTRACT = 11, 170  # words
SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]


def main() -> None:
    subprocess.run([sys.executable, "-m", __spec__.name, "light"], check=True)
    if os.environ.get("ENCODER_PATH"):
        subprocess.run([sys.executable, "-m", __spec__.name, "semantic"], check=True)
    else:
        print("semantic: not measured, as ENCODER_PATH names no weights")


def measure(encoder: str) -> None:
    os.environ["ENCODER"] = encoder
    prepare(f"bench_understanding_{encoder}")
    from papers.search import understanding

    before = peak()
    store(PAPERS, 0)
    said(f"{encoder}: terms of {PAPERS} papers", understanding.keep_up)
    said(f"{encoder}: learned from {PAPERS} papers", lambda: understanding.refit(encoder, NOW))
    store(NEW, PAPERS)
    said(f"{encoder}: kept up with {NEW} new papers", understanding.keep_up)
    said(f"{encoder}: kept up with nothing new", understanding.keep_up)
    print(f"{encoder}: {before:.0f} MB resident before, {peak():.0f} MB at most")


def said(what: str, work: Callable[[], Any]) -> None:
    cpu, began = time.process_time(), time.perf_counter()
    work()
    spent, took = time.process_time() - cpu, time.perf_counter() - began
    print(f"{what:<48}{spent:7.3f} s of CPU, {took:7.3f} s, {peak():5.0f} MB at most so far", flush=True)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB, on Linux


def store(count: int, first: int) -> None:
    """New papers as collecting leaves them; a thousand at a time, so that they do not count as memory."""
    from papers.models import Paper

    for begin in range(first, first + count, 1_000):
        texts = invented(min(1_000, first + count - begin), seed=begin)
        rows = [
            Paper(
                key=f"invented:{begin + number}",
                title=title,
                abstract=abstract,
                authors=["Ada Quill"],
                first_seen_at=NOW,
            )
            for number, (title, abstract) in enumerate(texts)
        ]
        Paper.objects.bulk_create(rows, batch_size=500)


def invented(count: int, seed: int) -> list[tuple[str, str]]:
    """Titles and abstracts of made-up words, as frequent as words are (Zipf), each half about a subject or two."""
    dice, words = np.random.default_rng(seed), _words()
    common = np.cumsum(1 / np.arange(1, WORDS + 1))
    subjects = np.random.default_rng(0).integers(200, WORDS, (SUBJECTS, OF_A_SUBJECT))
    papers = []
    for _ in range(count):
        any_word = np.searchsorted(common, dice.random(TITLE + ABSTRACT) * common[-1])
        of_subject = subjects[dice.integers(SUBJECTS)][(OF_A_SUBJECT * dice.random(TITLE + ABSTRACT) ** 2).astype(int)]
        text = [words[one] for one in np.where(dice.random(TITLE + ABSTRACT) < 0.4, of_subject, any_word)]
        papers.append((" ".join(text[:TITLE]), " ".join(text[TITLE:])))
    return papers


def _words() -> list[str]:
    dice = np.random.default_rng(0)
    return [
        "".join(SYLLABLES[one] for one in dice.integers(len(SYLLABLES), size=2 + number % 3))
        for number in range(WORDS)
    ]


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
