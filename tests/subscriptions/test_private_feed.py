"""The page on which a reader makes a feed of their own, and removes it. What it says: tests/digest/test_my_feed.py."""

import re
from datetime import timedelta

import pytest

from subscriptions import leaving, private_feed
from subscriptions.links import BadLink, Purpose
from subscriptions.models import Letter, Subscriber
from subscriptions.sending import post
from tests.factories import make_letter, make_reader
from tests.subscriptions.test_moving import open_by_a_link_of
from tests.subscriptions.test_views import NOON, every_row, link, open_preferences, travel

pytestmark = pytest.mark.django_db
PAGE = "/preferences/feed/"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)


@pytest.fixture
def reader(client) -> Subscriber:
    """Whose preferences are open."""
    reader = make_reader()
    open_preferences(client, reader)
    return reader


def shown(client) -> dict[str, str]:
    """The addresses on the page, by form."""
    return dict(re.findall(r'<input id="(atom|json)" type="url" value="(.+?)"', client.get(PAGE).text))


def token(client) -> str:
    return shown(client)["atom"].rstrip("/").rpartition("/")[2]


def test_there_is_no_feed_until_its_reader_asks_for_one(client, reader):
    assert private_feed.addresses(reader) == {}
    assert shown(client) == {}

    client.post(PAGE)

    assert shown(client).keys() == {"atom", "json"}
    assert private_feed.reader_of(token(client)) == reader


def test_looking_at_the_page_makes_none(client, reader):
    before = every_row()

    assert "Make my feed" in client.get(PAGE).text
    assert every_row() == before


def test_the_address_is_the_same_whenever_it_is_shown(client, reader):
    client.post(PAGE)
    first = shown(client)

    client.post(PAGE, {"feed_reasons": "on"})

    assert shown(client) == first


def test_the_page_warns_of_readers_on_other_peoples_servers(client, reader):
    assert "Treat this address like a password" in client.get(PAGE).text


def test_what_the_feed_is_to_say_and_whether_emails_come_is_kept(client, reader):
    client.post(PAGE, {"feed_reasons": "on", "feed_only": "on"})
    reader.refresh_from_db()
    assert (reader.feed_reasons, reader.is_feed_only) == (True, True)
    assert client.get(PAGE).text.count(" checked") == 2

    client.post(PAGE)
    reader.refresh_from_db()
    assert (reader.feed_reasons, reader.is_feed_only) == (False, False)


def test_the_preferences_lead_to_it_and_say_whether_it_is_on(client, reader):
    assert f'<a href="{PAGE}">' in client.get("/preferences/").text

    client.post(PAGE, {"feed_only": "on"})

    assert "on, and no digests by email" in client.get("/preferences/").text


@pytest.mark.parametrize("another", [True, False], ids=["another address", "none"])
def test_an_address_is_gone_at_once_when_it_is_changed_or_removed(client, reader, another):
    client.post(PAGE, {"feed_reasons": "on"})
    old = token(client)

    client.post(PAGE, {"renew" if another else "remove": "yes"})

    assert private_feed.reader_of(old) is None
    assert bool(shown(client)) is another
    assert not another or private_feed.reader_of(token(client)) == reader


def test_a_new_address_leaves_what_was_chosen_as_it_was(client, reader):
    client.post(PAGE, {"feed_reasons": "on", "feed_only": "on"})

    client.post(PAGE, {"renew": "yes"})

    reader.refresh_from_db()
    assert (reader.feed_reasons, reader.is_feed_only) == (True, True)


def test_without_a_feed_digests_come_by_email(client, reader):
    client.post(PAGE, {"feed_only": "on"})

    client.post(PAGE, {"remove": "yes"})

    reader.refresh_from_db()
    assert not reader.feed_only


def sign_out(client, reader):
    client.post("/preferences/sign-out/")


def leave(client, reader):
    leaving.leave(reader, NOON, by_our_page=False)


def leave_and_come_back(client, reader):
    leaving.leave(reader, NOON, by_our_page=False)
    assert leaving.come_back(reader.pk, NOON, NOON)


def erase(client, reader):
    client.post("/preferences/data/erase/")


@pytest.mark.parametrize("end", [sign_out, leave, leave_and_come_back, erase])
def test_a_feed_is_gone_with_the_visits_or_the_reader(client, reader, end):
    client.post(PAGE, {"feed_only": "on"})
    old = token(client)

    end(client, reader)

    assert private_feed.reader_of(old) is None
    assert not Subscriber.objects.filter(feed_only=True).exists()


def test_who_has_left_gets_none(reader):
    reader.unsubscribe(NOON)

    private_feed.make(reader)

    reader.refresh_from_db()
    assert reader.feed_key == 0


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 403)])
def test_it_takes_a_link_that_was_mailed_within_the_hour(client, monkeypatch, minutes, status):
    reader = make_reader()
    open_by_a_link_of(client, reader, monkeypatch, timedelta(minutes=minutes))

    page = client.post(PAGE, follow=True)

    assert page.status_code == status
    reader.refresh_from_db()
    assert (reader.feed_key > 0) == (status == 200)


def test_a_token_that_was_not_made_by_us_or_for_something_else_finds_nobody(reader):
    others = link(reader, Purpose.WEB_COPY, 1).split("/")[2]

    for spoiled in ("x", "é", others):
        with pytest.raises(BadLink):
            private_feed.reader_of(spoiled)


def test_a_feed_without_its_key_finds_nobody(reader):
    assert private_feed.reader_of(link(reader, Purpose.FEED).split("/")[2]) is None
    assert private_feed.reader_of(link(reader, Purpose.FEED, 0).split("/")[2]) is None


# --------------------------------------------------------------------------------------------------------- feed alone


def test_a_digest_that_waits_for_the_mail_server_stays_in_the_feed_of_who_wants_no_email_any_more(sink):
    reader = make_reader(feed_key=7, feed_only=True)
    for kind in ("digest", "welcome", "manage"):
        make_letter(reader, kind=kind, key="2026-08-20", at=NOON, contents={"for_you": [], "trending": []})

    post.drain(NOON)

    states = dict(Letter.objects.values_list("kind", "state"))
    assert states == {"digest": Letter.State.FEED, "welcome": Letter.State.FEED, "manage": Letter.State.SENT}
    assert len(sink.accepted) == 1
