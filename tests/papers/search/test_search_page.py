"""The search page as users meet it: any text will do."""

from datetime import date
from urllib.parse import quote

import hypothesis
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from papers.models import Paper
from papers.search import ranking, understanding
from tests.factories import DAY, make_paper, make_score, make_topic
from tests.papers.search.conftest import NOW, paper

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------------------------------------------------------ any text

HOSTILE = [
    "",
    "   ",
    "a" * 10_000,
    "word " * 2_000,
    " ".join(f"w{number}" for number in range(2_000)),
    '"',
    '"letter sorting"',
    "'",
    "AND",
    "OR NOT",
    "letter AND (sorting OR pigeon) NOT tide",
    "NEAR(letter sorting, 5)",
    "lett*",
    "terms:letter",
    "^letter",
    "+letter -sorting",
    "(((((",
    "letter & sorting | !tide <-> pigeon:*",
    ":*",
    "\\",
    "\\'; DROP TABLE papers_paper; --",
    "letter \\' sorting \\",
    "💌 📮",
    "\x00",
    "let\x00ter",
    "\ud800",
    "letter \udfff",
    "رسالة البريد",
    "\u202eretteL",
    "%",
    "%s %(name)s {0}",
    "a b c d e f g",
    "the of and to in",
    "@adaquill",
    "@",
    ".",
    "O'Brien's don't",
    "x" * 300 + "é" * 700,
    "٢٦٠٨.١٢٣٤٥",
    "\u2028\x85\x1c",
]


@pytest.fixture
def letters(db) -> None:
    paper("Sorting letters", "By hand, AND by foot.", authors=["Ada Quill", "Seán O'Brien"])
    understanding.keep_up()


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: repr(query)[:40])
@pytest.mark.usefixtures("letters")
def test_any_query_is_answered_by_a_page(client: Client, query: str):
    raw = quote(query.encode("utf-8", "surrogatepass"))

    answer = client.get(f"/search/?q={raw}")

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60))
@example(query="'a'" * 50)
@pytest.mark.usefixtures("letters")
def test_searching_for_any_text_is_no_error(query: str):
    assert isinstance(ranking.search(query), list)
    assert isinstance(ranking.by_author(query), list)
    assert isinstance(ranking.arxiv_id_in(query), str)


# ------------------------------------------------------------------------------------------------------------ the page


@pytest.mark.usefixtures("letters")
def test_the_page_shows_the_query_in_its_title_and_in_the_box_and_the_papers_as_cards(client: Client):
    page = client.get("/search/?q=sorted+%3Cletters%3E").text

    assert "<title>sorted &lt;letters&gt; · Search ·" in page
    assert 'name="q" value="sorted &lt;letters&gt;"' in page
    assert page.count('class="card"') == 1
    assert ">1 paper <" in page


@pytest.mark.usefixtures("letters")
def test_a_search_that_finds_nothing_says_so(client: Client):
    assert "No papers found." in client.get("/search/?q=pigeons").text


def test_results_come_in_pages_of_twenty_and_are_at_most_two_hundred(client: Client):
    Paper.objects.bulk_create(
        [Paper(key=f"test:{number}", title="Tides & ebb", first_seen_at=NOW) for number in range(210)]
    )
    understanding.keep_up()

    first, last = client.get("/search/?q=tides+%26+ebb").text, client.get("/search/?q=tides+%26+ebb&page=10").text

    assert "200 papers" in first
    assert first.count('class="card"') == last.count('class="card"') == 20
    assert 'rel="next" href="?q=tides%20%26%20ebb&amp;page=2"' in first
    assert 'rel="prev" href="?q=tides%20%26%20ebb&amp;page=9"' in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize(
    "query",
    [
        "2608.16590",
        " 2608.16590v3 ",
        "arXiv:2608.16590",
        "https://arxiv.org/abs/2608.16590v2",
        "http://www.arxiv.org/pdf/2608.16590.pdf",
        "arxiv.org/html/2608.16590v1#S3",
        "https://huggingface.co/papers/2608.16590?utm=x",
    ],
)
def test_an_arxiv_id_or_address_leads_straight_to_its_paper(client: Client, query: str):
    one = make_paper(key="arxiv:2608.16590")

    answer = client.get("/search/", {"q": query})

    assert (answer.status_code, answer.headers["Location"]) == (302, one.get_absolute_url())


@pytest.mark.parametrize("query", ["hep-th/9901001", "HEP-TH/9901001v2", "hep-th.XX/9901001"])
def test_an_id_of_the_old_kind_leads_to_its_paper(client: Client, query: str):
    make_paper(key="arxiv:hep-th/9901001")

    assert client.get("/search/", {"q": query}).status_code == 302


def test_an_arxiv_id_that_is_not_here_is_said_to_be_not_here(client: Client):
    answer = client.get("/search/?q=arXiv:2608.99999v1")

    assert answer.status_code == 200
    assert "We do not have paper 2608.99999." in answer.text


def test_an_authors_papers_come_first_the_latest_before_the_others(client: Client):
    paper("About Ada Quill", "Ada Quill and Ada Quill.")
    paper("Older", authors=["Ada Quill"], listed_on=DAY, published_on=date(2026, 8, 1))
    paper("Latest", authors=["ADA  QUILL", "Tomas Brandt"], published_on=date(2026, 8, 9))
    paper("Oldest", authors=["Tomas Brandt", "Ada Quill"], published_on=None)
    paper("Of another", authors=["Ada Quillon"])
    understanding.keep_up()

    page = client.get("/search/?q=ada+quill").text

    order = [
        page.index(text) for text in ("Papers by ada quill", ">Latest<", ">Older<", ">Oldest<", ">About Ada Quill<")
    ]
    assert order == sorted(order)
    assert ">Of another<" not in page


def test_the_page_asks_the_database_equally_often_for_few_papers_and_for_many(client: Client):
    topic = make_topic()
    papers = [paper("Tides", authors=["Tides"]) for _ in range(3)]
    understanding.keep_up()
    for_few = queries(client, "/search/?q=tides")
    papers += [paper("Tides", authors=["Tides"]) for _ in range(60)]
    for one in papers:
        make_score(one, topic)
    understanding.keep_up()

    assert queries(client, "/search/?q=tides") == for_few


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", ["/", "/topics/", "/search/", "/search/?q=tides", "/nowhere/"])
def test_every_page_has_a_search_box_that_says_what_it_is_for(client: Client, address: str):
    page = client.get(address).text

    assert '<form class="search" role="search" action="/search/">' in page
    assert '<label for="search-words" class="unseen">Search papers</label>' in page
