"""The public feeds."""

import json
from datetime import date, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from papers.models import Paper
from papers.search import understanding
from tests.atom import faults
from tests.factories import DAY, make_paper, make_score, make_topic
from tests.papers.pages.samples import DAY_PAGE

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = [
    *("/feed.", "/list/huggingface/feed.", "/week/feed.", "/month/feed.", "/trending/feed.", "/topic/post/feed."),
    *("/category/cs.CL/feed.", "/author/Ada%20Quill/feed.", "/organisation/Harbour/feed.", "/search/feed."),
]


@pytest.fixture
def entries(client):
    """The entries of an Atom feed."""
    return lambda address: ElementTree.fromstring(client.get(address).content).findall(f"{ATOM}entry")


@pytest.fixture
def titles(entries):
    return lambda address: [entry.findtext(f"{ATOM}title") for entry in entries(address)]


@pytest.fixture
def one_of_each():
    make_one_of_each()


def make_one_of_each() -> None:
    """A paper that is in every feed."""
    now = timezone.now()
    paper = make_paper(
        title="Letters", categories=["cs.CL"], organisation="Harbour", votes=9, listed_on=now.date(), first_seen_at=now
    )
    make_score(paper, make_topic(slug="post", name="Post"))
    understanding.keep_up()


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.usefixtures("one_of_each")
def test_every_list_is_an_atom_and_a_json_feed_with_its_papers(client, titles, address):
    query = "?q=letters" if "search" in address else ""

    atom, as_json = (client.get(f"{address}{form}{query}") for form in ("atom", "json"))

    assert atom.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert as_json.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    assert titles(f"{address}atom{query}") == ["Letters"]
    assert [item["title"] for item in json.loads(as_json.content)["items"]] == ["Letters"]


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.usefixtures("one_of_each")
def test_every_atom_feed_is_valid_whatever_papers_say(client, address):
    Paper.objects.update(
        title="If x<y & “z”", abstract="", authors=["Ida Lovelace\u0308", "Q & <A>"], urls={"code": "x:y"}
    )

    assert faults(client.get(f"{address}atom?q=letters").content) == []


@pytest.mark.parametrize("form", ["atom", "json"])
@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.usefixtures("one_of_each")
def test_whoever_has_a_feed_already_gets_304(client, address, form):
    first = client.get(f"{address}{form}?q=letters")

    by_tag = client.get(f"{address}{form}?q=letters", headers={"If-None-Match": first.headers["ETag"]})
    by_date = client.get(f"{address}{form}?q=letters", headers={"If-Modified-Since": first.headers["Last-Modified"]})

    assert (by_tag.status_code, by_tag.content) == (304, b"")
    assert (by_date.status_code, by_date.content) == (304, b"")
    assert by_tag.headers["ETag"] == first.headers["ETag"]
    assert not first.cookies


@pytest.mark.usefixtures("one_of_each")
def test_a_feed_that_has_a_new_paper_is_sent_whole(client):
    before = client.get("/feed.atom")
    make_paper(title="News", listed_on=timezone.now().date(), first_seen_at=timezone.now() + timedelta(minutes=1))

    after = client.get(
        "/feed.atom",
        headers={"If-None-Match": before.headers["ETag"], "If-Modified-Since": before.headers["Last-Modified"]},
    )

    assert after.status_code == 200
    assert "News" in after.text


def test_an_entry_keeps_its_id_and_its_moment_when_people_vote(entries):
    paper = make_paper(key="arxiv:2608.1")

    before = entries("/feed.atom")[0]
    paper.votes = 99
    paper.save()
    after = entries("/feed.atom")[0]

    for name in ("id", "updated", "published"):
        assert before.findtext(f"{ATOM}{name}") == after.findtext(f"{ATOM}{name}")
    assert after.findtext(f"{ATOM}id") == "http://localhost:8000/paper/arxiv:2608.1/"


def test_an_entry_says_what_a_card_says_and_the_whole_abstract(entries):
    paper = make_paper(
        key="arxiv:2608.1",
        title="If x<y & z",
        abstract="Tides " * 90 + "& <ebbs>.",
        authors=["Ada Quill", "Tomás Brandt"],
        categories=["cs.CL"],
    )
    make_score(paper, make_topic(name="Post"))

    entry = entries("/feed.atom")[0]

    assert entry.findtext(f"{ATOM}title") == "If x<y & z"
    assert [name.text for name in entry.iterfind(f"{ATOM}author/{ATOM}name")] == ["Ada Quill", "Tomás Brandt"]
    assert [tag.get("term") for tag in entry.iterfind(f"{ATOM}category")] == ["Post", "cs.CL"]
    content = BeautifulSoup(entry.findtext(f"{ATOM}content"), "html.parser")
    assert "& <ebbs>." in content.get_text()
    assert "https://arxiv.org/abs/2608.1" in [link["href"] for link in content.select("a")]
    assert not content.select("script, img, style")


def test_a_summary_says_less_than_and_ampersands_as_the_abstract_does(client, entries):
    make_paper(abstract="Tides with x<y & z are ebbs.")

    summary = BeautifulSoup(entries("/feed.atom")[0].findtext(f"{ATOM}summary"), "html.parser")

    assert "x<y & z" in summary.get_text()
    assert "x<y & z" in json.loads(client.get("/feed.json").content)["items"][0]["summary"]


@pytest.mark.parametrize("form", ["atom", "json"])
def test_each_feed_credits_the_lists_and_thanks_arxiv(body, form):
    page = body(f"/feed.{form}")

    assert "Hugging Face Daily Papers" in page
    assert "Thank you to arXiv for use of its open access interoperability." in page


def test_a_list_begins_with_the_latest_day_and_keeps_the_order_of_its_source(titles):
    make_paper(title="Older", listed_on=DAY - timedelta(days=1), rank=1)
    make_paper(title="Second", rank=2, votes=99)
    again = make_paper(title="First", rank=1)
    again.sightings.create(source="huggingface", day=DAY - timedelta(days=2), rank=1)

    assert titles("/feed.atom") == ["First", "Second", "Older"]


def test_a_feed_can_have_only_papers_with_votes_with_code_or_about_a_topic(titles):
    make_paper(title="Voted", votes=20)
    make_paper(title="Little voted", votes=19)
    make_paper(title="Coded", urls={"code": "https://example.org/code"})
    make_score(make_paper(title="Letters"), make_topic(slug="post"))

    shown = {query: titles(f"/feed.atom?{query}") for query in ("votes=20", "code=yes", "topic=post", "votes=x")}

    assert shown == {
        "votes=20": ["Voted"],
        "code=yes": ["Coded"],
        "topic=post": ["Letters"],
        "votes=x": ["Voted", "Little voted", "Coded", "Letters"],
    }


def test_a_feed_says_where_it_is_without_what_means_nothing(client):
    make_paper(votes=30)

    said = json.loads(client.get("/feed.json?utm=x&votes=20").content)

    assert said["feed_url"] == "http://localhost:8000/feed.json?votes=20"
    assert said["home_page_url"] == "http://localhost:8000/"


def test_a_feed_without_papers_is_a_feed_and_always_the_same_one(client, entries):
    first, second = client.get("/feed.atom"), client.get("/feed.atom")

    assert entries("/feed.atom") == []
    assert first.content == second.content


def test_a_search_is_a_feed_with_the_latest_of_its_matches_first(titles):
    make_paper(title="Letters of May", listed_on=date(2026, 5, 4))
    make_paper(title="Letters, letters and letters of April", listed_on=date(2026, 4, 3))
    understanding.keep_up()

    assert titles("/search/feed.atom?q=letters") == ["Letters of May", "Letters, letters and letters of April"]


@pytest.mark.parametrize(
    "address",
    [
        "/author/Nobody/feed.atom",
        "/topic/none/feed.json",
        "/list/none/feed.atom",
        "/category/x/feed.atom",
        "/feed.rss",
    ],
)
def test_what_has_no_page_has_no_feed(client, address):
    assert client.get(address).status_code == 404


# ------------------------------------------------------------------------------------------------------ where they are

PAGES = [
    *(DAY_PAGE, "/week/2026-W34/", "/trending/", "/topic/post/", "/category/cs.CL/", "/author/Ada%20Quill/"),
    *("/organisation/Harbour/", "/search/?q=letters"),
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.usefixtures("one_of_each")
def test_a_page_with_a_feed_names_it_and_the_feed_is_there(client, body, address):
    make_paper(title="Letters")

    head = BeautifulSoup(body(address), "html.parser").select("link[rel=alternate]")

    assert [link["type"] for link in head] == ["application/atom+xml", "application/feed+json"]
    for link in head:
        place = urlsplit(link["href"])
        assert client.get(f"{place.path}?{place.query}").status_code == 200


def test_the_page_of_feeds_leads_to_the_preferences_for_a_feed_of_ones_own(body):
    [link] = BeautifulSoup(body("/feeds/"), "html.parser").select("main a[href='/preferences/']")

    assert "Your own digest can be a private feed" in link.parent.get_text()


def test_the_page_of_feeds_leads_to_feeds_that_are_there(client, body):
    make_topic(slug="post")
    make_paper()

    links = BeautifulSoup(body("/feeds/"), "html.parser").select("main a[href*=feed]")

    assert {"/list/huggingface/feed.atom", "/topic/post/feed.json", "/trending/feed.atom"} <= {
        link["href"] for link in links
    }
    assert {client.get(link["href"]).status_code for link in links} == {200}
