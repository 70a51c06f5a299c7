"""Whatever may come instead is refused in one way."""

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources.base import SourceError
from papers.sources.huggingface import SOURCE
from papers.sources.huggingface.api import daily as api
from papers.sources.huggingface.cards import daily as cards
from papers.sources.huggingface.page import daily as props
from tests.papers.sources.huggingface.samples import ANSWER, DAY, PAGE

pytestmark = pytest.mark.one_database


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just("2026-09-14"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


def places(value):
    """Every place in a JSON value, as the holder and the name or number in it."""
    names = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for name in names:
        yield value, name
        yield from places(value[name])


def holds(reading, body):
    """The promise: SourceError and nothing else, or listings that can be stored."""
    try:
        found = reading(body, DAY)
    except SourceError as error:
        text = str(error)
        assert text.isprintable()
    else:
        assert found.left_out.isprintable()
        text = json.dumps([listing.facts() for listing in found.listings], ensure_ascii=False)
        assert all(listing.title for listing in found.listings)
        assert all(0 <= (listing.votes or 0) < 2**31 for listing in found.listings)
    assert "\\u0000" not in text
    text.encode()


@st.composite
def spoiled(draw, sample):
    """The sample with a few bytes changed, cut out or put in."""
    body = bytearray(sample)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 40))
        body[start:end] = draw(
            st.binary(max_size=6) | st.sampled_from([b"<", b'"', b"&#", b"</", b"<![", b"null", b"{"])
        )
    return bytes(body)


@given(body=spoiled(ANSWER))
def test_a_spoiled_answer_is_refused_in_one_way(body):
    holds(api, body)


@given(body=spoiled(PAGE))
def test_a_spoiled_page_is_refused_in_one_way(body):
    holds(props, body)
    holds(cards, body)


@given(data=st.data(), value=JSON)
def test_a_value_of_any_kind_in_any_place_is_refused_in_one_way(data, value):
    entries = [json.loads(ANSWER)]
    everywhere = list(places(entries))
    holder, name = everywhere[data.draw(st.integers(0, len(everywhere) - 1))]
    holder[name] = value
    embedded = html.escape(json.dumps({"dateString": "2026-09-14", "dailyPapers": entries[0]}))

    holds(api, json.dumps(entries[0]).encode())
    holds(props, f'<div data-target="DailyPapers" data-props="{embedded}"></div>'.encode())


def test_the_latest_day_is_that_of_the_newest_submission():
    newest = [{"paper": {"submittedOnDailyAt": "2026-09-14T00:00:00.000Z"}}]

    assert SOURCE.latest.parse(json.dumps(newest).encode()) == DAY


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>", b'[{"paper": {"submittedOnDailyAt": "yesterday"}}]'])
def test_an_answer_that_names_no_latest_day_is_refused(body):
    with pytest.raises(SourceError, match=r"^expected "):
        SOURCE.latest.parse(body)
