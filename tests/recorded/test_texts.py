"""The titles and abstracts of all recorded papers read as they were meant. Those that keep a remnant are printed."""

import gzip
import json
import os
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from papers.sources.arxiv import elements
from papers.sources.checks import clean
from papers.sources.huggingface.entries import listing
from papers.text.tex import to_unicode
from tests.papers.text.tex.remnants import missing_words, remnants

MOST_WITH_REMNANTS = 0.003  # of the papers


class Text(NamedTuple):
    paper: str
    source: str
    read: str


@cache
def daily_papers() -> list[Text]:
    texts = {}
    for entries in _days():
        for entry in entries:
            paper, one = entry["paper"], listing(entry, None, announced=False)
            names = " ; ".join(one.authors or ())
            said = " ; ".join(author["name"] for author in paper["authors"] if not author.get("hidden"))
            texts[paper["id"]] = Text(
                paper["id"],
                f"{paper['title']} | {paper['summary']} | {said}",
                f"{one.title} | {one.abstract} | {names}",
            )
    return list(texts.values())


def _days() -> Iterator[list[dict[str, Any]]]:
    data = Path(os.environ["REPLICA_DATA"])
    yield from (json.loads(file.read_bytes()) for file in sorted((data / "hf_daily_api").glob("*.json")))
    with tarfile.open(data / "hf_daily_api_more.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".json") and (content := archive.extractfile(member)):
                yield json.loads(content.read())


@cache
def arxiv_papers() -> list[Text]:
    texts = []
    with gzip.open(Path(os.environ["REPLICA_DATA"]) / "arxiv_recent.jsonl.gz", "rt") as lines:
        for paper in map(json.loads, lines):
            said = [paper["title"], paper["abstract"], *paper["authors"]]
            abstract = elements.abstract(clean(paper["abstract"]))
            read = [to_unicode(clean(paper["title"])), abstract or "", *map(to_unicode, paper["authors"])]
            texts.append(Text(paper["id"], " | ".join(said), " | ".join(read)))
    return texts


@pytest.mark.parametrize("papers", [daily_papers, arxiv_papers])
def test_at_most_three_papers_in_a_thousand_keep_a_remnant_of_markup(papers):
    texts = papers()

    left = {text.paper: found for text in texts if (found := remnants(text.read))}

    print(f"\n{len(left)} of {len(texts)} papers keep a remnant: {left}")
    assert len(texts) > 5_000
    assert len(left) <= MOST_WITH_REMNANTS * len(texts)


@pytest.mark.parametrize("papers", [daily_papers, arxiv_papers])
def test_reading_a_recorded_text_again_changes_nothing(papers):
    assert [text.paper for text in papers() if any(to_unicode(part) != part for part in text.read.split(" | "))] == []


@pytest.mark.parametrize("papers", [daily_papers, arxiv_papers])
def test_no_word_of_a_recorded_text_is_lost(papers):
    lost = {text.paper: found for text in papers() if (found := missing_words(text.source, text.read))}

    print(f"\n{len(lost)} papers miss a word: {lost}")
    assert len(lost) <= MOST_WITH_REMNANTS / 10 * len(papers())
