"""How much each paper of a pool is what each of some readers wants. Knows no rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digest.matching.evidence import ALIKE, FUSED, MEANT, Evidence
from digest.matching.profiles import CandidatePool, Query
from papers.search import ranking
from papers.search.encoders import unit
from papers.text.sparse import Floats

FEW_EXAMPLES = 5  # below so many their mean says more than what is left of it by whitening
NEAREST = 3  # examples that a paper is compared with


def scores(wanted: Sequence[Sequence[Query]], found: Evidence, pool: CandidatePool) -> Floats:
    """What some readers want x (candidates and reference), in deviations from the average paper of the last weeks.

    The best of the single interests, and the likeness to all examples together: either alone loses. Readers do not
    touch one another; they are many only because a product of many is cheaper than many products.
    """
    best = np.zeros((len(wanted), pool.total), np.float32)
    if not pool.total:
        return best
    for queries, row in zip(wanted, best, strict=True):
        highest(found.rows(query for query in queries if query.kind in ("topic", "phrase", "category")), found, row)
    scores = pool.standardised(best, FUSED)
    examples = [found.rows(query for query in queries if query.is_example) for queries in wanted]
    some = [reader for reader, rows in enumerate(examples) if rows]
    if some:
        like = pool.standardised(_like_all([examples[reader] for reader in some], found, pool), FUSED)
        scores[some] = pool.standardised(scores[some] + like, FUSED)
    return scores


def highest(rows: Sequence[int], found: Evidence, into: Floats) -> None:
    """The highest score by any of these queries, for each paper; none: it stays as it is."""
    if rows:
        np.maximum(found.scores[rows[0], : len(into)], found.scores[rows[-1], : len(into)], out=into)
    for row in rows[1:-1]:
        np.maximum(into, found.scores[row, : len(into)], out=into)


def _like_all(examples: Sequence[Sequence[int]], found: Evidence, pool: CandidatePool) -> Floats:
    """Likeness to each reader's examples: to the nearest of them and to all, by words and by meaning."""
    nearest, mean = np.empty((2, len(examples), pool.total), np.float32)
    for reader, rows in enumerate(examples):
        said = np.stack([found.alike[row] for row in rows])
        nearest[reader] = np.partition(said, len(rows) - min(NEAREST, len(rows)), axis=0)[-NEAREST:].mean(axis=0)
        mean[reader] = said.mean(axis=0)
    fused = pool.standardised(pool.standardised(nearest, ALIKE) + pool.standardised(mean, ALIKE), FUSED)
    if pool.known is not None and pool.vectors.shape[1]:
        meant = pool.standardised(_meant_together(examples, found, pool), FUSED)
        fused += ranking.fusion(None, pool.known).similarity * meant
    return fused


def _meant_together(examples: Sequence[Sequence[int]], found: Evidence, pool: CandidatePool) -> Floats:
    """How near papers are to the mean of each reader's examples and, from FEW_EXAMPLES on, also to what is left of it
    once whitened (ridge-whitened Rocchio): what most papers share says little of a reader."""
    means = np.stack([found.towards[rows].mean(axis=0) for rows in examples])
    near = pool.standardised(unit(means) @ pool.vectors.T, MEANT)
    whitening = pool.known.whitening if pool.known else None
    many = [reader for reader, rows in enumerate(examples) if len(rows) >= FEW_EXAMPLES]
    if many and whitening is not None:
        near[many] += pool.standardised(unit(means[many] @ whitening.T) @ pool.vectors.T, MEANT)
    return near
