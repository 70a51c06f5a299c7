"""How many letters leave: by the limits of the site, and while it is new to its provider."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscriptions.models import Bucket, Letter
from subscriptions.sending import draining, post, rationing
from tests.factories import make_letter, make_reader
from tests.subscriptions.sending.rationed import DAY, HOUR, MINUTE, NOW, State, make_digest, make_letters, states

pytestmark = pytest.mark.django_db


def test_more_than_may_leave_wait_in_the_ledger_and_it_is_no_attempt(mailbox, settings):
    settings.SEND_LIMITS = {"hour": 3}
    for _ in range(5):
        make_letter()

    sent = [post.drain(NOW), post.drain(NOW + MINUTE), post.drain(NOW + HOUR)]

    assert sent == [3, 0, 2]
    assert set(Letter.objects.values_list("attempts", flat=True)) == {1}


def test_a_drain_waits_for_what_may_leave_in_a_moment(mailbox, settings):
    settings.SEND_LIMITS = {"second": 10}
    make_letters(15)
    began = time.monotonic()

    assert post.drain(NOW) == 15

    assert 0.5 <= time.monotonic() - began < 5


def test_a_drain_that_waits_ends_when_there_has_been_enough(mailbox, settings):
    settings.SEND_LIMITS = {"minute": 6}
    make_letters(7)
    answers = iter([False] * 4)

    assert post.drain(NOW, lambda: next(answers, True)) == 6

    assert states() == [State.SENT] * 6 + [State.PLANNED]


def test_when_few_may_leave_a_person_who_waits_goes_first(mailbox, settings):
    settings.SEND_LIMITS = {"hour": 2}
    digests = [make_digest(due_at=NOW - HOUR) for _ in range(2)]
    asked_for = make_letter(kind="welcome")

    post.drain(NOW)

    asked_for.refresh_from_db()
    assert asked_for.state == State.SENT
    assert Letter.objects.filter(pk__in=[digest.pk for digest in digests], state=State.SENT).count() == 1


def test_a_person_who_comes_while_digests_wait_goes_next(mailbox, settings):
    settings.SEND_LIMITS = {"minute": 1}
    for _ in range(3):
        make_digest(due_at=NOW - HOUR)
    post.drain(NOW)
    asked_for = make_letter(make_reader(confirmed_at=None), kind="confirm")

    post.drain(NOW + MINUTE)

    asked_for.refresh_from_db()
    assert asked_for.state == State.SENT


def test_without_a_mail_server_nothing_of_the_limit_is_used_up(sink, settings):
    settings.SEND_LIMITS, settings.DOMAIN_LIMITS = {"day": 2}, {"example.org": {"day": 2}}
    make_letter(), make_letter()
    settings.EMAIL_PORT = 9  # where nothing listens
    post.drain(NOW)

    settings.EMAIL_PORT = sink.port

    assert post.drain(NOW + MINUTE) == 2


def test_what_ends_unsent_uses_nothing_up(mailbox, settings):
    settings.SEND_LIMITS = {"day": 1}
    make_letter().subscriber.unsubscribe(NOW)
    make_letter(planned_at=NOW - 2 * DAY)
    make_letter()

    assert post.drain(NOW) == 1

    assert states() == [State.SKIPPED, State.FAILED, State.SENT]


def test_what_there_was_no_time_for_uses_nothing_up(mailbox, settings):
    settings.SEND_LIMITS, settings.HANDOVER_CHUNK = {"day": 5}, 2
    make_letters(5)
    answers = iter([False, False, True])
    assert post.drain(NOW, lambda: next(answers, True)) == 2

    assert post.drain(NOW) == 3


def test_a_letter_that_cannot_be_composed_uses_nothing_up(settings):
    settings.SEND_LIMITS = {"day": 5}
    make_letter(kind="unheard-of")

    with pytest.raises(KeyError):
        post.drain(NOW)

    assert Bucket.objects.get().tokens == pytest.approx(5, abs=0.1)


def test_another_provider_has_a_bucket_of_its_own(mailbox, settings):
    settings.SEND_LIMITS = {"day": 1}
    make_letters(2)
    post.drain(NOW)

    settings.ANYMAIL_PROVIDER = "postmark"

    assert post.drain(NOW) == 1


def test_where_nothing_is_limited_no_bucket_is_asked(mailbox):
    make_letters(3)

    with CaptureQueriesContext(connection) as captured:
        post.drain(NOW)

    assert not [query["sql"] for query in captured if Bucket._meta.db_table in query["sql"]]


def test_buckets_are_asked_once_a_chunk_however_many_letters_it_has(mailbox, settings, monkeypatch):
    settings.SEND_LIMITS, settings.DOMAIN_LIMITS = {"hour": 500, "day": 5000}, {"example.org": {"hour": 500}}
    monkeypatch.setattr(draining, "SMALLEST_CHUNK", 200)
    asked = []
    for letters in (3, 100, 100):  # The first drain also makes the buckets.
        make_letters(letters)
        with CaptureQueriesContext(connection) as captured:
            post.drain(NOW)
        asked.append(sum(Bucket._meta.db_table in query["sql"] for query in captured))

    assert asked[1] == asked[2] <= asked[0]
    assert states() == [State.SENT] * 203


@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
@pytest.mark.django_db(transaction=True)
def test_two_that_drain_at_once_share_the_bucket(mailbox, settings):
    settings.SEND_LIMITS, settings.HANDOVER_CHUNK = {"day": 150}, 10
    make_letters(300)

    def drained(_number: int) -> int:
        try:
            return post.drain(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        sent = list(threads.map(drained, range(2)))

    assert sum(sent) == 150
    assert len(list(mailbox.iterdir())) == 150


# ------------------------------------------------------------------------------------------------------------- warm-up


@pytest.mark.parametrize(
    ("first", "may_go"),
    [
        (date(2026, 8, 25), 500),  # still to come
        (date(2026, 8, 20), 500),
        (date(2026, 8, 19), 1000),
        (date(2026, 8, 18), 2000),
        (date(2026, 7, 31), 2100),  # all there are: after twenty days nothing is capped
    ],
)
def test_a_warm_up_doubles_the_letters_of_a_day_from_500(settings, first, may_go):
    settings.WARM_UP = first
    make_letters(2100)

    claimed = [len(rationing.claim(NOW + late, 3000).letters) for late in (timedelta(), 11 * HOUR)]

    assert claimed == [may_go, 0]


def test_a_day_of_the_warm_up_begins_at_midnight_utc(settings, mailbox, monkeypatch):
    monkeypatch.setattr(rationing, "FIRST_CAP", 2)
    settings.WARM_UP, settings.SEND_LIMITS = date(2026, 8, 20), {"day": 5}
    make_letters(8)

    sent = [post.drain(NOW), post.drain(NOW + 11.9 * HOUR), post.drain(NOW + 12.1 * HOUR), post.drain(NOW + 13 * HOUR)]

    assert sent == [2, 0, 4, 0]
