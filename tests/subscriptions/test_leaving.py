"""What is dead once a reader has left, how leaving is undone, and how one comes back the same day."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as site_settings
from django.core import signing
from django.test import Client
from django.utils import timezone

from subscriptions import leaving, links, tokens
from subscriptions.links import BadLink, DeadLink, Purpose
from subscriptions.models import Letter, Subscriber, Suppression
from subscriptions.sending import post
from tests.factories import make_reader, make_topic
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MORTAL = [purpose for purpose in Purpose if purpose not in links.DEATHLESS]


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def token(reader: Subscriber, purpose: Purpose, *further: int) -> str:
    return links.make(reader, purpose, *further).rstrip("/").rpartition("/")[2]


def leave(client: Client, reader: Subscriber, body: dict[str, str] | None = None) -> str:
    """By the page's button; the page that answers."""
    return client.post(links.make(reader, Purpose.UNSUBSCRIBE), {"leave": "yes"} if body is None else body).text


def undo_of(page: str) -> str:
    """The path that the page's button undoes leaving by."""
    return re.findall(r'action="([^"]*/come-back/[^"]*)"', page)[0].removeprefix(site_settings.SITE_URL)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """The clock of tokens, and of signatures, stands."""
    for module in (tokens, signing):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=moment.timestamp))


# ----------------------------------------------------------------------------------------------- what is dead by then


@pytest.mark.parametrize("purpose", MORTAL)
def test_a_link_from_before_leaving_is_dead(client, purpose):
    reader = make_reader()
    made = token(reader, purpose)

    leave(client, reader)

    with pytest.raises(DeadLink):
        links.follow(made, purpose)


@pytest.mark.parametrize("purpose", [Purpose.CONFIRM, Purpose.MANAGE, Purpose.FEEDBACK])
def test_a_link_that_0_1_0_made_is_dead_as_well(client, purpose):
    reader = make_reader()
    made = signing.dumps(reader.pk, salt=f"link:{purpose.value}")

    leave(client, reader)

    with pytest.raises(DeadLink):
        links.follow(made, purpose)


def test_unsubscribing_works_after_leaving_and_coming_back(client):
    reader = make_reader()
    way_out = links.make(reader, Purpose.UNSUBSCRIBE)
    client.post(undo_of(leave(client, reader)))

    assert client.post(way_out).status_code == 200

    reader.refresh_from_db()
    assert reader.left_at


@pytest.mark.parametrize(("microseconds", "is_dead"), [(-1, True), (0, True), (1, False)])
def test_links_die_up_to_the_microsecond_of_leaving(monkeypatch, microseconds, is_dead):
    reader = make_reader()
    at(monkeypatch, NOON)
    reader.unsubscribe(NOON)
    at(monkeypatch, NOON + timedelta(microseconds=microseconds))
    made = token(reader, Purpose.MANAGE)

    try:
        links.follow(made, Purpose.MANAGE)
        assert not is_dead
    except DeadLink:
        assert is_dead


def test_a_dead_link_says_so_and_sends_no_fresh_one(client):
    reader = make_reader()
    made = token(reader, Purpose.MANAGE)
    leave(client, reader, {})

    page = client.get(f"/manage/{made}/")
    client.post(f"/fresh-link/{made}/")

    assert page.status_code == 410
    assert "its reader has unsubscribed, signed out everywhere or changed address" in page.text
    assert not Letter.objects.exists()


def test_preferences_that_were_open_are_closed_by_leaving_and_stay_so_when_it_is_undone(client):
    reader, other_browser = make_reader(), Client()
    other_browser.post(links.make(reader, Purpose.MANAGE))
    assert other_browser.get("/preferences/").status_code == 200

    page = leave(client, reader)
    assert other_browser.get("/preferences/").status_code == 302

    client.post(undo_of(page))
    assert other_browser.get("/preferences/").status_code == 302
    other_browser.post(links.make(reader, Purpose.MANAGE))
    assert other_browser.get("/preferences/").status_code == 200


# -------------------------------------------------------------------------------------------------------------- undone


def test_the_answer_to_the_post_that_left_undoes_it(client):
    reader = make_reader(topics=[make_topic().slug], hour=6)
    before = Subscriber.objects.values().get()

    page = client.post(undo_of(leave(client, reader)))

    assert "You are subscribed again" in page.text
    after = Subscriber.objects.values().get()
    assert after["next_due_at"] is not None
    changed = {"links_after", "feed_key", "next_due_at", "next_slot"}
    assert {name for name in before if before[name] != after[name]} <= changed
    assert reader.interests.count() == 1


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}])
def test_it_stands_in_the_answer_to_a_mail_programs_one_click_as_well(client, body):
    reader = make_reader()

    client.post(undo_of(leave(client, reader, body)))

    reader.refresh_from_db()
    assert reader.is_reading


def test_it_stands_nowhere_else(client, sink):
    reader = make_reader()
    leave(client, reader)
    post.drain(NOON)

    again = leave(client, reader)
    way_out = client.get(links.make(reader, Purpose.UNSUBSCRIBE)).text

    assert "/come-back/" not in again + way_out + sink.accepted[0][1].as_string()


def test_undoing_says_to_the_letter_on_its_way_that_nobody_left(client, sink):
    reader = make_reader()
    client.post(undo_of(leave(client, reader)))

    post.drain(NOON)

    assert sink.accepted == []


def test_looking_at_it_changes_nothing(client):
    undo = undo_of(leave(client, make_reader()))
    before = every_row()

    for look in (client.get, client.head):
        assert look(undo).status_code == 200
    assert every_row() == before


def test_undoing_again_changes_nothing_and_says_so(client):
    undo = undo_of(leave(client, make_reader()))
    client.post(undo)
    before = every_row()

    page = client.post(undo)

    assert page.status_code == 410
    assert "There is nothing to undo" in page.text
    assert every_row() == before


def test_it_undoes_no_other_departure(client, monkeypatch):
    reader = make_reader()
    first = undo_of(leave(client, reader))
    client.post(first)
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(microseconds=1))
    leave(client, reader)

    assert client.post(first).status_code == 410

    reader.refresh_from_db()
    assert not reader.is_reading


@pytest.mark.parametrize(("days", "is_undone"), [(6.9, True), (7.1, False)])
def test_it_works_for_seven_days(client, monkeypatch, days, is_undone):
    reader = make_reader()
    undo = undo_of(leave(client, reader))
    at(monkeypatch, tokens.now() + days * DAY)

    client.post(undo)

    reader.refresh_from_db()
    assert reader.is_reading is is_undone


@pytest.mark.parametrize("reason", Suppression.Reason.values)
def test_who_must_not_be_written_to_is_offered_none_and_what_was_offered_does_nothing(client, reason):
    reader, other = make_reader(), make_reader()
    undo = undo_of(leave(client, reader))
    for address in (reader.address, other.address):
        Suppression.objects.suppress(address, reason, NOON)

    assert "/come-back/" not in leave(client, other)
    assert client.post(undo).status_code == 410

    reader.refresh_from_db()
    assert not reader.is_reading


def test_an_address_that_was_never_confirmed_is_offered_none(client):
    assert "/come-back/" not in leave(client, make_reader(confirmed_at=None))


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.COME_BACK])
def test_no_other_link_undoes_leaving(client, purpose):
    reader = make_reader()
    leave(client, reader)

    with pytest.raises(BadLink):
        links.follow(token(reader, purpose, tokens.number(NOON)), Purpose.COME_BACK)


def test_a_digest_whose_hour_passed_meanwhile_is_due_at_once(client):
    reader = make_reader(hour=11, last_slot=NOON.date() - DAY)

    client.post(undo_of(leave(client, reader)))

    reader.refresh_from_db()
    assert reader.next_due_at is not None
    assert reader.next_due_at <= NOON


# ------------------------------------------------------------------------------------------- coming back the same day


def test_who_signs_up_again_on_the_day_of_leaving_gets_a_letter_to_confirm_and_reads_again(client, sink, monkeypatch):
    client.post("/subscribe/", {"address": "ada@example.org"})
    post.drain(NOON)
    confirm = re.findall(r"/confirm/[\w-]+/", sink.accepted[0][1].get_body(("plain",)).get_content())[0]
    client.post(confirm, {"zone": "UTC", "hour": "7"})
    reader = Subscriber.objects.get()
    leave(client, reader)
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(minutes=5))

    client.post("/subscribe/", {"address": "ada@example.org"})
    post.drain(NOON + timedelta(minutes=5))

    assert reader.letters.filter(kind="confirm", state=Letter.State.SENT).count() == 2
    again = re.findall(r"/confirm/[\w-]+/", sink.accepted[-1][1].get_body(("plain",)).get_content())[0]
    assert client.get(confirm).status_code == 410  # of before leaving
    client.post(again, {"zone": "UTC", "hour": "7"})
    reader.refresh_from_db()
    assert reader.is_reading


def test_leaving_says_whether_it_can_be_undone():
    reader = make_reader()

    assert leaving.leave(reader, NOON, by_our_page=False)
    assert not leaving.leave(reader, NOON, by_our_page=False)
