"""Whatever somebody has at hand becomes papers, and what does not is said. All names and numbers are invented."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.interests.pasting import MOST_ITEMS, understand
from tests.depth import DEEP, examples

pytestmark = pytest.mark.one_database

MESSY = """
Hi all, here is what we said we would read:

2608.16590
arXiv:2608.16591v2 [cs.CL] 17 Aug 2026
ARXIV: 2608.16592
arxiv 2608.16593,2608.16594; and (2608.16595).
https://arxiv.org/abs/2608.16596
  - http://www.arxiv.org/pdf/2608.16597v3.pdf
  * https://arxiv.org/html/2608.16598v1#S2.p1
[1] https://huggingface.co/papers/2608.16599
2. https://www.alphaxiv.org/abs/2608.16600?tab=similar
<https://arxiv.org/abs/2608.16601>, see also "arxiv.org/abs/2608.16602"
https://ar5iv.labs.arxiv.org/html/2608.16603
oai:arXiv.org:2608.16604
2608.16605v1.pdf
[12] A. Quill and T. Brandt. Letters by night. arXiv preprint arXiv:2608.16606, 2026.
A Quill, T Brandt - arXiv preprint arXiv.2608.16607, 2026 - github.com/quill/letters
https://doi.org/10.48550/arXiv.2608.16608
10.48550/ARXIV.2608.16609
0704.0001 and hep-th/9901001, math.GT/0309136v2
https://arxiv.org/abs/cond-mat/0207001v1
doi:10.48550/arXiv.quant-ph/0101001

doi: 10.1101/2026.08.20.123456.
https://www.biorxiv.org/content/10.1101/2026.08.20.123457v2.full.pdf+html
http://dx.doi.org/10.5555%2FABC.12(3)
(https://dl.acm.org/doi/pdf/10.1145/1234567.1234568?download=true)
DOI 10.1000/Quill-Brandt;

@article{quill2026letters,
  title={{Letters} by N{\\"a}chte},
  author={Quill, Ada and Brandt, Tom{\\'a}s},
  journal={arXiv preprint arXiv:2608.16610},
  year={2026}
}
@misc{brandt2026,
      title={Ferries between {Forty} Languages}, eprint={2608.16611v1}, archivePrefix={arXiv}, primaryClass={cs.CL},
      url={https://arxiv.org/abs/2608.16611},
}
@InProceedings{quill2026letters, Title = "The same name again", DOI = "10.1000/again" }
@article(round, doi = 10.1000/round)
@misc{broken, title = {Never closed, eprint = {2608.16612}
@online{after, url = "https://huggingface.co/papers/2608.16613"}

TY  - JOUR
AU  - Quill, Ada
TI  - Harbours without Charts
DO  - 10.48550/arXiv.2608.16614
UR  - http://arxiv.org/abs/2608.16614v1
ER  -
TY  - GEN
T1  - Soundings
UR  - https://doi.org/10.1000/soundings
"""
ARXIV = [*(f"2608.{number}" for number in range(16590, 16615)), "0704.0001", "hep-th/9901001", "math/0309136"]
DOIS = ["10.1101/2026.08.20.123456", "10.1101/2026.08.20.123457", "10.5555/abc.12(3)", "10.1145/1234567.1234568"]
EXPECTED = [
    *(f"arxiv:{name}" for name in [*ARXIV, "cond-mat/0207001", "quant-ph/0101001"]),
    *(
        f"doi:{name}"
        for name in [*DOIS, "10.1000/quill-brandt", "10.1000/again", "10.1000/round", "10.1000/soundings"]
    ),
]


def test_a_messy_page_gives_every_paper_that_it_names():
    found = understand(MESSY)

    assert sorted(found.keys) == sorted(EXPECTED)


def test_a_messy_page_has_nothing_else_than_its_first_line():
    found = understand(MESSY)

    assert found.titles == ["Hi all, here is what we said we would read:"]
    assert found.unknown == []


def test_the_title_beside_a_key_is_kept():
    named = understand(MESSY).named

    assert named["arxiv:2608.16610"] == "Letters by Nächte"
    assert named["arxiv:2608.16614"] == "Harbours without Charts"
    assert named["doi:10.1000/soundings"] == "Soundings"


def test_entries_of_the_same_name_are_papers_of_their_own():
    found = understand("@misc{a, title={Letters by Night}}\n@misc{a, title={Soundings}, note={{A}}, note={{B}}}")

    assert found.titles == ["Letters by Night", "Soundings"]


def test_a_paper_that_is_named_twice_counts_once():
    found = understand("2608.16590\nhttps://arxiv.org/abs/2608.16590v3\n10.48550/arXiv.2608.16590")

    assert found.keys == ["arxiv:2608.16590"]


def test_a_line_without_a_link_is_a_title_without_its_bullet():
    found = understand("Letters by Night\n- Ferries between Forty Languages\n[3] The Weight of a Question\n\n")

    assert found.titles == ["Letters by Night", "Ferries between Forty Languages", "The Weight of a Question"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("https://openreview.net/forum?id=Abc", "This should be a link to arXiv"),
        ("Have a look: www.example.org/papers/letters.pdf", "This should be a link to arXiv"),
        ("arXiv:2613.12345", "This should be an arXiv ID"),
        ("2608.165", "This should be an arXiv ID"),
        ("26081.16590", "This should be an arXiv ID"),
        ("2608.165901", "This should be an arXiv ID"),
        ("2608.16590.2", "This should be an arXiv ID"),
        ("@misc{nothing, author = {Quill, Ada}}", "This entry should have"),
        ("@misc{broken, author = {Quill", "This entry should have"),
        ("TY  - JOUR\nAU  - Quill, Ada\nER  - ", "This entry should have"),
    ],
)
def test_what_is_not_understood_is_said_with_what_was_expected(line, expected):
    found = understand(line)

    assert (found.keys, found.titles) == ([], [])
    assert len(found.unknown) == 1
    assert found.unknown[0].expected.startswith(expected)
    assert found.unknown[0].text.split()[0] in line or line.startswith("TY")


def test_of_several_links_in_a_line_those_that_are_not_understood_are_said():
    found = understand("https://arxiv.org/abs/2608.16590 https://openreview.net/forum?id=Abc")

    assert found.keys == ["arxiv:2608.16590"]
    assert [one.text for one in found.unknown] == ["https://openreview.net/forum?id=Abc"]


def test_a_line_that_separates_is_nothing():
    found = understand("-----\n\n* * *\n")

    assert found == understand("")


def test_a_comment_of_a_bibliography_is_nothing():
    found = understand("% Encoding: UTF-8\n\n@misc{a, title={Letters by Night}}\n\n% 100% of them\n")

    assert (found.titles, found.unknown) == (["Letters by Night"], [])


def test_words_around_an_entry_are_read_too():
    found = understand("2608.16590\n@misc{a, eprint={2608.16591}}\nhttps://arxiv.org/abs/2608.16592")

    assert found.keys == ["arxiv:2608.16590", "arxiv:2608.16591", "arxiv:2608.16592"]


def test_what_follows_an_unfinished_record_is_read_too():
    found = understand("TY  - GEN\nTI  - A title that\n goes on\n\nAfter it\n2608.16590")

    assert found.titles == ["A title that goes on", "After it"]
    assert found.keys == ["arxiv:2608.16590"]


def test_more_than_the_most_is_said_and_not_read():
    found = understand("\n".join(f"2608.{number:05}" for number in range(MOST_ITEMS + 100)))

    assert len(found.keys) == MOST_ITEMS - 1
    assert [one.text for one in found.unknown] == [f"arxiv:2608.{MOST_ITEMS - 1:05}"]
    assert "At most 10000 papers" in found.unknown[0].expected


MARKS = (
    "@",
    "@misc{",
    "}",
    "{",
    '"',
    ",",
    "=",
    "\n",
    "TY  - ",
    "\nER  - ",
    "\nTI  - ",
    "\nDO  - ",
    "10.1000/",
    "arXiv:",
)
WORDS = ("2608.16590", "hep-th/9901001", "https://", "www.", "%2F", "%", "(", ")", "$", "\\", "v1", " ", "title", "\0")
PIECES = st.sampled_from((*MARKS, *WORDS)) | st.text(max_size=3)
BIBLIOGRAPHIES = ("{", "@", "@a{", '@a{b, c="', '"{', "@a{b, c={\n", "@a{b, title={d}}\n", "TY  - \n", "TY  - a\nb\n")
LINKS = ("10.1000/", "https://", "https:// ", "1", "2608.", "2608.16590 ", "(", "hep-", "arxiv:", "- ", "%2F", "\\'{")


@given(st.text() | st.lists(PIECES, max_size=60).map("".join))
@examples(500)
def test_no_text_breaks_it_and_every_key_is_one(text):
    found = understand(text)

    assert len(found.keys) + len(found.titles) + len(found.unknown) <= MOST_ITEMS
    assert all(key.startswith(("arxiv:", "doi:")) and key.isascii() and len(key) <= 220 for key in found.keys)
    assert all(one.text and one.expected for one in found.unknown)


LONG, SECONDS = (2_500_000, 60) if DEEP else (100_000, 3)


@pytest.mark.parametrize("piece", [*BIBLIOGRAPHIES, *LINKS])
def test_the_longest_text_takes_seconds_at_most(piece):
    text = (piece * (LONG // len(piece) + 1))[:LONG]
    began = time.process_time()

    understand(f"10.1101/{text}")
    understand(text)

    assert time.process_time() - began < SECONDS  # What takes the square of the length takes minutes.
