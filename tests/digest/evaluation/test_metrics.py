"""Figures, against what was computed by hand."""

from math import isnan, log2

import pytest

from digest.evaluation import metrics
from digest.evaluation.bm25 import Bm25
from digest.evaluation.collections import Need

pytestmark = pytest.mark.one_database


def measured(grades: dict[int, int], ranking: list[int], pool: int = 100, relevant_from: int = 1) -> dict[str, float]:
    need = Need("q", "text", (), grades, None)
    return dict(zip(metrics.MEASURES, metrics.measured(need, ranking, pool, relevant_from), strict=True))


def test_a_grade_is_the_gain():
    found = measured({1: 2, 2: 1}, [2, 9, 1])

    assert found["ndcg_10"] == pytest.approx((1 + 2 / log2(4)) / (2 + 1 / log2(3)))


def test_a_fifth_of_the_pool_is_looked_at_and_the_ideal_is_cut_there_too():
    found = measured({1: 1, 2: 1, 3: 1}, [9, 1, 2, 3], pool=6)

    assert metrics.cut(6) == 2
    assert found["ndcg_pct20"] == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))


def test_precision_is_averaged_over_all_relevant_papers_found_or_not():
    found = measured({1: 1, 2: 1, 3: 1}, [1, 9, 2])

    assert found["map"] == pytest.approx((1 + 2 / 3) / 3)


def test_recall_looks_at_the_first_hundred():
    found = measured({1: 1, 2: 1}, [1, *range(10, 109), 2])

    assert found["recall_100"] == 0.5


@pytest.mark.parametrize(("place", "hit"), [(10, 1.0), (11, 0.0)])
def test_a_hit_is_among_the_first_ten(place: int, hit: float):
    found = measured({1: 1}, [*range(100, 99 + place), 1])

    assert found["hit_10"] == hit


def test_what_counts_as_relevant_where_grades_do_not_is_the_set_s_to_say():
    found = measured({1: 1, 2: 2}, [1, 2], relevant_from=2)

    assert found["map"] == 0.5


def test_a_need_with_too_low_grades_alone_is_measured_by_grades_alone():
    found = measured({1: 1}, [1], relevant_from=2)

    assert found["ndcg_10"] == 1
    assert isnan(found["map"])


def test_a_need_that_found_nothing_counts_zero():
    found = measured({1: 1}, [])

    assert set(found.values()) == {0.0}


def test_a_need_without_relevant_papers_is_not_measured():
    found = measured({}, [1, 2])

    assert all(isnan(value) for value in found.values())


def test_the_order_is_kept_however_many_are_ranked():
    """Scores that are close must not be rounded to the same."""
    ranking = list(range(100_000))

    assert measured({99_999: 1}, ranking)["map"] == pytest.approx(1e-5)


def test_means_leave_out_what_does_not_apply():
    figures = metrics.compared([[1.0] * 5, [0.0, 0.0, *[float("nan")] * 3]], [[0.5] * 5, [0.5] * 5])

    assert (figures["ndcg_10"], figures["map"]) == (0.5, 1.0)
    assert figures["bm25_ndcg_10"] == 0.5
    assert figures["gain_map"] == 0.5


def test_what_applies_to_no_need_is_none():
    figures = metrics.compared([[float("nan")] * 5], [[float("nan")] * 5])

    assert set(figures.values()) == {None}


def test_bounds_hold_the_middle_95_of_100_resampled_means():
    """Of n coins with heads in half of them: within two standard errors, n ** -0.5 / 2 each."""
    ours = [[float(number % 2)] * 5 for number in range(400)]

    figures = metrics.compared(ours, [[0.0] * 5] * 400)

    assert figures["map_low"] == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006)
    assert figures["map_high"] == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)


def test_a_gain_is_resampled_in_pairs():
    """One that is the same for every query is certain, however much queries differ."""
    ours = [[number / 100 + 0.1] * 5 for number in range(80)]

    figures = metrics.compared(ours, [[number / 100] * 5 for number in range(80)])

    assert figures["gain_map_low"] == pytest.approx(0.1)
    assert figures["gain_map_high"] == pytest.approx(0.1)
    assert figures["map_high"] - figures["map_low"] > 0.05


def test_bm25_is_the_formula():
    bm25 = Bm25(["cats sleep", "a cat and a dog", "dogs"])

    weights = bm25.scores("cat cats")

    rarity, norm = 0.470004, 1.2 * (0.25 + 0.75 * 2 / (8 / 3))
    assert weights[0] == pytest.approx(2 * rarity * 2.2 / (1 + norm), rel=1e-5)
    assert weights[2] == 0


def test_bm25_ranks_what_shares_a_word_and_nothing_else():
    bm25 = Bm25(["cats sleep", "a cat and a dog", "dogs", ""])

    assert bm25.ranked("sleeping cat", None, 10).tolist() == [0, 1]
    assert bm25.ranked("sleeping cat", [1, 2], 10).tolist() == [1]
    assert bm25.ranked("sleeping cat", None, 1).tolist() == [0]
    assert bm25.ranked("unknown", None, 10).tolist() == []


def test_bm25_of_empty_texts_finds_nothing():
    assert Bm25(["", ""]).ranked("cat", None, 10).tolist() == []
