"""Texts from outside: clean, on one line, and no longer than can be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.cleaning import clean, cut

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "unseen",
    [
        *("\x00", "\x08", "\x1b", "\x7f", "\x80", "\x9f"),  # control characters
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",  # directions
        *("\xad", "\u200b", "\u2060", "\ufeff", "\ufffe", "\U000e0041"),
        "\ud800",
    ],
    ids=lambda text: f"{ord(text):X}",
)
def test_what_nobody_sees_is_taken_out(unseen: str):
    assert clean(f"Lan{unseen}terns{unseen}") == "Lanterns"


@pytest.mark.parametrize(
    "space", "\t\n\x0b\x0c\r\x1c\x1f\x85\xa0\u2028\u2029\u3000", ids=lambda text: f"{ord(text):X}"
)
def test_whatever_parts_lines_and_words_becomes_one_space(space: str):
    assert clean(f"{space}Lanterns{space}{space}in{space} fog ") == "Lanterns in fog"


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🔬", "❤\ufe0f", "A\u0301", "שלום\u200f!", "∃x∈ℝ"]
)
def test_what_a_script_needs_is_kept(text: str):
    assert clean(text) == text


@given(st.text(st.characters(exclude_categories=[])))
def test_cleaning_twice_changes_nothing_and_all_of_it_can_be_stored(text: str):
    once = clean(text)

    assert clean(once) == once
    assert "\x00" not in once
    assert once.encode().decode() == once


# ------------------------------------------------------------------------------------------------------------- lengths


def test_a_text_that_fits_is_not_cut():
    assert cut("a" * 50, 50) == "a" * 50


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("lanterns in the fog", "lanterns in the…"),
        ("lanterns in, the fog", "lanterns in, the…"),
        ("lanterns inthe, fog", "lanterns inthe…"),
        ("a" * 19, "a" * 17 + "…"),
        ("lantern " + "a" * 19, "lantern " + "a" * 9 + "…"),  # Its last word is longer than may be given up.
    ],
)
def test_a_longer_one_is_cut_at_a_word_where_possible(text: str, shown: str):
    assert cut(text, 18) == shown


@pytest.mark.parametrize("joined", ["e\u0301", "👩\u200d🔬", "❤\ufe0f"])
def test_what_belongs_together_is_not_parted(joined: str):
    shown = cut("a" * (19 - len(joined)) + joined + "bcdefg", 20)

    assert shown == "a" * (19 - len(joined)) + joined + "…"
    assert cut("a" * (20 - len(joined)) + joined + "bcdefg", 20) == "a" * (20 - len(joined)) + "…"


@given(st.text(st.sampled_from("ab ,é\u0301\u200d👩")), st.integers(2, 40))
def test_what_is_cut_is_never_too_long_and_cut_once(text: str, longest: int):
    shown = cut(text, longest)

    assert len(shown) <= longest
    assert cut(shown, longest) == shown
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@pytest.mark.parametrize("text", ["\u200d", "\u200e \u200f", "\ufe0f\u200d", "\u061c"])
def test_a_text_of_joiners_and_marks_alone_is_empty(text):
    assert clean(text) == ""
