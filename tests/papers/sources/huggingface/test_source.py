"""Where Daily Papers is asked, and what all of its readings promise."""

import json
from datetime import timedelta

import pytest

from papers.sources.huggingface import SOURCE
from papers.sources.huggingface.api import daily as api
from papers.sources.huggingface.cards import daily as cards
from papers.sources.huggingface.page import daily as props
from tests.papers.sources.huggingface.samples import ANSWER, DAY, IDS, PAGE, ids

pytestmark = pytest.mark.one_database


def test_addresses_are_those_of_the_site_in_the_settings(settings):
    settings.HUGGINGFACE_URL = "http://127.0.0.1:8900"

    addresses = {reading.name: reading.address(DAY) for reading in SOURCE.readings}

    assert addresses == {
        "api": "http://127.0.0.1:8900/api/daily_papers?date=2026-09-14&limit=100",
        "props": "http://127.0.0.1:8900/papers/date/2026-09-14",
        "week": "http://127.0.0.1:8900/api/daily_papers?week=2026-W38&limit=100",
        "month": "http://127.0.0.1:8900/api/daily_papers?month=2026-09&limit=100",
        "cards": "http://127.0.0.1:8900/papers/date/2026-09-14",
    }


def test_papers_are_expected_on_weekdays():
    week = [DAY + timedelta(days=ahead) for ahead in range(7)]

    assert [SOURCE.calendar.announces(day) for day in week] == [True] * 5 + [False] * 2


def test_every_reading_gives_the_same_papers_in_the_same_order():
    assert ids(api(ANSWER, DAY)) == ids(props(PAGE, DAY)) == ids(cards(PAGE, DAY)) == IDS
    assert api(ANSWER, DAY) == props(PAGE, DAY)


@pytest.mark.parametrize(("reading", "sample"), [(api, ANSWER), (props, PAGE), (cards, PAGE)])
def test_nobody_but_authors_is_kept(reading, sample):
    kept = json.dumps([listing.facts() for listing in reading(sample, DAY).listings], ensure_ascii=False)

    assert b"Sam Submitter" in sample
    assert "ubmitter" not in kept
    assert "Hidden Person" not in kept
    assert "avatar" not in kept
