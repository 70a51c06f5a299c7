"""Printed lists as pages: nothing but what was printed, in its order."""

import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.one_database


def entry(number: int, rank: Any, **fields: Any) -> dict[str, Any]:
    filled = {"title": f"Paper {rank} of {number}", "abstract": "We sail.", "authors_or_organisation": "• 5 authors"}
    return (
        {"list": number, "page_date": f"Dec {number}", "rank": rank, "date": "Mar 17, 2024", "comments": 0}
        | filled
        | fields
    )


def shown(folder: Path, *entries: dict[str, Any] | str) -> list[BeautifulSoup]:
    """The pages that are written of these lines."""
    file = folder / "lists.jsonl"
    file.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in entries))
    call_command("lists", str(file), str(folder / "pages"), verbosity=0)
    return [BeautifulSoup(page.read_text(), "html.parser") for page in sorted((folder / "pages").glob("*.html"))]


def test_each_list_is_a_page_with_its_papers_in_the_printed_order(tmp_path):
    pages = shown(tmp_path, entry(1, 1), entry(1, 2), entry(2, 2), entry(2, 10), entry(2, 1))

    assert [[card.h2.get_text() for card in page.select("article")] for page in pages] == [
        ["Paper 1 of 1", "Paper 2 of 1"],
        ["Paper 1 of 2", "Paper 2 of 2", "Paper 10 of 2"],
    ]
    assert [page.h1.get_text() for page in pages] == ["Daily Papers · Dec 1", "Daily Papers · Dec 2"]


def test_a_paper_has_each_fact_that_was_printed(tmp_path):
    abstract = "Tides rise & fall. We find that x<y holds. Ebbs are \u2028 long. " * 4
    [page] = shown(tmp_path, entry(1, 7, abstract=abstract, comments=3))

    card = page.select_one("article")
    assert card.select_one(".rank").get_text() == "7"
    assert [fact.get_text() for fact in card.select(".byline span")] == ["5 authors", "Mar 17, 2024"]
    assert card.select_one("details p").get_text() == abstract
    assert "3 comments" in card.get_text()


@pytest.mark.parametrize(
    ("printed", "by"),
    [
        ("• 1 authors", "1 author"),
        ("• 12 authors", "12 authors"),
        ("harbour Harbour", "Harbour"),
        ("Harbour Institute", "Harbour Institute"),
    ],
)
def test_who_wrote_it_is_a_number_of_authors_or_an_organisation(tmp_path, printed, by):
    [page] = shown(tmp_path, entry(1, 1, authors_or_organisation=printed))

    assert page.select_one(".byline span").get_text() == by


def test_of_comments_that_nobody_made_nothing_is_said(tmp_path):
    [page] = shown(tmp_path, entry(1, 1))

    assert "comment" not in page.get_text()


def test_pages_lead_to_one_another_and_have_their_style_beside_them(tmp_path):
    pages = shown(tmp_path, entry(1, 1), entry(3, 1))

    folder = tmp_path / "pages"
    for page in pages:
        names = [link["href"] for link in page.select("a, link")]
        assert names == ["site.css", "list-1.html", "list-3.html"]
        assert all((folder / name).is_file() for name in names)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["{"], "line 1: expected a printed paper as JSON"),
        ([entry(1, 1), {"list": 1}], "line 2: expected a printed paper as JSON, found: Object missing required field"),
        ([entry(1, "first")], r"line 1: .* Expected `int`, got `str` - at `\$.rank`"),
        ([""], "expected printed papers, found none"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_with_a_sentence(tmp_path, lines, sentence):
    with pytest.raises(CommandError, match=sentence):
        shown(tmp_path, *lines)


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="expected a file of printed lists"):
        call_command("lists", str(tmp_path / "none"), str(tmp_path))
