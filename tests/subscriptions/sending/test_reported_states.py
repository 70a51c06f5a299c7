"""What mail providers report: what it settles in the ledger."""

import threading
import time
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from subscriptions.models import LEASE, Event, Letter, Suppression
from tests import provider_reports as reports
from tests.provider_reports import NOW, kept, make_sent, report

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State, Type, Reason = Letter.State, Event.Type, Suppression.Reason


@pytest.fixture(autouse=True)
def _postmark(settings, monkeypatch):
    """Unless a test says otherwise."""
    reports.serves(settings, "postmark")
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def site() -> Client:
    """The site as providers meet it: they have no cookie and no CSRF token."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("delivered", State.SENT),
        ("complained", State.SENT),
        ("unsubscribed", State.SENT),
        ("bounced", State.FAILED),
        ("soft", State.FAILED),
        ("rejected", State.FAILED),
        ("failed", State.FAILED),
        ("deferred", State.UNCERTAIN),
    ],
)
def test_a_report_settles_what_was_uncertain(site, what, state):
    letter = make_sent(state=State.UNCERTAIN, ended_at=None)

    report("postmark", what, letter).sent(site)

    letter.refresh_from_db()
    assert letter.state == state
    assert (letter.ended_at is None) == (state == State.UNCERTAIN)


@pytest.mark.parametrize("order", list(permutations(["soft", "delivered", "deferred"])))
def test_whatever_the_order_of_reports_what_was_delivered_is_sent(site, order):
    letter = make_sent(state=State.UNCERTAIN)

    for what in order:
        report("postmark", what, letter).sent(site)

    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_a_report_settles_no_other_letter(site):
    letter, other = make_sent(state=State.UNCERTAIN), make_sent(state=State.UNCERTAIN)

    report("postmark", "delivered", letter).sent(site)

    other.refresh_from_db()
    assert other.state == State.UNCERTAIN


def in_hand(**fields) -> Letter:
    lease = {"lease": "5f0c8d4e-0000-4000-8000-00000000aaaa", "leased_until": Now() + Value(LEASE)}
    return make_sent(state=State.HANDOFF, ended_at=None, **lease | fields)


def test_a_report_leaves_a_letter_in_hand_to_who_has_it(site):
    letter = in_hand()

    report("postmark", "delivered", letter).sent(site)

    letter.refresh_from_db()
    assert letter.state == State.HANDOFF
    assert kept() == [Type.DELIVERED]


@pytest.mark.parametrize(("what", "state"), [("delivered", State.SENT), ("bounced", State.FAILED)])
def test_a_letter_whose_process_died_is_settled_by_what_was_reported_before(site, what, state):
    letter = in_hand(leased_until=Now() - Value(DAY))
    report("postmark", what, letter).sent(site)

    Letter.objects.release_expired()

    letter.refresh_from_db()
    assert letter.state == state


def test_a_letter_without_an_answer_is_settled_by_what_was_reported_meanwhile(site):
    letter = in_hand()
    report("postmark", "delivered", letter).sent(site)

    letter.state = State.UNCERTAIN
    Letter.objects.put_down([letter])

    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_a_slow_process_does_not_unsettle_what_was_reported(site):
    letter = in_hand(leased_until=Now() - Value(DAY))
    slow = Letter.objects.get(pk=letter.pk)
    Letter.objects.release_expired()
    report("postmark", "delivered", letter).sent(site)

    slow.state, slow.last_answer = State.PLANNED, "451 not now"
    Letter.objects.put_down([slow])

    letter.refresh_from_db()
    assert letter.state == State.SENT


@pytest.mark.one_database  # SQLite has one writer at a time.
@pytest.mark.django_db(transaction=True)
def test_a_report_that_comes_while_no_answer_is_written_down_is_not_overlooked(site):
    letter = in_hand()
    slow = Letter.objects.get(pk=letter.pk)
    slow.state = State.UNCERTAIN

    def writes() -> None:
        Letter.objects.put_down([slow])
        connection.close()

    writer = threading.Thread(target=writes)
    with transaction.atomic():  # What the report does is not yet there for others to see.
        report("postmark", "delivered", letter).sent(site)
        writer.start()
        time.sleep(0.3)
    writer.join()

    letter.refresh_from_db()
    assert letter.state == State.SENT
