"""How good rankings are: values in, figures out. Knows no rows."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from pytrec_eval import RelevanceEvaluator

from digest.evaluation.collections import Need

MEASURES = ("ndcg_10", "ndcg_pct20", "map", "recall_100", "hit_10")
GRADED = 2  # the first so many measure by grades; the others know relevant and not
PERCENT = 20
RESAMPLES, AT_ONCE, SEED = 1_000, 50, 7

Values = NDArray[np.float64]  # a row for each need, a column for each measure; nan where a measure does not apply
Figures = dict[str, float | None]


def cut(pool: int) -> int:
    """How many of a pool ndcg_pct20 looks at: a fifth, rounded up."""
    return -(-pool * PERCENT // 100)


def measured(need: Need, ranking: Iterable[int], pool: int, relevant_from: int) -> list[float]:
    """One need's MEASURES, by trec_eval: a grade is the gain, and what is not ranked counts as not found.

    nan where nothing is relevant. `pool` is how many papers were to be ranked.
    """
    judged = {str(paper): grade for paper, grade in need.grades.items()}
    papers = [str(paper) for paper in ranking]
    places = {paper: float(-place) for place, paper in enumerate(papers)}  # Equal scores it would order by itself.
    last = max(1, cut(pool))
    asked = {f"ndcg_cut.10,{last}", "map", "recall.100", "success.10"}
    if not judged:
        return [np.nan] * len(MEASURES)
    said = RelevanceEvaluator({"": judged}, asked, relevance_level=relevant_from).evaluate({"": places})[""]
    found = [said[name] for name in ("ndcg_cut_10", f"ndcg_cut_{last}", "map", "recall_100", "success_10")]
    applies = max(judged.values()) >= relevant_from
    return found if applies else [*found[:GRADED], *[np.nan] * (len(MEASURES) - GRADED)]


def compared(ours: Sequence[Sequence[float]], baseline: Sequence[Sequence[float]]) -> Figures:
    """The mean of each measure over the needs it applies to, ours, the baseline's (`bm25_`) and the gain, with the
    bounds that 95% of resampled sets of needs lie within (`_low`, `_high`); None where it applies to none.

    The bootstrap: RESAMPLES sets as large as this one, drawn from it with replacement."""
    a, b = (np.array(values, dtype=float).reshape(-1, len(MEASURES)) for values in (ours, baseline))
    columns = np.hstack([a, b, a - b])
    means = _means(np.ones((1, len(columns))), columns)[0]
    measured, bounds = np.isfinite(means), np.full((2, len(means)), np.nan)
    if measured.any():
        chance, many = np.random.default_rng(SEED), len(columns)
        # A few sets at a time, as each takes a number for every need.
        draws = (chance.multinomial(many, np.full(many, 1 / many), size=AT_ONCE) for _ in range(RESAMPLES // AT_ONCE))
        resampled = np.vstack([_means(times.astype(float), columns[:, measured]) for times in draws])
        bounds[:, measured] = np.nanpercentile(resampled, (2.5, 97.5), axis=0)
    names = [f"{prefix}{name}" for prefix in ("", "bm25_", "gain_") for name in MEASURES]
    figures: Figures = {}
    for name, *numbers in zip(names, means, *bounds, strict=True):
        for ending, number in zip(("", "_low", "_high"), numbers, strict=True):
            figures[f"{name}{ending}"] = None if np.isnan(number) else round(float(number), 6)
    return figures


def _means(times: Values, columns: Values) -> Values:
    """A row for each row of `times`, which says how often each need counts."""
    applies = ~np.isnan(columns)
    counted = times @ applies
    sums = times @ np.where(applies, columns, 0.0)
    return np.divide(sums, counted, out=np.full_like(sums, np.nan), where=counted > 0)
