"""What a listing holds at most, whichever source it comes from: all of it is shown on pages and in letters."""

from typing import Any

import pytest

from papers.sources.base import Listing, SourceError

pytestmark = pytest.mark.one_database


def listing(**said: Any) -> Listing:
    return Listing(**{"key": "doi:10.9999/tide.1", "title": "How Tides Remember"} | said)


@pytest.mark.parametrize(("name", "longest"), [("title", 1_000), ("abstract", 20_000), ("organisation", 200)])
def test_a_text_that_is_too_long_is_cut_with_an_ellipsis(name: str, longest: int):
    fits, too_long = "tide " * (longest // 5 - 1) + "tides", "tide " * longest

    assert getattr(listing(**{name: fits}), name) == fits
    assert getattr(listing(**{name: too_long}), name) == ("tide " * (longest // 5)).rstrip() + "…"


@pytest.mark.parametrize("name", ["authors", "keywords", "categories"])
def test_a_name_that_is_too_long_is_cut_with_an_ellipsis(name: str):
    assert getattr(listing(**{name: ["Ada Quill", "q" * 201]}), name) == ["Ada Quill", "q" * 199 + "…"]


@pytest.mark.parametrize(("name", "most"), [("authors", 2_000), ("keywords", 100), ("categories", 100)])
def test_of_too_many_names_the_last_is_an_ellipsis(name: str, most: int):
    names = [f"Ada {number}" for number in range(most + 1)]

    assert getattr(listing(**{name: names[:most]}), name) == names[:most]
    assert getattr(listing(**{name: names}), name) == [*names[: most - 1], "…"]


def test_accounts_are_kept_of_those_authors_who_are_named():
    names = [f"Ada {number}" for number in range(2_001)]
    accounts = {"Ada 7": "huggingface:seven", "Ada 2000": "huggingface:last", "q" * 300: "huggingface:long"}

    found = listing(authors=["q" * 300, *names], identities=accounts)

    assert found.identities == {"q" * 199 + "…": "huggingface:long", "Ada 7": "huggingface:seven"}


def test_an_address_that_is_too_long_is_left_out():
    links = {"code": "https://example.org/" + "a" * 2_000, "project": "https://example.org/"}

    assert listing(urls=links).urls == {"project": "https://example.org/"}


@pytest.mark.parametrize("name", ["title", "abstract", "organisation"])
def test_no_direction_goes_on_behind_a_text(name: str):
    assert getattr(listing(**{name: "\u202edirt \u2067and\u2069 tide\u2066"}), name) == "dirt and tide"


def test_texts_come_on_one_line_and_without_control_characters():
    found = listing(
        title=" How\x08 Tides\u2028Remember\n", authors=["Ada\x00\tQuill\u202e", "\x1b"], keywords=["\x85"]
    )

    assert (found.title, found.authors, found.keywords) == ("How Tides Remember", ["Ada Quill"], [])


@pytest.mark.parametrize("nothing", ["", " \n", "\x00", "\u200b\u202e"])
def test_a_text_of_which_nothing_is_left_was_not_said(nothing: str):
    assert (listing(abstract=nothing).abstract, listing(organisation=nothing).organisation) == (None, None)
    with pytest.raises(SourceError, match=r"^expected a title, found an empty one$"):
        listing(title=nothing)


def test_what_a_reading_does_not_say_stays_unsaid():
    assert set(listing().facts()) == {"title"}


def test_an_id_that_is_too_long_is_refused():
    with pytest.raises(SourceError, match=r"^expected key of at most 220 characters, found 'doi:10.9999/ttt"):
        listing(key="doi:10.9999/" + "t" * 300)
