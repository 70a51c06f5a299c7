"""First-stage retrieval: which papers a search looks at, and what it reads of them. By the full-text index over
Paper.terms those that have its words, and by exact search of all vectors, held in memory, its nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from threading import Lock

import numpy as np

from papers import database
from papers.models import Vector
from papers.search.encoders import Text
from papers.search.fits import Understanding
from papers.text import tokenizing
from papers.text.lexical import Lexicon
from papers.text.sparse import Floats, Ints
from papers.text.tokenizing import BEFORE_A_TEXT, TokenizedTexts

# How many candidates there are does not depend on how many are asked for: a page shows what an evaluation measures.
MOST_WITH_TERMS = 1_000  # that have all terms, and as many that have the rarest, at most
MOST_NEAREST = 1_000  # by the cosine similarity of their vectors
COMMON_TERM_SHARE = 0.13  # of the papers; beyond, the latest that have a term are sooner read than looked up
VECTORS_A_READ = 2_000
OTHERS = 1_000  # of a site's papers, about: enough to know how near they usually are
Clauses = Sequence[Sequence[str]]  # all terms of any of these


@dataclass(frozen=True)
class SearchCandidates:
    """Papers as they are ranked: their keys, words and vectors, in the same order."""

    keys: Ints
    texts: TokenizedTexts
    vectors: Floats  # papers x dimensions; zeros for a paper that has none yet
    others: Floats  # vectors of papers from all over the site, to tell by what is near

    @property
    def own_lexicon(self) -> Lexicon:
        """Of these papers alone: until a site has learned its first one."""
        return Lexicon(
            max(self.texts.count, 1), max(float(self.texts.lengths.mean()), 1.0), self.texts.keys[:0], self.keys[:0]
        )


def worth_ranking(query: Text, vector: Floats | None, known: Understanding | None) -> SearchCandidates:
    """The papers among which the best are; the same ones on both databases."""
    held = _vectors_of(known)
    papers: set[int] = set()
    for clauses, share in _clauses(query.terms, known, len(held.papers)):
        papers.update(having(clauses, MOST_WITH_TERMS, share))
    if vector is not None and vector.any():
        papers.update(held.nearest(vector, MOST_NEAREST))
    return _read(database.terms_of(sorted(papers), BEFORE_A_TEXT, understood=True), held)


def all_of(papers: Sequence[int], known: Understanding | None) -> SearchCandidates:
    """These papers, as far as they are there; one that is still to be understood has no words."""
    return _read(database.terms_of(papers, BEFORE_A_TEXT), _vectors_of(known))


def drop_caches() -> None:
    """Drop what is kept in memory, as when another database takes the place of this one."""
    _tokenized.cache_clear()
    _cached.cache_clear()


def _read(papers: tuple[list[int], str], held: PaperVectors) -> SearchCandidates:
    keys = np.array(papers[0], np.int64)
    texts = _tokenized(f"{BEFORE_A_TEXT}{papers[1]}" if len(keys) else "")
    return SearchCandidates(keys, texts, held.of(keys), held.rows[:: len(held.rows) // OTHERS + 1])


@lru_cache(maxsize=1)
def _tokenized(texts: str) -> TokenizedTexts:
    # The next page of a search, and all queries of an evaluation, are about the same texts as the one before.
    return TokenizedTexts(texts)


# ----------------------------------------------------------------------------------------------------- full-text index


def _clauses(terms: str, known: Understanding | None, papers: int) -> list[tuple[Clauses, float]]:
    """What to ask the index for: papers with all the words, then those with one of the rarest words, as many of these
    as keep the papers few. Beside each, what share of the papers that may be, as far as that is known."""
    words = sorted(set(terms.split(" ")) - {"", tokenizing.BREAK})
    if not words:
        return []
    shares = np.zeros(len(words))
    if known:
        keys = tokenizing.keys_of(" ".join(words).encode())
        shares = known.lexicon.document_frequency(keys) / known.lexicon.texts
    all_of_them = ([words], float(shares.prod()))
    if len(words) == 1:
        return [all_of_them]
    # The lexicon was learned of the latest papers only.
    counts = shares * max(papers, known.lexicon.texts if known else 0)
    rarest = np.argsort(counts, kind="stable")
    some = rarest[: max(1, int(np.searchsorted(np.cumsum(counts[rarest]), MOST_WITH_TERMS, side="right")))]
    return [all_of_them, ([[words[place]] for place in some], float(shares[some].max()))]


def having(clauses: Clauses, most: int, share: float = 0.0) -> list[int]:
    """The latest papers that have all terms of any of these; sooner if told what share of all papers that may be."""
    return database.papers_with(clauses, most, many=share > COMMON_TERM_SHARE)


# ------------------------------------------------------------------------------------------------------------- vectors


@dataclass(frozen=True)
class PaperVectors:
    """All vectors of a fit: row i is the paper papers[i]."""

    papers: Ints
    rows: Floats
    by_paper: Ints  # the rows in the order of the papers' keys

    @classmethod
    def made(cls, papers: Ints, rows: Floats) -> PaperVectors:
        return cls(papers, rows, np.argsort(papers))

    @classmethod
    def empty(cls) -> PaperVectors:
        return cls.made(np.empty(0, np.int64), np.empty((0, 0), np.float32))

    def nearest(self, vector: Floats, most: int) -> list[int]:
        """The papers of the greatest cosine similarity, in no order."""
        if not len(self.papers):
            return []
        # Each row is read once, and that is what takes time: OpenBLAS takes twice as long for the same product.
        similarities = np.einsum("ij,j->i", self.rows, vector)
        few = np.argpartition(similarities, -most)[-most:] if most < len(similarities) else slice(None)
        nearest: list[int] = self.papers[few].tolist()
        return nearest

    def of(self, papers: Ints) -> Floats:
        """Papers x dimensions, zeros for one that has no vector yet."""
        found = np.zeros((len(papers), self.rows.shape[1]), np.float32)
        if len(self.papers):
            places = np.searchsorted(self.papers, papers, sorter=self.by_paper).clip(max=len(self.papers) - 1)
            rows = self.by_paper[places]
            there = self.papers[rows] == papers
            found[there] = self.rows[rows[there]]
        return found


class VectorCache:
    """The vectors of a fit, held in memory; those that came since are added before each search."""

    def __init__(self, fit: int) -> None:
        self._fit, self._last, self._adding = fit, 0, Lock()
        self._vectors = PaperVectors.empty()

    def all(self) -> PaperVectors:
        with self._adding:
            new = Vector.objects.filter(fit=self._fit, pk__gt=self._last).order_by("pk")
            rows = new.values_list("pk", "paper", "data").iterator(chunk_size=VECTORS_A_READ)
            last, keys, parts = self._last, [], []
            while some := list(islice(rows, VECTORS_A_READ)):
                last = some[-1][0]
                keys += [paper for _, paper, _ in some]
                halves = np.frombuffer(b"".join(bytes(data) for *_, data in some), np.float16)
                parts.append(halves.reshape(len(some), -1))
            if parts:
                before, papers = self._vectors, np.array(keys, np.int64)
                stay = ~np.isin(before.papers, papers)  # A paper that says something else now has another vector.
                kept = [before.rows if stay.all() else before.rows[stay]] if stay.any() else []
                joined = np.concatenate([*kept, *parts], dtype=np.float32)
                self._last, self._vectors = last, PaperVectors.made(np.append(before.papers[stay], papers), joined)
            return self._vectors


def _vectors_of(known: Understanding | None) -> PaperVectors:
    return _cached(known.fit).all() if known and known.encoder else PaperVectors.empty()


@lru_cache(maxsize=1)
def _cached(fit: int) -> VectorCache:
    return VectorCache(fit)
