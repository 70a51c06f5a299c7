"""The data in the page."""

import html
import json
from datetime import date, timedelta

import pytest

from papers.sources.base import Page, SourceError
from papers.sources.huggingface.cards import daily as cards
from papers.sources.huggingface.page import daily as props
from tests.papers.sources.huggingface.samples import DAY, IDS, PAGE, ids, page, the_odd_one

pytestmark = pytest.mark.one_database


def test_the_page_of_another_day_is_refused():
    with pytest.raises(SourceError, match=r"^expected the page's date to be 2026-09-13, found '2026-09-14'$"):
        props(PAGE, date(2026, 9, 13))


def test_the_page_of_a_week_is_refused():
    with pytest.raises(SourceError, match="found '2026-W38'"):
        props(page("dateString&quot;:&quot;2026-09-14", "dateString&quot;:&quot;2026-W38"), DAY)


def test_the_entries_of_the_page_are_checked_like_the_api_s():
    found = props(page("submittedOnDailyAt&quot;:&quot;2026-09-14", "submittedOnDailyAt&quot;:&quot;2026-09-11"), DAY)

    assert "expected paper.submittedOnDailyAt to be 2026-09-14" in the_odd_one(found)
    assert len(ids(found)) == len(IDS) - 1


def test_the_page_of_2024_says_its_day_in_another_place():
    old = page("dateString&quot;:&quot;2026-09-14&quot;", "date&quot;:&quot;2026-09-14T00:00:00.000Z&quot;")

    assert ids(props(old, DAY)) == IDS
    with pytest.raises(SourceError, match="expected the page's date to be 2026-09-15"):
        props(old, DAY + timedelta(days=1))


def test_a_page_that_lists_nothing_on_the_right_day_is_an_answer():
    data = html.escape(json.dumps({"dateString": "2026-09-14", "dailyPapers": []}))

    assert props(f'<div data-target="DailyPapers" data-props="{data}"></div>'.encode(), DAY) == Page([])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'data-target="DailyPapers"',
            'data-target="PaperFeed"',
            r"expected an element \[data-target=\"DailyPapers\"\]",
        ),
        ('data-target="DailyPapers" data-props', 'data-target="DailyPapers" data-state', "expected an element"),
        ("{&quot;authLight", "&quot;authLight", "expected a JSON object in data-props, found no JSON"),
        ("&quot;dateString&quot;", "&quot;on&quot;", "expected dateString, found none"),
        ("dateString&quot;:&quot;2026-09-14&quot;", "dateString&quot;:7", "expected dateString to be a string"),
        ("&quot;dailyPapers&quot;", "&quot;items&quot;", "expected dailyPapers, found none"),
    ],
)
def test_data_that_is_not_where_it_was_is_named(old, new, message):
    with pytest.raises(SourceError, match=f"^{message}"):
        props(page(old, new), DAY)


@pytest.mark.parametrize("reading", [props, cards])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\xfd",
        b"<![\n",
        b"<!" * 50,
        b"<a b=&#" + b"9" * 5000 + b";>",
        b"<p>&#" + b"9" * 5000 + b";",
        b"<div>" * 20_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_page_that_is_none_is_not_understood(reading, body):
    with pytest.raises(SourceError, match=r"^expected an "):
        reading(body, DAY)


@pytest.mark.parametrize("reading", [props, cards])
def test_a_page_with_spoiled_letters_is_refused(reading):
    with pytest.raises(SourceError, match=r"^expected an HTML page in UTF-8, found something else$"):
        reading(PAGE.replace(b"Kettle", b"K\xe9ttle"), DAY)
