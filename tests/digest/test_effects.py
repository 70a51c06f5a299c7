"""What an interest does is told by papers: which came that it keeps out, how many match by it alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from digest import effects, previewing
from digest.models import Given, Saved
from papers.models import Paper
from papers.search import understanding
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber
from tests.digest.saying import place, press
from tests.digest.world import due_reader
from tests.factories import make_letter, make_paper
from tests.subscriptions.test_views import NOON, every_row, open_preferences, travel

pytestmark = pytest.mark.django_db

FERRIES, QUAYS = InterestSpec("phrase", "ferries"), InterestSpec("phrase", "quays", wanted=False)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


@pytest.fixture
def reader() -> Subscriber:
    """Who wants ferries."""
    reader = due_reader()
    reader.add_interest(FERRIES)
    return reader


def listed(title: str, **fields: Any) -> Paper:
    paper = make_paper(
        **{"title": title, "first_seen_at": NOON - timedelta(days=2), "authors": ["Noor Haddad"]} | fields
    )
    understanding.keep_up()
    return paper


def got(reader: Subscriber, *papers: Paper, state: str = Letter.State.SENT) -> None:
    letter = make_letter(reader, kind="digest", key="2026-08-19", state=state)
    Given.objects.bulk_create(Given(subscriber=reader, paper=paper, letter=letter) for paper in papers)


def test_what_came_and_would_not_have_come_is_named_what_was_saved_first(reader):
    papers = [listed("Ferries at quays"), listed("Ferries by quays"), listed("Ferries at sea")]
    got(reader, *papers)
    Saved.objects.create(subscriber=reader, paper=papers[1], saved_at=NOON)
    reader.add_interest(QUAYS, NOON)

    effect = effects.of(reader, [QUAYS], NOON)[QUAYS]

    assert [(one.paper, one.is_saved) for one in effect.came] == [(papers[1], True), (papers[0], False)]
    assert effect.others == 0


def test_what_was_only_trending_and_is_muted_now_would_not_have_come_either(reader):
    paper = listed("Apples on quays")
    got(reader, paper)
    reader.add_interest(QUAYS, NOON)

    effect = effects.of(reader, [QUAYS], NOON)[QUAYS]

    assert [one.paper for one in effect.came] == [paper]


def test_papers_that_never_came_or_did_not_arrive_are_counted_alone(reader):
    lost = listed("Ferries at quays")
    got(reader, lost, state=Letter.State.FAILED)
    listed("Ferries by quays")
    listed("Apples on quays")  # would not have come in any case
    reader.add_interest(QUAYS, NOON)

    effect = effects.of(reader, [QUAYS], NOON)[QUAYS]

    assert (list(effect.came), effect.others) == ([], 2)


def test_of_what_is_wanted_the_papers_are_counted_that_match_by_it_alone(reader):
    tides = InterestSpec("phrase", "tides")
    listed("Tides of the moon")
    listed("Ferries and tides")
    reader.add_interest(tides, NOON)

    assert effects.of(reader, [tides], NOON)[tides].others == 1


def test_what_is_not_the_readers_has_no_effect(reader):
    listed("Ferries at quays")

    assert effects.of(reader, [QUAYS], NOON) == {}


def test_looking_changes_nothing_and_many_take_no_more_questions_than_one(reader):
    got(reader, listed("Ferries at quays"))
    several = [InterestSpec("phrase", f"quay {number}", wanted=False) for number in range(5)]
    for one in (QUAYS, *several):
        reader.add_interest(one, NOON)
    effects.of(reader, [QUAYS], NOON)  # which keeps what is the same for all
    before = every_row()

    counts = []
    for some in ([QUAYS], [QUAYS, *several]):
        with CaptureQueriesContext(connection) as queries:
            effects.of(reader, some, NOON)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert every_row() == before


# ----------------------------------------------------------------------------------------------------------- the pages


def less(client, reader: Subscriber) -> str:
    """What the page says after Not this author, of a paper by whose author another has come."""
    came, paper = listed("Ferries <b> at sea"), listed("Ferries of today")
    got(reader, came, paper)
    reader.add_interest(InterestSpec("author", "Noor Haddad"))
    answer = press(client, place(reader, paper), "Not this author: Noor Haddad")
    return str(answer.text)


def test_less_says_which_papers_would_not_have_come_where_the_preferences_are_open(client, reader):
    open_preferences(client, reader)

    said = less(client, reader)

    assert "2 papers that you got in the last 14 days would not have come:" in said
    assert escape("Ferries <b> at sea") in said


def test_a_forwarded_link_tells_nobody_what_else_the_reader_got(client, reader):
    said = less(client, reader)

    assert "2 papers that you got in the last 14 days would not have come:" in said
    assert '<a href="/preferences/">your preferences</a> say which.' in said
    assert "at sea" not in said


def test_the_visit_of_another_reader_tells_nothing_either(client, reader):
    open_preferences(client, due_reader())

    assert "at sea" not in less(client, reader)


def test_the_preferences_say_what_each_saying_keeps_out(client, reader):
    got(reader, listed("Ferries at quays"))
    reader.add_interest(QUAYS, NOON)
    open_preferences(client, reader)

    page = client.get("/preferences/").text

    assert "1 paper that you got in the last 14 days would not have come:" in page


def test_less_without_effect_says_so(client, reader):
    got(reader, listed("Ferries at sea"))
    paper = listed("Ferries of today", authors=["Wei Zhang"])
    reader.add_interest(InterestSpec("author", "Wei Zhang"))

    answer = press(client, place(reader, paper), "Not this author: Wei Zhang")

    assert "Every paper that you got in the last 14 days would still have come." in answer.text
