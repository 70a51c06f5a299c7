"""What search engines read, and the icon."""

import re
from urllib.robotparser import RobotFileParser

import pytest

from papers.models import Paper
from papers.views import crawlers
from tests.factories import make_paper, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _public(settings):
    settings.SITE_URL = "https://papers.example.org"


def locations(body, address: str) -> list[str]:
    return re.findall("<loc>https://papers.example.org(.+?)</loc>", body(address))


def test_robots_may_read_papers_and_no_searches(body):
    rules = RobotFileParser()
    rules.parse(body("/robots.txt").splitlines())

    assert rules.can_fetch("robot", "/date/2026-08-20/")
    assert not rules.can_fetch("robot", "/search/?q=letters")
    assert not rules.can_fetch("robot", "/preferences/")
    assert rules.site_maps() == ["https://papers.example.org/sitemap.xml"]


def test_the_sitemap_leads_to_every_page_day_topic_and_announced_paper(body):
    make_paper(key="arxiv:2608.1")
    Paper.objects.filter(pk=make_paper(key="arxiv:2608.2").pk).update(listed_on=None)
    make_topic(slug="post")

    files = locations(body, "/sitemap.xml")
    found = [place for file in files for place in locations(body, file)]

    assert {"/", "/trending/", "/topics/", "/date/2026-08-20/", "/topic/post/", "/paper/arxiv:2608.1/"} <= set(found)
    assert "/paper/arxiv:2608.2/" not in found


def test_a_long_sitemap_comes_in_files(body, monkeypatch):
    monkeypatch.setattr(crawlers.Papers, "limit", 2)
    for _ in range(3):
        make_paper()

    files = [file for file in locations(body, "/sitemap.xml") if "papers" in file]

    assert files == ["/sitemap-papers.xml", "/sitemap-papers.xml?p=2"]
    assert [len(locations(body, file)) for file in files] == [2, 1]


def test_a_file_that_the_sitemap_does_not_have_is_not_found(client):
    assert client.get("/sitemap-nonsense.xml").status_code == 404
    assert client.get("/sitemap-papers.xml?p=99").status_code == 404


def test_a_browser_finds_the_icon_where_it_looks_for_one(client):
    place = client.get("/favicon.ico").headers["Location"]

    assert client.get(place)["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize("address", ["/topic/post/", "/category/cs.CL/", "/organisation/Harbour/"])
def test_a_second_page_says_so_in_its_title_and_is_its_own_canonical_page(body, address):
    topic = make_topic(slug="post")
    for _ in range(21):
        paper = make_paper(organisation="Harbour", categories=["cs.CL"])
        paper.scores.create(topic=topic, score=1, phrase="post")

    page = body(f"{address}?page=2")

    assert "page 2 · " in page.partition("</title>")[0]
    assert f'rel="canonical" href="https://papers.example.org{address}?page=2"' in page
