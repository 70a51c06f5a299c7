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

from papers.models import Paper, Topic
from papers.search import ranking, understanding
from tests.factories import make_paper, make_score, make_topic
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

    answer = client.get(f"/search/?q={raw}", follow=True)

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
    assert ">1 paper<" in page


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
    assert 'rel="next" href="?q=tides+%26+ebb&amp;page=2"' in first
    assert 'rel="prev" href="?q=tides+%26+ebb&amp;page=9"' in last
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


@pytest.mark.parametrize("query", ["ada quill", "Quill, Ada", "ADA  QUILL"])
def test_an_authors_name_leads_straight_to_the_author_whose_page_leads_back_to_the_words(client: Client, query: str):
    paper("Sorting letters", authors=["Ada Quill", "Tomas Brandt"])
    paper("About Ada Quill", "Ada Quill and Ada Quill.")
    understanding.keep_up()

    answer = client.get("/search/", {"q": query})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/author/Ada%20Quill/")

    assert "/search/?q=Ada%20Quill&amp;words=yes" in client.get(answer.headers["Location"]).text
    words = client.get("/search/?q=Ada%20Quill&words=yes").text
    assert "About Ada Quill" in words
    assert 'Author:</span> <a href="/author/Ada%20Quill/">Ada Quill</a>' in words


@pytest.mark.parametrize(
    ("query", "link"),
    [
        ("tidal energy", 'Topic:</span> <a href="/topic/tides/">Tidal energy</a>'),
        ("Ebb", 'Topic:</span> <a href="/topic/tides/">Tidal energy</a>'),
        ("CS.cl", 'arXiv category:</span> <a href="/category/cs.CL/">cs.CL</a>'),
        ("harbour lab", 'Organisation:</span> <a href="/organisation/Harbour%20Lab/">Harbour Lab</a>'),
    ],
)
def test_topics_categories_and_organisations_are_found_as_what_they_are(client: Client, query: str, link: str):
    Topic.objects.create(slug="tides", name="Tidal energy", group="Sea", phrases=['"ebb"', "flood"])
    paper("Pigeons", organisation="Harbour Lab")
    understanding.keep_up()

    assert link in client.get("/search/", {"q": query}).text


def test_who_is_called_like_a_topic_stands_beside_it(client: Client):
    Topic.objects.create(slug="tides", name="Tides", group="Sea")
    paper("Pigeons", authors=["Tides"])
    understanding.keep_up()

    page = client.get("/search/?q=tides").text

    assert 'Topic:</span> <a href="/topic/tides/">' in page
    assert 'Author:</span> <a href="/author/Tides/">' in page


# ------------------------------------------------------------------------------------------------- what fits, and more


def test_results_end_where_they_no_longer_fit_and_what_is_less_close_is_one_press_away(client: Client):
    for number in range(4):
        paper(f"Tides and ebb {number}")
    paper("Ebb alone")
    understanding.keep_up()

    page, everything = client.get("/search/?q=tides+ebb").text, client.get("/search/?q=tides+ebb&all=yes").text

    assert ">4 papers, best matches first" in page
    assert "Ebb alone" not in page
    assert '<a href="?q=tides+ebb&amp;all=yes">' in page
    assert "Ebb alone" in everything
    assert "Show weaker matches" not in everything


def test_where_no_paper_says_all_of_it_the_closest_are_shown_and_said_to_be_no_more(client: Client):
    paper("Ebb alone")
    understanding.keep_up()

    page = client.get("/search/?q=ebb+of+pigeons").text

    assert "No paper matches all of this. These come closest." in page
    assert "Ebb alone" in page


def test_a_search_is_narrowed_by_day_topic_category_and_code(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("papers.site_clock.now", lambda: NOW)
    topic = make_topic()
    new = paper("Tides today", listed_on=NOW.date(), categories=["cs.CL"], urls={"code": "https://code.example.org"})
    paper("Tides of old", listed_on=date(2025, 1, 1), categories=["cs.RO"])
    make_score(new, topic)
    understanding.keep_up()

    page = client.get("/search/?q=tides").text

    assert "Tides of old" in page
    for narrowed in ("days=7", f"topic={topic.slug}", "category=cs.CL", "code=yes"):
        assert f'href="?q=tides&amp;{narrowed}"' in page
        fewer = client.get(f"/search/?q=tides&{narrowed}").text
        assert ("Tides today" in fewer, "Tides of old" in fewer) == (True, False)
        assert '<a href="?q=tides">Show all</a>' in fewer
    assert 'href="?q=tides&amp;category=cs.CL&amp;days=7"' in client.get("/search/?q=tides&category=cs.CL").text


def test_the_page_asks_the_database_equally_often_for_few_papers_and_for_many(client: Client):
    topic = make_topic()
    papers = [paper("Tides", authors=["Tides"]) for _ in range(3)]
    make_score(papers[0], topic)
    understanding.keep_up()
    for_few = queries(client, "/search/?q=tides&words=yes")
    papers += [paper("Tides", authors=["Tides"]) for _ in range(60)]
    for one in papers[1:]:
        make_score(one, topic)
    understanding.keep_up()

    assert queries(client, "/search/?q=tides&words=yes") == for_few


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", ["/", "/topics/", "/search/", "/search/?q=tides", "/nowhere/"])
def test_every_page_has_a_search_box_that_says_what_it_is_for(client: Client, address: str):
    page = client.get(address).text

    assert '<form class="search" role="search" action="/search/">' in page
    assert '<label for="search-words" class="unseen">Search papers</label>' in page
