"""From the box to the first digest: one press, a letter, one more."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from subscriptions import answering, links
from subscriptions.interests.kinds import InterestSpec
from subscriptions.links import Purpose
from subscriptions.models import Letter, LetterRequest, Subscriber
from tests.factories import make_paper, make_reader, make_topic
from tests.subscriptions.test_views import NOON, is_ticked

pytestmark = pytest.mark.django_db
ADDRESS = "ada@example.org"
LATER = NOON + timedelta(minutes=2)
CHOICE = {"zone": "Asia/Tokyo", "hour": "6"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def subscribe(client: Client, **brings: object) -> None:
    answer = client.post("/subscribe/", {"address": ADDRESS} | brings)
    assert answer.headers["Location"] == "/subscribe/next/"


def confirm_path(letter: Letter) -> str:
    assert letter.subscriber
    return urlsplit(links.make(letter.subscriber, Purpose.CONFIRM, letter.pk)).path


def begin(client: Client) -> Subscriber:
    """Opens the page of the last confirm letter and presses its button, changing nothing there."""
    answering.answer(NOON)
    letter = Letter.objects.filter(kind="confirm").latest("pk")
    page = client.get(confirm_path(letter))
    form = page.context["form"]
    client.post(confirm_path(letter), {name: form[name].value() for name in ("topics", "zone", "hour")})
    return Subscriber.objects.get(address=ADDRESS)


def test_one_press_in_the_box_writes_the_confirm_letter(client):
    subscribe(client)
    answering.answer(NOON)

    assert Letter.objects.values_list("kind", "subscriber__address").get() == ("confirm", ADDRESS)


def test_the_next_page_names_the_address_and_offers_topics_zone_and_hour(client):
    topic = make_topic(name="Lighthouses")
    subscribe(client)

    page = client.get("/subscribe/next/").text

    assert 'One more step: open the email we sent to <span class="address">ada@example.org</span>' in page
    assert topic.name in page
    assert 'name="zone"' in page
    assert 'name="hour"' in page


@pytest.mark.parametrize("when", ["before the letter is written", "after"])
def test_what_is_chosen_on_the_next_page_waits_with_the_letter(client, when):
    topic = make_topic()
    subscribe(client)
    if when == "after":
        answering.answer(NOON)

    kept = client.post("/subscribe/next/", CHOICE | {"topics": [topic.slug]})

    assert kept.headers["Location"] == "/subscribe/next/?kept"
    assert is_ticked(client.get("/subscribe/next/?kept"), topic)
    reader = begin(client)
    assert (reader.topics(), reader.zone, reader.hour) == ([topic.slug], "Asia/Tokyo", 6)


def test_what_is_chosen_is_added_before_the_same_beat_writes_the_letter(client):
    topic = make_topic()
    subscribe(client)
    client.post("/subscribe/next/", CHOICE | {"topics": [topic.slug]})

    assert begin(client).topics() == [topic.slug]
    assert not LetterRequest.objects.exists()


def test_choosing_for_an_address_that_reads_already_changes_nothing(client):
    reader, topic = make_reader(address=ADDRESS), make_topic()
    subscribe(client)
    client.post("/subscribe/next/", CHOICE | {"topics": [topic.slug]})
    answering.answer(NOON)

    reader.refresh_from_db()
    assert (reader.topics(), reader.zone) == ([], "UTC")
    assert list(reader.letters.values_list("kind", flat=True)) == ["manage"]


def test_choosing_after_the_letter_was_answered_changes_nothing(client):
    topic = make_topic()
    subscribe(client)
    begin(Client())

    client.post("/subscribe/next/", CHOICE | {"topics": [topic.slug]})
    answering.answer(NOON)

    assert Subscriber.objects.get().topics() == []


def test_a_browser_without_cookies_is_told_what_to_do_all_the_same(client):
    page = client.get("/subscribe/next/")

    assert page.status_code == 200
    assert "Check your inbox" in page.text


def test_the_cookie_of_somebody_else_is_no_use_unsigned(client):
    client.cookies["sign-up"] = "WyJhZGFAZXhhbXBsZS5vcmciXQ"

    assert "ada@example.org" not in client.get("/subscribe/next/").text


@pytest.mark.parametrize(("now", "letters"), [(NOON, 1), (LATER, 2)])
def test_the_email_is_sent_again_after_a_minute_with_what_was_chosen(client, clock, now, letters):
    topic = make_topic()
    subscribe(client)
    answering.answer(NOON)
    clock.move_to(now)

    page = client.post("/subscribe/next/", CHOICE | {"topics": [topic.slug], "again": ""}, follow=True)

    answering.answer(now)
    assert Letter.objects.filter(kind="confirm").count() == letters
    assert ("It was sent less than a minute ago." in page.text) == (letters == 1)
    assert ("Sent again, if this address may get another one today." in page.text) == (letters == 2)
    if letters == 2:
        assert begin(client).topics() == [topic.slug]


def test_an_authors_page_brings_the_author_along(client):
    page = client.get("/subscribe/?interests=author:Ada+Quill")

    assert "author: Ada Quill" in page.text
    assert '<input type="hidden" name="interests" value="author:Ada Quill"' in page.text
    subscribe(client, interests=["author:Ada Quill"])
    assert "author: Ada Quill" in client.get("/subscribe/next/").text
    assert begin(client).interest_specs(learned=False) == [InterestSpec("author", "Ada Quill")]


def test_a_papers_page_brings_its_paper_along_by_its_title(client):
    paper = make_paper(title="Lanterns in the Fog")

    assert "Lanterns in the Fog" in client.get(f"/subscribe/?interests=paper:{paper.key}").text
    subscribe(client, interests=[f"paper:{paper.key}"])
    assert begin(client).interest_specs(learned=False) == [InterestSpec("paper", paper.key)]


@pytest.mark.parametrize("written", ["author", "shoe:42", "paper:arxiv:0000.00000", "topic:lamps", "category:cs.XXXX"])
def test_an_interest_that_is_none_is_refused_by_a_sentence(client, written):
    page = client.post("/subscribe/", {"address": ADDRESS, "interests": [written]})

    assert page.status_code == 200
    assert 'class="errorlist' in page.text
    assert not LetterRequest.objects.exists()


def test_what_was_chosen_before_makes_confirming_one_press(client):
    topic = make_topic(name="Lighthouses")
    subscribe(client, topics=[topic.slug])
    answering.answer(NOON)

    page = client.get(confirm_path(Letter.objects.get())).text

    assert "<b>Lighthouses</b>" in page
    assert page.index("<button>Confirm and start</button>") < page.index("Change topics, hour or time zone")
    assert page.count("<button>Confirm and start</button>") == 1


def test_the_status_page_counts_who_asked_who_confirmed_and_who_was_lost(client, clock):
    for number, days_ago in enumerate((20, 8, 1)):
        clock.move_to(NOON - timedelta(days=days_ago))
        client.post("/subscribe/", {"address": f"reader{number}@example{number}.org"})
        answering.answer(NOON - timedelta(days=days_ago))
    clock.move_to(NOON)
    subscribe(client)
    begin(client)

    said = "In the last 28 days: 4 asked, 1 confirmed, 2 let their link expire."
    assert said in client.get("/status/").text
