"""What is done when the mail server or provider tells us to slow down."""

from collections.abc import Iterator

import pytest

from subscriptions.models import Bucket, Letter
from subscriptions.sending import post
from tests.factories import make_letter
from tests.farend import FarEnd
from tests.sink import Sink
from tests.subscriptions.sending.rationed import DAY, MINUTE, NOW, SECOND, State, due_after, make_letters, states

pytestmark = pytest.mark.django_db


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


def test_after_a_rest_others_go_before_those_that_were_refused(server):
    make_letters(12)
    server.refuse_recipient("454 4.7.0 too fast", times=5)
    post.drain(NOW)
    refused = Letter.objects.filter(last_answer__startswith="454").count()
    others = set(Letter.objects.filter(attempts=0, last_answer="").values_list("message_id", flat=True))

    post.drain(NOW + 40 * SECOND)

    order = [str(message["Message-ID"])[1:].partition("@")[0] for _recipient, message in server.accepted]
    assert refused == 5
    assert len(order) == 12
    assert not others & set(order[-refused:])


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
