"""Single papers by the query API."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from papers.sources.arxiv.query import dois_address, query, titles_address
from papers.sources.base import Listing, Page, SourceError
from tests.papers.sources.arxiv.samples import QUERY, changed, ids, the_odd_one, without_items

pytestmark = pytest.mark.one_database


def test_a_query_says_all_of_a_paper():
    lanterns, rivers = query(QUERY).listings

    assert lanterns == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools with α-Traces",
        abstract="We ask why an agent forgets a tool, and show that O(n²) lanterns bring 41% of lost tools back.",
        authors=["Ilse Vandermolen", "Tomás Quiroga-Reyes"],
        categories=["cs.CL", "cs.AI"],
        doi="10.99999/fog.2026.17",
        published_on=date(2026, 9, 11),
        announced=False,
    )
    assert (rivers.key, rivers.categories) == ("arxiv:hep-th/9901007", ["hep-th"])


def test_a_query_that_finds_nothing_is_an_answer():
    assert query(without_items(QUERY)) == Page([])


def test_an_answer_that_had_no_room_for_all_says_so():
    assert query(QUERY).cut is False
    assert query(changed(QUERY, "<opensearch:totalResults>2", "<opensearch:totalResults>3")).cut is True


def asked(address):
    return parse_qs(urlsplit(address).query)["search_query"][0]


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Letters by Night", 'ti:"Letters by Night"'),
        ("Letters by Night: a Study", 'ti:"Letters by Night" AND ti:"a Study"'),
        ("The river’s self-made bed, and GPT-4.5", """ti:"The river's self-made bed" AND ti:"and GPT-4.5\""""),
        ("Nächte am alten Hafen", 'ti:"am alten Hafen"'),
        ("Rivers", 'ti:"Rivers"'),
        ('A "quoted" (title) AND more\\: OR none', 'ti:"AND more" AND ti:"OR none"'),
        ("A: bb: ccc ddd: ee ff: gg hh: ii jj", 'ti:"ccc ddd" AND ti:"ee ff" AND ti:"gg hh"'),
    ],
)
def test_a_title_is_searched_for_by_its_longest_phrases(title, query):
    assert asked(titles_address([title])) == query


def test_several_names_are_searched_for_at_once():
    assert asked(titles_address(["Letters by Night", "Rivers"])) == '(ti:"Letters by Night") OR (ti:"Rivers")'
    assert asked(dois_address(['10.1000/a"b', "10.1000/c"])) == '(doi:"10.1000/ab") OR (doi:"10.1000/c")'


def test_a_paper_found_twice_is_one():
    assert ids(query(changed(QUERY, "hep-th/9901007v12", "2609.99901v1"))) == ["2609.99901"]


def test_an_error_of_the_query_api_is_named():
    body = changed(QUERY, "http://arxiv.org/abs/hep-th/9901007v12", "https://arxiv.org/api/errors#incorrect_id")
    body = body.replace(b"A river is a memory with a bed.", b"incorrect id format for abc")

    found = "expected papers, found the error 'incorrect id format for abc'"
    assert the_odd_one(query(body)) == f"{found} (paper 2 of the list)"
    with pytest.raises(SourceError, match=rf"^{found} \(paper 1 of the list\)$"):
        query(re.sub(rb"<entry>.*?</entry>", b"", body, count=1, flags=re.DOTALL))


def test_a_paper_that_was_asked_for_may_have_no_abstract():
    assert query(changed(QUERY, "A river is a memory with a bed.", " ")).listings[1].abstract is None


def test_a_paper_may_be_called_error():
    assert query(changed(QUERY, "Rivers that Remember", "Error")).listings[1].title == "Error"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("http://arxiv.org/abs/hep-th/9901007v12", "http://example.org/abs/hep-th/9901007v12", "expected an id like"),
        ("<published>1999-01-04", "<published>soon", "expected published to begin with a date, found 'soon"),
        ("Rivers that Remember", "", "expected a title, found an empty one"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named_and_left_out(old, new, message):
    page = query(changed(QUERY, old, new))

    assert re.match(rf"{message}.*\(paper 2 of the list\)$", the_odd_one(page))
    assert ids(page) == ["2609.99901"]
