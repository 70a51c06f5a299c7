"""What every page has."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.utils import timezone

from papers.models import Collection
from papers.search import understanding
from tests.factories import DAY, make_paper, make_score, make_topic
from tests.papers.pages.samples import BOX, DAY_PAGE, SAMPLE, listed_together, queries

pytestmark = pytest.mark.django_db


PAGES = [
    *("/", DAY_PAGE, "/week/2026-W34/", "/month/2026-08/", "/paper/arxiv:2608.1/", "/topics/", "/topic/post/"),
    *(
        "/category/cs.CL/",
        "/author/Ada%20Quill/",
        "/organisation/Harbour/",
        "/trending/",
        "/search/",
        "/about/",
        "/feeds/",
    ),
]
EVERY_PAGE = [*PAGES, "/date/2001-01-01/", "/search/?q=letters", "/nowhere/"]


@pytest.fixture
def one_of_each():
    make_score(make_paper(key="arxiv:2608.1", organisation="Harbour"), make_topic(slug="post"))
    understanding.keep_up()


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_has_the_subscribe_box_and_one_main_heading(body, address):
    page = body(address)

    assert f">{BOX}</h2>" in page
    assert '<form method="post" action="/subscribe/">' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_is_the_same_for_everyone(client, address):
    first, second = client.get(address), client.get(address)

    assert first.content == second.content
    assert not first.cookies
    assert not second.cookies
    assert "Cookie" not in first.headers.get("Vary", "")
    assert "csrf" not in first.content.decode().lower()


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_needs_nothing_from_elsewhere(body, address):
    page = body(address)

    assert not [part for part in ("<style", ' style="', 'src="http', "@import") if part in page]
    assert set(re.findall(r"<script[^>]*>", page)) <= {"<script>"}


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_a_page_and_its_style_sheet_are_all_that_is_asked_for(body, address):
    page = BeautifulSoup(body(address), "html.parser")

    fetched = [tag.get("src") or tag.get("href") for tag in page.select("[src], link[rel=stylesheet], link[rel=icon]")]
    assert [re.sub("[0-9a-f]{12}", "HASH", place) for place in fetched if not place.startswith("data:")] == [
        "/static/papers/site.HASH.css"
    ]


def test_the_one_script_that_a_page_may_have_in_itself_is_the_one_that_it_has(client):
    make_paper()
    answered = client.get("/")

    script = BeautifulSoup(answered.content, "html.parser").script.string
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{allowed}'" in answered["Content-Security-Policy"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.usefixtures("one_of_each")
def test_pages_are_only_read(client, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_thanks_the_sources(body, address):
    page = body(address)

    assert "Hugging Face Daily Papers" in page
    assert "Thank you to arXiv for use of its open access interoperability" in page


def test_the_postal_address_is_shown_when_there_is_one(body, settings):
    assert "<address>" not in body("/")
    settings.SITE_POSTAL_ADDRESS = "1 Pier\nHarbour"

    assert "<address>1 Pier<br>Harbour</address>" in body("/")


def test_pages_say_sample_only_while_samples_are_shown(body):
    sample = make_paper(key="sample:1", source="sample")
    assert SAMPLE in body("/")
    assert SAMPLE in body("/topics/")

    sample.delete()
    make_paper()

    assert SAMPLE not in body("/")


@pytest.mark.parametrize("address", [DAY_PAGE, "/", "/week/2026-W34/", "/topic/post/"])
def test_a_page_asks_the_database_equally_often_for_3_and_for_300_papers(client, address):
    topic, other = make_topic(slug="post"), make_topic()
    listed_together(3, topic, other)
    for_three = queries(client, address)
    listed_together(297, topic, other)

    assert queries(client, address) == for_three


def test_the_page_for_a_broken_site_needs_no_context(client):
    client.raise_request_exception = False
    with connection.execute_wrapper(_out_of_order):
        answer = client.get("/topics/")

    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()


def _out_of_order(*arguments):
    raise RuntimeError("no database")


def test_what_is_trending_elsewhere_does_not_make_a_closed_day_an_open_one(body):
    for source, outcome in [("huggingface", "nothing"), ("arxiv", "nothing"), ("huggingface-trending", "listed")]:
        Collection.objects.create(source=source, day=DAY, outcome=outcome, collected_at=timezone.now())

    assert "No papers were announced on this day." in body(DAY_PAGE)
