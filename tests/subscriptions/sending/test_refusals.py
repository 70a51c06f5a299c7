from datetime import UTC, datetime, timedelta

import pytest

from subscriptions import signing_up
from subscriptions.models import Letter, Subscriber, Suppression
from subscriptions.sending import post
from tests.factories import make_letter, make_reader
from tests.sink import ALWAYS, Sink

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)  # when the letters of make_letter are due
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
State = Letter.State


def drain(at=NOW):
    return post.drain(now=at)


def outcome(letter):
    letter.refresh_from_db()
    return letter.state


# ------------------------------------------------------------------------------------------------------------ refusals


def test_a_temporary_refusal_is_tried_again_later(sink):
    letter = make_letter()
    sink.refuse_recipient("451 4.3.0 later", times=2)

    drain()

    assert outcome(letter) == State.PLANNED
    assert (letter.due_at, letter.attempts, letter.last_answer) == (NOW + MINUTE, 1, "451 4.3.0 later")

    drain(NOW + MINUTE)

    assert outcome(letter) == State.PLANNED
    assert (letter.due_at, letter.attempts) == (NOW + 4 * MINUTE, 2)

    drain(NOW + 4 * MINUTE)

    assert outcome(letter) == State.SENT
    assert len(sink.accepted) == 1


def test_a_temporary_refusal_of_the_message_is_tried_again_later(sink):
    letter = make_letter()
    sink.refuse_message("452 4.3.1 full", times=1)

    drain()
    drain(NOW + MINUTE)

    assert outcome(letter) == State.SENT
    assert len(sink.accepted) == 1


def test_after_a_421_the_next_letter_goes_by_a_new_connection(sink):
    first, second = make_letter(), make_letter()
    sink.refuse_recipient("421 4.3.2 too busy", times=1)

    drain()

    assert (outcome(first), outcome(second)) == (State.PLANNED, State.SENT)
    assert sink.connections == 2


def test_the_eighth_temporary_refusal_is_the_last(sink):
    letter = make_letter()
    sink.refuse_recipient("451 4.3.0 later", times=ALWAYS)

    for _ in range(8):
        drain(letter.due_at)
        letter.refresh_from_db()

    assert (letter.state, letter.attempts) == (State.FAILED, 8)
    assert letter.ended_at < NOW + DAY


def test_a_letter_that_could_not_be_sent_for_a_day_fails(sink):
    letter = make_letter()

    drain(NOW + DAY + MINUTE)

    assert outcome(letter) == State.FAILED
    assert sink.accepted == []


@pytest.mark.parametrize("reply", ["550 5.1.1 nobody", "552 5.2.2 full", "554 5.0.0 no", "550 no"])
@pytest.mark.parametrize("refuse", [Sink.refuse_recipient, Sink.refuse_message])
def test_a_permanent_refusal_fails_at_once(sink, refuse, reply):
    letter = make_letter()
    refuse(sink, reply)

    drain()
    drain(NOW + DAY / 2)

    assert (outcome(letter), letter.attempts, letter.last_answer) == (State.FAILED, 1, reply)


def test_one_bad_address_never_touches_the_others(sink):
    letters = [make_letter() for _ in range(5)]
    sink.refuse_recipient("550 5.1.1 no such user", of=letters[2].subscriber.address)

    drain()

    assert [outcome(letter) for letter in letters] == [State.SENT] * 2 + [State.FAILED] + [State.SENT] * 2


# --------------------------------------------------------------------------------------------------------- suppression


def test_whose_address_was_unknown_can_sign_up_and_confirm_again(sink):
    reader = make_reader()
    make_letter(reader)
    sink.refuse_recipient("550 5.1.1 no such user", times=1)
    drain()

    signing_up.sign_up(reader.address, "/subscribe/", NOW)
    drain()
    signing_up.confirm(Subscriber.objects.get(), NOW)
    drain()

    assert list(Letter.objects.filter(state=State.SENT).values_list("kind", flat=True)) == ["confirm", "welcome"]


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "553 5.1.3 bad syntax", "550 5.2.1 disabled"])
def test_an_unknown_address_is_not_written_to_again(sink, reply):
    reader = make_reader()
    make_letter(reader)
    sink.refuse_recipient(reply, times=1)
    drain()
    later = make_letter(reader)

    drain()

    assert (outcome(later), later.reason) == (State.SKIPPED, "suppressed")
    assert sink.accepted == []


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.7.1 blocked by policy",
        "552 5.2.2 mailbox full",
        "550 5.1.8 sender address rejected: domain not found",  # about us, so said to every recipient alike
        "550 5.1.7 bad sender's mailbox address",
        "550 relay not permitted",
    ],
)
def test_a_refusal_for_another_reason_suppresses_nobody(sink, reply):
    reader = make_reader()
    make_letter(reader)
    sink.refuse_recipient(reply, times=1)
    drain()
    later = make_letter(reader)

    drain(NOW + MINUTE)

    assert outcome(later) == State.SENT


def test_a_refusal_of_the_message_suppresses_nobody(sink):
    make_letter()
    sink.refuse_message("550 5.1.1 odd, but said of the message")

    drain()

    assert not Suppression.objects.exists()


# -------------------------------------------------------------------------------------------------- broken connections


def test_a_letter_whose_answer_was_lost_is_uncertain_and_never_offered_again(sink):
    lost, other = make_letter(), make_letter()
    sink.accept_then_drop(of=lost.subscriber.address)

    drain()
    drain()
    drain(NOW + DAY / 2)

    assert (outcome(lost), outcome(other)) == (State.UNCERTAIN, State.SENT)
    assert sink.recipients.count(lost.subscriber.address) == 1


@pytest.mark.parametrize("reply", ["354 go on", "nonsense"])
def test_an_answer_to_the_message_that_means_nothing_is_uncertain(sink, reply):
    letter = make_letter()
    sink.refuse_message(reply, times=1)

    drain()
    drain(NOW + DAY / 2)

    assert outcome(letter) == State.UNCERTAIN
    assert len(sink.accepted) == 0


def test_a_connection_that_broke_before_the_message_is_tried_again(sink):
    broken, other = make_letter(), make_letter()
    sink.drop_before_message(of=broken.subscriber.address)

    drain()

    assert (outcome(broken), outcome(other)) == (State.PLANNED, State.SENT)

    drain(broken.due_at)

    assert outcome(broken) == State.SENT
    assert sorted(sink.recipients) == sorted([broken.subscriber.address, other.subscriber.address])


def test_without_a_mail_server_letters_wait_and_nothing_counts_as_an_attempt(sink, settings):
    letter = make_letter()
    settings.EMAIL_PORT = 9  # where nothing listens

    assert drain() == 0

    assert outcome(letter) == State.PLANNED
    assert (letter.attempts, letter.due_at) == (0, NOW + MINUTE / 2)

    settings.EMAIL_PORT = sink.port
    drain(NOW + MINUTE)

    assert outcome(letter) == State.SENT


def test_a_mail_server_that_goes_away_for_good_lets_the_rest_wait(sink, settings):
    settings.HANDOVER_CHUNK = 2
    letters = [make_letter() for _ in range(6)]
    sink.goes_away(after=1)

    drain()

    assert [outcome(letter) for letter in letters] == [State.SENT] + [State.PLANNED] * 5
    assert [letter.attempts for letter in letters[2:]] == [0] * 4
