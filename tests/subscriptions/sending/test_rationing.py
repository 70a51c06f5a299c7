"""How fast letters leave: the buckets, the warm-up, what mail domains take, and what is done when we are told to slow
down."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as searched
from hypothesis import strategies as st

from subscriptions import limits
from subscriptions.limits import FOR_EVER, Limit
from subscriptions.models import Bucket, Letter
from subscriptions.sending import post, rationing
from tests.factories import make_letter, make_paper, make_reader
from tests.farend import FarEnd
from tests.sink import Sink

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)  # when the letters of make_letter are due
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86_400))
State = Letter.State
_buckets = count(1)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def make_digest(reader=None, **fields) -> Letter:
    contents = {"for_you": [], "trending": [{"paper": make_paper().pk}], "near_misses": []}
    return make_letter(reader, **{"kind": "digest", "key": "2026-08-20", "contents": contents} | fields)


def make_letters(how_many: int) -> None:
    """To one reader, so that many are made quickly."""
    reader = make_reader()
    keys = [str(next(_buckets)) for _ in range(how_many)]
    Letter.objects.bulk_create(
        Letter(subscriber=reader, kind="manage", key=key, due_at=NOW, planned_at=NOW) for key in keys
    )


# ------------------------------------------------------------------------------------------------------------- buckets


@given(
    most=st.integers(1, 50),
    per=st.sampled_from([SECOND, MINUTE, HOUR, DAY]),
    steps=st.lists(
        st.tuples(st.floats(0, 1.5), st.integers(1, 70), st.floats(0, 1)), min_size=1, max_size=25
    ),  # after this part of the span so many are wanted, and this part of what was granted is given back
)
def test_in_no_time_more_is_granted_than_a_full_bucket_and_what_flows_in(most, per, steps):
    limit, value, now = Limit("letters", most, per), str(next(_buckets)), NOW
    used: list[tuple[datetime, int]] = []

    for part, wanted, unused in steps:
        now += part * per
        granted, _wait = limits.take_up_to([limit], value, wanted, now)
        limits.give_back([limit], value, int(granted * unused), now)
        used.append((now, granted - int(granted * unused)))

    for first, (begins, _) in enumerate(used):
        total = 0
        for ends, granted in used[first:]:
            total += granted
            assert total <= most + most * ((ends - begins) / per) + 1e-6


@given(most=st.integers(1, 500), per=st.sampled_from([SECOND, MINUTE, HOUR, DAY]), part=st.floats(0, 1))
def test_after_the_time_that_is_named_one_is_left_and_not_long_before(most, per, part):
    limit, value = Limit("letters", most, per), str(next(_buckets))
    limits.take_up_to([limit], value, most, NOW)
    later = NOW + part * per / most

    granted, wait = limits.take_up_to([limit], value, 1, later)

    if not granted:
        assert limits.take_up_to([limit], value, 1, later + wait - 3 * limits.ROUNDING)[0] == 0
        assert limits.take_up_to([limit], value, 1, later + wait)[0] == 1


@searched(max_examples=30)
@given(most=st.integers(1, 500), per=st.sampled_from([SECOND, MINUTE, HOUR, DAY]), wanted=st.integers(1, 7))
def test_who_asks_whenever_there_may_be_one_gets_all_that_flows_in(most, per, wanted):
    limit, value, now, total = Limit("letters", most, per), str(next(_buckets)), NOW, 0
    limits.take_up_to([limit], value, most, NOW)

    while now < NOW + per * 20 / most:
        granted, wait = limits.take_up_to([limit], value, wanted, now)
        total += granted
        now += wait

    assert total >= 0.97 * most * ((now - NOW) / per) - 1


def test_of_several_limits_the_one_with_the_fewest_decides_and_no_other_loses_more():
    few, many = Limit("letters a minute", 3, MINUTE), Limit("letters a day", 5, DAY)

    granted = [limits.take_up_to([few, many], "site", 4, NOW + number * MINUTE)[0] for number in range(3)]

    assert granted == [3, 2, 0]


def test_what_never_fills_up_stays_empty():
    limit = Limit("letters of a day", 2, FOR_EVER)

    granted = [limits.take_up_to([limit], "site", 2, NOW + number * DAY)[0] for number in range(3)]

    assert granted == [2, 0, 0]


def test_a_process_whose_clock_is_behind_makes_no_bucket_fill_twice():
    limit = Limit("letters", 10, MINUTE)
    limits.take_up_to([limit], "site", 10, NOW)

    granted = [limits.take_up_to([limit], "site", 10, NOW + late)[0] for late in (MINUTE, timedelta(), MINUTE)]

    assert granted == [10, 0, 0]


# -------------------------------------------------------------------------------------------------- letters that leave


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
    monkeypatch.setattr(post, "SMALLEST_CHUNK", 200)
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


# ------------------------------------------------------------------------------------------------------------- domains


def make_readers_letters(domain: str, how_many: int, **fields) -> list[Letter]:
    number = next(_buckets)
    readers = [make_reader(address=f"reader{number}.{each}@{domain}") for each in range(how_many)]
    return [make_digest(reader, **fields) for reader in readers]


@pytest.fixture
def slow_domain(settings, mailbox) -> str:
    settings.DOMAIN_LIMITS = {"slow.example": {"minute": 2}}
    return "slow.example"


def due_after(letters: list[Letter]) -> list[int]:
    """Seconds from now on."""
    for letter in letters:
        letter.refresh_from_db()
    return [round((letter.due_at - NOW).total_seconds()) for letter in letters]


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


def test_the_end_of_a_domains_line_is_found_by_an_index():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite does not see that a value which it is told later is not empty.")
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


# ----------------------------------------------------------------------------------------------- told to send no more


@pytest.fixture(params=[False, True], ids=["one at a time", "in groups"])
def server(settings, request) -> Iterator[Sink]:
    with Sink(takes_groups=request.param) as sink:
        sink.serves(settings)
        yield sink


@pytest.mark.parametrize("reply", ["421 4.7.0 too many", "454 Throttling failure: Maximum sending rate exceeded."])
def test_a_server_that_is_busy_again_and_again_is_left_alone_for_a_while(server, settings, reply):
    settings.HANDOVER_CHUNK = 10
    make_letters(30)
    server.refuse_recipient(reply)

    post.drain(NOW)

    assert states() == [State.PLANNED] * 30
    assert Letter.objects.filter(last_answer=reply).count() <= 6  # one more was on its way with the fifth
    assert set(Letter.objects.values_list("attempts", flat=True)) == {0}
    assert post.drain(NOW + 20 * SECOND) == 0
    assert not Letter.objects.due(NOW + 20 * SECOND).exists()


def test_after_a_rest_others_go_before_those_that_were_refused(server):
    make_letters(12)
    server.refuse_recipient("454 4.7.0 too fast", times=5)
    post.drain(NOW)
    refused = Letter.objects.filter(last_answer__startswith="454").count()
    before = 12 - refused - Letter.objects.filter(state=State.SENT).count()

    sent = [post.drain(NOW + 40 * SECOND), post.drain(NOW + 70 * SECOND)]

    assert sent == [before, refused]
    assert refused == 5


def test_mailboxes_that_cannot_take_letters_now_keep_no_other_waiting(server):
    letters = [make_letter() for _ in range(8)]
    for letter in letters[:7]:
        server.refuse_recipient("450 4.2.1 too many letters to this mailbox", of=letter.subscriber.address)

    assert post.drain(NOW) == 1

    assert list(Letter.objects.order_by("pk").values_list("attempts", flat=True)) == [1] * 8


def test_a_letter_fails_of_a_busy_server_only_once_it_is_stale(sink):
    letter = make_letter()
    sink.refuse_recipient("421 4.3.2 busy")
    for _ in range(10):
        post.drain(letter.due_at)
        letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (State.PLANNED, 0)

    post.drain(NOW + DAY + MINUTE)

    letter.refresh_from_db()
    assert (letter.state, letter.reason) == (State.FAILED, "stale")


@pytest.mark.django_db(transaction=True)
def test_the_rest_for_all_is_committed_as_it_is_on_a_site(sink):
    sink.refuse_recipient("421 4.3.2 busy")
    make_letters(30)

    post.drain(NOW)

    assert not Letter.objects.due(NOW + 20 * SECOND).exists()
    assert {(letter.state, letter.dropped) for letter in Letter.objects.all()} == {(State.PLANNED, 0)}


def test_whose_address_a_busy_server_named_is_told_to_nobody_else(sink, caplog):
    make_letters(20)
    sink.refuse_recipient("454 4.7.1 <ada@example.org>: Relay access denied")

    post.drain(NOW)

    assert "ada@" not in caplog.text
    unoffered = Letter.objects.filter(last_answer__startswith="No more letters")
    assert unoffered.count() >= 14  # Of a group of commands one more was on its way.
    assert not unoffered.filter(last_answer__contains="ada@").exists()


@pytest.fixture
def provider(settings) -> Iterator[FarEnd]:
    settings.SENDER = "subscriptions.sending.anymail.Anymail"
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    with FarEnd() as provider:
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x", "POSTMARK_API_URL": f"{provider.url}/"}
        settings.SENDER_CONNECTIONS = 1
        yield provider


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120), ("0120", 120), ("9" * 30, 4 * 3600), ("Fri, 31 Dec 9999 23:59:59 GMT", 4 * 3600)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_provider_that_says_how_long_to_wait_is_not_asked_before(provider, status, asked, seconds):
    provider.answers("/email", status, headers={"Retry-After": asked})
    letters = [make_letter() for _ in range(4)]

    post.drain(NOW)
    post.drain(NOW + (seconds - 1) * SECOND)

    assert len(provider.requests) == 1
    assert {letter.attempts for letter in Letter.objects.all()} == {0}
    first, *others = due_after(letters)
    assert all(seconds <= due <= seconds + 2 for due in others)
    assert first == min(seconds + 60, 4 * 3600)


@pytest.mark.parametrize("asked", ["soon", "-5", ""])
def test_a_provider_that_does_not_say_how_long_is_left_alone_after_some_refusals(provider, asked):
    provider.answers("/email", 429, headers={"Retry-After": asked})
    make_letters(20)

    post.drain(NOW)

    assert len(provider.requests) == 5
    assert not Letter.objects.due(NOW + 20 * SECOND).exists()


def test_a_provider_that_fails_again_and_again_makes_a_few_letters_uncertain_and_not_all(provider):
    provider.answers("/email", 502)
    make_letters(20)

    post.drain(NOW)

    assert len(provider.requests) == 5
    assert Letter.objects.filter(state=State.PLANNED, due_at__gt=NOW + 20 * SECOND).count() == 15


def test_what_a_limit_let_go_and_a_busy_provider_did_not_hear_of_is_given_back(provider, settings):
    settings.SEND_LIMITS = {"day": 10}
    provider.answers("/email", 429, headers={"Retry-After": "60"})
    make_letters(10)

    post.drain(NOW)

    assert Bucket.objects.get().tokens == pytest.approx(9, abs=0.1)
