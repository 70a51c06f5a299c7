"""More like this, less, save: the link asks for one thing, and one press of its page does it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from digest import saving
from digest.models import Saved
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import MOST_INTERESTS, Subscriber
from tests.digest.saying import NOON, about, buttons, facts, notice, place, press
from tests.factories import make_paper, make_reader, make_topic
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db
BUTTONS = {"more": "More like this", "less": "Less like this", "save": "Save this paper"}


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def first(page: Any) -> str:
    """What stands above the paper: what the link asked for."""
    [before, _card] = page.text.split('<article class="card">')
    [shown] = re.findall(r'<p class="asked">(.*?)</p>', before, re.DOTALL) or [""]
    return shown


def saved(reader: Subscriber) -> list[int]:
    return list(Saved.objects.filter(subscriber=reader).values_list("paper", flat=True))


@pytest.mark.parametrize(("asked", "label"), BUTTONS.items())
def test_a_link_opens_a_page_whose_first_button_does_what_it_asked_for(client, asked, label):
    reader, paper = make_reader(), make_paper()

    page = client.get(place(reader, paper, asked))

    assert f"<h1>{label}</h1>" in page.text
    assert next(iter(buttons(page))) == label
    assert f">{label}</button>" in first(page)
    assert page.text.count(f">{label}</button>") == 1
    assert not buttons(page, "undo")
    assert paper.title in page.text


@pytest.mark.parametrize("asked", BUTTONS)
def test_below_it_stands_all_else_that_can_be_said(client, asked):
    topic = make_topic(name="Letters")
    reader, paper = make_reader(topics=[topic.slug]), about(topic)

    page = client.get(place(reader, paper, asked))

    everything = {*BUTTONS.values(), "Not this topic: Letters", "Follow Ada Quill", "Follow Tomas Brandt"}
    assert set(buttons(page)) == everything == set(buttons(client.get(place(reader, paper))))


@pytest.mark.parametrize("asked", BUTTONS)
def test_looking_at_the_page_changes_nothing(client, asked):
    reader, paper = make_reader(), make_paper()
    before = every_row()

    for look in (client.get, client.head):
        assert look(place(reader, paper, asked)).status_code == 200

    assert every_row() == before


def test_save_saves_says_so_and_is_undone(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper, "save")

    answer = press(client, at, "Save this paper")
    assert saved(reader) == [paper.pk]
    assert notice(answer) == "Done. This paper is in your saved papers."
    assert "Save this paper" not in buttons(answer)

    answer = client.post(at, {"undo": buttons(answer, "undo")["Undo"]})
    assert saved(reader) == []
    assert notice(answer) == "Undone: everything is as it was before “Save this paper”."
    assert "Save this paper" in first(answer)


@pytest.mark.parametrize(("asked", "wanted"), [("more", True), ("less", False)])
def test_more_and_less_make_an_example_and_are_undone(client, asked, wanted):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper, asked)

    answer = press(client, at, BUTTONS[asked])
    assert facts(reader) == [("paper", paper.key, wanted, "feedback", [])]
    assert notice(answer).startswith("Done. This paper is an example of what you")

    client.post(at, {"undo": buttons(answer, "undo")["Undo"]})
    assert facts(reader) == []


def test_another_button_of_the_page_leaves_what_was_asked_for_first(client):
    reader, paper = make_reader(), make_paper()

    answer = press(client, place(reader, paper, "more"), "Save this paper")

    assert saved(reader) == [paper.pk]
    assert "More like this" in first(answer)
    assert list(buttons(answer, "undo")) == ["Undo", "Undo “Save this paper”"]


@pytest.mark.parametrize("asked", BUTTONS)
def test_what_is_so_already_is_said_in_its_place_with_a_way_back(client, asked):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper, asked)
    press(client, at, BUTTONS[asked])

    page = client.get(at)

    assert first(page).startswith("<span>This paper is ")
    assert list(buttons(page, "undo")) == ["Undo"]
    assert BUTTONS[asked] not in buttons(page)


def test_saving_again_changes_nothing_and_says_so(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper, "save")
    press(client, at, "Save this paper")
    before = every_row()

    again = client.post(at, {"say": "save"})

    assert every_row() == before
    assert notice(again) == "Nothing changed: it was already so. This paper is in your saved papers."


def test_what_is_not_saved_cannot_be_taken_back(client):
    reader, paper = make_reader(), make_paper()

    answer = client.post(place(reader, paper, "save"), {"undo": "save"})

    assert notice(answer) == "Nothing changed: there is no “Save this paper” to undo."


def test_a_full_list_is_told_in_one_sentence(client, monkeypatch):
    monkeypatch.setattr(saving, "MOST_SAVED", 2)
    reader, paper = make_reader(), make_paper()
    for _ in range(2):
        saving.save(reader, make_paper(), NOON)

    answer = press(client, place(reader, paper, "save"), "Save this paper")

    assert (
        notice(answer) == "Nothing changed: you have already saved 2 papers, the most you can save. Remove one first."
    )
    assert paper.pk not in saved(reader)


def test_who_has_all_the_interests_there_can_be_may_still_save(client):
    reader, paper = make_reader(), make_paper()
    reader.choose(InterestSpec("phrase", f"phrase {number}") for number in range(MOST_INTERESTS))

    press(client, place(reader, paper, "save"), "Save this paper")

    assert saved(reader) == [paper.pk]


@pytest.mark.parametrize("asked", BUTTONS)
def test_a_paper_that_is_gone_or_a_link_that_was_cut_short_gets_one_sentence(client, asked):
    at = place(make_reader(), make_paper(key="doi:10.1000/here"), asked)

    for cut in (at.replace("here", "gone"), at.removesuffix("doi:10.1000/here/")):
        for answer in (client.get(cut), client.post(cut, {"say": "save"})):
            assert answer.status_code == 404
            assert "This paper is no longer here" in answer.text
    assert not Saved.objects.exists()


@pytest.mark.parametrize("key", ["doi:10.1000/more/save", "doi:10.1000/a<b>;c#d?e%f&g", "arxiv:math/0211159"])
def test_whatever_the_key_each_link_leads_to_its_paper(client, key):
    reader, paper = make_reader(), make_paper(key=key, title="The one meant")
    quoted = {"?": "%3F", "#": "%23", "%": "%25"}

    for asked in ("", *BUTTONS):
        at = place(reader, paper, asked).replace(key, "".join(quoted.get(letter, letter) for letter in key))
        assert "The one meant" in client.get(at).text


def test_the_token_is_the_proof_and_no_cookie_is_needed():
    browser, reader, paper = Client(enforce_csrf_checks=True), make_reader(), make_paper()

    browser.post(place(reader, paper, "save"), {"say": "save"})

    assert saved(reader) == [paper.pk]
    assert not browser.cookies
