"""What holds for any text: decoding again changes nothing, and nothing is lost but markup."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.tex import to_unicode
from papers.text.tex.decoded import Decoded
from papers.text.tex.groups import Source
from tests.depth import examples

pytestmark = pytest.mark.one_database

PIECES = r"""
\ { } $ $$ ' '' ` `` " ~ ^ _ * ** - -- --- & &amp; &lt; % # | ( ) [ ] , . : / 1 5 e \' \c \b \t{ \i \o \alpha \times
\in \log \frac \frac{a}{b} \sqrt{ \hat \mathbb{ \text{ \textbf{ \em {\em \emph{x} \href{ \url{ \cite{k} \footnote{ \foo
\foo{ \name{} \begin{ \( \) \[ \] \\ \$ \% \_ \{ \} ^{2} _{a,b} https://a.b/ texttt{D} \b{eta} \left( \right) \! \,
\mathcal{O}
"""
TEX = st.lists(st.sampled_from([*PIECES.split(), " ", "a", "word", "two words ", "\u0301"]) | st.text(max_size=3))


@examples(400)
@given(TEX.map("".join))
def test_decoding_again_changes_nothing(text):
    once = to_unicode(text)

    assert to_unicode(once) == once


def test_what_would_be_decoded_again_and_again_stays_as_it_was_written():
    text = "\\" * 40 + "%"

    assert to_unicode(text) == text


@examples(150)
@given(TEX.map("".join))
def test_any_text_is_decoded_without_a_complaint_or_a_spoiled_letter(text):
    to_unicode(text).encode(errors="surrogatepass")


PLAIN = st.text(st.characters(exclude_characters="\\${}`'~^_*&-\"\ue000"))


@examples(100)
@given(PLAIN)
def test_a_text_without_markup_comes_back_as_it_is(text):
    assert to_unicode(text) == text


WORD = st.sampled_from(["alpha", "Beta", "gamma2", "7", "eta", "κ", "Ödön"])
FORMULA = st.recursive(
    st.sampled_from(["x", "y", "5", "n", "k"]),
    lambda inner: st.one_of(
        st.builds("{}+{}".format, inner, inner),
        st.builds(r"\frac{{{}}}{{{}}}".format, inner, inner),
        st.builds("x^{{{}}}".format, inner),
        st.builds("y_{{{}}}".format, inner),
        st.builds(r"\sqrt{{{}}}".format, inner),
        st.builds(r"\left({}\right)".format, inner),
        st.builds(r"\mathcal{{{}}}".format, inner),
    ),
    max_leaves=6,
)
TEXT = st.recursive(
    WORD,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds(r"\textbf{{{}}}".format, inner),
        st.builds(r"{{\em {}}}".format, inner),
        st.builds("``{}''".format, inner),
        st.builds("{}--{}".format, inner, inner),
        st.builds("{}~{}".format, inner, inner),
        st.builds(r"{}\footnote{{{}}}".format, inner, inner),
        st.builds(r"{} \unknown{{{}}}".format, inner, inner),
        FORMULA.map(r"in ${}$ so".format),
    ),
    max_leaves=12,
)
NAMES = re.compile(r"\\[A-Za-z]+")


def letters(text):
    """Its letters and digits without their dress: those of H₂O are H2O, and ℝ is R."""
    return [one for one in unicodedata.normalize("NFKD", text) if one.isalnum()]


@examples(300)
@given(TEXT)
def test_no_letter_or_digit_is_lost_but_those_of_commands(text):
    decoded = to_unicode(text)

    assert letters(NAMES.sub("", decoded)) == letters(NAMES.sub("", text))


@examples(150)
@given(TEX.map("".join))
def test_braces_and_dollars_are_paired_in_order(text):
    source = Source(text)

    assert all(text[place] == "{" and text[close] == "}" and place < close for place, close in source.closing.items())
    assert all(text[after] == "$" and place < after for place, after in source.next_dollar.items())


HOSTILE = r"""
\( \[ $ { {\ \'{ \t{ $$a $\ \\ {\o \)\( {\em \textbf{ \frac{ $\frac{a}{ $x^{ ^{ _{a}x `` '' `a **a *a ~ a~b -- a--b
&amp; \foo \foo{ \href{a}{ https://a www. \cite[ texttt{ a_1 H_2 $\left( $\sqrt[ }{ \begin{ $a$ $5 \$ \mathbb x^2
$\text{$ $a{ {$a \verb|
"""


def steps(text: str) -> int:
    """How many functions are called while it is decoded, Python's own among them."""
    count = 0

    def counted(_frame: object, event: str, _of: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        to_unicode(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("part", HOSTILE.split())
@pytest.mark.parametrize("end", ["", "a", "}", "$"])
def test_a_text_that_is_twice_as_long_takes_twice_as_many_steps(part: str, end: str):
    space = " " if part[-1].isalpha() else ""
    once, twice = (steps((part + space) * times + end) for times in (300, 600))

    assert twice < 2.2 * once + 500


@pytest.mark.parametrize(
    ("opening", "closing"), [("{", "}"), (r"{\em ", "}"), (r"\textbf{", "}"), ("$x^{", "}$"), (r"\'{", "}")]
)
def test_what_is_nested_deeply_takes_no_more_steps_than_its_length_asks_for(opening: str, closing: str):
    once, twice = (steps(opening * times + "x" + closing * times) for times in (300, 600))

    assert twice < 2.2 * once + 500


def test_what_says_nothing_leaves_nothing_to_look_through_for_the_last_sign():
    out = Decoded()

    for text in ("a", "", ""):
        out.add(text)

    assert out.parts == ["a"]


def test_what_is_too_long_for_an_abstract_stays_as_it_was_written():
    text = r"\'e" * 40_000

    assert to_unicode(text) == text
