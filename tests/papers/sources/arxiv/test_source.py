"""Where arXiv is asked, and for what."""

from datetime import timedelta

import pytest

from papers.sources import SOURCES
from papers.sources.arxiv import QUERY_MANNERS, SOURCE
from papers.sources.arxiv.archive import oai_address, versions_address
from papers.sources.arxiv.categories import categories
from papers.sources.arxiv.feed import rss_address
from papers.sources.arxiv.query import query_address
from tests.factories import make_topic
from tests.papers.sources.arxiv.samples import DAY

pytestmark = pytest.mark.one_database


def test_arxiv_comes_after_the_curated_list():
    assert list(SOURCES)[:2] == ["huggingface", "arxiv"]


def test_addresses_are_those_of_the_sites_in_the_settings(ours):
    ours.ARXIV_RSS_URL = ours.ARXIV_API_URL = "http://127.0.0.1:8900"
    ours.ARXIV_OAI_URL = "http://127.0.0.1:8900/oai"
    ours.ARXIV_CATEGORIES = ["stat.ML", "cs.LG"]

    assert rss_address(DAY) == "http://127.0.0.1:8900/rss/cs.LG+stat.ML"
    assert oai_address(DAY) == (
        "http://127.0.0.1:8900/oai?verb=ListRecords&metadataPrefix=arXiv&from=2026-09-14&until=2026-09-14"
    )
    assert versions_address(DAY) == oai_address(DAY).replace("=arXiv&", "=arXivRaw&")
    assert query_address(["2609.99901", "hep-th/9901007"]) == (
        "http://127.0.0.1:8900/api/query?id_list=2609.99901,hep-th/9901007&max_results=2"
    )


@pytest.mark.parametrize(
    ("wanted", "narrowed"),
    [
        (["cs.LG"], "cs:cs:LG"),
        (["cs"], "cs"),
        (["cs.LG", "cs.CL"], "cs"),
        (["cs", "cs.CL"], "cs"),
        (["math.PR"], "math:math:PR"),
        (["q-bio.NC", "q-bio.QM"], "q-bio"),
        (["quant-ph"], "physics:quant-ph"),
        (["hep-th"], "physics:hep-th"),
        (["astro-ph.CO"], "physics:astro-ph:CO"),
        (["astro-ph.CO", "astro-ph.GA"], "physics:astro-ph"),
        (["cond-mat.mtrl-sci"], "physics:cond-mat:mtrl-sci"),
        (["physics.optics"], "physics:physics:optics"),
        (["physics.optics", "physics.bio-ph"], "physics:physics"),
    ],
)
def test_a_harvest_is_narrowed_to_the_one_set_that_holds_all_categories(ours, wanted, narrowed):
    ours.ARXIV_CATEGORIES = wanted

    assert oai_address(DAY).partition("&set=")[2] == narrowed


@pytest.mark.parametrize("wanted", [["cs.LG", "stat.ML"], ["hep-th", "hep-ph"], ["cs.LG", "quant-ph"]])
def test_a_harvest_of_several_archives_is_of_all_of_arxiv(ours, wanted):
    ours.ARXIV_CATEGORIES = wanted

    assert "set=" not in oai_address(DAY)


@pytest.mark.django_db
def test_without_a_setting_the_categories_are_those_of_the_topics(ours):
    ours.ARXIV_CATEGORIES = []
    before = set(categories())

    make_topic(categories=["test.ZZ", "test.AA"])
    make_topic(categories=["test.AA", "hep-test"])
    make_topic()

    assert categories() == sorted(before | {"test.ZZ", "test.AA", "hep-test"})


def test_the_categories_of_the_settings_come_before_those_of_topics(ours):
    ours.ARXIV_CATEGORIES = ["stat.ML", "cs.CL", "cs.CL"]

    assert categories() == ["cs.CL", "stat.ML"]


def test_a_feed_shows_only_today_and_the_archive_any_day():
    assert [(reading.name, reading.live) for reading in SOURCE.readings] == [("rss", True), ("oai", False)]


def test_arxiv_is_asked_slowly_and_left_alone_after_a_refusal():
    assert (SOURCE.manners.spacing, SOURCE.manners.silence) == (timedelta(seconds=3), timedelta(minutes=10))
    assert [(records.kind, records.manners) for records in SOURCE.records] == [
        (kind, QUERY_MANNERS) for kind in ("arxiv", "title", "doi")
    ]
    assert QUERY_MANNERS.budget == SOURCE.manners.budget
    assert SOURCE.manners.closed_hours is None
