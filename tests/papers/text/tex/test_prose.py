import unicodedata

import pytest

from papers.text.tex import to_unicode

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
        (r"L{é}o St\ütz", "Léo Stütz"),
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


def test_what_arxiv_spoilt_of_a_greek_letter_is_one_again():
    assert to_unicode(r"\b{eta}-cells, \k{appa}=0.7, \r{ho} and W\k{a}s") == "β-cells, κ=0.7, ρ and Wąs"


def test_braces_of_tex_go_and_those_that_may_be_meant_stay():
    assert to_unicode(r"{\'E}cole {\'Ecole} {BERT} {True, False} 1{,}697") == "École École {BERT} {True, False} 1,697"


def test_escaped_characters_are_themselves():
    assert to_unicode(r"5\% of R\&D, a\_b, \#1, \$9, \{a\}") == "5% of R&D, a_b, #1, $9, {a}"


def test_what_was_escaped_twice_is_itself_too():
    assert to_unicode(r"86\\% by R\\&D") == "86% by R&D"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5 &lt; 6 &amp;lt; 7, R&amp;D", "5 < 6 < 7, R&D"),
        ("&quot;so&quot; &#39;so&#39; &#x3b1;", "\"so\" 'so' α"),
        ("R&D; AT&T &c; &nonsense;", "R&D; AT&T &c; &nonsense;"),
        ("&#0; &#xd800;", "&#0; &#xd800;"),
    ],
)
def test_entities_are_decoded_however_often_they_were_encoded(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\textbf{B}ig \emph{one}, \textsc{Tool}~\texttt{x}", "Big one, Tool x"),
        (r"{\em so} {\bf B}ig {\it\bf both} {{\large {\textbf{F}}}}aster", "so Big both Faster"),
        (r"\textit{one \textbf{in} another}", "one in another"),
        (r"texttt{D}ual, a textbf{x} and R^textbf{2AI}", "Dual, a x and R²AI"),
        (r"\textcolor{red}{Warning} \color{blue}x \underline{y}", "Warning x y"),
        (r"NC\textsuperscript{1}, CO\textsubscript{2}", "NC¹, CO₂"),
        (r"\textbf{not closed", "not closed"),
        (r"run \verb|Llama-3| so", "run Llama-3 so"),
        (r"Gemma\nobreakdash-3, a\allowbreak b\noindent c", "Gemma-3, abc"),
    ],
)
def test_fonts_and_colours_are_dropped_and_their_text_stays(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"We propose \method, a", "We propose method, a"),
        (r"\name{} and {\name} and \name\ too", "name and name and name too"),
        (r"with \textbf{\model{}}-large", "with model-large"),
        (r"our \method {\em alone}", "our method alone"),
    ],
)
def test_a_command_of_the_authors_own_is_the_name_that_it_stands_for(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        r"\foo{bar} \foo{a}{b}",
        r"C:\Users\me \n \q",
        r"\'{ab}",
        r"\'",
        r"\'5",
        "\\",
        r"\textbf",
        r"\frac{a}",
        r"{\foo{\'e} \bar}",
        r"\begin{x} \end{x}",
    ],
)
def test_what_is_not_known_stays_as_written(written):
    assert to_unicode(written) == written


def test_words_that_are_commands_by_habit_are_written_out():
    written = r"images, \eg, cats, \ie~pets; \LaTeX{}, 90\percent"

    assert to_unicode(written) == "images, e.g., cats, i.e. pets; LaTeX, 90%"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"at \url{https://a.example/x\_y~z}.", "at https://a.example/x_y~z."),
        (r"\href{https://a.example/x}{our page}", "our page (https://a.example/x)"),
        (r"\href{https://a.example/x}{https://a.example/x}", "https://a.example/x"),
        (r"\href{https://a.example/x}{this https URL}", "https://a.example/x"),
        (r"\href{https://a.example/x}.", "https://a.example/x."),
        (r"\hyperlink{part}{this part}", "this part"),
        ("https://a.example/x{code} here", "code (https://a.example/x) here"),
        ("https://a.example/~user/a--b_1^2*c", "https://a.example/~user/a--b_1^2*c"),
    ],
)
def test_links_keep_their_label_and_their_address(written, meant):
    assert to_unicode(written) == meant


def test_citations_stand_in_brackets_and_footnotes_in_parentheses():
    written = r"CLIP~\cite{r21} by \citet{x}, \cite[p. 2]{y}, Theorem~\ref{t}\footnote{Or so.}."

    assert to_unicode(written) == "CLIP [r21] by [x], [y, p. 2], Theorem t (Or so.)."


def test_letters_and_signs_are_known_outside_formulas_too():
    written = r"{\alpha}-VAE, {\Delta}{\Delta}G, 1.8\times, 3.2{\deg}, O(\sqrt{T}), \mathbb{R}^{n}"

    assert to_unicode(written) == "α-VAE, ΔΔG, 1.8×, 3.2°, O(√T), ℝⁿ"


def test_a_spaced_command_leaves_one_space():
    assert to_unicode(r"10\,000, vs.\ 5, \pm 3 and a\-b") == "10 000, vs. 5, ± 3 and ab"


def test_a_line_break_between_words_is_a_space():
    assert to_unicode(r"one \\ two \\") == "one  two "


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"the model\'s ability", "the model's ability"),
        (r"GPT-4o\'s content isn\'t", "GPT-4o's content isn't"),
        (r"we\'re, we\'ve", "we're, we've"),
        (r"OpenAI\'s; Google\'s newest", "OpenAI's; Google's newest"),
        (r"Wo\'s et al. after J. Wo\'s", "Woś et al. after J. Woś"),
        (r"Moir\'e at Pad\'e's", "Moiré at Padé's"),
        (r"the \"agents\" and \"so-called\".", 'the "agents" and "so-called".'),
        (r"\"Uber die Schr\"odinger", "Über die Schrödinger"),
    ],
)
def test_a_quote_that_was_escaped_puts_no_accent_on_the_letter_after_it(written, meant):
    assert to_unicode(written) == meant


def test_braces_within_an_address_stay():
    template = "Its API is at https://api.example.org/{id}/data?by={key} and https://example.org/{owner}/{name}."

    assert to_unicode(template) == template


def test_degrees_and_tall_parentheses_are_known_outside_formulas_too():
    assert to_unicode(r"turned by 90^\circ, O\left( n \right) and \left\{1, 2\right\}") == (
        "turned by 90°, O( n ) and {1, 2}"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\name\xspace is fast; \name\xspace{}, too", "name is fast; name, too"),
        (r"\textcopyright{} X, \textdollar{}5, AI\slash{}ML, a\quad{}b", "© X, $5, AI/ML, a b"),
    ],
)
def test_commands_between_words_leave_these_apart(written, meant):
    assert to_unicode(written) == meant
