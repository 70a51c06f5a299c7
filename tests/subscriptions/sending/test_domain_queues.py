"""What each mail domain takes: who waits for it stands in its queue, and is passed by others."""

from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscriptions.models import Letter
from subscriptions.sending import post
from tests.factories import make_reader
from tests.subscriptions.sending.rationed import NOW, SECOND, State, due_after, make_digest, states

pytestmark = pytest.mark.django_db
_numbers = count(1)


def make_readers_letters(domain: str, how_many: int, **fields) -> list[Letter]:
    number = next(_numbers)
    readers = [make_reader(address=f"reader{number}.{each}@{domain}") for each in range(how_many)]
    return [make_digest(reader, **fields) for reader in readers]


@pytest.fixture
def slow_domain(settings, mailbox) -> str:
    settings.DOMAIN_LIMITS = {"slow.example": {"minute": 2}}
    return "slow.example"


def test_who_waits_for_a_domain_is_passed_by_the_others(slow_domain):
    slow, others = make_readers_letters(slow_domain, 5), make_readers_letters("example.org", 30)

    assert post.drain(NOW) == 32

    assert states() == [State.SENT] * 2 + [State.PLANNED] * 3 + [State.SENT] * 30
    assert due_after(slow[2:]) == [30, 60, 90]
    assert {letter.attempts for letter in slow[2:]} == {0}
    assert len(others) == 30


def test_a_domain_gets_its_letters_evenly(slow_domain):
    make_readers_letters(slow_domain, 6)

    sent = [post.drain(NOW + number * 31 * SECOND) for number in range(6)]

    assert sent == [2, 1, 1, 1, 1, 0]


def test_who_comes_later_stands_at_the_end_of_the_line(slow_domain):
    make_readers_letters(slow_domain, 4)
    post.drain(NOW)

    later = make_readers_letters(slow_domain, 2)
    post.drain(NOW)

    assert due_after(later) == [90, 120]


def test_a_person_who_waits_stands_at_the_beginning_of_the_line(slow_domain):
    make_readers_letters(slow_domain, 6)
    post.drain(NOW)

    asked_for = make_readers_letters(slow_domain, 1, kind="welcome", key="now")
    post.drain(NOW)

    assert due_after(asked_for) == [30]


def test_who_found_their_place_taken_goes_to_the_beginning_of_the_line(slow_domain):
    waited = make_readers_letters(slow_domain, 4)[2:]
    post.drain(NOW)
    assert {letter.waits_for_domain for letter in Letter.objects.filter(state=State.PLANNED)} == {slow_domain}
    Letter.objects.filter(pk=waited[1].pk).update(due_at=NOW, last_answer="In other words.")

    post.drain(NOW)

    assert due_after(waited) == [30, 30]
    assert Letter.objects.get(pk=waited[1].pk).last_answer != "In other words."


def test_who_was_refused_meanwhile_or_has_got_its_letter_waits_for_no_domain(slow_domain, settings):
    make_readers_letters(slow_domain, 3)
    post.drain(NOW)
    settings.SENDER, settings.EMAIL_PORT = "subscriptions.sending.smtp.Smtp", 9  # where nothing listens

    post.drain(NOW + 31 * SECOND)

    assert set(Letter.objects.values_list("state", "waits_for_domain")) == {(State.SENT, ""), (State.PLANNED, "")}


@pytest.mark.one_database  # SQLite does not see that a value which it is told later is not empty.
def test_the_end_of_a_domains_line_is_found_by_an_index():
    with CaptureQueriesContext(connection) as captured:
        Letter.objects.end_of_queue("slow.example", NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {captured[-1]['sql']}")
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "letter_domain_queue" in plan


def test_what_a_domain_does_not_take_is_given_back_to_the_site(slow_domain, settings):
    settings.SEND_LIMITS = {"day": 6}
    make_readers_letters(slow_domain, 4)
    make_readers_letters("example.org", 4)

    assert post.drain(NOW) == 6


def test_a_domain_may_have_several_limits(settings, mailbox):
    settings.DOMAIN_LIMITS = {"slow.example": {"minute": 10, "hour": 3}}
    slow = make_readers_letters("slow.example", 5)

    assert post.drain(NOW) == 3

    assert due_after(slow[3:]) == [1200, 2400]
