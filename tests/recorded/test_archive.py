"""arXiv's archive, read through the stand-in, against what arXiv announced by its feed."""

import re
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import quote

import pytest
from pytest_django import Settings

from papers import collecting
from papers.models import Paper
from papers.sources import SOURCES, calendar, reading, web
from papers.sources.arxiv import SOURCE
from papers.sources.base import Manners
from tests.recorded.conftest import NEWEST, Replica

pytestmark = pytest.mark.django_db
FIRST = date(2025, 3, 18)  # of arXiv's recorded days
TEN_DAYS = [day for day in calendar.days(NEWEST - timedelta(days=13), NEWEST) if day.weekday() < 5]
UNHURRIED = Manners("arxiv.org", timedelta(0))  # The stand-in needs no sparing.
ARCHIVE = replace(SOURCES["arxiv"], manners=UNHURRIED, readings=tuple(one for one in SOURCE.readings if not one.live))


@pytest.fixture(autouse=True)
def _stand_in(replica: Replica, settings: Settings) -> Iterator[None]:
    settings.ARXIV_RSS_URL = replica.url
    settings.ARXIV_OAI_URL = f"{replica.url}/oai"
    settings.ARXIV_CATEGORIES = ["cs", "eess", "stat"]
    yield
    replica.steer("/__clock", today=str(NEWEST), hour=None)


def noon(day: date) -> datetime:
    return SOURCE.calendar.begins_at(day) + timedelta(hours=8)


def by_feed(replica: Replica, day: date) -> set[str]:
    """The ids that the day's feed announces."""
    replica.steer("/__clock", today=str(day), hour=12)
    rss = next(one for one in SOURCE.readings if one.live)
    page = rss.parse(web.get(rss.address(day), UNHURRIED).body, day)
    return {one.arxiv_id for one in page.listings if one.announced and one.arxiv_id}


def first_dates(replica: Replica, day: date) -> dict[str, date]:
    """When the first version of each record of the day came in, as a third format of the archive has it."""
    asked = f"{replica.url}/oai?verb=ListRecords&metadataPrefix=oai_dc&from={day}&until={day}"
    found: dict[str, date] = {}
    while asked:
        body = urllib.request.urlopen(asked, timeout=60).read().decode()
        for record in body.split("<record>")[1:]:
            if dates := re.findall(r"<dc:date>(.*?)</dc:date>", record):
                found[re.findall(r"<identifier>oai:arXiv.org:(.*?)</identifier>", record)[0]] = date.fromisoformat(
                    dates[0]
                )
        token = re.findall(r"<resumptionToken[^>]*>(.+?)</resumptionToken>", body)
        asked = f"{replica.url}/oai?verb=ListRecords&resumptionToken={quote(token[0], safe='')}" if token else ""
    return found


@pytest.mark.parametrize("days", [TEN_DAYS, TEN_DAYS[::-1]], ids=["oldest first", "latest first"])
def test_ten_days_of_the_archive_announce_what_the_feeds_did(replica: Replica, days: list[date], capsys):
    true_days = {one: day for day in days for one in by_feed(replica, day)}
    replica.steer("/__clock", today=str(NEWEST), hour=12)
    for day in days:
        assert not collecting.collect(ARCHIVE, day, noon(NEWEST)).failed

    listed = dict(Paper.objects.exclude(listed_on=None).values_list("arxiv_id", "listed_on"))
    found = Counter(
        "old"
        if one not in true_days
        else "late"
        if day > true_days[one]
        else "early"
        if day < true_days[one]
        else "right"
        for one, day in listed.items()
    )
    found["missed"] = len(set(true_days) - set(listed))
    with capsys.disabled():
        print(f"\nten days of the archive, {len(true_days)} papers by the feeds: {dict(found)}")
    assert max(found["old"], found["late"], found["missed"]) <= 10
    said = {one: day for day in days for one, day in first_dates(replica, day).items()}
    published = dict(Paper.objects.values_list("arxiv_id", "published_on"))
    assert {one: (day, said[one]) for one, day in published.items() if day != said[one]} == {}


def test_on_every_recorded_day_feed_and_archive_announce_the_same_papers(replica: Replica, capsys):
    only_feed, only_archive, both, before = Counter[date](), Counter[date](), Counter[date](), set[str]()
    # The stand-in keeps no holidays.
    for day in (day for day in calendar.days(FIRST, NEWEST) if day.weekday() in calendar.MONDAY_TO_FRIDAY):
        feed = by_feed(replica, day)
        page = reading.read_day(ARCHIVE, day, noon(day)).page
        listings = page.listings if page else []
        # A site knows what was announced before, and announces it no more.
        archive = {one.arxiv_id for one in listings if one.announced and one.arxiv_id} - before
        only_feed[day], only_archive[day], both[day] = len(feed - archive), len(archive - feed), len(feed & archive)
        before |= feed
    with capsys.disabled():
        print(f"\nfeed and archive: {both.total()} papers announced by both, {only_archive.total()} by the archive")
        print(f"alone, {only_feed.total()} by the feed alone: with the numbers of an earlier day")
        print("days that differ most:", *((str(day), n) for day, n in (only_feed + only_archive).most_common(5)))
    assert only_archive.total() <= 0.001 * both.total()
    assert only_feed.total() <= 0.001 * both.total()
