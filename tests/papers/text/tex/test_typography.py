import pytest

from papers.text.tex import to_unicode

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("``so'' and ``\\textbf{so}''", "“so” and “so”"),
        ("``so\" and ''so''", "“so” and “so”"),
        ('"so\'\' and "so"', '"so" and "so"'),
        ("a `key point', `vibe coding.'", "a ‘key point’, ‘vibe coding.’"),
        ("``the `inner' one''", "“the ‘inner’ one”"),
    ],
)
def test_quotes_are_printed_ones(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    "written", ['a "b" c', "don't, the readers' 5'' and 6''", "run `make test` now", "[STOC `22]", "'' ''"]
)
def test_other_quotes_stay(written):
    assert to_unicode(written) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3--5, $3$--$5$, 5\\%--6\\%", "3–5, 3–5, 5%–6%"),
        ("so -- or not -- it is", "so – or not – it is"),
        ("MIRAGE --Model", "MIRAGE –Model"),
        ("jointly---while, so --- or", "jointly—while, so — or"),
        ("Lam--Postnikov--Pylyavskyy", "Lam–Postnikov–Pylyavskyy"),
        ("(LLM)--generated, symptoms--ranging", "(LLM)–generated, symptoms–ranging"),
    ],
)
def test_dashes_are_dashes(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize("written", ["run --flag, (--all) `--all`", "----", "x --including", "-->", "i--;"])
def test_what_may_be_code_keeps_its_hyphens(written):
    assert to_unicode(written) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ROS~2, 30~GiB/s, Fig.~1, (2)~in", "ROS 2, 30 GiB/s, Fig. 1, (2) in"),
        ("models~(LLMs), of~$x$, $x$~mm", "models (LLMs), of x, x mm"),
    ],
)
def test_a_tie_is_a_space(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize("written", ["~5% of (~40)", "5~10%, 0.5%~4%, 1.6~2.5x", "a.example/~user", "W ~ C", "~~"])
def test_a_tilde_that_means_about_or_to_stays(written):
    assert to_unicode(written) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("**bold**, **B**ig **Net**work (**85.7**%)", "bold, Big Network (85.7%)"),
        ("an *agent drift*, (*so*), *Sci*entific", "an agent drift, (so), Scientific"),
        ("**$x$** and *`so'*", "x and *‘so’*"),
    ],
)
def test_bold_and_italic_of_markdown_are_dropped(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    "written", ["2**3 and 4**5", "a * b * c", "A* and B*", "*SEM and *CL", "R^* and S^*", "p<.05*, **"]
)
def test_other_asterisks_stay(written):
    assert to_unicode(written) == written
