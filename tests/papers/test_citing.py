"""Papers in BibTeX and RIS: any title and name comes back as it was, by parsers that are not ours."""

import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import split_multiple_persons_names
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from papers import citing
from papers.models import Paper
from tests.depth import examples

pytestmark = pytest.mark.one_database
SIGNS = ["\\", *"{}$%&#_^~\"'`-@,=<>?!βé", "---", "@misc{", "<b>", r"\textbf{x}", "$x_i^2$", "others", "LLMs", "論文"]
PIECES = [*SIGNS, " ", " and ", "TI  - ", "ER  - "]
TEXTS = st.lists(
    st.sampled_from(PIECES)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="ˆ"), max_size=5),
    max_size=6,
).map(lambda pieces: f"T{' '.join(''.join(pieces).split())}")


def paper(**fields: Any) -> Paper:
    return Paper(**{"key": "arxiv:2608.16590", "title": "Of Lamps", "first_seen_at": None} | fields)


def entries(text: str) -> list[dict[str, str]]:
    library = parse_string(text)
    assert not library.failed_blocks
    return [{field.key: str(field.value) for field in entry.fields} for entry in library.entries]


def records(text: str) -> list[list[tuple[str, str]]]:
    """The tags and values of each."""
    lines = text.split("\r\n")[:-1]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines)
    said = [(line[:2], line[6:]) for line in lines]
    begun = [place for place, (tag, _) in enumerate(said) if tag == "TY"]
    return [said[begin:end] for begin, end in pairwise([*begun, len(said)])]


def printed(value: str) -> str:
    return LatexNodes2Text(keep_comments=True).latex_to_text(value).replace("ˆ", "^")  # its own sign


@examples(300)
@given(TEXTS)
def test_any_title_is_read_from_bibtex_as_it_was(title):
    [entry] = entries(citing.bibtex([paper(title=title)]))

    assert printed(entry["title"]) == title


@examples(300)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_any_names_are_read_from_bibtex_each_by_itself(authors):
    [entry] = entries(citing.bibtex([paper(authors=authors)]))

    assert [printed(name) for name in split_multiple_persons_names(entry["author"])] == authors


@examples(100)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_title_and_names_are_read_from_ris_as_they_were(texts):
    [record] = records(citing.ris([paper(title=texts[0], authors=texts)]))

    assert [value for tag, value in record if tag == "TI"] == [texts[0]]
    assert [value for tag, value in record if tag == "AU"] == texts


def test_an_entry_says_where_a_paper_is():
    one = paper(
        title="Sparse lamps for LLMs",
        authors=["Ada Quill", "Tomas Brandt", "Harbour and Sons"],
        arxiv_id="2608.16590",
        doi="10.1000/a_b",
        categories=["cs.CL", "cs.LG"],
        published_on=date(2026, 8, 19),
    )

    assert citing.bibtex([one]) == (
        "@misc{arxiv:2608.16590,\n"
        "\ttitle = {Sparse lamps for {LLMs}},\n"
        "\tauthor = {Ada Quill and Tomas Brandt and {Harbour and Sons}},\n"
        "\tyear = {2026},\n"
        "\teprint = {2608.16590},\n"
        "\tarchivePrefix = {arXiv},\n"
        "\tprimaryClass = {cs.CL},\n"
        "\tdoi = {10.1000/a_b},\n"
        "\turl = {https://arxiv.org/abs/2608.16590}\n"
        "}\n"
    )
    assert citing.ris([one]).split("\r\n") == [
        "TY  - GEN",
        "TI  - Sparse lamps for LLMs",
        "AU  - Ada Quill",
        "AU  - Tomas Brandt",
        "AU  - Harbour and Sons",
        "PY  - 2026",
        "DA  - 2026/08/19",
        "DO  - 10.1000/a_b",
        "AN  - arXiv:2608.16590",
        "UR  - https://arxiv.org/abs/2608.16590",
        "ER  - ",
        "",
    ]


@pytest.mark.parametrize(
    ("arxiv_id", "year"), [("2608.16590", "2026"), ("0704.0001", "2007"), ("hep-th/9901001", "1999")]
)
def test_a_paper_of_which_no_day_is_known_has_the_year_of_its_arxiv_id(arxiv_id, year):
    one = paper(arxiv_id=arxiv_id)

    assert entries(citing.bibtex([one]))[0]["year"] == year
    assert ("PY", year) in records(citing.ris([one]))[0]
    assert ("citation_publication_date", year) in citing.tags(one)


KEYS = ["doi:10.1000/a<b", "doi:10.1000/a>b", "doi:10.1000/a+3Cb", "doi:10.1000/a{b", "doi:10.1000/a~b", "title:ä, é"]


def test_no_two_papers_are_cited_by_the_same_label_and_none_breaks_an_entry():
    found = parse_string(citing.bibtex([paper(key=key, doi=key.partition(":")[2]) for key in KEYS]))

    assert not found.failed_blocks
    assert len({entry.key for entry in found.entries}) == len(KEYS)
    assert all(re.fullmatch(r"[\w:/+.-]+", entry.key, re.ASCII) for entry in found.entries)


def test_of_no_papers_there_is_an_empty_text():
    assert citing.bibtex([]) == citing.ris([]) == ""
