"""The lines of a letter's text part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.wrapping import WIDTH, columns, wrapped
from tests.depth import examples

pytestmark = pytest.mark.one_database
LINK = "https://example.org/" + "a" * 80
words = st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=100)
lines = st.lists(words | st.sampled_from(["·", "…", ".net", LINK, "論文の新聞", "e\u0301"]), max_size=30).map(" ".join)
texts = st.lists(st.sampled_from(["", "  ", "    "]).flatmap(lambda blanks: lines.map(blanks.__add__)), max_size=4)


@examples(200)
@given(texts)
def test_no_line_is_longer_than_76_columns_but_for_a_link(text):
    for line in wrapped("\n".join(text)).split("\n"):
        assert columns(line) <= WIDTH or "://" in line


@examples(200)
@given(texts)
def test_wrapped_again_or_line_by_line_a_text_is_the_same(text):
    once = wrapped("\n".join(text))

    assert wrapped(once) == once
    assert "\n".join(map(wrapped, text)) == once


@examples(200)
@given(texts)
def test_nothing_is_lost_or_added_but_blanks(text):
    assert "".join(wrapped("\n".join(text)).split()) == "".join("\n".join(text).split())


def test_a_line_goes_on_under_its_first_word():
    assert wrapped("  " + "word " * 30).split("\n")[1].startswith("  word")


def test_a_link_without_room_on_its_line_is_alone_on_the_next():
    assert wrapped(f"  Code: {LINK} and more") == f"  Code:\n  {LINK}\n  and more"


def test_a_link_with_room_stays_beside_its_label():
    assert wrapped("  Code: https://example.org/") == "  Code: https://example.org/"


@pytest.mark.parametrize("separator", ["·", "…", "–", "—", "|", ".NET", "..."])
def test_no_line_begins_with_a_separator_or_a_dot(separator):
    for length in range(50, 72):
        text = wrapped(f"{'a' * length} {separator} {'b' * 20} {separator} c")

        assert not any(line.startswith(separator) for line in text.split("\n")), text


def test_a_word_without_end_is_cut():
    assert wrapped("x" * 100) == f"{'x' * 76}\n{'x' * 24}"


def test_wide_letters_take_two_columns_and_marks_above_letters_none():
    assert wrapped("論" * 40) == f"{'論' * 38}\n論論"
    assert wrapped("e\u0301" * 76) == "e\u0301" * 76


def test_a_blank_that_is_not_to_be_broken_at_is_not():
    assert wrapped(f"{'a' * 70} 5\u00a0comments") == f"{'a' * 70}\n5\u00a0comments"
