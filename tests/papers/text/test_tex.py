import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text.tex import to_unicode
from tests.depth import examples

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"Andr\'e", "André"),
        (r"Andr\'{e}", "André"),
        (r"Andr{\'e}", "André"),
        (r"Andr{\'{e}}", "André"),
        (r"J\"org", "Jörg"),
        (r"In\`es", "Inès"),
        (r"R\^one", "Rône"),
        (r"Pe\~na", "Peña"),
        (r"Fran\c{c}ois", "François"),
        (r"Fran\c cois", "François"),
        (r"Mikol\'a\v{s}", "Mikoláš"),
        (r"O\u{g}uz", "Oğuz"),
        (r"Erd\H{o}s", "Erdős"),
        (r"W\k{a}s", "Wąs"),
        (r"Jakub\r{u}v", "Jakubův"),
        (r"\.Zak", "Żak"),
        (r"\={A}da", "Āda"),
        (r"\d{S}ade", "Ṣade"),
        (r"\b{b}", "ḇ"),
        (r"b\t{oo}k", "bo͡ok"),
        (r"\' e", "é"),
    ],
)
def test_accents_stand_over_their_letters(written, meant):
    assert to_unicode(written) == unicodedata.normalize("NFC", meant)


@pytest.mark.parametrize("written", [r"\'{\i}", r"\'\i ", r"{\'\i}", r"\'{\i }", r"\'i", r"\'{i}"])
def test_an_i_loses_its_dot_to_an_accent(written):
    assert to_unicode(f"Mart{written}nez") == "Martínez"


def test_a_j_loses_its_dot_too():
    assert to_unicode(r"\^\j \v{\j}") == "ĵ ǰ"


def test_a_letter_may_carry_two_accents():
    assert to_unicode(r"Nguy\~{\^e}n \d{\^e}") == "Nguyễn ệ"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"Kra{\ss}, Gau\ss", "Kraß, Gauß"),
        (r"Gau\ss Institute", "Gauß Institute"),
        (r"Strau\ss en", "Straußen"),
        (r"S{\o}gaard", "Søgaard"),
        (r"S\o gaard", "Søgaard"),
        (r"S\o{}gaard", "Søgaard"),
        (r"\O\o\L\l\AE\ae\OE\oe\AA\aa\i", "ØøŁłÆæŒœÅåı"),
        (r"\'{\ae}", "ǽ"),
    ],
)
def test_letters_of_other_alphabets_are_themselves(written, meant):
    assert to_unicode(written) == meant


def test_braces_around_an_accent_alone_go_and_others_stay():
    assert to_unicode(r"{\'E}cole {\'Ecole} {BERT} \'a") == "École {École} {BERT} á"


def test_escaped_characters_are_themselves():
    assert to_unicode(r"5\% of R\&D, a\_b, \#1, \$9") == "5% of R&D, a_b, #1, $9"


@pytest.mark.parametrize(
    "written", [r"\textbf{bold}", r"\vs", r"\log n", r"\citet{a}", r"\'{ab}", r"\'", r"\'5", "\\", r"\foo\\", r"\{a\}"]
)
def test_what_is_not_known_stays_as_written(written):
    assert to_unicode(written) == written


def test_what_follows_a_line_break_is_no_command():
    assert to_unicode(r"a\\'e \\o \\% \'e") == r"a\\'e \\o \\% é"


@pytest.mark.parametrize(
    "written",
    [
        r"$O(n^2) \'e \%$",
        r"$\mathcal{O}(n)$",
        r"$\alpha_1$",
        r"$\alpha + \beta + \gamma$",
        r"$\foo$",
        r"$$\alpha \%$$",
        r"\(\'e \%\)",
        r"\[\'e \%\]",
        "$x$ $ 100 $ \\",
        r"$\\$",
        "$" + " " * 60 + r"\alpha$",
    ],
)
def test_mathematics_stays_as_written(written):
    assert to_unicode(written) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"$\alpha$-VAE", "α-VAE"),
        (r"$\Delta$", "Δ"),
        (r"$1.13\times$ faster", "1.13× faster"),
        (r"$\sim 100$", "~100"),
        (r"$55.3\%$ and $<26\%$", "55.3% and <26%"),
        (r"$\geq 3$, $\pm 2$", "≥3, ±2"),
        (r"A $\rightarrow$ B $\to$ C", "A → B → C"),
        (r"$-\infty$", "-∞"),
    ],
)
def test_the_plainest_mathematics_becomes_text(written, meant):
    assert to_unicode(written) == meant


def test_an_escaped_dollar_opens_no_mathematics():
    assert to_unicode(r"\$5 by Andr\'e for \$6") == "$5 by André for $6"
    assert to_unicode(r"$a \$ \'e$ \'e") == r"$a \$ \'e$ é"


def test_a_dollar_that_is_not_closed_opens_no_mathematics():
    assert to_unicode(r"$5 by Andr\'e") == "$5 by André"
    assert to_unicode(r"\(5 by Andr\'e") == r"\(5 by André"


TEX = st.lists(
    st.sampled_from(
        ["\\", "{", "}", "$", "'", '"', "\\'", "\\c", "\\t{", "\\i", "\\o", " ", "e", "\\(", "\\)", "%", "\u0301"]
    )
    | st.text(max_size=3)
).map("".join)


@examples(150)
@given(TEX)
def test_any_text_is_decoded_without_a_complaint_or_a_spoiled_letter(text):
    to_unicode(text).encode()


@examples(100)
@given(st.text().map(lambda text: text.replace("\\", "")))
def test_a_text_without_a_backslash_comes_back_as_it_is(text):
    assert to_unicode(text) == text


@pytest.mark.parametrize(
    "part", ["\\(", "\\[", "$", "{", "{\\", "\\'{", "\\t{", "$$a", "$\\", "\\\\", "{\\o ", "\\)\\(", "$ "]
)
def test_a_long_text_takes_no_longer_than_its_length(part):
    began = time.process_time()

    to_unicode(part * 100_000 + "\\")

    assert time.process_time() - began < 5  # Were it the square of its length, it would be minutes.
