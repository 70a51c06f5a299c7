"""Arrays of numbers, and the sparse matrix of texts and terms. Knows no rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]  # terms by their 64-bit hashes
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class SparseMatrix:
    """Texts x terms in coordinate format: in text `rows[i]` stands term `keys[i]`, with a weight."""

    count: int
    rows: Ints
    keys: Keys
    weights: Floats

    def times(self, weights: Floats) -> SparseMatrix:
        return SparseMatrix(self.count, self.rows, self.keys, self.weights * weights)

    def only(self, kept: NDArray[np.bool_]) -> SparseMatrix:
        return SparseMatrix(self.count, self.rows[kept], self.keys[kept], self.weights[kept])

    def unit(self) -> SparseMatrix:
        """With rows of length 1; an empty one stays empty."""
        squares = np.bincount(self.rows, self.weights.astype(np.float64) ** 2, minlength=self.count)
        lengths = np.sqrt(np.where(squares > 0, squares, 1))
        return self.times((1 / lengths[self.rows]).astype(np.float32))


def vstack(parts: Sequence[SparseMatrix]) -> SparseMatrix:
    """The rows of one part below those of another, in the order of the terms."""
    if len(parts) == 1:
        return parts[0]
    firsts = np.cumsum([0, *(part.count for part in parts)])
    keys = np.concatenate([part.keys for part in parts])
    order = np.argsort(keys, kind="stable")
    rows = np.concatenate([part.rows + first for part, first in zip(parts, firsts[:-1], strict=True)])
    weights = np.concatenate([part.weights for part in parts])
    return SparseMatrix(int(firsts[-1]), rows[order], keys[order], weights[order])


def lookup(keys: Keys, wanted: Keys) -> tuple[NDArray[np.bool_], Ints]:
    """Which of these keys are wanted, and where those stand among the wanted, which are sorted."""
    if not len(wanted):
        return np.zeros(len(keys), bool), np.empty(0, np.int64)
    places = np.searchsorted(wanted, keys).clip(max=len(wanted) - 1)
    found = wanted[places] == keys
    return found, places[found]
