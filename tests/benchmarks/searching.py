"""Searching 100,000 invented papers on SQLite and on PostgreSQL, beside what no search can do without: `make bench`.

With ENCODER_PATH also by the semantic encoder. The floors are the product of all vectors with the query's, and the
bare question to the full-text index; each query is timed in turn by all, in a warm process. The latest papers have the
vectors that they would have, all others random ones, as only the time is measured. Read the ratio: machines differ,
and this one may be shared.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

PAPERS, WORDS, TITLE, IN_SHORT, QUERIES = 100_000, 160, 10, 40, 210
VOCABULARY, TOPICS, OF_A_TOPIC, AUTHORS = 60_000, 400, 300, 20_000
FIRST = date(2024, 1, 1)
SHOWN = 200  # papers that a page of search asks for
LEARNED, ENCODED = 3_000, 500  # papers that the encoders learn of; more take long, and change no time of a search
BARS = {"light": 60, "semantic": 200}  # ms
SYLLABLES = np.array([a + b + c for a in "bdfgklmnprstvz" for b in "aeiou" for c in ("", "n", "r", "st")])
Places = np.ndarray[Any, Any]  # papers x words, as places in the vocabulary


def main() -> None:
    for database in ("sqlite", "postgresql"):
        environment = os.environ | {"TEST_DATABASE": database}
        subprocess.run([sys.executable, "-m", __spec__.name, database], check=True, env=environment)


def bench(database: str) -> None:
    """One database, in a process of its own: what a web server's would hold."""
    from django.conf import settings

    from tests.benchmarks.collecting import prepare

    prepare("bench_searching")
    dice = np.random.default_rng(0)
    vocabulary, papers = words(dice), drawn(dice)
    say(database, f"{PAPERS} papers stored in {timed(lambda: insert(papers, vocabulary)):.0f} s")
    for encoder in BARS if settings.ENCODER_PATH else ("light",):
        say(database, f"{encoder}: learned in {timed(lambda encoder=encoder: fit(encoder)):.0f} s")
        settings.ENCODER = encoder
        measure(f"{database} {encoder}", queries(np.random.default_rng(1), papers, vocabulary), BARS[encoder])
        say(database, f"{resident():.0f} MB resident")


def say(name: str, what: str) -> None:
    print(f"{name}: {what}", flush=True)


# ------------------------------------------------------------------------------------------------------------ building


def words(dice: np.random.Generator) -> list[str]:
    """A vocabulary of words that are their own stems, none twice; the first are the most frequent."""
    from papers.text.words import stems_of

    lengths = dice.integers(1, 4, 3 * VOCABULARY)
    letters = SYLLABLES[dice.integers(len(SYLLABLES), size=(3 * VOCABULARY, 3))]
    made = ["".join(some[:length]) for some, length in zip(letters.tolist(), lengths.tolist(), strict=True)]
    return list(dict.fromkeys(word for word, stem in zip(made, stems_of(made), strict=True) if word == stem))[
        :VOCABULARY
    ]


def drawn(dice: np.random.Generator) -> Places:
    """Half of a paper's words are anybody's, half of one of its two topics."""
    topics = dice.integers(100, VOCABULARY, (TOPICS, OF_A_TOPIC))
    of_paper = np.minimum(zipf(dice, TOPICS, (PAPERS, 2), 0.6), TOPICS - 1)
    chosen = of_paper[np.arange(PAPERS)[:, None], dice.integers(0, 2, (PAPERS, WORDS))]
    special = topics[chosen, zipf(dice, OF_A_TOPIC, (PAPERS, WORDS), 0.9)]
    common = zipf(dice, VOCABULARY, (PAPERS, WORDS), 1.05)
    return np.where(dice.integers(0, 2, (PAPERS, WORDS), bool), common, special).astype(np.int32)


def zipf(dice: np.random.Generator, most: int, shape: tuple[int, ...], steepness: float) -> Places:
    """Places, the first much oftener than the last, drawn out of a million that were drawn before: that is quicker."""
    shares = np.cumsum(1 / np.arange(1, most + 1) ** steepness)
    pool = np.searchsorted(shares, dice.random(2**20) * shares[-1]).astype(np.int32)
    return pool[dice.integers(0, len(pool), shape, np.int32)]


def insert(papers: Places, vocabulary: list[str]) -> None:
    from django.db import connection, transaction

    from papers import database
    from papers.models import Paper

    names = [field.name for field in Paper._meta.concrete_fields]
    with transaction.atomic(), connection.cursor() as cursor:
        index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'papers_terms'"
        made_again = "INSERT INTO papers_terms (rowid, terms) SELECT id, terms FROM papers_paper"
        if connection.vendor == "postgresql":  # Made at once in the end, it takes a fraction of the time.
            made_again = cursor.execute(index).fetchone()[0]
            cursor.execute("DROP INDEX papers_terms")
        database.insert(Paper, names, rows(papers, vocabulary))
        cursor.execute(made_again)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def rows(papers: Places, vocabulary: list[str]) -> Iterator[list[Any]]:
    from papers.models import Paper
    from papers.text.tokenizing import BREAK

    fields = [field.attname for field in Paper._meta.concrete_fields]
    empty = {name: getattr(Paper(), name) for name in fields}
    spelled = np.array(vocabulary, object)
    for number, places in enumerate(papers, start=1):
        day = FIRST + timedelta(days=number // 150)
        said = spelled[places].tolist()
        title, abstract, author = " ".join(said[:TITLE]), " ".join(said[TITLE:]), f"author{number % AUTHORS}"
        terms = f"{title} {BREAK} {abstract} @{author}"
        filled = {"id": number, "key": f"arxiv:{number}", "title": title, "abstract": abstract, "terms": terms}
        filled |= {
            "arxiv_id": arxiv_id(number),
            "authors": [author],
            "in_short": " ".join(said[TITLE : TITLE + IN_SHORT]),
        }
        moments = {"listed_on": day, "first_seen_at": datetime(day.year, day.month, day.day, tzinfo=UTC)}
        yield list((empty | filled | moments).values())


def arxiv_id(number: int) -> str:
    return f"{2401 + number // 50_000}.{number % 50_000:05}"


def fit(encoder: str = "light") -> None:
    """The latest papers are learned of, and the others given vectors at random."""
    from django.db import connection

    from papers import database
    from papers.models import Paper, Vector
    from papers.search import semantic, understanding
    from papers.search.encoders import unit

    understanding.MOST_PAPERS_FITTED = LEARNED
    semantic.MINILM = replace(semantic.MINILM, sample=ENCODED)
    begun = understanding.refit(encoder, datetime.now(UTC), stop=lambda: True)
    there = set(Vector.objects.filter(fit=begun.pk).values_list("paper", flat=True))
    others = [paper for paper in Paper.objects.values_list("pk", flat=True) if paper not in there]
    dice = np.random.default_rng(0)
    vectors = unit(dice.standard_normal((len(others), begun.dimensions), np.float32)).astype(np.float16)
    drawn = ((paper, begun.pk, vector.tobytes()) for paper, vector in zip(others, vectors, strict=True))
    database.insert(Vector, ["paper", "fit", "data"], drawn)
    understanding.refit(encoder, datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# ----------------------------------------------------------------------------------------------------------- measuring


def queries(dice: np.random.Generator, papers: Places, vocabulary: list[str]) -> list[tuple[str, str]]:
    """As people ask: the kind of question, and its words or, for an example, a paper's key."""
    asked: list[tuple[str, str]] = []
    for _ in range(QUERIES // 7):
        number = int(dice.integers(PAPERS))
        said = [vocabulary[place] for place in papers[number]]
        begin, length = dice.integers(WORDS - 24), dice.integers(2, 5)
        asked += [
            ("common word", vocabulary[dice.integers(100)]),
            ("rare word", vocabulary[dice.integers(VOCABULARY // 2, VOCABULARY)]),
            ("phrase", " ".join(said[begin : begin + length])),
            ("sentence", " ".join(said[begin : begin + dice.integers(9, 25)])),
            ("author", f"author{dice.integers(AUTHORS)}"),
            ("arXiv id", arxiv_id(number + 1)),
            ("example", f"arxiv:{number + 1}"),
        ]
    return asked


def measure(name: str, asked: list[tuple[str, str]], bar: int) -> None:
    """Each question to all in turn. A page is asked for whole, through the site's own middleware."""
    works = {"product": product_of(asked), "index": question_of(asked), "search": answer, "page": page()}
    found: dict[str, list[tuple[str, float]]] = {work: [] for work in works}
    answer(asked[0][1])
    for kind, what in asked:
        for work in works if kind != "example" else list(works)[:3]:
            found[work].append((kind, 1000 * timed(lambda work=work, what=what: works[work](what))))
    floor = sum(np.median([taken for _, taken in found[work]]) for work in ("product", "index"))
    for work, times in found.items():
        p50, p95 = np.percentile([taken for _, taken in times], [50, 95])
        remark = f"{p50 / floor:.1f} and {p95 / floor:.1f} times the floors" if work in ("search", "page") else ""
        say(name, f"{work:<12} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {remark}" + (" MORE" if p95 >= bar else ""))
    for kind in dict(asked):
        p50, p95 = np.percentile([taken for of, taken in found["search"] if of == kind], [50, 95])
        say(name, f"  search, {kind:<12} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms")


def product_of(asked: list[tuple[str, str]]) -> Callable[[str], Any]:
    from papers.search import candidates, fits
    from papers.search.encoders import Text
    from papers.text import tokenizing

    known = fits.current()
    assert known
    held = candidates._vectors_of(known)
    meant = dict(
        zip(
            [what for _, what in asked],
            known.vectors([Text(what, "", tokenizing.terms(what, "")) for _, what in asked]),
            strict=True,
        )
    )
    return lambda what: held.rows @ meant[what]


def question_of(asked: list[tuple[str, str]]) -> Callable[[str], Any]:
    from papers.search import candidates
    from papers.text import tokenizing

    wanted = {what: sorted(set(tokenizing.terms(what, "").split()) - {tokenizing.BREAK}) for _, what in asked}
    return lambda what: candidates.having([wanted[what]], 20)


def answer(what: str) -> Any:
    from papers.models import Paper
    from papers.search import ranking
    from papers.search.encoders import Text

    if not what.startswith("arxiv:"):
        return ranking.search(what, SHOWN)
    return ranking.similar([Text(*Paper.objects.values_list("title", "abstract", "terms").get(key=what))], SHOWN)


def page() -> Callable[[str], Any]:
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    browser = Client()
    return lambda what: browser.get("/search/", {"q": what}, follow=True).content


def resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    bench(sys.argv[1]) if sys.argv[1:] else main()
