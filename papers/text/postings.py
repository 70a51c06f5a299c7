"""Postings: an inverted index of a collection, by BM25 and by TF-IDF. Text and numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from papers.text.lexical import Lexicon, saturated
from papers.text.sparse import Floats, Ints, Keys, SparseMatrix
from papers.text.tokenizing import counted

SPARSE_BELOW = 8  # times fewer sums than cells are written one by one


class Index:
    """An inverted index: a collection of texts, made ready to be compared with many others."""

    def __init__(self, texts: Sequence[str], lexicon: Lexicon | None = None) -> None:
        self.counts = counted(texts)
        single = counted(texts, bigrams=False)
        self.lengths = np.bincount(single.rows, single.weights, minlength=len(texts)).astype(np.float32)
        mean = max(float(self.lengths.mean()), 1.0) if len(texts) else 1.0
        self.lexicon = lexicon or Lexicon.of(self.counts, mean)

    def __len__(self) -> int:
        return self.counts.count

    @cached_property
    def bm25(self) -> Postings:
        """A term's BM25 score in a text: over all terms of a query, the sum is the score."""
        counts = self.counts
        shares = saturated(counts.weights, self.lengths[counts.rows], self.lexicon)
        return Postings(counts, (shares * self.lexicon.idf(counts.keys)).astype(np.float32))

    @cached_property
    def tfidf(self) -> Postings:
        rows = self.lexicon.tfidf(self.counts)
        return Postings(rows, rows.weights)

    def cosine(self, rows: SparseMatrix) -> Floats:
        """Cosine similarity, 0 to 1: some texts (rows of Lexicon.tfidf) x the texts here."""
        return self.tfidf.dot(rows)


class Postings:
    """By term the posting list: which texts have it, and its weight there."""

    def __init__(self, counts: SparseMatrix, weights: Floats) -> None:
        # Rows that were counted are in the order of their terms already.
        self.count, self.rows, self.weights = counts.count, counts.rows, weights
        self.keys, self.starts = np.unique(counts.keys, return_index=True)
        self.ends = np.append(self.starts[1:], len(counts.keys)).astype(np.int64)

    def dot(self, other: SparseMatrix) -> Floats:
        """Other texts x texts here: the sum over common terms of weight x weight."""
        product = np.zeros((other.count, self.count), np.float32)
        if not (len(self.keys) and len(other.keys)):
            return product
        places, lengths = self._find(other.keys)
        # A row after the other, as what was written to last is nearest; one's terms stay in their order.
        known = np.argsort(other.rows, kind="stable")
        known = known[lengths[known] > 0]
        flat = product.reshape(-1)
        for part in _parts(lengths[known]):
            some = known[part]
            rows, of = other.rows[some], lengths[some]
            entries = _stretches(self.starts[places[some]], of)
            cells = np.repeat(rows * self.count, of) + self.rows[entries]
            values = np.repeat(other.weights[some], of) * self.weights[entries]
            first, last = int(rows.min()) * self.count, (int(rows.max()) + 1) * self.count
            if len(cells) * SPARSE_BELOW < last - first:
                np.add.at(flat, cells, values)
            else:
                flat[first:last] += np.bincount(cells - first, values, minlength=last - first).astype(np.float32)
        return product

    def with_all(self, other: SparseMatrix) -> tuple[Ints, Ints]:
        """Which of the other texts has all of its terms in which text here: the rows of both, in order."""
        if not (len(self.keys) and len(other.keys)):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        places, lengths = self._find(other.keys)
        order = np.lexsort((lengths, other.rows))  # Of each text the rarest term first: only where that one stands,
        rows, places, lengths = other.rows[order], places[order], lengths[order]  # the others are looked for.
        firsts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
        terms = np.diff(np.append(firsts, len(rows)))
        texts = self.rows[_stretches(self.starts[places[firsts]], lengths[firsts])]
        firsts, terms = np.repeat(firsts, lengths[firsts]), np.repeat(terms, lengths[firsts])
        wanted = places[_stretches(firsts, terms)] * self.count + np.repeat(texts, terms)
        found = np.searchsorted(self._cells, wanted).clip(max=len(self._cells) - 1)
        here = np.bincount(np.repeat(np.arange(len(texts)), terms), self._cells[found] == wanted, len(texts)) == terms
        return rows[firsts[here]], texts[here]

    @cached_property
    def _cells(self) -> Ints:
        """Each term and text in which it stands as one number, in order."""
        cells: Ints = np.repeat(np.arange(len(self.keys)), self.ends - self.starts) * self.count + self.rows
        return cells

    def _find(self, keys: Keys) -> tuple[Ints, Ints]:
        """Each term's place here and in how many texts it stands. There must be terms here."""
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return places, np.where(self.keys[places] == keys, self.ends[places] - self.starts[places], 0)


def _stretches(starts: Ints, lengths: Ints) -> Ints:
    """Each start and the numbers that follow it, so many as are asked for."""
    begun = np.cumsum(lengths) - lengths
    entries: Ints = np.arange(lengths.sum()) - np.repeat(begun - starts, lengths)
    return entries


def _parts(lengths: Ints, most: int = 2_000_000) -> list[slice]:
    """Cut a list of posting lists into stretches of some millions of entries, so that memory stays bounded."""
    totals = np.cumsum(lengths)
    borders = np.searchsorted(totals, np.arange(most, int(totals[-1]) if len(totals) else 0, most))
    edges = np.unique(np.concatenate(([0], borders, [len(lengths)])))
    return [slice(int(begin), int(end)) for begin, end in pairwise(edges)]
