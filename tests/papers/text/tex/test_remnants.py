import pytest

from tests.papers.text.tex.remnants import missing_words, remnants

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "text",
    [
        r"\textbf",
        r"5\%",
        "$k$-NN",
        r"$O(n)\,$",
        "``so",
        "so'' it",
        "5 &lt; 6",
        "x^{2}",
        "x_{i}",
        "textbf{D}ual",
        r"{\em so}",
        "**so**",
        "AHI$>$5",
        r"as $x^2 and y$",
    ],
)
def test_markup_is_seen(text):
    assert remnants(text)


@pytest.mark.parametrize(
    "text",
    [
        "$5 to $10 million",
        "US$5/A$6",
        "{BERT}, {0, 1}",
        "W_q x and x^max, R^(n×d)",
        "“so” and 5''",
        "R&D; 2**3 and 4**5",
        "the $/kWh of $OneMillion-Bench and KV$ reuse",
        "`code`",
    ],
)
def test_what_is_no_markup_is_not(text):
    assert not remnants(text)


def test_a_word_that_was_lost_is_seen():
    assert missing_words(r"an \emph{old} word, 5\% of it", "an word, 5%") == ["old", "of", "it"]
    assert missing_words(r"H$_2$O in \mathbb{R}, \k{appa} Andr\'e", "H₂O in ℝ, κ André") == []
