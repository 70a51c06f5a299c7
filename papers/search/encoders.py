"""What a paper means: text in, directions out. One interface, two encoders; this one learns from the site's papers.

Knows no rows. The other encoder, which brings its knowledge along, is papers/search/semantic.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from papers.text.lexical import Lexicon
from papers.text.sparse import Floats, Keys, SparseMatrix, vstack
from papers.text.tokenizing import counted_in, in_parts

DIMENSIONS = 256
VOCABULARY = 12_000  # terms, the most frequent
PAIRED = 0.7  # what a pair of words counts beside a single one
ROUNDS = 4  # of subspace iteration
OVERSAMPLED = 24
BLOCK = 256  # texts that are written out in full at a time


class Text(NamedTuple):
    """What an encoder may read of a paper, or of words that somebody typed."""

    title: str
    abstract: str
    terms: str  # papers.text.tokenizing.terms of both


class Encoder(Protocol):
    """Texts in, directions out: the closer two of them, the more alike what the texts speak of."""

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[Text]) -> Floats:
        """Texts x dimensions, rows of any length; a text that says nothing is a row of zeros."""


def unit(rows: Floats) -> Floats:
    """Rows of length 1; an empty one stays empty."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    directions: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-9)
    return directions


@dataclass(frozen=True)
class Light:
    """Latent semantic analysis: terms that stand in the same papers point the same way (Deerwester et al. 1990)."""

    keys: Keys  # sorted
    weights: Floats  # by term: its rarity
    directions: Floats  # terms x dimensions

    @property
    def dimensions(self) -> int:
        return int(self.directions.shape[1])

    @classmethod
    def fit(cls, texts: Sequence[Text], lexicon: Lexicon) -> Light:
        """Learn from a collection: the directions along which its texts differ most."""
        keys = _vocabulary(lexicon)
        parts, is_single = [], np.zeros(len(keys), bool)
        for part in in_parts([text.terms for text in texts]):
            counts = counted_in(part)
            parts.append(counts.only(np.isin(counts.keys, keys)))
            is_single |= np.isin(keys, part.keys)
        rarity = 1 + np.log((1 + lexicon.texts) / (1 + lexicon.document_frequency(keys)))
        weights = np.where(is_single, rarity, PAIRED * rarity).astype(np.float32)
        unlearned = cls(keys, weights, np.zeros((len(keys), 0), np.float32))
        most = min(DIMENSIONS, len(keys), len(texts) // 4)
        return cls(keys, weights, _directions(unlearned.weighted(vstack(parts)), len(keys), most))

    def encode(self, texts: Sequence[Text]) -> Floats:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        begin = 0
        for part in in_parts([text.terms for text in texts]):
            for block in _blocks(self.weighted(counted_in(part)), len(self.keys)):
                rows[begin : begin + len(block)] = block @ self.directions
                begin += len(block)
        return rows

    def weighted(self, counts: SparseMatrix) -> SparseMatrix:
        """Rows of length 1 over this vocabulary; `keys` are places in it."""
        if not len(self.keys):
            return counts.only(np.zeros(len(counts.keys), bool))
        places = np.searchsorted(self.keys, counts.keys).clip(max=len(self.keys) - 1)
        known = self.keys[places] == counts.keys
        places, times = places[known], counts.weights[known]
        told = ((1 + np.log(times)) * self.weights[places]).astype(np.float32)
        return SparseMatrix(counts.count, counts.rows[known], places.astype(np.uint64), told).unit()


def _vocabulary(lexicon: Lexicon) -> Keys:
    usable = np.flatnonzero(lexicon.in_texts <= lexicon.texts / 2)
    most = usable[np.argsort(-lexicon.in_texts[usable], kind="stable")[:VOCABULARY]]
    return np.sort(lexicon.keys[most])


def _directions(rows: SparseMatrix, terms: int, dimensions: int) -> Floats:
    """The strongest eigenvectors of X'X by subspace iteration, X being texts x terms (Halko et al. 2011)."""
    random = np.random.default_rng(0)  # Fixed, so that the same papers always make the same space.
    basis = random.standard_normal((terms, min(dimensions + OVERSAMPLED, terms)), np.float32)
    for _ in range(ROUNDS):
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
    """The matrix written out in full, BLOCK texts at a time."""
    order = np.argsort(rows.rows, kind="stable")
    owners, keys, weights = rows.rows[order], rows.keys[order].astype(np.int64), rows.weights[order]
    for begin in range(0, rows.count, BLOCK):
        block = np.zeros((min(BLOCK, rows.count - begin), terms), np.float32)
        first, last = np.searchsorted(owners, (begin, begin + BLOCK))
        block[owners[first:last] - begin, keys[first:last]] = weights[first:last]
        yield block
