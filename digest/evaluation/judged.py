"""Judged letters out of files, and how good the letters are that were made: which papers came to whoever follows one
topic. Knows no rows.

A folder with `corpus.jsonl` (its papers with a `date` each), `judged.jsonl` (a topic's slug, a paper, how much the
paper is about the topic, and how many such pairs it stands for) and `meta.json` (the days of the letters).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from digest.evaluation.collections import CORPUS, META, BadCollection, Place, id_in, meta_of, records, text_in
from digest.evaluation.metrics import RESAMPLES, SEED, Figures
from papers.sources import checks

JUDGED, CHOSEN = "judged.jsonl", "chosen"
ABOUT, TOUCHING = 2, 1  # grades from which a paper is about a topic, or touches it
MEASURES = ("about", "touching", "recall_about", "recall_touching", "volume", "empty", "new_pairs")
Pair = tuple[str, str]  # a topic's slug, a paper's id


@dataclass(frozen=True, slots=True)
class DatedPaper:
    name: str
    day: date
    fields: Mapping[str, Any]  # columns of a Paper


@dataclass(frozen=True, slots=True)
class Judgement:
    pair: Pair
    grade: int
    weight: float
    came: bool  # to the readers of the letters that were judged, whose volume is 1


@dataclass(frozen=True, slots=True)
class JudgedLetters:
    papers: Sequence[DatedPaper]  # in order of their days
    judgements: Sequence[Judgement]
    letters: Sequence[date]  # in order
    since: date  # the first day whose papers come into the first letter
    learned_before: date  # papers of earlier days are all that is known of words and meaning

    @property
    def topics(self) -> list[str]:
        return sorted({one.pair[0] for one in self.judgements})


def read(folder: Path) -> JudgedLetters:
    """Raises BadCollection for anything malformed."""
    papers: dict[str, DatedPaper] = {}
    for place, record in records(folder, CORPUS):
        name = id_in(place, record, "_id")
        if name in papers:
            place.bad("an _id that no line before has", name)
        papers[name] = DatedPaper(name, _day(place, "date", record.get("date")), _fields(place, record))
    judgements: dict[Pair, Judgement] = {}
    for place, record in records(folder, JUDGED):
        judgement = _judgement(place, record, papers)
        if judgements.setdefault(judgement.pair, judgement) is not judgement:
            place.bad("a pair of topic and paper that no line before has", list(judgement.pair))
    if not judgements:
        raise BadCollection(f"{JUDGED}: expected at least one line, found none")
    letters, learned_before = _meta(folder)
    since = letters[0] - ((letters[1] - letters[0]) if len(letters) > 1 else timedelta(days=1)) + timedelta(days=1)
    learned_before = learned_before or since
    if learned_before > since:
        raise BadCollection(f"{META}: expected learned_before to be {since} at the latest, found {learned_before}")
    ordered = sorted(papers.values(), key=lambda paper: paper.day)
    if not any(paper.day < learned_before for paper in ordered):
        raise BadCollection(f"{CORPUS}: expected papers of before {learned_before} to learn from, found none")
    return JudgedLetters(ordered, list(judgements.values()), letters, since, learned_before)


def _fields(place: Place, record: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": checks.clean(text_in(place, record, "title") or ""),
        "abstract": checks.clean(text_in(place, record, "text") or ""),
        "organisation": checks.clean(text_in(place, record, "organisation") or ""),
        "votes": record.get("votes") or 0,
    }
    for key in ("authors", "categories"):
        fields[key] = listed = record.get(key) or []
        if not (isinstance(listed, list) and all(isinstance(one, str) for one in listed)):
            place.bad(f'a list of texts as "{key}"', listed)
    if not isinstance(fields["votes"], int):
        place.bad('a whole number as "votes"', fields["votes"])
    return fields


def _judgement(place: Place, record: Mapping[str, Any], papers: Collection[str]) -> Judgement:
    topic, paper = id_in(place, record, "topic"), id_in(place, record, "paper")
    grade, weight = record.get("grade"), record.get("weight", record.get("w", 1))
    if paper not in papers:
        place.bad(f"the _id of a paper in {CORPUS}", paper)
    if type(grade) is not int or grade < 0:
        place.bad('a whole number from 0 as "grade"', grade)
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 < weight < float("inf"):
        place.bad('a number above 0 as "weight"', weight)
    if record.get("set", CHOSEN) not in (CHOSEN, "missed"):
        place.bad('"chosen" or "missed" as "set"', record["set"])
    return Judgement((topic, paper), grade, float(weight), record.get("set", CHOSEN) == CHOSEN)


def _meta(folder: Path) -> tuple[list[date], date | None]:
    place = Place(META, 1)
    meta = meta_of(folder, '{"letters": ["2026-07-15"]}')
    days = meta.get("letters") if isinstance(meta, dict) else None
    if not isinstance(days, list) or not days:
        place.bad('the days of the letters as "letters"', meta)
    letters = [_day(place, "letters", day) for day in days]
    if letters != sorted(set(letters)):
        place.bad('days in order as "letters", each once', days)
    before = meta.get("learned_before")
    return letters, None if before is None else _day(place, "learned_before", before)


def _day(place: Place, key: str, value: object) -> date:
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        place.bad(f'a day like 2026-07-15 as "{key}"', value)


# ------------------------------------------------------------------------------------------------------------ figures


def measured(judgements: Sequence[Judgement], brought: Collection[Pair], empty: Mapping[str, float]) -> Figures:
    """MEASURES, each with the bounds that 95% of resampled sets of topics lie within; None where nothing came.

    about, touching: of the weight of judged pairs that came, how much is of such a grade. recall: of all that is of
    such a grade, how much came. volume: what came beside what had come to the readers of the judged letters.
    empty: of the letters, how many; given as shares by topic. new_pairs: of what came, how much was not judged.
    """
    topics = {topic: row for row, topic in enumerate(sorted({one.pair[0] for one in judgements}))}
    sums = np.zeros((len(topics), 11))
    for topic, row in topics.items():
        sums[row, 7:9] = empty.get(topic, 0), 1
    for topic, _paper in brought:
        sums[topics[topic], 9:] += 1
    for one in judgements:
        came, about, touches = one.pair in brought, one.grade >= ABOUT, one.grade >= TOUCHING
        counted = [came, came and about, came and touches, about, touches, came and one.came, one.came]
        sums[topics[one.pair[0]], :7] += one.weight * np.array(counted)
        sums[topics[one.pair[0]], 9] -= came
    draws = np.random.default_rng(SEED).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    found, resampled = _shares(sums.sum(axis=0)), _shares(draws @ sums)
    figures: Figures = {}
    for name, figure, column in zip(MEASURES, found, resampled.T, strict=True):
        bounds = np.nanpercentile(column, (2.5, 97.5)) if np.isfinite(column).any() else (np.nan, np.nan)
        for ending, number in zip(("", "_low", "_high"), (figure, *bounds), strict=True):
            figures[f"{name}{ending}"] = None if np.isnan(number) else round(float(number), 6)
    return figures


def _shares(sums: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    parts, wholes = sums[..., [1, 2, 1, 2, 5, 7, 9]], sums[..., [0, 0, 3, 4, 6, 8, 10]]
    return np.divide(parts, wholes, out=np.full_like(parts, np.nan), where=wholes > 0)
