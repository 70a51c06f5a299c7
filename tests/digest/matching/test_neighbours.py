"""How well a paper fits a description is told by the papers that are nearest to it, too."""

from typing import Any

import numpy as np
import pytest

from digest.matching import scoring
from digest.matching.evidence import Findings, smooth
from digest.matching.profiles import CandidatePool, Query
from papers.search.encoders import Text, unit
from papers.search.fits import Understanding
from papers.text.tokenizing import terms
from tests.digest.matching.values import candidate, phrase, profile, space

pytestmark = pytest.mark.one_database
DESCRIPTION = "what is baked in ovens and eaten with butter"  # means the same as the one word
AMONG_ITS_LIKE, ALONE, MEANINGLESS = 0, 1, 2


def apart(direction: Any, other: Any) -> Any:
    """What of a direction has nothing of another one, of length 1."""
    return unit((direction - direction @ other * other)[None])[0]


def pool() -> tuple[CandidatePool, Understanding, Any]:
    """Two papers as near to bread as each other, and one that means nothing. Of the reference sample those nearest to
    the first are about bread, and those nearest to the second about glass."""
    known, words = space()
    words[DESCRIPTION] = words["bread"]
    first, second = (words["bread"] + apart(words[other], words["bread"]) for other in ("iron", "glass"))
    noise = 0.1 * np.random.default_rng(7).standard_normal((2, 12, 16))
    like_first, like_second = first + words["bread"] + noise[0], second - 0.8 * words["bread"] + noise[1]
    usual = np.random.default_rng(5).standard_normal((100, 16))
    vectors = unit(np.vstack([first, second, np.zeros(16), like_first, like_second, usual]).astype(np.float32))
    others = [candidate(1000 + number) for number in range(len(vectors) - 3)]
    return CandidatePool([candidate(number) for number in (1, 2, 3)], others, known, vectors), known, words


def fitting(of: CandidatePool, *wanted: Query) -> list[float]:
    return scoring.ranked(profile(*wanted), of).tolist()


def test_of_two_that_are_as_near_to_a_description_the_one_among_its_like_fits_better():
    found = fitting(pool()[0], phrase(DESCRIPTION))

    assert found[AMONG_ITS_LIKE] > found[ALONE] + 0.2


def test_a_phrase_of_a_few_words_is_what_a_paper_says_whatever_its_neighbours():
    found = fitting(pool()[0], phrase("bread"))

    assert found[AMONG_ITS_LIKE] == pytest.approx(found[ALONE], abs=0.01)


def test_beside_a_description_the_neighbours_judge_by_examples_too():
    among, _, words = pool()
    words["an example"] = words["bread"]
    example = Query("paper", "arxiv:1", "an example", Text("an example", "", terms("an example", "")))
    nobody_knows = phrase("what nobody here knows a word of")

    alone, beside = fitting(among, example), fitting(among, example, nobody_knows)

    assert alone[AMONG_ITS_LIKE] == pytest.approx(alone[ALONE], abs=0.01)
    assert beside[AMONG_ITS_LIKE] > beside[ALONE] + 0.2


def test_scores_differ_as_much_as_before_so_that_as_many_papers_come():
    of = pool()[0]
    scores = np.random.default_rng(3).standard_normal((2, of.total)).astype(np.float32)
    mixed = scores.copy()

    smooth(mixed, [0.3, 0], of)

    assert not np.allclose(mixed[0], scores[0], atol=0.1)
    assert mixed[0, of.compared].std() == pytest.approx(scores[0, of.compared].std(), rel=1e-4)
    assert mixed[0, of.compared].mean() == pytest.approx(scores[0, of.compared].mean(), abs=1e-4)
    assert mixed[1].tolist() == scores[1].tolist()


def test_a_paper_without_a_vector_has_no_neighbours():
    assert not pool()[0].neighbours[1][MEANINGLESS].any()


def test_a_paper_is_no_neighbour_of_itself_where_it_is_in_the_sample_too():
    of = pool()[0]
    again = CandidatePool([candidate(7)], of.reference, of.known, np.vstack([of.vectors[3], of.vectors[3:]]))

    near, shares = again.neighbours

    assert 0 not in near[0][shares[0] > 0]
    assert shares[0].sum() == pytest.approx(1)


def test_what_is_found_of_a_paper_depends_on_no_other_candidate():
    whole = pool()[0]
    only = Findings(whole).only(np.array([AMONG_ITS_LIKE]))

    assert fitting(only, phrase(DESCRIPTION)) == pytest.approx(fitting(whole, phrase(DESCRIPTION))[:1], abs=1e-4)
    assert only.neighbours[0].tolist() == whole.neighbours[0][whole.columns_of(np.array([AMONG_ITS_LIKE]))].tolist()


def test_without_a_reference_sample_a_description_is_told_by_its_words():
    found = fitting(CandidatePool([candidate(1, title=DESCRIPTION), candidate(2)]), phrase(DESCRIPTION))

    assert found[0] > found[1]
