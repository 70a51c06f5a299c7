"""Whether several topics share a letter fairly: REPLICA_DATA=<folder> python -m tests.recorded.served

On each recorded day letters of three topics are chosen from what was announced that day, by the product's own choosing
with a light fit of the latest papers. A topic is present that at least three papers say in their title; it is served
if a paper comes for it. Says how many were, and fails unless all were.
"""

import gzip
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import django

from tests.recorded.topics import TOPICS, day_files, folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digest.settings")
PRESENT_FROM = 3  # papers that say it in their title
LETTERS_A_DAY = 10
Texts = list[tuple[str, str]]


def main() -> int:
    django.setup()
    from digest.matching import choosing
    from digest.matching.profiles import Profile
    from digest.matching.scoring import ReaderBatch

    data = folder()
    chance, served, present, letters, short = random.Random(1), 0, 0, 0, Counter[str]()
    site = Site(data)
    for day, texts in site.days():
        pool, findings = site.pool(texts)
        said = Counter(number for one in pool.candidates for number, (loud, _) in one.topics.items() if loud == 1)
        there = [number for number, papers in said.most_common() if papers >= PRESENT_FROM]
        if not there:
            continue
        others = sorted(set(range(1, len(TOPICS) + 1)) - set(there))
        threes = [[*there, *others][:3], *(chance.sample([*there, *others[:3]], 3) for _ in range(LETTERS_A_DAY - 1))]
        readers = [Profile(0, tuple(site.queries[number] for number in three), True, 10) for three in threes]
        for three, choice in zip(threes, choosing.choose(ReaderBatch(readers, findings, [])), strict=True):
            letters += 1
            came = {pick.query.topic for pick in choice.for_you}
            for number in set(three) & set(there):
                present += 1
                served += number in came
                short[f"{day} {TOPICS[number - 1]['slug']}"] += number not in came
    missing = [name for name, times in short.items() if times]
    print(f"{letters} letters of three topics, {present} topics present, {served} served; not: {missing or 'none'}")
    return 1 if missing else 0


class Site:
    """The recorded papers, and what is learned from the latest of them. In memory: nothing is stored."""

    def __init__(self, data: Path) -> None:
        import numpy as np

        from digest.matching.kinds.base import text_of
        from digest.matching.profiles import Query
        from papers.search import encoders, fits
        from papers.search.encoders import Text
        from papers.search.fits import Understanding
        from papers.text import tokenizing
        from papers.text.lexical import Lexicon
        from papers.text.phrases import Phrases

        self._days = recorded(data)
        self.phrases = Phrases((number, one) for number, topic in enumerate(TOPICS, 1) for one in topic["phrases"])
        latest = [text for _, texts in sorted(self._days.items(), reverse=True) for text in texts]
        learned = [Text(*text, tokenizing.terms(*text)) for text in islice(latest, 10_000)]
        held, vectors = fits.learned("light", learned, lambda done: None)
        lexicon = Lexicon(len(learned), float(held["length"]), held["terms"], held["in_texts"].astype("int64"))
        encoder = encoders.load("light", held)
        spec = encoders.named("light")
        known = Understanding(1, lexicon, encoder, held["mean"], held["whitening"])
        self.known = replace(known, loudness_weight=spec.loudness_weight, unsaid=spec.unsaid)
        self.reference = [self._candidate(-place, text) for place, text in enumerate(learned[:1000], 1)]
        self.reference_vectors = vectors[:1000]
        self.queries = {
            number: Query("topic", one["slug"], one["name"], text, number)
            for number, one in enumerate(TOPICS, 1)
            for text in [text_of(f"{one['name']}. {one['description']}", is_query=False)]
        }
        self.typical = {}
        for number in self.queries:
            loud = np.array([one.topics.get(number, (0.0, ""))[0] for one in self.reference], np.float32)
            if np.count_nonzero(loud) >= PRESENT_FROM:
                self.typical[number] = encoders.unit(loud @ self.reference_vectors)

    def days(self) -> Iterator[tuple[date, Texts]]:
        return iter(sorted(self._days.items()))

    def _candidate(self, paper: int, text: Sequence[str]) -> Any:
        from digest.matching.profiles import Candidate
        from papers.text import tokenizing

        title, abstract = text[:2]
        topics = {hit.topic: (hit.score, hit.phrase) for hit in self.phrases.hits(title, abstract)}
        seen_at = datetime.combine(date(2026, 8, 20), time(9), UTC)
        terms = tokenizing.terms(title, abstract)
        return Candidate(paper, seen_at, topics=topics, terms=terms, abstract=abstract)

    def pool(self, texts: Texts) -> tuple[Any, Any]:
        import numpy as np

        from digest.matching.evidence import Findings
        from digest.matching.profiles import CandidatePool
        from papers.search.encoders import Text

        candidates = [self._candidate(number, text) for number, text in enumerate(texts, 1)]
        own = self.known.vectors([Text(*text, one.terms) for text, one in zip(texts, candidates, strict=True)])
        vectors = np.concatenate([own, self.reference_vectors])
        pool = CandidatePool(candidates, self.reference, self.known, vectors, self.typical)
        return pool, Findings(pool)


def recorded(data: Path) -> dict[date, Texts]:
    """What was announced on each day that has recorded Daily Papers: those, and arXiv's."""
    listed = {date.fromisoformat(Path(name).stem): json.loads(body) for name, body in day_files(data)}
    days = {
        day: {entry["paper"]["id"]: (entry["title"], entry["paper"]["summary"]) for entry in entries}
        for day, entries in listed.items()
    }
    with gzip.open(data / "arxiv_recent.jsonl.gz", "rt", encoding="utf-8") as lines:
        for paper in map(json.loads, lines):
            day = date.fromisoformat(paper["announced"])
            if day in days:
                days[day].setdefault(paper["id"], (paper["title"], paper["abstract"]))
    return {day: list(papers.values()) for day, papers in days.items()}


if __name__ == "__main__":
    sys.exit(main())
