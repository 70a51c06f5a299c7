"""Visits: whose preferences are open in a browser, and how all of them end."""

import pytest
from django.test import Client

from subscriptions import links
from subscriptions.links import DeadLink, Purpose
from tests.factories import make_reader
from tests.subscriptions.test_leaving import MORTAL, token
from tests.subscriptions.test_views import link, open_preferences

pytestmark = pytest.mark.django_db


def test_signing_out_everywhere_closes_the_preferences_in_every_browser(client):
    reader, other = make_reader(), Client()
    open_preferences(client, reader)
    open_preferences(other, reader)

    page = client.post("/preferences/sign-out/")

    assert "You are signed out everywhere" in page.text
    for browser in (client, other):
        assert browser.get("/preferences/").headers["Location"] == "/my-link/"


@pytest.mark.parametrize("purpose", MORTAL)
def test_it_disables_old_links(client, purpose):
    reader = make_reader()
    old = token(reader, purpose)
    open_preferences(client, reader)

    client.post("/preferences/sign-out/")

    with pytest.raises(DeadLink):
        links.follow(old, purpose)
    assert links.follow(token(reader, purpose), purpose) == reader


def test_links_to_unsubscribe_go_on_working(client):
    reader = make_reader()
    old = link(reader, Purpose.UNSUBSCRIBE)
    open_preferences(client, reader)

    client.post("/preferences/sign-out/")
    client.post(old)

    reader.refresh_from_db()
    assert reader.left_at


def test_looking_at_the_page_ends_nothing(client):
    open_preferences(client, make_reader())

    assert "Sign out and disable old links" in client.get("/preferences/sign-out/").text
    assert client.get("/preferences/").status_code == 200


def test_a_link_of_somebody_else_asks_before_it_takes_the_place_of_an_open_visit(client):
    ada, tomas = make_reader(), make_reader()
    open_preferences(client, ada)

    page = client.get(link(tomas, Purpose.MANAGE)).text

    assert "The preferences of another address are open in this browser" in page
    assert "Open the other preferences" in page
    assert "another address" not in client.get(link(ada, Purpose.MANAGE)).text
