"""What speaks for each paper of a pool by each of some interests, all of them at once. Knows no rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digest.matching.profiles import CandidatePool, Query, categories_of
from papers.models import ABOUT
from papers.search import ranking
from papers.text import lexical, tokenizing
from papers.text.sparse import Floats, Ints, SparseMatrix
from papers.text.tokenizing import counted

# The least that scores are taken to deviate by, as what hardly any paper has must not weigh without bound:
SAID, ALIKE, MEANT, FUSED = 0.05, 0.002, 0.05, 1.0  # words said, words in common with an example, meaning, a sum
KEPT = 36_000_000  # interests x papers of which the evidence is kept, an example counts twice: 150 MB
BLOCK = 128  # queries whose words are compared at a time: what was just written is still in the processor's cache


class Hits:
    """Which queries' very words which papers say, or are by, or in: few of all pairs, so those alone are kept."""

    def __init__(self, queries: int, total: int, cells: Ints, loudness: Floats) -> None:
        """`cells`: row of the query x `total` + place of the paper, in order; `loudness`: beside each, how much it
        says: 1, its words in common, and 1 for a follow."""
        self.total, self.places = total, cells % max(total, 1)
        self.borders: list[int] = np.searchsorted(cells, np.arange(queries + 1) * total).tolist()
        # A last cell that is nobody's, so that whatever is looked for, there is one to look at.
        self.cells, self.loudness = np.append(cells, -1), np.append(loudness, np.float32(0))

    def of(self, row: int) -> Ints:
        """The places of the papers that a query hits."""
        return self.places[self.borders[row] : self.borders[row + 1]]

    def loudness_of(self, row: int) -> Floats:
        return self.loudness[self.borders[row] : self.borders[row + 1]]

    def at(self, rows: Ints, places: Sequence[int] | int) -> Floats:
        """How loudly each of these queries is said by each of these papers; 0: not at all."""
        wanted = rows * self.total + places
        found = np.searchsorted(self.cells[:-1], wanted)
        return np.where(self.cells[found] == wanted, self.loudness[found], np.float32(0))


@dataclass(frozen=True)
class Evidence:
    """What is found. Rows are queries; columns are a pool's candidates and, after them, its reference sample."""

    places: Mapping[Query, int]  # a query's row
    hits: Hits
    towards: Floats  # queries x dimensions: what each means; zeros for a name or a category
    alike: Mapping[int, Floats]  # by an example's row: words in common, 0 to 1
    scores: Floats  # words and meaning together, in deviations

    def rows(self, queries: Iterable[Query]) -> list[int]:
        return [self.places[query] for query in queries]

    def is_hit(self, query: Query, place: int) -> bool:
        return place in self.hits.of(self.places[query])


def evidence(queries: Iterable[Query], pool: CandidatePool) -> Evidence:
    """Each different query is looked at once, however many readers share it."""
    unique = list(dict.fromkeys(queries))
    towards = directions(unique, pool)
    # One product for all, as papers are made ready for it anew each time; the rest is done to it in place, in blocks.
    scores = towards @ pool.vectors.T
    alike: dict[int, Floats] = {}
    cells, told = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    for begin in range(0, len(unique) if pool.total else 0, BLOCK):
        block = unique[begin : begin + BLOCK]
        phrases = phrases_of(block)
        said = words_in_common(block, phrases, pool)
        found, follows = _hits(block, phrases, pool), np.array([query.is_followed for query in block])
        cells.append(found + begin * pool.total)
        told.append(1 + said.reshape(-1)[found] + follows[found // pool.total])
        alike |= {begin + row: said[row].copy() for row, query in enumerate(block) if query.is_example}
        _fuse(block, scores[begin : begin + BLOCK], said, pool)
    hits = Hits(len(unique), pool.total, np.concatenate(cells), np.concatenate(told))
    return Evidence({query: row for row, query in enumerate(unique)}, hits, towards, alike, scores)


class Findings:
    """A pool, and the evidence in it for whatever was asked so far, so that nobody looks for the same again.

    Of KEPT cells at most; then it is begun anew."""

    def __init__(self, pool: CandidatePool) -> None:
        self.pool = pool
        self._rows: dict[Query, tuple[Evidence, int]] = {}
        self._cells = 0

    def of(self, queries: Iterable[Query], columns: Ints) -> Evidence:
        """For these queries and these columns of the pool, which are in order."""
        unique = list(dict.fromkeys(queries))
        self._look_at(unique)
        rows = [self._rows[query] for query in unique]
        scores = np.empty((len(rows), len(columns)), np.float32)
        for (found, row), into in zip(rows, scores, strict=True):
            found.scores[row].take(columns, out=into, mode="clip")  # "raise" would write it elsewhere first.
        towards = np.empty((len(rows), self.pool.vectors.shape[1]), np.float32)
        for (found, row), into in zip(rows, towards, strict=True):
            into[:] = found.towards[row]
        alike = {number: found.alike[row][columns] for number, (found, row) in enumerate(rows) if row in found.alike}
        hits = _hits_in(columns, rows, self.pool.total)
        return Evidence({query: row for row, query in enumerate(unique)}, hits, towards, alike, scores)

    def _look_at(self, queries: Sequence[Query]) -> None:
        new = [query for query in queries if query not in self._rows]
        if self._cells and self._cells + self._cells_of(new) > KEPT:
            self._rows, self._cells, new = {}, 0, list(queries)
        if new:
            found = evidence(new, self.pool)
            self._rows |= {query: (found, row) for query, row in found.places.items()}
            self._cells += self._cells_of(new)

    def _cells_of(self, queries: Sequence[Query]) -> int:
        return sum(2 if query.is_example else 1 for query in queries) * self.pool.total


def _hits_in(columns: Ints, rows: Sequence[tuple[Evidence, int]], total: int) -> Hits:
    """The hits of these rows, by what number a paper has among the columns."""
    number = np.full(total, -1)
    number[columns] = np.arange(len(columns))
    places = [found.hits.of(row) for found, row in rows]
    loudness = [found.hits.loudness_of(row) for found, row in rows]
    numbers = number[np.concatenate([np.empty(0, np.int64), *places])]
    of = np.repeat(np.arange(len(rows)), [len(some) for some in places])
    here = numbers >= 0
    cells = of[here] * len(columns) + numbers[here]
    return Hits(len(rows), len(columns), cells, np.concatenate([np.empty(0, np.float32), *loudness])[here])


def _fuse(queries: Sequence[Query], meant: Floats, said: Floats, pool: CandidatePool) -> None:
    """Words and meaning, each in deviations, added up, in deviations again: in the place of the meaning. What that
    takes is found from the papers compared with alone, so that there are few passes over all."""
    least = np.array([ALIKE if query.kind == "paper" else SAID for query in queries], np.float32)[:, None]
    trusted = np.array([_weight(query, pool) for query in queries], np.float32)[:, None]
    per_meaning = trusted / np.maximum(pool.spread(meant), MEANT)
    per_word = 1 / np.maximum(pool.spread(said), least)
    usual = meant[:, pool.compared] * per_meaning + said[:, pool.compared] * per_word
    spread = np.maximum(usual.std(axis=1, keepdims=True), FUSED)
    meant *= per_meaning / spread
    said *= per_word / spread
    meant += said
    meant -= usual.mean(axis=1, keepdims=True) / spread


def _weight(query: Query, pool: CandidatePool) -> float:
    """Of meaning beside words, as in searching."""
    return ranking.fusion(query.text if query.kind != "paper" else None, pool.known).similarity


def directions(queries: Sequence[Query], pool: CandidatePool) -> Floats:
    """Queries x the dimensions of the pool's vectors; zeros for a name or a category, which mean nothing."""
    if pool.known is None or not pool.vectors.shape[1]:
        return np.zeros((len(queries), pool.vectors.shape[1]), np.float32)
    return pool.known.vectors([query.text for query in queries])


# --------------------------------------------------------------------------------------------------------------- words


def phrases_of(queries: Sequence[Query]) -> SparseMatrix:
    """The terms of those queries that are phrases: words, and pairs of neighbours."""
    return counted([query.text.terms if query.kind == "phrase" else "" for query in queries])


def words_in_common(queries: Sequence[Query], phrases: SparseMatrix, pool: CandidatePool) -> Floats:
    """Queries x (candidates and reference), 0 to 1: of a topic its score, of a name 1, of words how much of them."""
    said = pool.index.bm25.dot(_shares(phrases, pool))
    examples = [row for row, query in enumerate(queries) if query.is_example]
    if examples:
        terms = [tokenizing.without_authors(queries[row].text.terms) for row in examples]
        said[examples] = pool.index.cosine(pool.lexicon.tfidf(counted(terms)))
    for row, places, shares in _named(queries, pool):
        said[row, places] = shares
    return said


def _shares(phrases: SparseMatrix, pool: CandidatePool) -> SparseMatrix:
    """What each term of a phrase adds, of all that a paper could say of the phrase."""
    told = pool.lexicon.idf(phrases.keys) * (lexical.K1 + 1)
    attainable = np.bincount(phrases.rows, told, minlength=phrases.count)
    return phrases.times((1 / np.maximum(attainable, 1e-6)[phrases.rows]).astype(np.float32))


def _hits(queries: Sequence[Query], phrases: SparseMatrix, pool: CandidatePool) -> Ints:
    """As cells of Hits. A phrase is hit where all of its words and all of its pairs of neighbours stand."""
    rows, places = pool.index.bm25.with_all(phrases)
    cells = [rows * pool.total + places]
    for row, here, shares in _named(queries, pool):
        cells.append(row * pool.total + here[shares >= ABOUT])
    return np.sort(np.concatenate(cells))


def _named(queries: Sequence[Query], pool: CandidatePool) -> Iterator[tuple[int, Ints, Floats]]:
    """Of those queries that are names the row, the places of the papers of that name, and how much each of them is."""
    for row, query in enumerate(queries):
        if query.is_name:
            places, shares = (
                pool.by_topic.get(query.topic, ([], [])) if query.kind == "topic" else _of_name(query, pool)
            )
            yield row, np.array(places, np.int64), np.array(shares, np.float32)


def _of_name(query: Query, pool: CandidatePool) -> tuple[list[int], list[float]]:
    """The papers in a category, by an author, from an organisation: they are or are not."""
    found = pool.by_name.get((query.kind, _folded(query)), [])
    here = [place for place in found if not query.guard or set(query.guard) & categories_of(pool.rows[place])]
    return here, [1.0] * len(here)


def _folded(query: Query) -> str:
    if query.kind == "author" and ":" not in query.value:
        return tokenizing.author_term(query.value)
    return query.value if query.kind == "category" else query.value.casefold()
