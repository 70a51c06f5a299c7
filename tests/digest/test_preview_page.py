"""The page and the command that show the next letter before its time."""

import re
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from digest import previewing
from digest.matching import gathering
from papers.models import Paper, Signal
from papers.search import understanding
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Subscriber
from tests.digest.world import due_reader
from tests.factories import make_paper, make_score, make_topic
from tests.subscriptions.test_views import NOON, errors, every_row, interests, open_preferences, travel

pytestmark = pytest.mark.django_db

PAGE, PART = "/preferences/preview/", "/preferences/preview/?part"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


@pytest.fixture
def reader(client) -> Subscriber:
    reader = due_reader()
    open_preferences(client, reader)
    return reader


def a_paper(**fields: Any) -> Paper:
    paper = make_paper(**{"title": "Ferries without harbours", "first_seen_at": NOON - timedelta(hours=1)} | fields)
    understanding.keep_up()
    return paper


@pytest.mark.parametrize("address", [PAGE, PART])
def test_what_is_typed_is_previewed_and_nothing_is_stored(client, reader, address):
    paper = a_paper()
    before = every_row()

    page = client.post(address, interests(phrases="ferry without harbours", trending=""))

    assert paper.title in page.text
    assert "mentions “Ferries without harbours”" in page.text
    assert every_row() == before
    assert "no-store" in page.headers["Cache-Control"]


def test_the_page_keeps_everything_typed_and_saves_where_the_form_always_saves(client, reader):
    page = client.post(PAGE, interests(phrases="ferry harbours", hour="19", unwanted_authors="Wei Zhang"))

    assert escape("ferry harbours") in page.text
    assert re.search(r'value="19"[^>]* selected', page.text)
    assert "Wei Zhang" in page.text
    assert '<form method="post" action="/preferences/"' in page.text


def test_the_part_alone_has_no_page_around(client, reader):
    part = client.post(PART, interests())

    assert "<html" not in part.text
    assert "Your next digest is due on" in part.text


def test_looking_shows_what_is_saved(client, reader):
    paper = a_paper()
    reader.add_interest(InterestSpec("phrase", "ferries"))

    page = client.get(PAGE)

    assert "mentions “Ferries”" in page.text
    assert paper.title in page.text


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"categories": "cs.NO.SUCH"}, "Enter an arXiv category like cs.CL: “cs.NO.SUCH” is not one."),
        ({"cap": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"phrases": "RAG", "unwanted_phrases": "RAG"}, "Choose whether you want “RAG” or not: it is listed as both."),
    ],
)
def test_a_bad_answer_gets_the_forms_own_sentence(client, reader, bad, sentence):
    page, part = client.post(PAGE, interests(**bad)), client.post(PART, interests(**bad))

    assert (page.status_code, part.status_code) == (200, 400)
    assert len(errors(page)) == len(errors(part)) == 1
    assert sentence in errors(page)[0]
    assert sentence in errors(part)[0]


def test_an_error_that_the_preview_repeats_repeats_no_id(client, reader):
    bad = interests(categories="cs.XX", cap="0", hour="99", paused_until="soon", topics=["none"])

    page, part = client.post("/preferences/", bad), client.post(PART, bad)
    ids = re.findall(r'\bid="([^"]*)"', page.text + part.text)

    assert len(errors(part)) == len(errors(page)) == 5
    assert [one for one in ids if ids.count(one) > 1] == []


def test_an_empty_form_is_not_taken_for_none(client, reader):
    assert client.post(PART).status_code == 400


def test_without_a_visit_the_way_in_is_offered(client):
    for answer in (client.get(PAGE), client.post(PART, interests())):
        assert answer.headers["Location"] == "/my-link/"


def test_no_other_site_can_have_a_readers_letter_written():
    browser, reader = Client(enforce_csrf_checks=True), due_reader()
    open_preferences(browser, reader)

    assert browser.post(PART, interests()).status_code == 403


def test_a_letter_without_papers_says_that_it_would_be_skipped(client, reader):
    part = client.post(PART, interests(phrases="ferries"))

    assert "it would have nothing new and would be skipped" in part.text


def test_a_pause_says_when_letters_come_again(client, reader):
    part = client.post(PART, interests(paused_until="2026-09-03"))

    assert "Your digest is paused." in part.text
    assert "Your next digest is due on Thursday, 3 September 2026 at 07:00 (UTC)" in part.text


def test_a_near_miss_says_what_it_lacked(client, reader):
    first, second = a_paper(votes=9), a_paper(title="More ferries without harbours")

    part = client.post(PART, interests(phrases="ferries without harbours", cap="1", trending=""))

    assert part.text.index(first.title) < part.text.index("Just missed") < part.text.index(second.title)
    assert "no room left in a digest of 1" in part.text


def test_the_chart_can_be_read_without_seeing_it(client, reader):
    a_paper()

    part = client.post(PART, interests(phrases="ferries"))

    assert "Less than one paper a day over the last 14 days" in part.text
    assert "1 paper in all matches your interests" in part.text
    assert re.search(
        r'<svg[^>]* role="img" aria-labelledby="a-day-title"><title[^>]*>Papers a day:.* 20 Aug: 1</title>', part.text
    )


def test_a_preview_asks_no_more_of_the_database_for_many_interests_than_for_few(client, reader):
    papers = [a_paper(title=f"Ferries {number}") for number in range(30)]

    def questions(count: int) -> int:
        keys = "\n".join(paper.key.removeprefix("arxiv:") for paper in papers[:count])
        words = "\n".join(f"phrase {number}" for number in range(count))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.post(PART, interests(phrases=words, paste=keys, cap="30")).status_code == 200
        return len(captured)

    questions(3)  # what is kept of the papers is then there

    assert questions(25) == questions(3)


# --------------------------------------------------------------------------------------------------------- the command


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("preview", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_letter_and_what_just_missed():
    topic = make_topic(name="Ferries")
    reader = due_reader(topics=[topic.slug], cap=1, trending_muted_at=NOON)
    came, nearly = (make_paper(first_seen_at=NOON, title=title) for title in ("A ferry", "A second ferry"))
    make_score(came, topic, phrase="ferry")
    make_score(nearly, topic, 0.6, phrase="ferry")

    said = printed(reader.address.upper(), "--now", "2026-08-20T12:00:00Z")

    assert "A ferry\n  matches Ferries: “ferry”\n" in said
    assert "JUST MISSED\n\n\nA second ferry\n  no room left\n" in said


def test_the_command_says_that_there_would_be_no_letter():
    assert printed(due_reader().address) == "No letter: nothing new\n"


@pytest.mark.parametrize("make", [lambda: "nobody@example.org", lambda: due_reader(left_at=NOON).address])
def test_the_command_has_one_sentence_for_who_gets_no_letters(make):
    with pytest.raises(CommandError, match="expected the address of a reader who gets letters"):
        printed(make())


def test_a_pool_of_a_window_and_that_of_all_days_give_a_reader_the_same(monkeypatch):
    """What rose, and when, is the same whoever else is due."""
    paper = make_paper(listed_on=date(2026, 8, 15), votes=50, first_seen_at=NOON - timedelta(days=3))
    Signal.objects.create(paper=paper, at=NOON - timedelta(hours=5), votes=50)

    of_window = gathering.pool(NOON - timedelta(days=4), NOON)

    assert [one.risen_at for one in of_window.candidates] == [
        one.risen_at for one in gathering.recent(NOON).candidates
    ]
    assert of_window.candidates[0].risen_at == NOON - timedelta(hours=5)
