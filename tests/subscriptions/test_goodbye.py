"""The letter to who has left by our own page: once a departure, and to nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from subscriptions import leaving, links, signing_up
from subscriptions.links import Purpose
from subscriptions.models import Letter, Subscriber, Suppression
from subscriptions.sending import post
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def leave_by_our_page(client, reader: Subscriber) -> None:
    page = client.get(links.make(reader, Purpose.UNSUBSCRIBE)).content.decode()
    assert '<button name="leave" value="yes">' in page
    client.post(links.make(reader, Purpose.UNSUBSCRIBE), {"leave": "yes"})


def test_who_presses_the_button_of_our_page_gets_one_letter_that_says_so(client, sink, settings):
    reader = make_reader()

    for _ in range(2):
        leave_by_our_page(client, reader)
        post.drain(NOW)

    [(recipient, message)] = sink.accepted
    assert (recipient, message["Subject"]) == (reader.address, "You have left Paper Route")
    for kind in ("plain", "html"):
        words = message.get_body((kind,)).get_content()
        assert "This is the last email" in words
        assert f"{settings.SITE_URL}/" in words


def test_it_is_no_list_mail_and_offers_nothing_to_change(client, sink):
    leave_by_our_page(client, make_reader())

    post.drain(NOW)

    [(_, message)] = sink.accepted
    assert message["List-Unsubscribe"] is message["Precedence"] is None
    assert not any(word in message.as_string() for word in ("/unsubscribe/", "/manage/"))


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {}])
def test_a_mail_programs_one_click_is_answered_by_nothing(client, body):
    reader = make_reader()

    client.post(links.make(reader, Purpose.UNSUBSCRIBE), body)

    reader.refresh_from_db()
    assert reader.left_at == NOW
    assert not Letter.objects.exists()


@pytest.mark.parametrize("reason", Suppression.Reason.values)
def test_a_complaint_or_a_bounce_is_answered_by_nothing(client, sink, reason):
    complains, leaves = make_reader(), make_reader()
    complains.suppress(reason, NOW)
    leave_by_our_page(client, complains)
    leave_by_our_page(client, leaves)
    Suppression.objects.suppress(leaves.address, reason, NOW)

    post.drain(NOW)

    assert sink.accepted == []
    assert Letter.objects.get().reason == "suppressed"


def test_who_came_back_meanwhile_is_not_told_that_they_have_left(client, sink):
    reader = make_reader()
    leave_by_our_page(client, reader)
    reader.refresh_from_db()
    signing_up.confirm(reader, NOW + timedelta(minutes=1))

    post.drain(NOW + timedelta(minutes=1))

    assert sink.recipients == [reader.address]  # the welcome letter
    assert Letter.objects.get(kind="goodbye").reason == "came back"


def test_whoever_leaves_again_is_told_again():
    reader = make_reader()
    for days in (0, 5):
        leaving.leave(reader, NOW + timedelta(days=days), by_our_page=True)
        reader.refresh_from_db()
        signing_up.confirm(reader, NOW + timedelta(days=days, hours=1))

    assert Letter.objects.filter(kind="goodbye").count() == 2


def test_an_address_that_was_never_confirmed_gets_none():
    leaving.leave(make_reader(confirmed_at=None), NOW, by_our_page=True)

    assert not Letter.objects.exists()
