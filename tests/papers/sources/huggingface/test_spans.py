"""Weeks, months, and what trends."""

import json
from datetime import date

import pytest

from papers.sources.base import SourceError
from papers.sources.huggingface.api import month, trending, week
from papers.sources.huggingface.page import trending as trending_props
from tests.papers.sources.huggingface.samples import ANSWER, DAY, IDS, PAGE, answer, ids, put, the_odd_one

pytestmark = pytest.mark.one_database


TWO_DAYS = answer(put("paper.submittedOnDailyAt", "2026-09-10T00:00:00.000Z"))  # the first is of an earlier day


@pytest.mark.parametrize("reading", [week, month], ids=["week", "month"])
def test_a_longer_list_is_read_for_the_one_day(reading):
    assert ids(reading(TWO_DAYS, DAY)) == IDS[1:]
    assert ids(reading(TWO_DAYS, date(2026, 9, 10))) == IDS[:1]


@pytest.mark.parametrize("reading", [week, month], ids=["week", "month"])
def test_a_longer_list_that_does_not_say_the_days_is_not_understood(reading):
    with pytest.raises(SourceError, match=r"^expected paper.submittedOnDailyAt, found none"):
        reading(answer(lambda entries: [entry["paper"].pop("submittedOnDailyAt") for entry in entries]), DAY)


@pytest.mark.parametrize("reading", [week, month], ids=["week", "month"])
def test_a_paper_that_does_not_say_its_day_is_left_out(reading):
    page = reading(answer(lambda entries: entries[0]["paper"].pop("submittedOnDailyAt")), DAY)

    assert ids(page) == IDS[1:]
    assert the_odd_one(page) == "expected paper.submittedOnDailyAt, found none (paper 1 of the list)"


def test_a_full_longer_list_has_another_behind_it():
    page = week(json.dumps((json.loads(ANSWER) * 25)[:100]).encode(), DAY)

    assert page.next is not None
    assert page.next.endswith("week=2026-W38&limit=100&p={number}")


def test_what_trends_keeps_its_order_and_is_not_announced_by_it():
    page = trending(TWO_DAYS, DAY)

    assert ids(page) == IDS
    assert not any(one.announced for one in page.listings)


def test_the_page_of_what_trends_must_say_that_it_is_that():
    with pytest.raises(SourceError, match="expected isTrending"):
        trending_props(PAGE, DAY)
