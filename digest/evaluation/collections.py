"""Test collections out of files: papers, what was asked for, and which of the papers answer it. Knows no rows.

One is a folder with `corpus.jsonl` and either queries (the layout of BEIR: `queries.jsonl`, `qrels/test.tsv`, and if
wanted `pools.jsonl` and `meta.json`) or readers (`libraries.jsonl`). Judged letters are
read by digest/evaluation/judged.py.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from papers.sources import checks

CORPUS, QUERIES, GRADES, POOLS, META = "corpus.jsonl", "queries.jsonl", "qrels/test.tsv", "pools.jsonl", "meta.json"
LIBRARIES = "libraries.jsonl"

PaperNumbers = tuple[int, ...]


class BadCollection(Exception):
    """One sentence: file and line, what was expected there, what was found."""


class Place(NamedTuple):
    file: str
    line: int

    def bad(self, expected: str, found: object) -> NoReturn:
        raise BadCollection(f"{self.file}, line {self.line}: expected {expected}, found {checks.found(found)}")


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody looks for: a query, or a reader. Papers are numbers, counted from 0 as the corpus lists them."""

    name: str
    texts: tuple[str, ...]  # in words: a query's own, a reader's interests
    known: PaperNumbers  # by papers: the query's own one, a reader's library; never ranked, and never counted
    grades: Mapping[int, int]  # how relevant papers are, from 1; one that is not in the corpus has a negative number
    pool: PaperNumbers | None  # only these are ranked; None: all that are not known


@dataclass(frozen=True, slots=True)
class TestCollection:
    papers: Sequence[str]  # their ids
    needs: Sequence[Need]
    of_readers: bool
    relevant_from: int  # the grade from which a paper counts where grades do not

    @property
    def judged_missing(self) -> int:
        """How many judged papers the corpus lacks: nobody can find them, and they count as not found."""
        return len({paper for need in self.needs for paper in need.grades if paper < 0})


def read(folder: Path) -> TestCollection:
    """The whole collection but its papers' texts. Raises BadCollection for anything malformed."""
    kinds = [name for name in (QUERIES, LIBRARIES) if (folder / name).is_file()]
    if len(kinds) != 1 or not (folder / CORPUS).is_file():
        here = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else "no folder"
        raise BadCollection(
            f"{folder}: expected {CORPUS} and either {QUERIES} or {LIBRARIES}, found {checks.found(here)}"
        )
    names = Names(folder)
    needs = _readers(folder, names) if kinds == [LIBRARIES] else _queries(folder, names)
    return TestCollection(list(names.numbers), needs, kinds == [LIBRARIES], _relevant_from(folder))


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Each paper's title and text, as the corpus lists them, without what no database takes."""
    for place, record in records(folder, CORPUS):
        yield checks.clean(text_in(place, record, "title") or ""), checks.clean(text_in(place, record, "text") or "")


class Names:
    """The corpus's papers by id. What is judged and not in it is counted from -1 down."""

    def __init__(self, folder: Path) -> None:
        self.numbers: dict[str, int] = {}
        self._missing: dict[str, int] = {}
        self._pools: dict[
            PaperNumbers, PaperNumbers
        ] = {}  # Readers mostly share theirs: one is kept, however many have it.
        for place, record in records(folder, CORPUS):
            name = id_in(place, record, "_id")
            if self.numbers.setdefault(name, len(self.numbers)) != len(self.numbers) - 1:
                place.bad("an _id that no line before has", name)
            text_in(place, record, "title"), text_in(place, record, "text")  # looked at before any work is done
        if not self.numbers:
            raise BadCollection(f"{CORPUS}: expected at least one paper, found none")

    def paper(self, place: Place, name: str) -> int:
        if (number := self.numbers.get(name)) is None:
            place.bad(f"the _id of a paper in {CORPUS}", name)
        return number

    def papers(self, place: Place, record: Mapping[str, Any], key: str) -> PaperNumbers:
        """Each of them once."""
        names = _ids(place, record, key)
        found = tuple(dict.fromkeys(self.paper(place, name) for name in names))
        return self._pools.setdefault(found, found)

    def judged(self, name: str) -> int:
        number = self.numbers.get(name)
        return self._missing.setdefault(name, -1 - len(self._missing)) if number is None else number


# ------------------------------------------------------------------------------------------------- queries and readers


def _queries(folder: Path, names: Names) -> list[Need]:
    asked: dict[str, tuple[tuple[str, ...], PaperNumbers]] = {}
    for place, record in records(folder, QUERIES):
        name, text = id_in(place, record, "_id"), text_in(place, record, "text")
        if name in asked:
            place.bad("an _id that no line before has", name)
        example = names.paper(place, id_in(place, record, "paper")) if record.get("paper") is not None else None
        if text is None and example is None:
            place.bad('a "text", or the "paper" that is the example', record)
        asked[name] = (text,) if text else (), () if example is None else (example,)
    grades, pools = _grades(folder, names, asked), _pools(folder, names, asked)
    return [_need(name, texts, known, grades[name], pools.get(name)) for name, (texts, known) in asked.items()]


def _readers(folder: Path, names: Names) -> list[Need]:
    found: dict[str, Need] = {}
    for place, record in records(folder, LIBRARIES):
        name = id_in(place, record, "reader")
        if name in found:
            place.bad("a reader that no line before has", name)
        relevant = {names.judged(paper): 1 for paper in _ids(place, record, "relevant")}
        pool = None if record.get("candidates") is None else names.papers(place, record, "candidates")
        known = names.papers(place, record, "known")
        said = record.get("text")  # one interest, or a list of them, each scored by itself
        listed = said if isinstance(said, list) else [said]
        if not all(isinstance(one, str | None) for one in listed):
            place.bad('a text or a list of texts as "text"', said)
        found[name] = _need(name, tuple(one for one in listed if one), known, relevant, pool)
    return list(found.values())


def _need(
    name: str, texts: tuple[str, ...], known: PaperNumbers, grades: Mapping[int, int], pool: PaperNumbers | None
) -> Need:
    hidden = set(known)
    if pool is not None and not hidden.isdisjoint(pool):
        pool = tuple(paper for paper in pool if paper not in hidden)
    counted = {paper: grade for paper, grade in grades.items() if grade > 0 and paper not in hidden}
    return Need(name, texts, known, counted, pool)


def _grades(folder: Path, names: Names, asked: Mapping[str, object]) -> Mapping[str, dict[int, int]]:
    """How relevant papers are, by query. A first line that is no judgement is a header."""
    found: dict[str, dict[int, int]] = {name: {} for name in asked}
    for place, line in _lines(folder, GRADES):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 3:
            place.bad("query, paper and grade with tabs between", line)
        query, paper = cells[0], names.judged(cells[1])
        try:
            grade = int(float(cells[2])) if float(cells[2]).is_integer() else None
        except (ValueError, OverflowError):
            grade = None
        if query not in asked:
            if place.line == 1 and grade is None:
                continue
            place.bad(f"the _id of a query in {QUERIES}", query)
        if grade is None:
            place.bad("a whole number as grade", cells[2])
        if found[query].setdefault(paper, grade) != grade:
            place.bad(f"the grade that a line before gave, {found[query][paper]}", grade)
    return found


def _pools(folder: Path, names: Names, asked: Mapping[str, object]) -> Mapping[str, PaperNumbers]:
    found: dict[str, PaperNumbers] = {}
    for place, record in records(folder, POOLS) if (folder / POOLS).exists() else ():
        name = id_in(place, record, "query")
        if name not in asked or name in found:
            place.bad(f"a query in {QUERIES} that no line before has", name)
        found[name] = names.papers(place, record, "candidates")
    return found


def _relevant_from(folder: Path) -> int:
    if not (folder / META).exists():
        return 1
    meta = meta_of(folder, '{"relevant_from": 1}')
    grade = meta.get("relevant_from", 1) if isinstance(meta, dict) else meta
    if not isinstance(grade, int) or isinstance(grade, bool) or grade < 1:
        raise BadCollection(f'{META}: expected an object like {{"relevant_from": 1}}, found {checks.found(meta)}')
    return grade


# --------------------------------------------------------------------------------------------------- lines and values


def meta_of(folder: Path, example: str) -> Any:
    """What stands in `meta.json`, whatever it is; expected is an object like the example."""
    try:
        return json.loads((folder / META).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadCollection(f"{META}: expected an object like {example}, found: {_said(error)}") from error


def _lines(folder: Path, name: str) -> Iterator[tuple[Place, str]]:
    """Those with something in them. They end with a line feed alone: a text may hold any other kind of break."""
    try:
        with (folder / name).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                place = Place(name, number)
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    place.bad("UTF-8", error.object[error.start : error.start + 10])
                if text.strip():
                    yield place, text
    except OSError as error:
        raise BadCollection(f"{name}: expected a file that can be read, found: {_said(error)}") from error


def records(folder: Path, name: str) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for place, line in _lines(folder, name):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            place.bad("an object in JSON", line)
        if not isinstance(record, dict):
            place.bad("an object in JSON", line)
        yield place, record


def _said(error: Exception) -> str:
    return " ".join(str(error).split())


def id_in(place: Place, record: Mapping[str, Any], key: str) -> str:
    if key not in record:
        place.bad(f'a text or a number as "{key}"', record)
    return _as_id(place, key, record[key])


def _as_id(place: Place, key: str, value: object) -> str:
    """Texts and numbers alike: qrels are text, whatever an id is elsewhere."""
    if not isinstance(value, str | int | float) or isinstance(value, bool) or value == "":
        place.bad(f'a text or a number as "{key}"', value)
    return str(value)


def _ids(place: Place, record: Mapping[str, Any], key: str) -> list[str]:
    listed = record.get(key)
    if not isinstance(listed, list):
        place.bad(f'a list of ids as "{key}"', listed)
    return [value if type(value) is str and value else _as_id(place, key, value) for value in listed]


def text_in(place: Place, record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    if not isinstance(value, str | None):
        place.bad(f'a text as "{key}"', value)
    return value
