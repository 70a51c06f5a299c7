"""A day of arXiv's archive, read in two lists."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from papers import collecting
from papers.models import Collection, Paper
from papers.sources import SOURCES
from papers.sources.base import Manners
from tests.farend import FarEnd
from tests.paths import PAGES

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 14)
ARXIV = replace(SOURCES["arxiv"], manners=Manners("arxiv.org", timedelta(0)))  # without waiting
AFTERWARDS = datetime(2026, 9, 16, 9, tzinfo=UTC)
NO_RECORDS = re.compile(rb"<ListRecords>.*</ListRecords>", re.DOTALL)


def answer(page: str, *, goes_on: bool = False) -> bytes:
    body = (PAGES / page).read_bytes()
    return body if goes_on else re.sub(rb"<resumptionToken.*</resumptionToken>", b"", body)


RECORDS, VERSIONS = answer("arxiv_oai.xml"), answer("arxiv_oai_raw.xml")


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.LG"]
    with FarEnd() as far_end:
        settings.ARXIV_OAI_URL = f"{far_end.url}/oai"
        yield far_end


def serves(far_end: FarEnd, form: str, body: bytes, **manner: Any) -> None:
    asked = f"/oai?verb=ListRecords&metadataPrefix={form}&from={DAY}&until={DAY}&set=cs"
    far_end.answers(asked, body=body, **manner)


def collect() -> collecting.Collected:
    return collecting.collect(ARXIV, DAY, AFTERWARDS)


def test_a_paper_has_its_authors_from_one_list_and_its_dates_from_the_other(far_end: FarEnd):
    serves(far_end, "arXiv", RECORDS)
    serves(far_end, "arXivRaw", VERSIONS)

    assert str(collect()) == "arxiv 2026-09-14: 1 listed, 2 new, 0 updated"

    new, revised = Paper.objects.order_by("arxiv_id")
    assert new.authors == ["Ilse Vandermolen", "Tomás Quiroga-Reyes", "Ada Kettle Jr."]
    assert (new.published_on, new.listed_on) == (date(2026, 9, 11), DAY)
    assert (revised.published_on, revised.listed_on) == (date(2026, 9, 1), None)


def test_without_the_list_of_versions_nothing_is_stored_and_the_day_stays_due(far_end: FarEnd):
    serves(far_end, "arXiv", RECORDS)
    serves(far_end, "arXivRaw", b"", status=503)

    collected = collect()

    assert collected.unavailable
    assert collected.collection.next_try_at is not None
    assert not Paper.objects.exists()


def test_what_only_the_list_of_versions_has_changed_meanwhile_and_is_left_to_its_day(far_end: FarEnd):
    serves(
        far_end, "arXiv", re.sub(rb"<record>(?:(?!</record>).)*2609.99904.*?</record>", b"", RECORDS, flags=re.DOTALL)
    )
    serves(far_end, "arXivRaw", VERSIONS)

    collect()

    assert [paper.arxiv_id for paper in Paper.objects.all()] == ["2609.99901"]


def test_what_the_list_of_versions_no_longer_has_is_no_news(far_end: FarEnd):
    serves(far_end, "arXiv", RECORDS)
    serves(far_end, "arXivRaw", NO_RECORDS.sub(b'<error code="noRecordsMatch">None</error>', VERSIONS))

    assert collect().collection.listed == 0
    assert set(Paper.objects.values_list("published_on", "listed_on")) == {(None, None)}


def test_a_day_without_records_is_asked_for_no_versions(far_end: FarEnd):
    serves(far_end, "arXiv", NO_RECORDS.sub(b'<error code="noRecordsMatch">None</error>', RECORDS))

    assert collect().collection.outcome == Collection.Outcome.NOTHING_YET
    assert not [request for request in far_end.requests if "arXivRaw" in request.path]


def test_both_lists_are_read_page_by_page(far_end: FarEnd):
    serves(far_end, "arXiv", answer("arxiv_oai.xml", goes_on=True))
    serves(far_end, "arXivRaw", answer("arxiv_oai_raw.xml", goes_on=True).replace(b"day=14", b"day=14.raw"))
    following = "/oai?verb=ListRecords&resumptionToken=skip%3D%7B2000%7D%26day%3D14"
    far_end.answers(following, body=RECORDS.replace(b"2609.99901", b"2609.99911"))
    far_end.answers(f"{following}.raw", body=VERSIONS.replace(b"2609.99901", b"2609.99911"))

    assert collect().collection.listed == 2
    assert [paper.arxiv_id for paper in Paper.objects.filter(listed_on=DAY)] == ["2609.99901", "2609.99911"]


def test_a_paper_held_for_months_is_told_by_its_number_though_the_days_news_are_on_another_page(far_end: FarEnd):
    held = VERSIONS.replace(b"2609.99901", b"2609.99900").replace(b"11 Sep 2026 09:30", b"12 Jun 2026 09:30")
    serves(far_end, "arXiv", answer("arxiv_oai.xml", goes_on=True))
    serves(far_end, "arXivRaw", answer("arxiv_oai_raw.xml", goes_on=True).replace(b"day=14", b"day=14.raw"))
    following = "/oai?verb=ListRecords&resumptionToken=skip%3D%7B2000%7D%26day%3D14"
    far_end.answers(following, body=RECORDS.replace(b"2609.99901", b"2609.99900"))
    far_end.answers(f"{following}.raw", body=held)

    collect()

    paper = Paper.objects.get(arxiv_id="2609.99900")
    assert (paper.published_on, paper.listed_on) == (date(2026, 6, 12), DAY)


def test_a_record_that_is_odd_in_both_lists_is_left_out_once(far_end: FarEnd):
    for form, body in (("arXiv", RECORDS), ("arXivRaw", VERSIONS)):
        serves(far_end, form, body.replace(b"2609.99904</id>", b"99904</id>"))

    row = collect().collection

    assert row.left_out == (
        f"1 of 2 left out: expected an id like 2608.16590, found '99904' (paper {place(b'2609.99904')} of the list)"
    )
    assert row.next_try_at is not None
    assert [paper.arxiv_id for paper in Paper.objects.all()] == ["2609.99901"]


def test_a_paper_of_which_nobody_knows_when_it_was_new_is_left_out(far_end: FarEnd):
    serves(far_end, "arXiv", RECORDS)
    serves(far_end, "arXivRaw", VERSIONS.replace(b"Fri, 11 Sep 2026 09:30:00 GMT", b"lately"))

    row = collect().collection

    assert row.left_out == "1 of 2 left out: expected the first version's moment, found 'lately' (paper 1 of the list)"
    assert [paper.arxiv_id for paper in Paper.objects.all()] == ["2609.99904"]


def place(number: bytes) -> int:
    """Of a paper among the records."""
    return 1 + [number in record for record in RECORDS.split(b"<record>")[1:]].index(True)


LATE_ON_THE_DAY = datetime(2026, 9, 15, 3, 30, tzinfo=UTC)  # half an hour before it ends in New York


def serves_the_feed(far_end: FarEnd, settings: Settings) -> None:
    settings.ARXIV_RSS_URL = far_end.url
    far_end.answers("/rss/cs.CL+cs.LG", body=(PAGES / "arxiv_rss.xml").read_bytes())


def test_a_day_that_was_read_by_its_feed_is_closed_with_its_end(far_end: FarEnd, settings: Settings):
    serves_the_feed(far_end, settings)

    assert collecting.collect(ARXIV, DAY, LATE_ON_THE_DAY).collection.next_try_at is None


def test_the_day_on_which_days_before_were_caught_up_with_is_read_by_the_archive_when_it_has_ended(
    far_end: FarEnd, settings: Settings
):
    """What was new on those and changed on this one is under this one alone, and the feed does not say when it was
    new."""
    serves_the_feed(far_end, settings)
    serves(far_end, "arXiv", RECORDS)
    serves(far_end, "arXivRaw", VERSIONS)
    caught_up = date(2026, 9, 2)  # on which the second record's first version was new
    Collection.objects.create(
        source="arxiv", day=caught_up, outcome="listed", listed=1, collected_at=LATE_ON_THE_DAY - timedelta(hours=9)
    )

    by_feed = collecting.collect(ARXIV, DAY, LATE_ON_THE_DAY).collection
    assert (by_feed.reading, by_feed.next_try_at) == ("rss", ARXIV.calendar.ends_at(DAY))

    by_archive = collecting.collect(ARXIV, DAY, ARXIV.calendar.ends_at(DAY)).collection
    assert (by_archive.reading, by_archive.next_try_at) == ("oai", None)
    assert Paper.objects.get(arxiv_id="2609.99904").listed_on == caught_up
