"""Term vectors that were learned beforehand from arXiv's abstracts: what words mean before a site has read anything.

The table lies beside this module. It holds figures by hashed stems, no text; tests/benchmarks/make_term_table.py
learned it, and says how. It knows no rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from papers.search.encoders import Text, unit
from papers.text.sparse import Floats, Keys
from papers.text.tokenizing import counted_in, in_parts

FILE = Path(__file__).with_name("term_table.npz")
SHA256 = "f04b7af2f47143feb4737b6f61b6503d39dcbe05c9dfd8f9177a95479261259e"  # of the file


@dataclass(frozen=True)
class TermTable:
    """A text's vector is the sum of its words' vectors, by how rare they are."""

    keys: Keys  # sorted, of single words
    weights: Floats  # by term: its inverse document frequency where it was learned
    directions: Floats  # terms x dimensions
    mean: Floats  # of texts' vectors where it was learned

    @property
    def dimensions(self) -> int:
        return int(self.directions.shape[1])

    def encode(self, texts: Sequence[Text]) -> Floats:
        """Rows of length 1; zeros for a text of which no word is known."""
        sums = [np.zeros((0, self.dimensions), np.float32)]
        for part in in_parts([text.terms for text in texts]):
            counts = counted_in(part, bigrams=False)
            places = np.searchsorted(self.keys, counts.keys).clip(max=len(self.keys) - 1)
            known = np.flatnonzero(self.keys[places] == counts.keys)
            known = known[np.argsort(counts.rows[known], kind="stable")]
            weights = (1 + np.log(counts.weights[known])) * self.weights[places[known]]
            rows, firsts = np.unique(counts.rows[known], return_index=True)
            found = np.zeros((part.count, self.dimensions), np.float32)
            if len(known):
                found[rows] = np.add.reduceat(self.directions[places[known]] * weights[:, None], firsts)
            sums.append(found[: len(texts)])
        raw = unit(np.concatenate(sums))
        return unit(np.where(raw.any(axis=1, keepdims=True), raw - self.mean, 0).astype(np.float32))


@lru_cache(maxsize=1)
def shipped() -> TermTable:
    with np.load(FILE, allow_pickle=False) as kept:
        directions = kept["directions"].astype(np.float32) * kept["scale"]
        return TermTable(kept["keys"], kept["weights"].astype(np.float32), directions, kept["mean"])
