"""The light encoder: what it learns of the words that stand together."""

import numpy as np
import pytest

from papers.search import lsa
from papers.search.encoders import Text, unit
from papers.search.lsa import LatentSemantics
from papers.text import tokenizing
from papers.text.lexical import Lexicon
from tests import invented

pytestmark = pytest.mark.one_database
TEXTS = invented.texts(400)


def learned(texts: list[Text]) -> LatentSemantics:
    return LatentSemantics.fit(texts, Lexicon.learned([text.terms for text in texts]))


def said(title: str) -> Text:
    return Text(title, "", tokenizing.terms(title, ""))


@pytest.fixture(scope="module")
def light() -> LatentSemantics:
    return learned(TEXTS)


def test_the_same_texts_make_the_same_space(light: LatentSemantics):
    again = learned(TEXTS)

    assert (again.keys == light.keys).all()
    assert (again.directions == light.directions).all()


def test_texts_of_one_subject_are_nearer_than_texts_of_another(light: LatentSemantics):
    raw = unit(light.encode(invented.texts(440)[400:]))
    rows = unit(raw - raw.mean(axis=0))

    alike = rows @ rows.T
    same = np.add.outer(np.arange(40), np.arange(40)) % 2 == 0

    assert alike[same].mean() > 0.1
    assert alike[~same].mean() < -0.1


def test_a_space_has_a_direction_for_four_texts_and_no_more_than_are_wanted(
    light: LatentSemantics, monkeypatch: pytest.MonkeyPatch
):
    assert light.dimensions == 400 // 4
    monkeypatch.setattr(lsa, "DIMENSIONS", 50)
    assert learned(TEXTS).dimensions == 50


def test_directions_are_at_right_angles_and_of_length_1(light: LatentSemantics):
    product = light.directions.T @ light.directions

    assert np.allclose(product, np.eye(light.dimensions), atol=1e-4)


def test_directions_are_the_strongest_of_the_matrix_written_out():
    texts = TEXTS[:80]
    light = learned(texts)
    rows = light.tfidf(tokenizing.counted([text.terms for text in texts]))
    written = np.zeros((len(texts), len(light.keys)))
    written[rows.rows, rows.keys.astype(int)] = rows.weights
    strongest = np.linalg.svd(written, compute_uv=False)[: light.dimensions]

    kept = np.linalg.norm(written @ light.directions, axis=0)

    assert np.allclose(kept[:5], strongest[:5], rtol=0.01)


@pytest.mark.parametrize("title", ["", "?!", "unheardof"])
def test_a_text_that_says_nothing_known_has_no_direction(light: LatentSemantics, title: str):
    assert not light.encode([said(title)]).any()


def test_no_texts_have_no_directions(light: LatentSemantics):
    assert light.encode([]).shape == (0, light.dimensions)


def test_many_texts_are_encoded_as_each_alone(light: LatentSemantics):
    at_once = light.encode(TEXTS[:300])

    alone = np.concatenate([light.encode([text]) for text in TEXTS[:300]])

    assert np.allclose(at_once, alone, atol=1e-5)


@pytest.mark.parametrize("texts", [[], [said("one text")], [said("")] * 8, [said(f"word{one}") for one in range(8)]])
def test_texts_that_have_no_word_in_common_make_a_space_without_directions(texts: list[Text]):
    light = learned(texts)

    assert light.dimensions == 0
    assert light.encode(texts).shape == (len(texts), 0)
