"""What speaks for each paper of a pool by each of some queries, all of them at once. Knows no rows.

A paper that says a query's words scores by how loudly it does, weighted, plus how near it is in meaning. One that does
not scores by nearness alone, and less: for phrases and examples a lexical score (BM25, or cosine similarity of TF-IDF
weights) and a semantic one (cosine similarity of vectors) fused, for topics the similarity to the papers that say one.
All of it is in standard deviations over a fixed reference sample, so that scores of different days and interests can
be compared, with one bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digest.matching.kinds import KINDS
from digest.matching.kinds.base import Technique
from digest.matching.profiles import CandidatePool, Query, loudness_of_terms
from papers.search import ranking
from papers.search.encoders import LOUDNESS_WEIGHT, UNSAID
from papers.text.lexical import K1
from papers.text.loudness import ONCE
from papers.text.sparse import Floats, Ints
from papers.text.tokenizing import counted, without_authors

# The least standard deviation that scores are taken to have: what hardly any paper has must not weigh without bound.
LEAST_LEXICAL_SPREAD = 0.05  # Of lexical scores,
LEAST_SIMILARITY_SPREAD = 0.002  # of those that are similarities to an example,
LEAST_SEMANTIC_SPREAD = 0.05  # of semantic similarities,
LEAST_FUSED_SPREAD = 1.0  # and of sums of standardised scores
MOST_NEAR = 5.0  # deviations of nearness that count beside words that are said,
MOST_LOUD = 4.0  # and of loudness: of papers that are about it by their words the nearest come first
NEARNESS_UNKNOWN, OF_TYPED_WORDS = 0.25, 1.35  # what is taken for it while no vector, or too few papers, tell it
SURE = 3.0  # the score from which a paper comes whatever step of the bar a reader chose
IN_CATEGORY = 2.0  # the score of a name that is no follow: a weak reason, below any other that is one by itself
CELLS_KEPT = 36_000_000  # queries x papers of which the evidence is kept, an example counts twice: 150 MB
QUERIES_A_BLOCK = 128  # whose words are compared at a time: what was just written is still in the processor's cache


def is_example(query: Query) -> bool:
    """Whether it is a paper whose words are known."""
    return KINDS[query.kind].technique is Technique.EXAMPLE and bool(query.text.terms)


def example_weight(pool: CandidatePool) -> float:
    """Of a semantic score beside a lexical one, for papers as examples."""
    return ranking.fusion(None, pool.known).similarity


class Hits:
    """Which papers say which queries' very words, or bear their names. Few of all pairs do: those alone are kept."""

    def __init__(self, queries: int, total: int, cells: Ints) -> None:
        """`cells`: row of the query x `total` + place of the paper, in order."""
        self.places = cells % max(total, 1)
        self.borders: list[int] = np.searchsorted(cells, np.arange(queries + 1) * total).tolist()

    def of(self, row: int) -> Ints:
        """The places of the papers that a query hits."""
        return self.places[self.borders[row] : self.borders[row + 1]]


@dataclass(frozen=True)
class Evidence:
    """What is found. Rows are queries; columns are a pool's candidates and, after them, its reference sample."""

    places: Mapping[Query, int]  # a query's row
    hits: Hits
    vectors: Floats  # queries x dimensions, of length 1; zeros for a name or a category, which mean nothing
    similarities: Mapping[int, Floats]  # by an example's row: lexical similarity of each paper, 0 to 1
    scores: Floats  # in deviations; from a reader's bar on a query brings a paper by itself
    example_weight: float  # of the semantic score beside the lexical one, for papers as examples

    def rows(self, queries: Iterable[Query]) -> list[int]:
        return [self.places[query] for query in queries]

    def is_hit(self, query: Query, place: int) -> bool:
        return place in self.hits.of(self.places[query])


def evidence(queries: Iterable[Query], pool: CandidatePool) -> Evidence:
    """Each different query is looked at once, however many readers share it."""
    unique = list(dict.fromkeys(queries))
    if pool.known is not None and pool.vectors.shape[1]:
        vectors = pool.known.vectors([query.text for query in unique])
    else:
        vectors = np.zeros((len(unique), pool.vectors.shape[1]), np.float32)
    # One product for all, as papers are made ready for it anew each time; the rest is done to it in place, in blocks.
    scores = vectors @ pool.vectors.T
    similarities: dict[int, Floats] = {}
    cells = [np.empty(0, np.int64)]
    for begin in range(0, len(unique) if pool.total else 0, QUERIES_A_BLOCK):
        block = unique[begin : begin + QUERIES_A_BLOCK]
        scored, found = lexical_scores(block, pool)
        similarities |= {begin + row: scored[row].copy() for row, query in enumerate(block) if is_example(query)}
        _score(block, scores[begin : begin + QUERIES_A_BLOCK], scored, found, pool)
        cells.append(found + begin * pool.total)
    hits = Hits(len(unique), pool.total, np.concatenate(cells))
    places = {query: row for row, query in enumerate(unique)}
    return Evidence(places, hits, vectors, similarities, scores, example_weight(pool))


def lexical_scores(queries: Sequence[Query], pool: CandidatePool) -> tuple[Floats, Ints]:
    """Queries x (candidates and reference), 0 to 1; and which of those are hits, as cells of Hits.

    A phrase scores by BM25, as a share of what a paper could get at most, and is hit where all of its words and all of
    its pairs of neighbours stand. An example scores by cosine similarity of TF-IDF weights. A topic scores by how
    loudly a paper says it, and a name by how much a paper is that.
    """
    kinds = [KINDS[query.kind] for query in queries]
    are_phrases = [kind.technique is Technique.PHRASE for kind in kinds]
    phrases = counted([query.text.terms if yes else "" for query, yes in zip(queries, are_phrases, strict=True)])
    most = pool.lexicon.idf(phrases.keys) * (K1 + 1)
    attainable = np.bincount(phrases.rows, most, minlength=phrases.count)
    shares = (1 / np.maximum(attainable, 1e-6)[phrases.rows]).astype(np.float32)
    scores = pool.index.bm25.dot(phrases.times(shares))
    if examples := [row for row, query in enumerate(queries) if is_example(query)]:
        terms = [without_authors(queries[row].text.terms) for row in examples]
        scores[examples] = pool.index.cosine(pool.lexicon.tfidf(counted(terms)))
    rows, places = pool.index.bm25.with_all(phrases)
    cells = [rows * pool.total + places]
    for row, (query, kind) in enumerate(zip(queries, kinds, strict=True)):
        if kind.technique in (Technique.NAME, Technique.TOPIC):
            places, amounts = pool.bearing(kind.names, kind.name_of(query), query.guard)
            scores[row, places] = amounts
            cells.append(row * pool.total + places)
    return scores, np.sort(np.concatenate(cells))


def _loudness(queries: Sequence[Query], cells: Ints, lexical: Floats, pool: CandidatePool) -> Floats:
    """How loudly each hit is said. A topic's is stored with the paper, and a name's is 1."""
    loud = lexical.reshape(-1)[cells]
    for row, query in enumerate(queries):
        if KINDS[query.kind].technique is Technique.PHRASE:
            first, last = np.searchsorted(cells, [row * pool.total, (row + 1) * pool.total]).tolist()
            places = cells[first:last] - row * pool.total
            loud[first:last] = [loudness_of_terms(query.text.terms, pool.rows[place]) for place in places.tolist()]
    return loud


def _score(queries: Sequence[Query], semantic: Floats, lexical: Floats, cells: Ints, pool: CandidatePool) -> None:
    """The score of each query in each paper, in the place of the semantic one. `cells`: the hits."""
    techniques = np.array([KINDS[query.kind].technique for query in queries], object)
    are_topics, are_names = techniques == Technique.TOPIC, techniques == Technique.NAME
    rows, places = cells // max(pool.total, 1), cells % max(pool.total, 1)
    near = _near(semantic, rows, places, pool)
    for row in np.flatnonzero(are_topics).tolist():
        hits = slice(*np.searchsorted(rows, (row, row + 1)).tolist())
        semantic[row], near[hits] = _near_topic(queries[row], semantic[row : row + 1], places[hits], pool)
    unknown = np.where(are_topics, np.float32(NEARNESS_UNKNOWN), np.float32(OF_TYPED_WORDS))
    near = np.where(pool.has_vector[places] & pool.judges, np.minimum(near, MOST_NEAR), unknown[rows])
    weight, unsaid = (pool.known.loudness_weight, pool.known.unsaid) if pool.known else (LOUDNESS_WEIGHT, UNSAID)
    # Whoever typed words wants what says them, however much an encoder knows of meaning.
    weights = np.where(are_topics, np.float32(weight), np.float32(LOUDNESS_WEIGHT))
    loudness = _loudness(queries, cells, lexical, pool)
    loud = np.minimum(weights[rows] * loudness, MOST_LOUD)
    fused = np.flatnonzero(~are_topics & ~are_names).tolist()
    if fused:
        some = slice(None) if len(fused) == len(queries) else fused
        semantic[some] = _fused([queries[row] for row in fused], semantic[some], lexical[some], pool)
    semantic += np.where(are_topics, np.float32(unsaid), np.float32(UNSAID))[:, None]
    semantic[are_names] = 0
    said = loud + near
    # Of papers that say typed words in earnest, and not aside, those come first that say more of what is rare (BM25).
    in_earnest = ((loudness >= ONCE) | (said >= SURE)) & ~are_topics[rows]
    said = np.where(in_earnest, np.maximum(np.minimum(said, SURE), said / 2 + semantic[rows, places]), said)
    semantic[rows, places] = np.where(are_names[rows], IN_CATEGORY, said)


def _near(semantic: Floats, rows: Ints, places: Ints, pool: CandidatePool) -> Floats:
    """How near each hit is, in deviations, by the similarity to the words of its query."""
    mean = semantic[:, pool.compared].mean(axis=1)
    spread = np.maximum(semantic[:, pool.compared].std(axis=1), LEAST_SEMANTIC_SPREAD)
    return np.asarray((semantic[rows, places] - mean[rows]) / spread[rows], np.float32)


def _near_topic(query: Query, similarity: Floats, hits: Ints, pool: CandidatePool) -> tuple[Floats, Floats]:
    """How near each paper is to those that say the topic, and how near each hit is to them and to the topic's
    description, in deviations. What says no word of a topic is not taken for one of its papers by a description's few
    words. Where too few papers say it both are the similarity to the description, `similarity`, 1 x papers."""
    described = standardised(pool, similarity, LEAST_SEMANTIC_SPREAD)
    typical = pool.typical.get(query.topic)
    if typical is None:
        return described[0], described[0, hits]
    alike = standardised(pool, typical[None] @ pool.vectors.T, LEAST_SEMANTIC_SPREAD)
    both = standardised(pool, described + alike, LEAST_FUSED_SPREAD)
    return alike[0], both[0, hits]


def standardised(pool: CandidatePool, scores: Floats, at_least: float) -> Floats:
    """Standard scores (z-scores) of each row: in standard deviations of the reference sample from its mean, the
    deviation taken for `at_least` so much. There must be papers."""
    mean = np.asarray(scores[:, pool.compared].mean(axis=1, keepdims=True), np.float32)
    return np.asarray((scores - mean) / np.maximum(pool.spread(scores), at_least), np.float32)


def _fused(queries: Sequence[Query], semantic: Floats, lexical: Floats, pool: CandidatePool) -> Floats:
    """Both scores standardised, weighted as in searching, added up, and standardised again: in the place of the
    semantic one. What that takes is found from the reference sample alone, so that there are few passes over all."""
    are_papers = [KINDS[query.kind].technique is Technique.EXAMPLE for query in queries]
    texts = [None if is_paper else query.text for query, is_paper in zip(queries, are_papers, strict=True)]
    weights = np.array([ranking.fusion(text, pool.known).similarity for text in texts], np.float32)[:, None]
    least = np.where(are_papers, np.float32(LEAST_SIMILARITY_SPREAD), np.float32(LEAST_LEXICAL_SPREAD))[:, None]
    per_semantic = weights / np.maximum(pool.spread(semantic), LEAST_SEMANTIC_SPREAD)
    per_lexical = 1 / np.maximum(pool.spread(lexical), least)
    usual = semantic[:, pool.compared] * per_semantic + lexical[:, pool.compared] * per_lexical
    spread = np.maximum(usual.std(axis=1, keepdims=True), LEAST_FUSED_SPREAD)
    semantic *= per_semantic / spread
    lexical *= per_lexical / spread
    semantic += lexical
    semantic -= usual.mean(axis=1, keepdims=True) / spread
    smooth(semantic, [smoothing(query, pool) for query in queries], pool)
    return semantic


def smoothing(query: Query, pool: CandidatePool) -> float:
    """The share of neighbours in how well a paper fits a description, as in searching; 0 for a phrase of a few words,
    which papers say or do not, and where nearness cannot be told."""
    if KINDS[query.kind].technique is not Technique.PHRASE or not (pool.judges and pool.vectors.shape[1]):
        return 0.0
    weights = ranking.fusion(query.text, pool.known)
    return weights.smoothing if weights.bigrams < 1 else 0.0


def smooth(scores: Floats, shares: Sequence[float], pool: CandidatePool) -> None:
    """Score regularisation (Diaz 2005), in place: the score of each paper, mixed with those of its neighbours in the
    reference sample, as similar papers are relevant together. They differ as much as before, so that as many come.
    `shares`: of the neighbours, by row."""
    rows = np.flatnonzero(shares)
    if not len(rows):  # as in most batches, for which no neighbours need be known
        return
    near, weights = pool.neighbours
    before, share = scores[rows], np.array(shares, np.float32)[rows, None]
    usual = before[:, pool.compared]
    around = np.stack([np.einsum("ij,ij->i", one.take(near), weights) for one in usual])
    mixed = np.asarray(before + share * (around - before), np.float32)
    mixed -= mixed[:, pool.compared].mean(axis=1, keepdims=True)
    mixed *= pool.spread(before) / np.maximum(pool.spread(mixed), 1e-6)
    scores[rows] = mixed + usual.mean(axis=1, keepdims=True)


class Findings:
    """A pool, and the evidence in it for whatever was asked so far, so that nobody looks for the same again.

    Of CELLS_KEPT at most; then it is begun anew."""

    def __init__(self, pool: CandidatePool) -> None:
        self.pool = pool
        self._rows: dict[Query, tuple[Evidence, int]] = {}
        self._cells = 0
        self._part: tuple[Ints, CandidatePool] | None = None

    def only(self, places: Ints) -> CandidatePool:
        """That part of the pool; of the last one asked for what was found is kept."""
        if self._part is None or not np.array_equal(self._part[0], places):
            self._part = places, self.pool.only(places)
        return self._part[1]

    def of(self, queries: Iterable[Query], columns: Ints) -> Evidence:
        """For these queries and these columns of the pool, which are in order."""
        unique = list(dict.fromkeys(queries))
        new = [query for query in unique if query not in self._rows]
        if self._cells and self._cells + self._cells_of(new) > CELLS_KEPT:
            self._rows, self._cells, new = {}, 0, unique
        if new:
            looked_at = evidence(new, self.pool)
            self._rows |= {query: (looked_at, row) for query, row in looked_at.places.items()}
            self._cells += self._cells_of(new)
        rows = [self._rows[query] for query in unique]
        scores = np.empty((len(rows), len(columns)), np.float32)
        vectors = np.empty((len(rows), self.pool.vectors.shape[1]), np.float32)
        for number, (found, row) in enumerate(rows):
            found.scores[row].take(columns, out=scores[number], mode="clip")  # "raise" would write it elsewhere first.
            vectors[number] = found.vectors[row]
        kept = enumerate(rows)
        similarities = {
            number: found.similarities[row][columns] for number, (found, row) in kept if row in found.similarities
        }
        hits = _hits_in(columns, rows, self.pool.total)
        places = {query: row for row, query in enumerate(unique)}
        return Evidence(places, hits, vectors, similarities, scores, example_weight(self.pool))

    def _cells_of(self, queries: Sequence[Query]) -> int:
        return sum(2 if is_example(query) else 1 for query in queries) * self.pool.total


def _hits_in(columns: Ints, rows: Sequence[tuple[Evidence, int]], total: int) -> Hits:
    """The hits of these rows, by what number a paper has among the columns."""
    number = np.full(total, -1)
    number[columns] = np.arange(len(columns))
    places = [found.hits.of(row) for found, row in rows]
    numbers = number[np.concatenate([np.empty(0, np.int64), *places])]
    of = np.repeat(np.arange(len(rows)), [len(some) for some in places])
    here = numbers >= 0
    return Hits(len(rows), len(columns), of[here] * len(columns) + numbers[here])
