"""What an address gets that somebody entered is decided by the next beat of the post, where nobody can time it."""

import random
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from subscriptions import answering, signing_up
from subscriptions.models import Letter, LetterRequest, Subscriber, Suppression
from subscriptions.sending import post
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
WAYS = ["/subscribe/", "/my-link/"]


@pytest.fixture
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def nobody() -> str:
    return "never-seen@example.org"


def unconfirmed() -> str:
    return make_reader(confirmed_at=None, next_due_at=None, read_up_to=None).address


def reading() -> str:
    return make_reader().address


def gone() -> str:
    return make_reader(left_at=NOON, next_due_at=None).address


def complained() -> str:
    address = reading()
    Suppression.objects.suppress(address, Suppression.Reason.COMPLAINT, NOON)
    return address


WHOSE = [nobody, unconfirmed, reading, gone, complained]


def statements(way: str, address: str, network: str) -> list[str]:
    """What the database is asked while the address is entered, whatever is filled in."""
    with CaptureQueriesContext(connection) as asked:
        assert Client(REMOTE_ADDR=network).post(way, {"address": address}).status_code == 302
    return [re.sub(r"'[^']*'|\b[\d.]+\b|\"s\d+_x\d+\"", "…", query["sql"]) for query in asked]


@pytest.mark.usefixtures("_noon")
@pytest.mark.parametrize("way", WAYS)
def test_entering_an_address_is_one_and_the_same_insert_whoever_it_is(way):
    _first, *asked = [statements(way, whose(), f"10.0.{number}.1") for number, whose in enumerate([nobody, *WHOSE])]

    assert asked == [asked[0]] * len(WHOSE)
    assert sum("letterrequest" in sql for sql in asked[0]) == 1
    assert not [sql for sql in asked[0] for name in ("subscriber", "suppression", '_letter"') if name in sql]
    assert LetterRequest.objects.count() == len(WHOSE) + 1
    assert not Letter.objects.exists()


@pytest.mark.usefixtures("_noon")
@pytest.mark.parametrize(
    ("whose", "kinds"), [(nobody, ["confirm"]), (unconfirmed, ["confirm"]), (reading, ["manage"]), (complained, [])]
)
def test_the_next_beat_answers_and_keeps_no_request(whose, kinds):
    signing_up.sign_up(whose(), "/subscribe/", NOON)

    answering.answer(NOON)

    assert list(Letter.objects.values_list("kind", flat=True)) == kinds
    assert not LetterRequest.objects.exists()


def test_the_letter_leaves_with_the_beat_that_decides(sink):
    signing_up.sign_up("ada@example.org", "/subscribe/", NOON)

    post.drain(NOON)

    assert [recipient for recipient, _ in sink.accepted] == ["ada@example.org"]


def test_what_was_sent_twice_between_two_beats_is_answered_once_and_what_differs_twice():
    for seconds, topics in enumerate([["a"], ["a"], ["b"]]):
        signing_up.sign_up("ada@example.org", "/subscribe/", NOON + timedelta(seconds=seconds), topics=topics)

    answering.answer(NOON)

    assert [letter.contents["topics"] for letter in Letter.objects.order_by("pk")] == [["a"], ["b"]]


def test_whoever_began_to_read_meanwhile_gets_a_link():
    signing_up.sign_up("ada@example.org", "/subscribe/", NOON)
    make_reader(address="ada@example.org")

    answering.answer(NOON)

    assert Letter.objects.get().kind == "manage"


def test_many_requests_cost_as_many_queries_as_few():
    counts = []
    for many in (3, 60):
        for number in range(many):
            signing_up.sign_up(f"reader{number}@example{many}.org", "/subscribe/", NOON)
        with CaptureQueriesContext(connection) as asked:
            answering.answer(NOON)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert Letter.objects.count() == Subscriber.objects.count() == 63


# ----------------------------------------------------------------------------------------------------- what time tells


def area_under_curve(some: list[float], others: list[float]) -> float:
    """How often one of some took longer than one of the others: 0.5 where nothing tells them apart."""
    ranked = sorted([(taken, 1) for taken in some] + [(taken, 0) for taken in others])
    ranks = sum(rank for rank, (_taken, mine) in enumerate(ranked, 1) if mine)
    return (ranks - len(some) * (len(some) + 1) / 2) / (len(some) * len(others))


@pytest.mark.deep
@pytest.mark.parametrize("way", WAYS)
def test_the_time_of_an_answer_tells_nobody_who_reads(way, capsys):
    requests, numbers = 2_000, iter(range(256 * 256))
    addresses = {whose.__name__: whose() for whose in WHOSE}
    taken: dict[str, list[float]] = {name: [] for name in addresses}
    order = [name for name in addresses for _ in range(requests)]
    random.Random(way).shuffle(order)

    for name in order:
        number = next(numbers)
        client = Client(REMOTE_ADDR=f"10.{number // 256}.{number % 256}.1")
        begun = time.perf_counter()
        client.post(way, {"address": addresses[name]})
        taken[name].append(time.perf_counter() - begun)

    areas = {name: area_under_curve(times, taken["nobody"]) for name, times in taken.items() if name != "nobody"}
    with capsys.disabled():
        print(f"\n{way}: {requests} requests each: " + ", ".join(f"{name} {area:.3f}" for name, area in areas.items()))
    assert all(0.47 < area < 0.53 for area in areas.values()), areas
    assert not mail.outbox
