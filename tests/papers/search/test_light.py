"""The light encoder: a table of terms that was learned beforehand, beside what the site learns itself."""

import hashlib

import numpy as np
import pytest

from papers.search import fits, light, lsa, term_table, understanding
from papers.search.encoders import Text, unit
from papers.text import tokenizing
from papers.text.lexical import Lexicon
from tests import invented
from tests.papers.search.conftest import NOW, found, paper


def said(title: str) -> Text:
    return Text(title, "", tokenizing.terms(title, ""))


@pytest.mark.one_database
def test_the_table_is_the_one_that_its_recipe_made():
    assert hashlib.sha256(term_table.FILE.read_bytes()).hexdigest() == term_table.SHA256
    assert term_table.FILE.stat().st_size < 8_000_000


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("words", "near", "far"),
    [
        ("robot grasping", "manipulator with a gripper", "entangled qubits"),
        ("speech recognition", "transcribing audio of a speaker", "proof of a theorem"),
        ("medical imaging", "MRI and CT scans of patients", "code generation"),
    ],
)
def test_words_of_one_field_are_near_to_one_another_before_any_paper_was_read(words: str, near: str, far: str):
    asked, alike, other = term_table.shipped().encode([said(words), said(near), said(far)])

    assert asked @ alike > asked @ other + 0.2


@pytest.mark.one_database
def test_a_text_of_unknown_words_has_no_direction():
    rows = term_table.shipped().encode([said("zzyzx"), said("robots"), said("")])

    assert rows.any(axis=1).tolist() == [False, True, False]
    assert not len(term_table.shipped().encode([]))


@pytest.mark.one_database
def test_the_table_counts_for_less_the_more_is_learned_from(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(light, "SHARED_AT", 20)
    few, many = (invented.texts(count) for count in (20, 80))

    shares = [light.learn(some, Lexicon.learned([text.terms for text in some]))["table_share"] for some in (few, many)]

    assert shares[0] == pytest.approx(light.TABLE_SHARE)
    assert shares[1] == pytest.approx(light.TABLE_SHARE / 4**light.FADING)


@pytest.mark.one_database
def test_words_that_somebody_typed_are_understood_by_the_table_as_much_as_by_the_sites_own_papers():
    texts = invented.texts(80)
    state = light.learn(texts, Lexicon.learned([text.terms for text in texts]))
    encoder = light.load(state | {"table_share": np.array(0.1)})
    robots = said("robots")

    paper, typed = encoder.encode([robots, robots._replace(is_query=True)])[:, encoder.own.dimensions :]

    assert np.linalg.norm(paper) == pytest.approx(0.1)
    assert np.linalg.norm(typed) == pytest.approx(light.TYPED_SHARE)


@pytest.mark.one_database
def test_what_was_learned_before_there_was_a_table_is_used_as_it_is():
    texts = invented.texts(80)
    state = lsa.learn(texts, Lexicon.learned([text.terms for text in texts]))

    assert light.load(state).table is None
    assert np.allclose(light.load(state).encode(texts), unit(lsa.load(state).encode(texts)))


@pytest.mark.django_db
def test_a_paper_near_in_meaning_is_found_without_the_word_on_a_site_of_a_few_papers():
    near = paper("A gripper for a manipulator", "A robot arm picks objects.")
    far = paper("Entangled qubits", "A quantum circuit.")
    understanding.refit("light", NOW)

    ranked = found("grasping")

    assert ranked[0] == near.pk
    assert set(ranked) == {near.pk, far.pk}
    known = fits.current()
    assert known
    assert not known.mean.any()
