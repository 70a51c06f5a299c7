"""What was said of a paper is undone, and what cannot be said or undone is told in a sentence."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from subscriptions import answering, links
from subscriptions.interests.kinds import InterestSpec
from subscriptions.links import Purpose
from subscriptions.models import MOST_INTERESTS, MOST_REPLACED, Interest, Subscriber
from tests.digest.saying import NOON, about, buttons, facts, notice, place, press
from tests.factories import make_paper, make_reader, make_score, make_topic
from tests.subscriptions.test_views import age_links, every_row, kinds

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 8, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def undo(client, at: str, answer: Any) -> Any:
    """By the first such button, that of the answer."""
    return client.post(at, {"undo": buttons(answer, "undo")["Undo"]})


def moments(reader: Subscriber) -> list[tuple[str, str, datetime | None]]:
    return sorted(reader.interests.values_list("kind", "value", "learned_at"))


def test_undo_brings_back_what_was_chosen_with_its_origin_and_guard(client):
    topic = make_topic(name="Letters")
    reader, paper = make_reader(), about(topic, categories=["cs.CL"])
    reader.choose(
        [
            InterestSpec("topic", topic.slug),
            InterestSpec("author", "ADA QUILL", guard=("cs.CL", "cs.LG")),
            InterestSpec("paper", paper.key),
        ]
    )
    at, before = place(reader, paper), facts(reader)

    for label in ("Not this topic: Letters", "Not this author: Ada Quill", "Less like this"):
        answer = press(client, at, label)
        assert facts(reader) != before
        answer = undo(client, at, answer)
        assert notice(answer) == f"Undone: everything is as it was before “{label}”."
        assert facts(reader) == before


def test_undo_forgets_what_was_new(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)

    undo(client, at, press(client, at, "More like this"))

    assert not Interest.objects.exists()


def test_undo_pressed_again_undoes_nothing_more_and_says_so(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    press(client, at, "More like this")
    answer = press(client, at, "Less like this")
    undo(client, at, answer)
    before = every_row()

    again = undo(client, at, answer)

    assert every_row() == before
    assert notice(again) == "Nothing changed: there is no “Less like this” to undo."


def test_what_was_chosen_is_not_undone_from_a_letter(client):
    reader, paper = make_reader(), make_paper()
    reader.add_interest(InterestSpec("paper", paper.key))

    client.post(place(reader, paper), {"undo": f"more:paper:{paper.key}"})

    assert facts(reader) == [("paper", paper.key, True, "imported", [])]


def test_undo_among_the_preferences_brings_back_what_was_chosen(client):
    reader = make_reader(topics=["rag"])
    reader.add_interest(InterestSpec("topic", "rag", wanted=False), NOON)
    client.post(links.make(reader, Purpose.MANAGE).removeprefix(site_settings.SITE_URL))

    client.post(f"/preferences/undo/{reader.interests.get().pk}/")

    assert facts(reader) == [("topic", "rag", True, "chosen", [])]


def test_choosing_ends_what_feedback_had_replaced():
    reader = make_reader(topics=["rag"])
    reader.add_interest(InterestSpec("topic", "rag", wanted=False), NOON)
    reader.choose_topics(["rag"])
    reader.add_interest(InterestSpec("topic", "rag", wanted=False), LATER)

    assert reader.undo(InterestSpec("topic", "rag", wanted=False))

    assert facts(reader) == [("topic", "rag", True, "chosen", [])]
    assert reader.interests.get().replaced == []
    assert not reader.undo(InterestSpec("topic", "rag"))


WISHES = st.builds(
    InterestSpec,
    st.sampled_from(["author", "phrase"]),
    st.sampled_from(["Ada Quill", "ADA  QUILL", "Tomas Brandt"]),
    st.booleans(),
    st.sampled_from([(), ("cs.CL",), ("cs.CL", "cs.LG")]),
)


class Undoing(TestCase):
    @given(st.lists(WISHES, max_size=4), st.lists(WISHES, max_size=12))
    def test_as_many_undos_as_there_was_feedback_bring_everything_back_step_by_step(self, chosen, said):
        reader = make_reader()
        reader.choose({interest.name: interest for interest in chosen}.values())
        states = []
        for number, interest in enumerate(said):
            states.append((interest, facts(reader), moments(reader)))
            reader.add_interest(interest, NOON + timedelta(minutes=number))

        for interest, before, learned in reversed(states):
            if facts(reader) != before:
                assert reader.undo(interest)
            assert facts(reader) == before
            assert moments(reader) == learned

    @given(st.lists(WISHES, max_size=4), st.lists(st.tuples(WISHES, st.booleans()), max_size=25))
    def test_however_feedback_and_undo_alternate_undoing_all_that_is_left_brings_everything_back(self, chosen, steps):
        reader = make_reader()
        reader.choose({interest.name: interest for interest in chosen}.values())
        before = facts(reader)

        for interest, takes_back in steps:
            reader.undo(interest) if takes_back else reader.add_interest(interest, NOON)
        while learned := reader.interests.filter(origin=Interest.Origin.FEEDBACK).first():
            assert reader.undo(learned.spec)

        assert facts(reader) == before


@pytest.mark.parametrize("chosen", [True, False])
def test_changing_ones_mind_for_ever_keeps_a_bounded_past_whose_end_is_what_was_chosen(chosen):
    reader = make_reader()
    reader.choose([InterestSpec("author", "Ada Quill", chosen, ("cs.CL",))])
    for number in range(3 * MOST_REPLACED):
        reader.add_interest(InterestSpec("author", "ada quill", (number % 2 == 0) != chosen), NOON)
    assert len(reader.interests.get().replaced) <= MOST_REPLACED

    wanted = []
    while (row := reader.interests.get()).origin == Interest.Origin.FEEDBACK:
        wanted.append(row.wanted)
        reader.undo(row.spec)

    assert facts(reader) == [("author", "Ada Quill", chosen, "chosen", ["cs.CL"])]
    assert all(one != next_one for one, next_one in zip(wanted, [*wanted[1:], chosen], strict=True))


# ------------------------------------------------------------------------------------------------- what cannot be done


def test_whoever_has_left_is_told_so_and_nothing_changes(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    reader.unsubscribe(NOON)
    before = every_row()

    for answer in (client.get(at), client.post(at, {"say": f"more:paper:{paper.key}"})):
        assert answer.status_code == 410
        assert "its reader has unsubscribed" in answer.text
        assert not buttons(answer)
    assert every_row() == before


def test_an_expired_link_changes_nothing_and_offers_a_fresh_one(client, monkeypatch):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    age_links(monkeypatch, 31)

    answer = client.post(at, {"say": f"more:paper:{paper.key}"})

    assert answer.status_code == 410
    assert not Interest.objects.exists()
    client.post(re.search(r'action="(/fresh-link/[^"]+)"', answer.text)[1])
    answering.answer(NOON)
    assert kinds(reader) == ["manage"]


@pytest.mark.parametrize("key", ["arxiv:2608.99999", "x", ":", "doi:", "%20", "a" * 500, "é/../x"])
def test_a_paper_that_is_gone_or_never_was_gets_one_sentence(client, key):
    at = f"{place(make_reader(), make_paper(key='doi:10.1000/here')).rpartition('doi:')[0]}{key}/"

    for answer in (client.get(at), client.post(at, {"say": f"more:paper:{key}"})):
        assert answer.status_code == 404
        assert "This paper is no longer here" in answer.text
    assert not Interest.objects.exists()


def test_a_link_that_was_cut_short_before_its_paper_gets_one_sentence(client):
    paper = make_paper()
    at = place(make_reader(), paper).removesuffix(f"{paper.key}/")

    answer = client.get(at)

    assert answer.status_code == 404
    assert "This paper is no longer here" in answer.text


@pytest.mark.parametrize(
    "sent", [{}, {"say": ""}, {"say": "more:topic:rag"}, {"say": "more:paper:x"}, {"undo": "\0"}, {"say": "é" * 9999}]
)
def test_what_is_no_button_of_the_page_is_refused_in_one_sentence(client, sent):
    reader, paper = make_reader(topics=["rag"]), make_paper()
    before = every_row()

    answer = client.post(place(reader, paper), sent)

    assert answer.status_code == 400
    assert notice(answer) == "Nothing changed: please press one of the buttons below."
    assert every_row() == before


def test_a_reader_who_has_all_the_interests_there_can_be_is_told_so_in_one_sentence(client):
    reader, paper = make_reader(), make_paper()
    reader.choose(InterestSpec("phrase", f"phrase {number}") for number in range(MOST_INTERESTS))
    before = every_row()

    answer = press(client, place(reader, paper), "More like this")

    assert (
        notice(answer) == "Nothing changed: you already have 200 interests, the most you can have. Remove one first."
    )
    assert every_row() == before


def test_the_token_is_the_proof_and_no_cookie_is_needed():
    browser, reader, paper = Client(enforce_csrf_checks=True), make_reader(), make_paper()

    browser.post(place(reader, paper), {"say": f"more:paper:{paper.key}"})

    assert reader.interests.exists()
    assert not browser.cookies


def test_a_link_is_one_readers_alone(client):
    ada, tomas, paper = make_reader(), make_reader(), make_paper()
    client.post(place(ada, paper), {"say": f"more:paper:{paper.key}"})

    client.post(place(tomas, paper), {"undo": f"more:paper:{paper.key}"})
    client.post(place(tomas, paper), {"say": f"less:paper:{paper.key}"})

    assert facts(ada) == [("paper", paper.key, True, "feedback", [])]
    assert facts(tomas) == [("paper", paper.key, False, "feedback", [])]


def test_a_page_takes_as_many_queries_for_a_full_reader_and_paper_as_for_bare_ones(client):
    reader, bare = make_reader(), make_paper(authors=[])
    full = make_paper(authors=[f"Author {number}" for number in range(600)], abstract="Of phrase 7 and phrase 8.")
    counts = []
    for paper in (bare, full):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(place(reader, paper)).status_code == 200
        counts.append(len(queries))
        reader.choose(InterestSpec("phrase", f"phrase {number}") for number in range(MOST_INTERESTS))
        make_score(full, make_topic())

    assert counts[0] == counts[1]
