"""A thousand papers in BibTeX and RIS, as pybtex and rispy read them: strictly, and without a warning."""

import random
import warnings
from collections.abc import Iterable
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from papers import citing
from papers.models import Paper
from tests.papers.test_citing import printed

pytestmark = [pytest.mark.deep, pytest.mark.one_database]
COUNT = 1_000
INSTALL = "run `make deep`, which installs it, or: pip install -r tests/clients/readers.lock"
WORDS = [
    *("Zürich", "Gödel", "Erdős", "Łukasz", "naïve", "Å", "ß", "ø", "Ñandú", "Dvořák", "it’s", "“z”", "論文", "β-VAE"),
    *("GPT-4o", "x<y", "50%", "R&D", "C#", "#1", "$O(n^2)$", "a_b", r"\alpha", "{LLMs}", "~", "^", "--", "``quoted''"),
    *("<b>", "?`", "@misc{"),
]
NAMES = [
    *("Ada Quill", "Jürgen Müller", "Ludwig van Beethoven", "Łukasz Kaiser", "Paul Erdős", "Åsa Öberg", "Pietro Liò"),
    *("José Ñáñez", "Harbour and Sons", "R&D Lab", "O’Neil, Shaun", "others", "Δημήτρης Παπαδόπουλος", "Team {X}"),
]


def reader_of(name: str) -> Any:
    return import_module(name) if find_spec(name.partition(".")[0]) else pytest.fail(f"{name} is missing: {INSTALL}")


@pytest.fixture
def papers() -> list[Paper]:
    dice = random.Random(7)
    return [
        Paper(
            key=f"arxiv:2608.{number:05}" if number % 5 else f"doi:10.1000/<{number}>_{{a}}",
            arxiv_id=f"2608.{number:05}" if number % 5 else None,
            doi=f"10.1000/<{number}>_{{a}}" if number % 3 == 0 else None,
            title=f"{number} {' '.join(dice.choices(WORDS, k=7))}",
            authors=dice.sample(NAMES, dice.randint(0, 4)),
            categories=["cs.CL", "stat.ML"],
            published_on=date(2026, 8, 1 + number % 28) if number % 7 else None,
        )
        for number in range(COUNT)
    ]


def name_of(person: Any) -> str:
    """As it is printed, of the parts into which BibTeX takes it apart."""
    parts: Iterable[list[str]] = (person.first_names, person.middle_names, person.prelast_names, person.last_names)
    return printed(" ".join(word for part in parts for word in part))


def test_pybtex_reads_a_thousand_papers_without_a_warning_each_as_it_was(papers):
    read = reader_of("pybtex.database").parse_string

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read(citing.bibtex(papers), "bibtex").entries

    assert len(found) == COUNT
    for paper, entry in zip(papers, found.values(), strict=True):
        assert printed(entry.fields["title"]) == paper.title
        assert [name_of(one) for one in entry.persons.get("author", [])] == paper.authors
        assert entry.fields.get("eprint") == paper.arxiv_id
        assert entry.fields.get("year") == ("2026" if paper.published_on or paper.arxiv_id else None)


def test_rispy_reads_a_thousand_papers_without_a_warning_each_as_it_was(papers):
    read = reader_of("rispy").loads

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read(citing.ris(papers))

    assert len(found) == COUNT
    for paper, record in zip(papers, found, strict=True):
        assert (record["title"], record.get("authors", [])) == (paper.title, paper.authors)
        assert record.get("doi") == paper.doi
        assert "unknown_tag" not in record


def test_a_broken_entry_would_be_seen():
    broken = citing.bibtex([Paper(key="arxiv:2608.1", title="Of Lamps")]).replace("{Of Lamps}", "{Of Lamps")

    with pytest.raises(Exception, match="premature end of file"):
        reader_of("pybtex.database").parse_string(broken, "bibtex")
