"""Readers for whom one day's papers are judged, on sites of different ages: out of recorded days, here invented."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.make_collections import AGES, JUDGED_DAYS, WISHES, Record, Recorded, readers_by_age

pytestmark = pytest.mark.one_database

FIRST = JUDGED_DAYS[0]
WORDS, NEVER_SAID = ([f"{kind} {letter}" for letter in "abcdefghijkl"] for kind in ("usual", "new"))


def make_daily(name: str, day: date, *keywords: str) -> dict[str, Record]:
    return {name: {"id": name, "title": name, "abstract": "", "day": day, "keywords": list(keywords)}}


def make_announced(name: str, day: date) -> dict[str, Record]:
    return {name: {"id": name, "title": name, "abstract": "", "announced": day.isoformat()}}


def make_recorded(*, arxiv: dict[str, Record] | None = None, daily: dict[str, Record] | None = None) -> Recorded:
    """Three papers of the year before that carry all keywords, and one of each judged day that carries one."""
    listed: dict[str, Record] = {}
    for number, days in enumerate((300, 200, 10)):
        listed |= make_daily(f"earlier{number}", FIRST - timedelta(days=days), *WORDS)
    for number, day in enumerate(JUDGED_DAYS):
        listed |= make_daily(f"new{number}", day, WORDS[0], *NEVER_SAID)
    return Recorded(arxiv or {}, listed | (daily or {}), [])


def read(folder: Path, file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{file}.jsonl").read_text().splitlines()]


def papers(folder: Path) -> list[str]:
    return [paper["_id"] for paper in read(folder, "corpus")]


def test_a_site_has_read_the_more_the_older_it_is(tmp_path: Path):
    readers_by_age(tmp_path, make_recorded())

    new = [f"new{number}" for number in range(len(JUDGED_DAYS))]
    assert papers(tmp_path / f"readers-1-day-1-{FIRST}") == new[:1]
    assert papers(tmp_path / "readers-1-day-30") == ["earlier2", *new]
    assert papers(tmp_path / "readers-1-day-365") == ["earlier0", "earlier1", "earlier2", *new]


def test_readers_and_what_they_may_get_are_the_same_at_every_age(tmp_path: Path):
    readers_by_age(tmp_path, make_recorded())

    for many in WISHES:
        first = [one for day in JUDGED_DAYS for one in read(tmp_path / f"readers-{many}-day-1-{day}", "libraries")]
        assert first
        assert all(read(tmp_path / f"readers-{many}-day-{age}", "libraries") == first for age in AGES[1:])


def test_a_reader_wishes_what_earlier_papers_said_and_nothing_else(tmp_path: Path):
    readers_by_age(tmp_path, make_recorded())

    readers = read(tmp_path / "readers-10-day-30", "libraries")
    assert readers
    assert all(len(set(reader["text"])) == 10 and set(reader["text"]) <= set(WORDS) for reader in readers)


def test_only_readers_for_whom_something_new_is_relevant_are_asked(tmp_path: Path):
    readers_by_age(tmp_path, make_recorded())

    readers = read(tmp_path / f"readers-1-day-1-{FIRST}", "libraries")
    assert [(one["text"], one["relevant"]) for one in readers] == [([WORDS[0]], ["new0"])]


def test_a_paper_is_new_when_the_first_of_both_sources_had_it(tmp_path: Path):
    yesterday = FIRST - timedelta(days=1)
    arxiv = {}
    for name, day in {"announced": yesterday, "listed": FIRST, "both": FIRST, "alone": FIRST}.items():
        arxiv |= make_announced(name, day)
    daily = {}
    for name, day in {"announced": FIRST, "listed": yesterday, "both": JUDGED_DAYS[1]}.items():
        daily |= make_daily(name, day, WORDS[0])

    readers_by_age(tmp_path, make_recorded(arxiv=arxiv, daily=daily))

    (reader,) = read(tmp_path / f"readers-1-day-1-{FIRST}", "libraries")
    assert reader["candidates"] == ["alone", "both", "new0"]
    assert reader["relevant"] == ["both", "new0"]
