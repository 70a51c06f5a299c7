"""Entries as each tool writes them: where it puts an arXiv id, and what only looks like one. All are invented."""

import pytest

from subscriptions.interests.pasting import Item, understand

pytestmark = pytest.mark.one_database

WRITTEN = {
    "DBLP": "@article{DBLP:journals/corr/abs-2106-01345, journal={CoRR}, volume={abs/2106.01345}, year={2021}}",
    "DBLP, an old one": "@article{DBLP:journals/corr/cs-LG-0106345, journal={CoRR}, volume={cs.LG/0106345}}",
    "Zotero": "@misc{quill_letters_2021, publisher={arXiv}, number={arXiv:2106.01345}}",
    "Zotero, with its case protected": "@misc{quill_letters_2021, publisher={{arXiv}}, number={{arXiv}:2106.01345}}",
    "Zotero's note": "@misc{quill_letters_2021, note={arXiv:2106.01345 [cs]}}",
    "Mendeley": "@article{Quill2021, archivePrefix={arXiv}, arxivId={2106.01345}}",
    "Mendeley, with a version": "@article{Quill2021, arxivId={2106.01345v3}}",
    "ADS": "@ARTICLE{2021arXiv210601345Q, journal={arXiv e-prints}, eid={arXiv:2106.01345}}",
    "ADS, as pages": "@ARTICLE{2021arXiv210601345Q, journal={arXiv e-prints}, pages={arXiv:2106.01345}}",
    "arXiv": "@misc{quill2021, eprint={2106.01345}, archivePrefix={arXiv}, primaryClass={cs.LG}}",
    "biblatex": "@online{quill2021, eprint={2106.01345}, eprinttype={arXiv}, eprintclass={cs.LG}}",
    "INSPIRE": '@article{Quill:2021abc, eprint = "2106.01345", archivePrefix = "arXiv", primaryClass = "cs.LG"}',
    "Google Scholar": "@article{quill2021letters, journal={arXiv preprint arXiv:2106.01345}}",
    "EndNote": "%0 Journal Article\n%T Letters by Night\n%A Quill, Ada\n%J arXiv preprint arXiv:2106.01345\n%D 2021",
    "PubMed": "PMID- 34567890\nTI  - Letters by Night\nLID - arXiv:2106.01345v2 [pii]\nSO  - ArXiv [Preprint]. 2021.",
}
OLD = {
    "with its subject": "@article{q, eprint={cond-mat.mes-hall/0102536}, archivePrefix={arXiv}}",
    "with its subject, named": "@article{q, eid={arXiv:cond-mat.mes-hall/0102536}}",
    "its archive apart": "@article{q, eprint={0102536}, archivePrefix={arXiv}, primaryClass={cond-mat.mes-hall}}",
    "its archive as the prefix": "@article{q, eprint={0102536}, archivePrefix={cond-mat}}",
    "in RIS": "TY  - JOUR\nM1  - arXiv:cond-mat.mes-hall/0102536\nER  - ",
}


def of_every_tool() -> list[object]:
    new = [pytest.param(entry, "2106.01345", id=tool) for tool, entry in WRITTEN.items() if tool[:4] != "DBLP"]
    old = [pytest.param(entry, "cond-mat/0102536", id=way) for way, entry in OLD.items()]
    dblp = [(WRITTEN["DBLP"], "2106.01345"), (WRITTEN["DBLP, an old one"], "cs/0106345")]
    return [*new, *dblp, *old]


@pytest.mark.parametrize(("entry", "arxiv_id"), of_every_tool())
def test_an_arxiv_id_is_found_where_the_tool_puts_it(entry, arxiv_id):
    assert understand(entry).keys == [f"arxiv:{arxiv_id}"]


@pytest.mark.parametrize(
    "field",
    [
        "pages={2106.01345}",
        "volume={2106.01345}",
        "number={2106.01345}",
        "eid={2106.01345}",
        "note={Grant 2106.01345}",
        "eprint={2106.01345}, eprinttype={jstor}",
        "isbn={arXiv:2106.01345}",
        "abstract={We build on arXiv:2106.01345.}",
        "journal={CoRR}, volume={abs/21060.1345}",
    ],
)
def test_a_number_that_only_looks_like_an_id_is_none(field):
    found = understand(f"@article{{q, title={{Letters by Night}}, {field}}}")

    assert (found.keys, found.titles) == ([], ["Letters by Night"])


@pytest.mark.parametrize("underscore", ["\\_", "{\\_}"])
@pytest.mark.parametrize("field", ["doi={10.1007/978-3-031-1_4}", "url={https://doi.org/10.1007/978-3-031-1_4}"])
def test_a_doi_is_read_without_what_tex_needs_in_it(field, underscore):
    entry = f"@inproceedings{{DBLP:conf/q, {field.replace('_', underscore)}}}"

    assert understand(entry).keys == ["doi:10.1007/978-3-031-1_4"]


ENDNOTE = """%0 Journal Article
%T Harbours without Charts: a
 Study
%A Quill, Ada
%A Brandt, Tomas
%R 10.1000/Harbours
%U https://example.org/harbours
%@ 1234-5678

%0 Generic
%T Ferries at Noon
%U https://arxiv.org/abs/2608.16590v1
%0 Thesis
%T Soundings
"""
PUBMED = """
PMID- 34567890
OWN - NLM
DP  - 2021 Jun
TI  - Harbours without Charts: a study of what a very long title does when it does
      not fit.
LID - 10.1000/Harbours [doi]
AB  - We ask 10.1000/other and arXiv:2608.00001.
FAU - Quill, Ada
AD  - Tidewater Lab. ada@example.org.
AID - S0000-0000(21)00001-2 [pii]
AID - 10.1000/Harbours [doi]
PMC - PMC9999999
SO  - J Harb. 2021 Jun;6(1):1-9. doi: 10.1000/Harbours.

PMID- 34567891
TI  - Soundings.
"""


def test_endnote_is_read():
    found = understand(ENDNOTE)

    assert found.named == {
        "doi:10.1000/harbours": "Harbours without Charts: a Study",
        "arxiv:2608.16590": "Ferries at Noon",
    }
    assert (found.titles, found.unknown) == (["Soundings"], [])


def test_pubmed_is_read():
    found = understand(PUBMED)

    assert found.named == {
        "doi:10.1000/harbours": "Harbours without Charts: a study of what a very long title does when it does not fit."
    }
    assert (found.titles, found.unknown) == (["Soundings."], [])


def test_bibliographies_of_every_kind_may_follow_one_another():
    kinds = (PUBMED, ENDNOTE, "TY  - JOUR\nTI  - Lanterns\nER  - ", "@misc{a, title={Rivers}}", "Letters by Night")

    found = understand("\n\n".join(kinds))

    assert found.titles == ["Soundings.", "Soundings", "Lanterns", "Rivers", "Letters by Night"]


def test_a_library_of_pubmed_with_its_addresses_is_read_whole():
    library = "".join(
        PUBMED.replace("Soundings.", f"Soundings {number}").replace("10.1000/Harbours", f"10.1000/{number}")
        for number in range(1_000)
    )

    found = understand(library)

    assert "@" in library
    assert (len(found.named), len(found.titles), len(found.unknown)) == (1_000, 1_000, 0)


def test_a_library_with_addresses_and_no_blank_line_is_read_whole():
    record = "TY  - JOUR\nTI  - Letters {0}\nAD  - ada@example.org\nDO  - 10.1000/{0}\nER  - \n"

    found = understand("".join(record.format(number) for number in range(2_000)))

    assert (len(found.named), len(found.titles), len(found.unknown)) == (2_000, 0, 0)


@pytest.mark.parametrize("record", ["%0 Journal Article\n%A Quill, Ada", "PMID- 34567890\nFAU - Quill, Ada"])
def test_a_record_that_names_no_paper_gets_a_sentence(record):
    [unknown] = understand(record).unknown

    assert unknown.expected == "This entry should have an arXiv ID, a DOI or a title."


@pytest.mark.parametrize(
    "title",
    [
        "Sunspots of cycle 24. II. Statistics of the groups",
        "Letters - by night",
        "The first 10) rivers",
        "Of [3] rivers",
        "2001. A harbour odyssey",
    ],
)
def test_a_number_in_the_middle_of_a_title_is_part_of_it(title):
    assert understand(title).titles == [title]
    assert understand(f"12. {title}").titles == [title]


def test_the_mark_that_a_file_begins_with_is_no_part_of_its_first_record():
    assert understand("\ufeffTY  - JOUR\r\nTI  - Lanterns in the Fog\r\nER  - \r\n").items == [
        Item(title="Lanterns in the Fog")
    ]
