"""Learn the term table that the light encoder starts from: `python -m tests.benchmarks.make_term_table FILE`.

Reads arXiv's records (CC0) in the folder that REPLICA_DATA names: titles and abstracts of those announced before
LEARNED_BEFORE that never were Daily Papers. So it has read none of the papers that are asked for by those sets of
make_collections which are made of Daily Papers, or of papers of June 2026 and later. What is drawn is drawn by a fixed
seed.

Words are stems, without stop words and those of more than half of the texts or of fewer than FEWEST_TEXTS. Positive
pointwise mutual information of two words within WINDOW of one another in a title or an abstract, the second's
frequency smoothed by an exponent (Levy, Goldberg and Dagan 2015); its strongest eigenvectors, none weighted by its
strength; each dimension in 256 steps. Takes two minutes and 3 GB.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from papers.search.encoders import Text
from papers.search.term_table import TermTable
from papers.text import tokenizing
from papers.text.lexical import STOP_KEYS
from papers.text.sparse import Floats, Ints, Keys
from tests.benchmarks.make_collections import recorded_arxiv, recorded_daily_ids

LEARNED_BEFORE = "2026-06"
FEWEST_TEXTS, WINDOW, SMOOTHING = 3, 10, 0.75
DIMENSIONS, OVERSAMPLED_DIMENSIONS, ITERATIONS = 64, 64, 6
ROWS_AT_ONCE, TEXTS_OF_MEAN = 1_000, 3_000


def main() -> None:
    if len(sys.argv) != 2 or "REPLICA_DATA" not in os.environ:
        sys.exit("expected REPLICA_DATA (the folder of recorded days) and one argument, the file to write")
    data = Path(os.environ["REPLICA_DATA"])
    daily = recorded_daily_ids(data)
    papers = [
        paper
        for name, paper in sorted(recorded_arxiv(data).items())
        if name not in daily and paper["announced"] and paper["announced"] < LEARNED_BEFORE
    ]
    texts = [tokenizing.terms(paper["title"], paper["abstract"]) for paper in papers]
    keys, in_texts, words, owners = vocabulary(texts)
    directions = _eigenvectors(informative(together(words, owners, len(keys))))
    scale = np.abs(directions).max(axis=0) / 127
    steps = np.round(directions / scale).astype(np.int8)
    weights = np.log(len(texts) / in_texts).astype(np.float16)
    unlearned = TermTable(keys, weights.astype(np.float32), steps * scale, np.zeros(DIMENSIONS, np.float32))
    some = texts[:: max(1, len(texts) // TEXTS_OF_MEAN)]
    mean = unlearned.encode([Text("", "", text) for text in some]).mean(axis=0)
    np.savez(sys.argv[1], keys=keys, weights=weights, directions=steps, scale=scale, mean=mean)
    print(json.dumps({"texts": len(texts), "terms": len(keys), "dimensions": DIMENSIONS}))


def vocabulary(texts: Sequence[str]) -> tuple[Keys, Ints, Ints, Ints]:
    """The words that are kept, sorted, and how many texts have each; then all of them as they stand, by number, and in
    which text."""
    parts = list(tokenizing.in_parts(texts))
    keys = np.concatenate([part.keys for part in parts])
    owners = np.concatenate([part.rows + tokenizing.TEXTS_A_PART * number for number, part in enumerate(parts)])
    every, numbers = np.unique(keys, return_inverse=True)
    in_texts = np.bincount(np.unique(numbers * len(texts) + owners) // len(texts), minlength=len(every))
    kept = (in_texts >= FEWEST_TEXTS) & (in_texts <= len(texts) / 2) & ~np.isin(every, STOP_KEYS)
    number_of = np.cumsum(kept) - 1
    stand = kept[numbers]
    return every[kept], in_texts[kept], number_of[numbers[stand]], owners[stand]


def together(words: Ints, owners: Ints, terms: int) -> Floats:
    """How often each two words stand within WINDOW of one another: terms x terms."""
    counts = np.zeros(terms * terms, np.float32)
    for step in range(1, WINDOW + 1):
        same = owners[:-step] == owners[step:]
        np.add.at(counts, words[:-step][same] * terms + words[step:][same], np.float32(1))
    counts = counts.reshape(terms, terms)
    return np.asarray(counts + counts.T, np.float32)


def informative(counts: Floats) -> Floats:
    """Positive pointwise mutual information, both ways round on average. In the place of the counts."""
    totals = counts.sum(axis=1)
    of_context = totals**SMOOTHING / (totals**SMOOTHING).sum()
    for begin in range(0, len(counts), ROWS_AT_ONCE):
        rows = slice(begin, begin + ROWS_AT_ONCE)
        expected = np.maximum(totals[rows, None], 1) * of_context[None]
        counts[rows] = np.log(np.maximum(counts[rows] / expected, 1))
    return np.asarray((counts + counts.T) / 2, np.float32)


def _eigenvectors(matrix: Floats) -> Floats:
    """Those of the strongest eigenvalues, by subspace iteration (Halko et al. 2011)."""
    random = np.random.default_rng(0)
    basis = random.standard_normal((len(matrix), DIMENSIONS + OVERSAMPLED_DIMENSIONS), np.float32)
    for _ in range(ITERATIONS):
        basis = np.linalg.qr(matrix @ basis)[0].astype(np.float32)
    small = basis.T @ (matrix @ basis)
    strengths, turned = np.linalg.eigh((small + small.T) / 2)
    return np.asarray(basis @ turned[:, np.argsort(-np.abs(strengths))[:DIMENSIONS]], np.float32)


if __name__ == "__main__":
    main()
