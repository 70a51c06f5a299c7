"""Confirm letters and links can be asked for again, by anybody for anybody: so a mailbox gets only so many."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.utils import timezone

from subscriptions import answering, links, signing_up
from subscriptions.links import Purpose
from subscriptions.models import Bucket, Letter, Subscriber
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 8, 20, 6, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ADDRESS = "ada@example.org"
NETWORKS = iter(range(256 * 256))


class Clock:
    def __init__(self) -> None:
        self.now = MORNING


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def ask(address: str = ADDRESS, way: str = "/subscribe/") -> None:
    """From a network that never asked before; and the next beat of the post decides what comes of it."""
    number = next(NETWORKS)
    Client(REMOTE_ADDR=f"10.{number // 256}.{number % 256}.1").post(way, {"address": address})
    answering.answer(timezone.now())


def letters() -> int:
    return Letter.objects.count()


@pytest.mark.parametrize("way", ["/subscribe/", "/my-link/"])
def test_a_letter_can_be_asked_for_again_at_once(clock, way):
    make_reader(address=ADDRESS)
    for _ in range(2):
        ask(way=way)
        clock.now += MINUTE

    assert list(Letter.objects.order_by("pk").values_list("kind", "key")) == [
        ("manage", MORNING.isoformat()),
        ("manage", (MORNING + MINUTE).isoformat()),
    ]


@pytest.mark.parametrize("make", [make_reader, lambda **fields: None], ids=["reader", "stranger"])
def test_a_mailbox_gets_at_most_three_a_day_whichever_way_they_are_asked_for(clock, make):
    make(address=ADDRESS)
    for _ in range(8):
        for way in ("/subscribe/", "/my-link/"):
            ask(way=way)
            clock.now += MINUTE

    assert letters() == 3


def test_a_reader_gets_a_link_again_on_the_next_day(clock):
    make_reader(address=ADDRESS)
    for _ in range(5):
        ask()
        clock.now += MINUTE
    clock.now += DAY

    ask()

    assert letters() == 4


@pytest.mark.parametrize(
    "others",
    [
        ["ada+1@example.org", "ada+2@example.org", "ADA+tag+more@example.org", "ada@example.org", "ada+@example.org"],
        ["a.d.a@gmail.com", "ada@gmail.com", "ad.a+x@gmail.com", "ada@gmail.com", "a.da@gmail.com"],
    ],
    ids=["tags", "dots"],
)
def test_all_addresses_of_a_mailbox_are_counted_together(clock, others):
    for address in others:
        ask(address)

    assert letters() == 3


def test_dots_tell_mailboxes_apart_where_their_provider_does(clock):
    for address in ("a.da@example.org", "ad.a@example.org", "ada@example.org", "a.d.a@example.org"):
        ask(address)

    assert letters() == 4


def test_who_never_answers_gets_three_confirm_letters_and_then_one_a_week(clock):
    came = []
    while clock.now < MORNING + 30 * DAY:
        ask()
        if letters() > len(came):
            came.append((clock.now - MORNING) / DAY)
        clock.now += DAY / 4

    assert came == [0, 0.25, 0.5, 7, 14, 21, 28]


def test_who_confirmed_begins_anew(clock):
    for _ in range(3):
        ask()
        clock.now += MINUTE
    reader = Subscriber.objects.get()
    signing_up.confirm(reader, clock.now)
    reader.unsubscribe(clock.now)
    Letter.objects.all().delete()
    clock.now += DAY

    for _ in range(3):
        ask()
        clock.now += MINUTE

    assert letters() == 3


def test_what_counts_them_holds_no_address(clock):
    ask()

    kept = list(Bucket.objects.values_list("purpose", "hash"))
    assert {"confirm letters without an answer", "letters asked for on 2026-08-20"} <= {what for what, _ in kept}
    assert all(re.fullmatch("[0-9a-f]{64}", name) and "ada" not in what for what, name in kept)


def test_a_fresh_link_brings_what_waited_with_the_old_one(clock):
    signing_up.sign_up(ADDRESS, "/subscribe/", clock.now, zone="Asia/Tokyo", hour=6)
    answering.answer(clock.now)
    old = links.make(Subscriber.objects.get(), Purpose.CONFIRM, Letter.objects.get().pk)
    clock.now += MINUTE

    Client().post(old.replace("/confirm/", "/fresh-link/").removeprefix(site_settings.SITE_URL))
    answering.answer(clock.now)

    first, fresh = Letter.objects.order_by("pk")
    assert fresh.contents == first.contents
    assert fresh.contents["zone"] == "Asia/Tokyo"


def test_the_page_promises_only_what_is_true(clock):
    page = Client().get("/check-inbox/").text

    assert "If this address can be written to" in page
    assert "at most three such emails a day" in page
