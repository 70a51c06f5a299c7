"""Summaries that models wrote: kept whole, and forgotten without a trace."""

from datetime import timedelta

import pytest

from papers import storing
from papers.models import Paper, Sighting
from tests.papers.storing.samples import DAY, MORNING, NEXT_DAY, listing, store

pytestmark = pytest.mark.django_db
FIRST, SECOND = {"text": "Tides go.", "by": "tide/one"}, {"text": "Tides come.", "by": ""}


@pytest.mark.parametrize("order", [["huggingface:api", "huggingface:props"], ["huggingface:props", "huggingface:api"]])
def test_it_is_that_of_the_most_trusted_reading_with_its_own_maker(order: list[str]):
    says = {"huggingface:api": SECOND, "huggingface:props": FIRST}
    for reading in order:
        store(listing(ai_summary=says[reading]), by=reading)

    assert Paper.objects.get().ai_summary == SECOND


def test_what_is_not_said_of_it_blanks_nothing():
    store(listing(ai_summary=FIRST))
    store(listing(), day=NEXT_DAY, now=MORNING + timedelta(days=1))

    assert Paper.objects.get().ai_summary == FIRST


def test_it_is_forgotten_with_what_every_reading_said_of_it_and_nothing_else_is():
    for day, reading in ((DAY, "huggingface:api"), (DAY, "huggingface:props"), (NEXT_DAY, "huggingface:api")):
        store(listing(ai_summary=FIRST, votes=7, abstract="Of tides."), by=reading, day=day)
    store(listing(2, abstract="Of lamps."))

    assert storing.forget_ai_summaries(10) == 1

    assert Paper.objects.filter(ai_summary={}).count() == 2
    assert {(one.abstract, one.votes) for one in Paper.objects.all()} == {("Of tides.", 7), ("Of lamps.", 0)}
    said = [facts for sighting in Sighting.objects.all() for facts in sighting.facts.values()]
    assert len(said) == 4
    assert not any("ai_summary" in facts for facts in said)
    assert all(facts["abstract"] for facts in said)


def test_what_was_forgotten_does_not_come_back_by_itself():
    store(listing(ai_summary=FIRST))
    storing.forget_ai_summaries(10)

    store(listing(votes=1), day=NEXT_DAY, now=MORNING + timedelta(days=1))

    assert Paper.objects.get().ai_summary == {}


def test_so_many_are_forgotten_at_a_time_until_none_is_left():
    store(*(listing(number, ai_summary=FIRST) for number in range(1, 6)))

    assert [storing.forget_ai_summaries(2) for _ in range(4)] == [2, 2, 1, 0]
    assert not Paper.objects.with_ai_summary().exists()
