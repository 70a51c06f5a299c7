"""Which papers a search looks at, and what it reads of them: from the full-text index over Paper.terms those that have
its words, and from all vectors, which are held in memory, those nearest to its meaning."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from papers.models import Vector
from papers.search.encoders import Text
from papers.search.understanding import Understanding
from papers.text import tokenizing
from papers.text.lexical import Lexicon
from papers.text.sparse import Floats, Ints
from papers.text.tokenizing import TokenizedTexts

BY_WORDS = 1_000  # candidates that have all words, and as many that have the rarest, at most,
BY_MEANING = 300  # and that are nearest to the meaning
COMMON = 0.13  # of the papers; beyond, the latest that have a word are sooner read than looked up
READ_AT_ONCE = 2_000  # vectors
Wanted = Sequence[Sequence[str]]  # all terms of any of these


@dataclass(frozen=True)
class Stored:
    """Papers as they are ranked: their keys, words and vectors, in the same order."""

    keys: Ints
    texts: TokenizedTexts
    vectors: Floats  # papers x dimensions; zeros for a paper that has none yet

    @property
    def own_lexicon(self) -> Lexicon:
        """Of these papers alone: until a site has learned its first one."""
        return Lexicon(
            max(self.texts.count, 1), max(float(self.texts.lengths.mean()), 1.0), self.texts.keys[:0], self.keys[:0]
        )


def worth_ranking(asked: Text, meant: Floats | None, known: Understanding | None, most: int) -> Stored:
    """The papers among which the best are; the same ones on both databases."""
    directions = _directions(known)
    papers: set[int] = set()
    for wanted, share in _wanted(asked.terms, known, len(directions.papers), max(BY_WORDS, most)):
        papers.update(having(wanted, max(BY_WORDS, most), share))
    if meant is not None and meant.any():
        papers.update(directions.nearest(meant, max(BY_MEANING, most)))
    return _stored({key: said for key, said in _terms_of(sorted(papers)).items() if said}, directions)


def all_of(papers: Sequence[int], known: Understanding | None) -> Stored:
    """These papers, as far as they are there; one that is still to be understood has no words."""
    return _stored(_terms_of(papers), _directions(known))


def forget() -> None:
    """Drop what is kept in memory, as when another database takes the place of this one."""
    _taken_apart.cache_clear()
    _all_directions.cache_clear()


def _stored(terms: Mapping[int, str], directions: Directions) -> Stored:
    keys = np.array(sorted(terms), np.int64)
    return Stored(keys, _taken_apart(tuple(terms[key] for key in keys.tolist())), directions.of(keys))


@lru_cache(maxsize=1)
def _taken_apart(terms: tuple[str, ...]) -> TokenizedTexts:
    # The next page of a search, and all queries of an evaluation, are about the same texts as the one before.
    return TokenizedTexts(terms)


# ----------------------------------------------------------------------------------------------------------- the words


def _wanted(terms: str, known: Understanding | None, papers: int, most: int) -> list[tuple[Wanted, float]]:
    """What to ask the index for: papers with all the words, then those with one of the rarest words, as many of these
    as keep the papers few. Beside each, what share of the papers that may be."""
    words = sorted(set(terms.split(" ")) - {"", tokenizing.BREAK})
    if not words:
        return []
    shares = _shares(words, known)
    all_of_them = ([words], float(shares.prod()))
    if len(words) == 1:
        return [all_of_them]
    # The lexicon was learned of the latest papers only.
    counts = shares * max(papers, known.lexicon.texts if known else 0)
    rarest = np.argsort(counts, kind="stable")
    some = rarest[: max(1, int(np.searchsorted(np.cumsum(counts[rarest]), most, side="right")))]
    return [all_of_them, ([[words[place]] for place in some], float(shares[some].max()))]


def _shares(words: Sequence[str], known: Understanding | None) -> NDArray[np.float64]:
    """Of the papers that have each word, as far as that is known."""
    if not known:
        return np.zeros(len(words))
    return known.lexicon.document_frequency(tokenizing.keys_of(" ".join(words).encode())) / known.lexicon.texts


def having(wanted: Wanted, most: int, share: float = 0.0) -> list[int]:
    """The latest papers that have all terms of any of these; sooner if told what share of all papers that may be."""
    if connection.vendor != "postgresql":
        sql = "SELECT rowid FROM papers_terms WHERE papers_terms MATCH %s ORDER BY rowid DESC LIMIT %s"
        # No term has a quotation mark in it.
        return [key for (key,) in _rows(sql, [_asked(wanted, '"{}"'.format, " AND ", " OR "), most])]
    if share > COMMON:
        return _read_through(wanted, most)
    # Found first and put in order then: else PostgreSQL walks through all papers by their keys.
    sql = (
        "WITH found AS MATERIALIZED (SELECT id FROM papers_paper"
        " WHERE array_to_tsvector(string_to_array(terms, ' ')) @@ %s::tsquery)"
        " SELECT id FROM found ORDER BY id DESC LIMIT %s"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # It thinks that taking every text apart is cheap, and would do that for a word that many papers have.
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = _rows(sql, [_asked(wanted, _lexeme, " & ", " | "), most])
        cursor.execute("SET LOCAL enable_seqscan = on")
    return [key for (key,) in found]


def _read_through(wanted: Wanted, most: int) -> list[int]:
    """PostgreSQL looks up every paper that the index names before it knows the latest; if most are named, reading the
    latest themselves is quicker."""
    has_all = ["(" + " AND ".join(["strpos(' ' || terms || ' ', %s) > 0"] * len(terms)) + ")" for terms in wanted]
    sql = f"SELECT id FROM papers_paper WHERE {' OR '.join(has_all)} ORDER BY id DESC LIMIT %s"  # noqa: S608  # No text of others.
    return [key for (key,) in _rows(sql, [*(f" {term} " for terms in wanted for term in terms), most])]


def _asked(wanted: Wanted, quoted: Callable[[str], str], all_of: str, any_of: str) -> str:
    return any_of.join(f"({all_of.join(map(quoted, terms))})" for terms in wanted)


def _lexeme(term: str) -> str:
    quoted = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"


def _terms_of(papers: Sequence[int]) -> dict[int, str]:
    if connection.vendor == "postgresql":
        written = f"{{{','.join(map(str, papers))}}}"  # Psycopg takes longer to write a list than papers to be found.
        return dict(_rows("SELECT id, terms FROM papers_paper WHERE id = ANY(%s::bigint[])", [written]))
    # One parameter, as SQLite takes only so many.
    sql = "SELECT id, terms FROM papers_paper WHERE id IN (SELECT value FROM json_each(%s))"
    return dict(_rows(sql, [json.dumps(list(papers))]))


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


# --------------------------------------------------------------------------------------------------------- the meaning


@dataclass(frozen=True)
class Directions:
    """All vectors of a fit: row i is the paper papers[i]."""

    papers: Ints
    rows: Floats
    by_paper: Ints  # the rows in the order of the papers' keys

    @classmethod
    def empty(cls, dimensions: int = 0) -> Directions:
        return cls.made(np.empty(0, np.int64), np.empty((0, dimensions), np.float32))

    @classmethod
    def made(cls, papers: Ints, rows: Floats) -> Directions:
        return cls(papers, rows, np.argsort(papers))

    def nearest(self, meant: Floats, most: int) -> list[int]:
        if not len(self.papers):
            return []
        scores = self.rows @ meant
        best = np.argpartition(-scores, most)[:most] if most < len(scores) else np.arange(len(scores))
        return [int(paper) for paper in self.papers[best]]

    def of(self, papers: Ints) -> Floats:
        """Papers x dimensions, zeros for one that has no vector yet."""
        found = np.zeros((len(papers), self.rows.shape[1]), np.float32)
        if len(self.papers):
            places = np.searchsorted(self.papers, papers, sorter=self.by_paper).clip(max=len(self.papers) - 1)
            rows = self.by_paper[places]
            there = self.papers[rows] == papers
            found[there] = self.rows[rows[there]]
        return found


class Kept:
    """The vectors of a fit, held in memory; those that came since are added before each search."""

    def __init__(self, fit: int) -> None:
        self._fit, self._last, self._adding = fit, 0, Lock()
        self._directions = Directions.empty()

    def all(self) -> Directions:
        with self._adding:
            new = Vector.objects.filter(fit=self._fit, pk__gt=self._last).order_by("pk")
            rows = new.values_list("pk", "paper", "data").iterator(chunk_size=READ_AT_ONCE)
            if parts := list(_read(rows)):
                self._last = parts[-1][0]
                self._add(np.concatenate([papers for _, papers, _ in parts]), [data for *_, data in parts])
            return self._directions

    def _add(self, papers: Ints, parts: Sequence[NDArray[Any]]) -> None:
        before = self._directions
        stay = ~np.isin(before.papers, papers)  # A paper that says something else now has another vector.
        kept = [before.rows if stay.all() else before.rows[stay]] if stay.any() else []
        rows = np.concatenate([*kept, *parts], dtype=np.float32)
        self._directions = Directions.made(np.append(before.papers[stay], papers), rows)


def _read(rows: Iterator[tuple[int, int, Any]]) -> Iterator[tuple[int, Ints, NDArray[Any]]]:
    """Some vectors at a time: the last one's key, their papers, and what they are, as float16 still."""
    while some := list(islice(rows, READ_AT_ONCE)):
        data = np.frombuffer(b"".join(bytes(data) for *_, data in some), np.float16)
        yield some[-1][0], np.array([paper for _, paper, _ in some], np.int64), data.reshape(len(some), -1)


def _directions(known: Understanding | None) -> Directions:
    return _all_directions(known.fit).all() if known and known.encoder else Directions.empty()


@lru_cache(maxsize=1)
def _all_directions(fit: int) -> Kept:
    return Kept(fit)
