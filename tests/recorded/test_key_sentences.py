"""What letters show of an abstract, against what two readers marked in 240 recorded ones.

tests/collections/key_sentences.json has, by the paper's id, which set it is of, and each reader's marks of what was
done and of what was found: where they begin and end in the abstract, its white space collapsed. 160 were marked before
there were rules, which were tried on half of them and mended on both. The 80 kept aside were marked then, and tried
once.
"""

import json
import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from papers.text import summary
from papers.text.summary import Span
from tests.paths import ROOT

pytestmark = pytest.mark.one_database
MARKS = json.loads((ROOT / "tests" / "collections" / "key_sentences.json").read_text())
Choose = Callable[[str, str], Sequence[Span]]


@cache
def recorded() -> dict[str, tuple[str, str]]:
    """Title and abstract of the marked papers, by id."""
    return {one: texts for one, texts in _entries(Path(os.environ["REPLICA_DATA"])) if one in MARKS}


def _entries(folder: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    days = [file.read_bytes() for file in (folder / "hf_daily_api").glob("*.json")]
    with tarfile.open(folder / "hf_daily_api_more.tar.gz") as archive:
        days += [found.read() for one in archive if one.name.endswith(".json") and (found := archive.extractfile(one))]
    for day in days:
        for paper in (entry["paper"] for entry in json.loads(day)):
            yield paper["id"], (" ".join(paper["title"].split()), " ".join(paper["summary"].split()))


def agreed(readers: Sequence[Sequence[Sequence[Span]]], kind: int) -> list[Span]:
    """The marks of the first reader that the second one shares, by half of their length at least."""
    first, second = (reader[kind] for reader in readers)
    return [(a, b) for a, b in first if any(min(b, d) - max(a, c) > (b - a) / 2 for c, d in second)]


def shows(spans: Sequence[Span], marks: Sequence[Span]) -> bool:
    """Whether half of a mark is shown, or a clause of it that is shown whole."""
    overlaps = [(min(b, d) - max(a, c), b - a, d - c) for a, b in spans for c, d in marks]
    return any(both >= 0.5 * mark or (both >= 0.9 * span and both >= 60) for both, span, mark in overlaps)


def shares(which: str, choose: Choose) -> tuple[float, float, float]:
    """Of how many papers of the set what was done is shown, of how many that say it what was found; and the words."""
    did, found, words = [], [], []
    for one, marked in MARKS.items():
        if marked["set"] != which:
            continue
        title, abstract = recorded()[one]
        spans = choose(abstract, title)
        words.append(sum(len(abstract[start:end].split()) for start, end in spans))
        did.append(shows(spans, agreed(marked["readers"], 0)))
        if results := agreed(marked["readers"], 1):
            found.append(shows(spans, results))
    return sum(did) / len(did), sum(found) / len(found), sum(words) / len(words)


def lead_two(abstract: str, title: str) -> Sequence[Span]:
    return summary.sentences(abstract)[:2]


def last_two(abstract: str, title: str) -> Sequence[Span]:
    return summary.sentences(abstract)[-2:]


@pytest.mark.parametrize("which", ["tuning", "kept aside"])
def test_nine_in_ten_show_what_was_done_and_three_in_four_what_was_found(
    which: str, capsys: pytest.CaptureFixture[str]
):
    with capsys.disabled():
        for choose in (summary.key_spans, lead_two, last_two):
            did, found, words = shares(which, choose)
            print(
                f"\n{which}, {choose.__name__}: {did:.3f} show what was done, {found:.3f} found, {words:.1f} words",
                end="",
            )

    did, found, words = shares(which, summary.key_spans)
    assert did >= 0.9
    assert found >= 0.75
    assert words <= summary.MOST_WORDS
