"""How loudly a text says a phrase."""

import pytest

from papers.text.loudness import loudness, stands_aside

pytestmark = pytest.mark.one_database


def said(abstract: str, phrase: str = "tides") -> float:
    spans, begin = [], 0
    while (at := abstract.find(phrase, begin)) >= 0:
        spans.append((at, at + len(phrase)))
        begin = at + 1
    return loudness(abstract, spans)


@pytest.mark.parametrize(
    ("abstract", "loud"),
    [
        ("Nothing here.", 0.0),
        ("We bake. We rest. We study tides at last.", 0.4),
        ("We study tides. We bake. We rest.", 0.5),
        ("We bake. We rest. We study tides, as tides rise.", 0.6),
        ("We bake. We rest. It is useful elsewhere (as for tides).", 0.2),
        ("We bake. We rest. It helps with bread, tides, and boats.", 0.2),
        ("It is useful elsewhere (as for tides). We bake. We rest.", 0.2),
        ("tides tides tides tides tides", 0.8),
    ],
)
def test_early_and_again_is_louder_and_aside_is_quieter(abstract: str, loud: float):
    assert said(abstract) == loud


def test_what_begins_the_third_sentence_is_not_early():
    assert said("We bake. We rest. Tides rise.", "Tides") == 0.4
    assert said("We bake. Tides rise. We rest.", "Tides") == 0.5


def test_phrases_that_overlap_are_said_once():
    abstract = "We bake. We rest. We study spring tides."

    assert loudness(abstract, [(27, 39), (34, 39)]) == said(abstract)


@pytest.mark.parametrize("text", ["We study tides and boats.", "Tides, which rise, are studied as tides."])
def test_a_clause_is_no_list(text: str):
    at = text.index("tides")

    assert not stands_aside(text, (at, at + 5))
