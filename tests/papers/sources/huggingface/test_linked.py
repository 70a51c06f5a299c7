"""Models, datasets and Spaces that name a paper, where an entry gives them as the API of a single paper does."""

import html
import json

import pytest

from papers.sources.huggingface.api import daily as api
from papers.sources.huggingface.page import daily as props
from tests.papers.sources.huggingface.samples import ANSWER, DAY, IDS, answer, ids

pytestmark = pytest.mark.one_database

LINKED = {
    "linkedModels": [{"id": "tidewater-lab/lantern-7b", "likes": 3, "author": "tidewater-lab"}, {"id": "lantern"}],
    "numTotalModels": 111,
    "linkedDatasets": [],
    "numTotalDatasets": 0,
    "linkedSpaces": [{"id": "tidewater-lab/Lantern_demo.v2", "emoji": "x", "running": True}],
    "numTotalSpaces": 1,
}
FOUND = {
    "models": {"count": 111, "first": ["tidewater-lab/lantern-7b", "lantern"]},
    "spaces": {"count": 1, "first": ["tidewater-lab/Lantern_demo.v2"]},
}


def linked(**said):
    """What is read of an entry whose paper says this besides."""
    return api(answer(lambda entries: entries[0]["paper"].update(said)), DAY).listings[0].linked


def test_what_is_linked_is_counted_and_the_first_are_named():
    assert linked(**LINKED) == FOUND


def test_the_data_in_a_page_may_say_it_too():
    entries = json.loads(ANSWER)
    entries[0]["paper"] |= LINKED
    data = html.escape(json.dumps({"dateString": "2026-09-14", "dailyPapers": entries}))

    page = props(f'<div data-target="DailyPapers" data-props="{data}"></div>'.encode(), DAY)

    assert page.listings[0].linked == FOUND


def test_an_entry_that_gives_none_of_it_says_nothing():
    assert [listing.linked for listing in api(ANSWER, DAY).listings] == [None] * 4


def test_that_nothing_is_linked_is_something_to_say():
    assert linked(linkedModels=[], numTotalModels=0) == {}


def test_without_a_total_those_that_are_listed_are_counted():
    assert linked(linkedModels=[{"id": "a/b"}, {"id": "a/c"}]) == {"models": {"count": 2, "first": ["a/b", "a/c"]}}


def test_without_a_list_nobody_is_named():
    assert linked(numTotalSpaces=4) == {"spaces": {"count": 4, "first": []}}


def test_of_many_the_first_five_are_named():
    many = [{"id": f"a/{number}"} for number in range(9)]

    assert linked(linkedDatasets=many)["datasets"] == {"count": 9, "first": ["a/0", "a/1", "a/2", "a/3", "a/4"]}


@pytest.mark.parametrize(
    "name", ["", "a/b/c", "../b", "a/", "/a", "a b", "a/b?c", "a/<b>", "a/b\n", "a/bücher", "a/" + "b" * 97]
)
def test_what_cannot_be_an_id_is_counted_and_not_named(name):
    assert linked(linkedModels=[{"id": name}, {"id": "a/b"}])["models"] == {"count": 2, "first": ["a/b"]}


@pytest.mark.parametrize(
    "said",
    [
        {"linkedModels": 3},
        {"linkedModels": {"a/b": {}}},
        {"linkedModels": ["a/b"]},
        {"linkedModels": [{"name": "a/b"}]},
        {"numTotalModels": "3"},
        {"numTotalModels": 2**31},
        {"numTotalSpaces": True},
    ],
    ids=str,
)
def test_what_is_of_another_shape_is_not_looked_at_and_spoils_no_day(said):
    page = api(answer(lambda entries: entries[0]["paper"].update(LINKED | said)), DAY)

    assert ids(page) == IDS
    assert page.listings[0].linked is None


def test_null_says_as_little_as_nothing():
    assert linked(linkedModels=None, numTotalModels=None) is None
