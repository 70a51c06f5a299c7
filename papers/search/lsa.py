"""Latent semantic analysis of the site's own papers, by numpy alone. Knows no rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from papers.search.encoders import State, Text
from papers.text.lexical import Lexicon
from papers.text.sparse import Floats, Keys, SparseMatrix, vstack
from papers.text.tokenizing import counted_in, in_parts

DIMENSIONS = 256  # at most
VOCABULARY_TERMS = 12_000  # the most frequent
BIGRAM_WEIGHT = 0.7  # beside a single word
ITERATIONS = 4  # of the subspace
OVERSAMPLED_DIMENSIONS = 24
TEXTS_A_BLOCK = 256  # that are written out in full at a time


@dataclass(frozen=True)
class LatentSemantics:
    """Latent semantic analysis: terms that stand in the same papers point the same way (Deerwester et al. 1990)."""

    keys: Keys  # sorted
    weights: Floats  # by term: its IDF
    directions: Floats  # terms x dimensions

    @property
    def dimensions(self) -> int:
        return int(self.directions.shape[1])

    @classmethod
    def fit(cls, texts: Sequence[Text], lexicon: Lexicon) -> LatentSemantics:
        """Learn from a collection: the directions along which its texts differ most."""
        usable = np.flatnonzero(lexicon.in_texts <= lexicon.texts / 2)
        frequent = usable[np.argsort(-lexicon.in_texts[usable], kind="stable")[:VOCABULARY_TERMS]]
        keys = np.sort(lexicon.keys[frequent])
        parts, is_single = [], np.zeros(len(keys), bool)
        for part in in_parts([text.terms for text in texts]):
            counts = counted_in(part)
            parts.append(counts.only(np.isin(counts.keys, keys)))
            is_single |= np.isin(keys, part.keys)
        rarity = 1 + np.log((1 + lexicon.texts) / (1 + lexicon.document_frequency(keys)))
        weights = np.where(is_single, rarity, BIGRAM_WEIGHT * rarity).astype(np.float32)
        unlearned = cls(keys, weights, np.zeros((len(keys), 0), np.float32))
        most = min(DIMENSIONS, len(keys), len(texts) // 4)
        return cls(keys, weights, _eigenvectors(unlearned.tfidf(vstack(parts)), len(keys), most))

    def encode(self, texts: Sequence[Text]) -> Floats:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        begin = 0
        for part in in_parts([text.terms for text in texts]):
            counts = self.tfidf(counted_in(part))
            said, columns = np.unique(counts.keys, return_inverse=True)  # A query says few of twelve thousand terms.
            directions = self.directions[said]
            for block in _blocks(replace(counts, keys=columns.astype(np.uint64)), len(said)):
                rows[begin : begin + len(block)] = block @ directions
                begin += len(block)
        return rows

    def tfidf(self, counts: SparseMatrix) -> SparseMatrix:
        """TF-IDF rows of length 1 over this vocabulary; `keys` are places in it."""
        if not len(self.keys):
            return counts.only(np.zeros(len(counts.keys), bool))
        places = np.searchsorted(self.keys, counts.keys).clip(max=len(self.keys) - 1)
        known = self.keys[places] == counts.keys
        places, times = places[known], counts.weights[known]
        weights = ((1 + np.log(times)) * self.weights[places]).astype(np.float32)
        return SparseMatrix(counts.count, counts.rows[known], places.astype(np.uint64), weights).unit()


def _eigenvectors(rows: SparseMatrix, terms: int, dimensions: int) -> Floats:
    """The strongest eigenvectors of X'X by subspace iteration, X being texts x terms (Halko et al. 2011)."""
    random = np.random.default_rng(0)  # Fixed, so that the same papers always make the same space.
    basis = random.standard_normal((terms, min(dimensions + OVERSAMPLED_DIMENSIONS, terms)), np.float32)
    for _ in range(ITERATIONS):
        basis = np.linalg.qr(_gram_times(rows, basis))[0].astype(np.float32)
    small = basis.T @ _gram_times(rows, basis)
    strengths, turned = np.linalg.eigh((small + small.T) / 2)
    return basis @ turned[:, np.argsort(-strengths)[:dimensions]].astype(np.float32)


def _gram_times(rows: SparseMatrix, basis: Floats) -> Floats:
    product = np.zeros_like(basis)
    for block in _blocks(rows, len(basis)):
        product += block.T @ (block @ basis)
    return product


def _blocks(rows: SparseMatrix, terms: int) -> Iterator[Floats]:
    """The matrix written out in full, TEXTS_A_BLOCK texts at a time."""
    order = np.argsort(rows.rows, kind="stable")
    owners, keys, weights = rows.rows[order], rows.keys[order].astype(np.int64), rows.weights[order]
    for begin in range(0, rows.count, TEXTS_A_BLOCK):
        block = np.zeros((min(TEXTS_A_BLOCK, rows.count - begin), terms), np.float32)
        first, last = np.searchsorted(owners, (begin, begin + TEXTS_A_BLOCK))
        block[owners[first:last] - begin, keys[first:last]] = weights[first:last]
        yield block


def learn(texts: Sequence[Text], lexicon: Lexicon) -> State:
    learned = LatentSemantics.fit(texts, lexicon)
    directions = learned.directions.astype(np.float16)
    return {"keys": learned.keys, "weights": learned.weights, "directions": directions}


def load(state: State) -> LatentSemantics:
    return LatentSemantics(state["keys"], state["weights"], state["directions"].astype(np.float32))
