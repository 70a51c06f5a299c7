"""Every link of every page leads somewhere, and to a part that is there where it names one."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from papers import database
from papers.models import Paper, PaperTopic, Sighting
from papers.search import understanding
from tests.crawl import Answer, Crawl, answers_of, crawl, kind_of
from tests.depth import DEEP
from tests.factories import DAY, make_paper, make_score, make_topic

pytestmark = pytest.mark.django_db
PAPERS, MOST = (1_000, 3_000) if DEEP else (40, 70)
AUTHORS = ["Ada Quill", "Jürgen Müller", "O’Neil, Shaun", "R&D Lab", "Erdős 50% / #1?", "論文 花子", "Team <X>"]
PLACES = ["", "Harbour Institute", "Q & <A>", "Zürich / #1"]
CATEGORIES = ["cs.CL", "cs.RO", "stat.ML"]


def make_papers(count: int) -> None:
    """Of many days, authors, organisations and topics, whose names are hard to write in an address."""
    topics = [make_topic(slug=f"topic-{number}") for number in range(6)]
    for number in range(count):
        key = f"arxiv:2608.{number:05}" if number % 5 else f"doi:10.1000/<{number}>_(a)#b?c"
        paper = make_paper(
            key=key,
            source=["huggingface", "arxiv"][number % 2],
            listed_on=DAY - timedelta(days=number % 37),
            authors=[AUTHORS[number % len(AUTHORS)], f"Author {number}"],
            organisation=PLACES[number % len(PLACES)],
            categories=[CATEGORIES[number % len(CATEGORIES)]],
            title=f"{number}: If x<y & “z” in Zürich",
            votes=number % 7,
        )
        make_score(paper, topics[number % len(topics)])
    understanding.keep_up()
    database.count_anew(count, Paper, PaperTopic, Sighting)  # as after collecting


def test_no_link_is_broken(client: Client):
    make_papers(PAPERS)

    found = crawl(answers_of(client), settings.SITE_URL, ["/", "/sitemap.xml", "/robots.txt"], MOST)

    assert found.broken() == {}
    assert len(found.answers) >= MOST
    kinds = {kind_of(address) for address in found.answers}
    assert {"date  ", "week  ", "month  ", "paper  ", "topic  ", "author  ", "organisation  ", "category  "} <= kinds
    assert {"feeds  ", "trending  ", "topics  ", "subscribe  topics", "paper bib ", "author atom "} <= kinds


def test_a_link_that_leads_nowhere_is_found_and_so_is_a_part_that_is_not_there():
    pages = {"/": '<a href="a#here">A</a><a href="/b">B</a><a href="java:x">C</a>', "/a": "<p id=there>"}

    found: Crawl = crawl(lambda at: Answer(200 if at in pages else 404, pages.get(at, "")), "http://site", ["/"], 9)

    assert found.broken() == {
        "/b": "404 from /",
        "/a#here": "no such id, from /",
        "java:x": "unusual, from /",
    }
