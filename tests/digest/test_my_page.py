"""A reader's own page begins with what they get, and shows what came of it."""

import re
from datetime import date, timedelta

import pytest

from digest import previewing
from digest.letters import in_short
from digest.models import Saved
from papers.search import understanding
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Subscriber
from tests.digest.world import due_reader
from tests.factories import make_paper
from tests.subscriptions.test_views import NOON, interests, open_preferences, travel

pytestmark = pytest.mark.django_db

PAGE, PART = "/preferences/", "/preferences/preview/?part"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


@pytest.fixture
def reader(client) -> Subscriber:
    reader = due_reader(zone="Europe/Berlin", hour=7)
    open_preferences(client, reader)
    return reader


@pytest.mark.parametrize(
    ("fields", "wanted", "papers", "said"),
    [
        ({}, 8, 84, "8 interests, about 6 papers a day and what is trending, 07:00 Berlin."),
        ({"trending_muted_at": NOON}, 1, 14, "1 interest, about 1 paper a day, 07:00 Berlin."),
        ({"trending_muted_at": NOON}, 2, 6, "2 interests, less than one paper a day, 07:00 Berlin."),
        ({"trending_muted_at": NOON}, 2, 0, "2 interests, no papers in the last 14 days, 07:00 Berlin."),
        ({}, 0, 0, "No interests yet, only what is trending, 07:00 Berlin."),
        ({"trending_muted_at": NOON}, 0, 0, "No interests yet, nothing to send, 07:00 Berlin."),
        (
            {"trending_muted_at": NOON, "cap": 5},
            2,
            84,
            "2 interests, about 6 papers a day, at most 5 in a digest, 07:00 Berlin.",
        ),
        (
            {"trending_muted_at": NOON, "days": [0, 1, 2, 3, 4]},
            2,
            84,
            "2 interests, about 6 papers a day, Monday to Friday, 07:00 Berlin.",
        ),
        (
            {"trending_muted_at": NOON, "days": [0, 2], "hour": 18, "zone": "America/New_York"},
            2,
            14,
            "2 interests, about 1 paper a day, Mon Wed, 18:00 New York.",
        ),
        (
            {"trending_muted_at": NOON, "days": [4, 5], "cadence": "weekly", "zone": "UTC"},
            2,
            84,
            "2 interests, about 42 papers a week, at most 10 in a digest, every Friday, 07:00 UTC.",
        ),
        (
            {"paused_until": date(2026, 9, 3)},
            0,
            0,
            "No interests yet, only what is trending, 07:00 Berlin, paused until 3 September 2026.",
        ),
    ],
)
def test_what_a_reader_gets_and_when_is_one_sentence(fields, wanted, papers, said):
    reader = Subscriber(**{"zone": "Europe/Berlin", "hour": 7} | fields)

    assert in_short.sentence(reader, wanted, papers) == said


def test_the_page_begins_with_what_is_saved_and_the_preview_with_what_is_typed(client, reader):
    reader.add_interest(InterestSpec("phrase", "ferries"))
    reader.add_interest(InterestSpec("phrase", "apples", wanted=False))
    for number in range(14):
        make_paper(title=f"Ferries at quay {number}", first_seen_at=NOON - timedelta(hours=1))
    understanding.keep_up()
    saved = "1 interest, about 1 paper a day and what is trending, 07:00 Berlin."

    page = client.get(PAGE).text
    changed = client.post("/preferences/preview/", interests(phrases="ferries\nquays", zone="Asia/Tokyo")).text

    assert page.index(saved) < page.index('<form method="post"')
    assert f"<b>With these answers:</b> {saved}" in page
    assert saved in changed
    assert "<b>With these answers:</b> 2 interests, about 1 paper a day and what is trending, 07:00 Tokyo." in changed


def test_the_preview_says_that_it_saves_nothing(client, reader):
    page = client.get(PAGE).text

    assert "Press Preview to see it with the answers in the form. Nothing is saved until you press Save." in page
    assert "Your next digest is due on Thursday, 20 August 2026 at 07:00 (Europe/Berlin)." in page


def test_what_was_said_and_saved_stands_before_the_form_and_can_be_undone_and_taken_along(client, reader):
    for number in range(4):
        reader.add_interest(InterestSpec("phrase", f"ferry {number}", wanted=False), NOON - timedelta(days=number))
    Saved.objects.create(subscriber=reader, paper=make_paper(), saved_at=NOON)

    page = client.get(PAGE).text
    before = page[: page.index("data-preview")]

    assert re.findall(r"Not wanted: the phrase <b>(.*?)</b>", before) == [f"ferry {number}" for number in range(4)]
    assert before.index("<summary>1 more</summary>") < before.index("ferry 3")
    assert '<a href="/saved/">1 saved paper</a>' in before
    assert '<a href="/saved/saved-papers.bib" download>' in before
    assert '<a href="/saved/saved-papers.ris" download>' in before
    answer = client.post(re.findall(r'action="(/preferences/undo/\d+/)"', before)[0], follow=True)
    assert "Undone: everything is as it was before you said it." in answer.text
    assert "ferry 0" not in answer.text


def test_who_said_and_saved_nothing_is_told_how(client, reader):
    page = client.get(PAGE).text

    assert "More like this, Less and Save stand under each paper of a digest." in page
    assert '<a href="/saved/">your saved papers</a>' in page
    assert "No digest has come yet." in page


def test_what_was_filled_in_and_refused_is_previewed_as_soon_as_the_page_is_there(client, reader):
    assert "data-unseen" not in client.get(PAGE).text
    assert "data-unseen" in client.post(PAGE, interests(hour="25")).text
    assert "data-unseen" not in client.post("/preferences/preview/", interests()).text
