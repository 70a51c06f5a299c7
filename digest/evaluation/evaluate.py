"""How good the ranking is on a test collection, beside BM25; in a database of its own, gone when it is done."""

import logging
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO, TypeVar

import numpy as np
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections, transaction
from django.db.utils import ConnectionHandler
from django.utils import timezone
from tqdm import tqdm

from digest.evaluation import collections, metrics
from digest.evaluation.bm25 import Bm25, Numbers
from digest.evaluation.collections import BadCollection, Need, TestCollection
from digest.matching import gathering, scoring
from digest.matching.profiles import CandidatePool, Profile
from papers import database
from papers.models import Paper
from papers.search import candidates, ranking, understanding
from papers.search.encoders import Text
from subscriptions.interests.kinds import InterestSpec

log = logging.getLogger(__name__)
RANKED_AT_LEAST = 1_000  # of a whole corpus; of a pool, all
PAPERS_AT_ONCE, READERS_AT_ONCE = 1_000, 100
STATUS = Path("/proc/self/status")
TEMPORARY_DATABASE = {
    "ENGINE": "digest.sqlite",
    "OPTIONS": {  # Nobody needs it after a crash, so it never waits for the disk.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON",
    },
}

Report = dict[str, float | str | None]
Item = TypeVar("Item")
Ranked = list[tuple[int, float]]  # papers' keys with their scores, best first


def evaluate(folder: Path, encoder: str, now: datetime, run: TextIO | None = None) -> Report:
    """Figures by name, as `evaluate --json` prints them; the rankings go into `run`, as TREC writes them.

    Raises BadCollection. How far it is goes to stderr.
    """
    collection = collections.read(folder)
    if missing := collection.judged_missing:
        log.warning("%d of the judged papers are not in %s, and count as not found", missing, collections.CORPUS)
    for name in (*collection.papers, *(need.name for need in collection.needs)) if run else ():
        if name.split() != [name]:
            raise BadCollection(f"--run: expected ids without white space, as run files part by it, found {name!r}")
    with own_database(), understood_by(encoder):
        keys = store(folder, collection, now)
        began = time.perf_counter()
        understand(encoder)
        rankings = list(ranked(collection, keys))
        spent, peak = time.perf_counter() - began, peak_mb()
    if run:
        _write_run(run, collection, rankings, f"paper-route-{encoder}")
    began = time.perf_counter()
    baseline = list(ranked_by_bm25(folder, collection))
    costs = {"seconds": spent, "bm25_seconds": time.perf_counter() - began, "peak_mb": peak}
    figures = metrics.compared(_measured(collection, rankings), _measured(collection, baseline))
    counts = {"queries": sum(bool(need.grades) for need in collection.needs), "papers": len(collection.papers)}
    return {**figures, **{name: round(cost, 3) for name, cost in costs.items()}, **counts, "encoder": encoder}


@contextmanager
def own_database() -> Iterator[None]:
    """Meanwhile this process knows an empty SQLite file in a temporary folder, whatever the site's database is."""
    site, of_site = connections["default"], connections.settings["default"]
    with TemporaryDirectory(prefix="paper-route-") as folder:
        own = ConnectionHandler({"default": {**TEMPORARY_DATABASE, "NAME": f"{folder}/judged.sqlite3"}})
        connections["default"], connections.settings["default"] = own["default"], own.settings["default"]
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            own["default"].close()
            connections["default"], connections.settings["default"] = site, of_site
            ContentType.objects.clear_cache()  # They were numbered by another database.


@contextmanager
def understood_by(encoder: str) -> Iterator[None]:
    """Meanwhile this process uses that encoder, whatever the site's is."""
    of_site, settings.ENCODER = settings.ENCODER, encoder
    try:
        yield
    finally:
        settings.ENCODER = of_site


def store(folder: Path, collection: TestCollection, now: datetime) -> list[int]:
    """The collection's papers as rows, announced today; their keys, in the order of the corpus."""
    fresh = Paper(listed_on=now.date(), first_seen_at=now)
    names = [field.attname for field in Paper._meta.concrete_fields if not field.primary_key]
    given = ("key", "title", "abstract")
    others = [getattr(fresh, name) for name in names if name not in given]
    columns = [*given, *(name for name in names if name not in given)]
    texts = _with_bar(enumerate(collections.texts(folder)), "papers", len(collection.papers))
    with transaction.atomic():
        for batch in _batches(texts, PAPERS_AT_ONCE):
            database.insert(Paper, columns, [(f"judged:{number}", *text, *others) for number, text in batch])
    keys = dict(Paper.objects.values_list("key", "pk"))
    return [keys[f"judged:{number}"] for number in range(len(collection.papers))]


# ------------------------------------------------------------------------------------------------------ what is judged


def understand(encoder: str) -> None:
    """Everything that ranking needs to know of the papers stored."""
    candidates.drop_caches()
    understanding.keep_up()
    understanding.refit(encoder, timezone.now())


def rank_query(text: str, paper: int | None, among: Sequence[int] | None, most: int) -> Ranked:
    """The papers that answer words, or are like a paper, or both: then by the sum of the scores, which are in
    deviations; what one of them does not rank has its lowest score there."""
    found = []
    if text:
        found.append(ranking.search(text, most, among))
    if paper is not None:
        example = Paper.objects.values_list("title", "abstract", "terms").get(pk=paper)
        found.append(ranking.similar([Text(*example)], most, among))
    scores: dict[int, float] = dict.fromkeys((one.paper for ranked in found for one in ranked), 0.0)
    for ranked in found:
        here = {one.paper: one.score for one in ranked}
        lowest = min(here.values(), default=0.0)
        scores = {paper: score + here.get(paper, lowest) for paper, score in scores.items()}
    return sorted(scores.items(), key=lambda one: (-one[1], -one[0]))


def rank_libraries(
    known: Sequence[Sequence[int]],
    candidates: Sequence[Sequence[int] | None],
    texts: Sequence[Sequence[str]],
    most: int,
) -> list[Ranked]:
    """For each reader the candidates (all papers, where there are none), by what they know and interests in words."""
    examples = Paper.objects.filter(pk__in=database.among({paper for one in known for paper in one}))
    keys = dict(examples.values_list("pk", "key"))
    interests = [
        [*(InterestSpec("paper", keys[paper]) for paper in papers), *(InterestSpec("phrase", text) for text in said)]
        for papers, said in zip(known, texts, strict=True)
    ]
    queries = gathering.queries_for({interest for one in interests for interest in one})
    found: list[Ranked] = []
    pool: CandidatePool | None = None
    before: Sequence[int] | None = None
    for wanted, papers in zip(interests, candidates, strict=True):
        if pool is None or papers is not before:  # Readers in a row often share the very same list of candidates.
            rows = Paper.objects.all() if papers is None else Paper.objects.filter(pk__in=database.among(papers))
            pool, before = gathering.pool_of(rows), papers
        asked = tuple(queries[interest] for interest in wanted if interest in queries)
        scores = scoring.ranked(Profile(reader=0, wanted=asked, trending=False, cap=most), pool)
        best = np.argsort(-scores, kind="stable")[:most]
        found.append([(pool.candidates[int(place)].paper, float(scores[place])) for place in best])
    return found


# ------------------------------------------------------------------------------------------------------------ ranking


def ranked(collection: TestCollection, keys: Sequence[int]) -> Iterator[Numbers]:
    """For each need the papers that were found, best first, as the collection counts them."""
    numbers = {key: number for number, key in enumerate(keys)}
    by_key = _by_readers(collection, keys) if collection.of_readers else _by_queries(collection, keys)
    for need, found in zip(_with_bar(collection.needs, "ranking"), by_key, strict=True):
        ranked = np.array([numbers[key] for key, _ in found], dtype=np.int64)
        yield ranked[~np.isin(ranked, need.known)]


def _by_queries(collection: TestCollection, keys: Sequence[int]) -> Iterator[Ranked]:
    for need in collection.needs:
        among = None if need.pool is None else [keys[number] for number in need.pool]
        paper = keys[need.known[0]] if need.known else None
        yield rank_query(" ".join(need.texts), paper, among, _most(collection, need))


def _by_readers(collection: TestCollection, keys: Sequence[int]) -> Iterator[Ranked]:
    """Many at once, as letters are planned. Those who share candidates are given the very same list of them."""
    for needs in _batches(collection.needs, READERS_AT_ONCE):
        pools = {id(need.pool): need.pool and [keys[number] for number in need.pool] for need in needs}
        known = [[keys[number] for number in need.known] for need in needs]
        candidates, texts = [pools[id(need.pool)] for need in needs], [need.texts for need in needs]
        yield from rank_libraries(known, candidates, texts, max(_most(collection, need) for need in needs))


def ranked_by_bm25(folder: Path, collection: TestCollection) -> Iterator[Numbers]:
    """Over the same papers with the same texts. A reader is one long query: all interests' and known papers' words."""
    texts = [f"{title} {text}" for title, text in collections.texts(folder)]
    bm25 = Bm25(_with_bar(texts, "BM25 reads"))
    for need in _with_bar(collection.needs, "BM25"):
        asked = " ".join([*need.texts, *(texts[number] for number in need.known)])
        found = bm25.ranked(asked, need.pool, _most(collection, need))
        yield found[~np.isin(found, need.known)]


def _most(collection: TestCollection, need: Need) -> int:
    """How many to rank, with room for those known, which are taken out."""
    everything = len(collection.papers)
    return max(RANKED_AT_LEAST, metrics.cut(everything)) + len(need.known) if need.pool is None else len(need.pool)


def _measured(collection: TestCollection, rankings: Iterable[Numbers]) -> list[list[float]]:
    pools = [
        len(collection.papers) - len(need.known) if need.pool is None else len(need.pool) for need in collection.needs
    ]
    return [
        metrics.measured(need, ranked.tolist(), pool, collection.relevant_from)
        for need, ranked, pool in zip(collection.needs, rankings, pools, strict=True)
    ]


# -------------------------------------------------------------------------------------------- run files, bars and cost


def _write_run(run: TextIO, collection: TestCollection, rankings: Iterable[Numbers], tag: str) -> None:
    """The scores only count down, so that whoever sorts by them gets the very ranking that was measured here."""
    for need, ranked in zip(collection.needs, rankings, strict=True):
        for rank, number in enumerate(ranked.tolist(), 1):
            run.write(f"{need.name} Q0 {collection.papers[number]} {rank} {len(ranked) - rank + 1} {tag}\n")


def peak_mb() -> float:
    """The most memory that this process ever held. Linux is asked by file: getrusage there also counts what the
    program that started this one held."""
    if STATUS.exists():
        held = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(held["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def _with_bar(items: Iterable[Item], what: str, total: int | None = None) -> Iterable[Item]:
    return tqdm(items, what, total, disable=None)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
