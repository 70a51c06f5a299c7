"""How much of the recorded papers each curated topic finds: REPLICA_DATA=<folder> python -m tests.recorded.topics"""

import gzip
import importlib
import json
import os
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from papers.text.phrases import Phrases

_curated = importlib.import_module("papers.migrations.0006_phrases").curated
TOPICS = [  # as they are after all migrations
    {**topic, "phrases": _curated(topic["slug"], topic["phrases"])}
    for topic in importlib.import_module("papers.migrations.0002_topics").TOPICS
]
LARGEST_SHARE = 0.25  # a topic that finds more than this tells a reader nothing

Texts = dict[str, tuple[str, str]]  # title and abstract by arXiv id


@dataclass(frozen=True)
class Found:
    """What one topic finds, as shares of all papers, of the Daily Papers, and of the days that leave it empty."""

    slug: str
    papers: float
    daily: float
    empty_days: float

    @property
    def fits(self) -> bool:
        return 0 < self.papers <= LARGEST_SHARE and self.daily <= LARGEST_SHARE


def main() -> int:
    data = folder()
    days, texts = _recorded(data)
    found = sorted(_found(days, texts), key=lambda topic: -topic.papers)
    for topic in found:
        print(
            f"{topic.papers:7.2%} of papers  {topic.daily:7.2%} of daily  {topic.empty_days:4.0%} empty  {topic.slug}"
        )
    unfit = [topic.slug for topic in found if not topic.fits]
    print(f"{len(found)} topics, {len(texts)} papers, {len(days)} weekdays; unfit: {', '.join(unfit) or 'none'}")
    return 1 if unfit else 0


def folder() -> Path:
    if not os.environ.get("REPLICA_DATA"):
        sys.exit("REPLICA_DATA must name the folder that holds the recorded papers, such as ../replica/data.")
    return Path(os.environ["REPLICA_DATA"])


def _recorded(data: Path) -> tuple[dict[str, set[str]], Texts]:
    """The ids listed on each day, and every recorded paper."""
    texts: Texts = dict(_arxiv(data / "arxiv_recent.jsonl.gz"))
    days: dict[str, set[str]] = {}
    for name, entries in day_files(data):
        papers = [entry["paper"] for entry in json.loads(entries)]
        texts |= {paper["id"]: (paper["title"], paper["summary"]) for paper in papers}
        days[Path(name).stem] = {paper["id"] for paper in papers}
    return days, texts


def _arxiv(path: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for paper in map(json.loads, lines):
            yield paper["id"], (paper["title"], paper["abstract"])


def day_files(data: Path) -> Iterator[tuple[str, bytes]]:
    for path in (data / "hf_daily_api").glob("*.json"):
        yield path.name, path.read_bytes()
    with tarfile.open(data / "hf_daily_api_more.tar.gz") as archive:
        for member in archive:
            if content := archive.extractfile(member):
                yield member.name, content.read()


def _found(days: dict[str, set[str]], texts: Texts) -> Iterator[Found]:
    daily = set().union(*days.values())
    for topic, ids in zip(TOPICS, _matched(texts), strict=True):
        empty = sum(ids.isdisjoint(listed) for listed in days.values())
        yield Found(topic["slug"], len(ids) / len(texts), len(ids & daily) / len(daily), empty / len(days))


def _matched(texts: Texts) -> list[set[str]]:
    matcher = Phrases((number, phrase) for number, topic in enumerate(TOPICS) for phrase in topic["phrases"])
    matched: list[set[str]] = [set() for _ in TOPICS]
    for arxiv_id, (title, abstract) in texts.items():
        for hit in matcher.hits(title, abstract):
            matched[hit.topic].add(arxiv_id)
    return matched


if __name__ == "__main__":
    sys.exit(main())
