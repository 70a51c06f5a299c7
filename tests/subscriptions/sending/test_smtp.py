"""The conversation with a mail server, one command at a time and in groups, and over several connections at once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from subscriptions.models import Letter, Rest
from subscriptions.sending import post
from subscriptions.sending.senders import Answer, NoConnection, Parcel
from subscriptions.sending.smtp import Smtp
from tests.factories import make_letter
from tests.sink import CONNECT, Sink

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
State = Letter.State
Refusal = Callable[[Sink, str], None]


@pytest.fixture(params=[False, True], ids=["one at a time", "in groups"])
def either(settings, request) -> Iterator[Sink]:
    with Sink(takes_groups=request.param) as sink:
        sink.serves(settings)
        yield sink


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_letters_arrive_once_and_whole_by_one_connection(either):
    letters = [make_letter() for _ in range(7)]

    assert post.drain(NOW) == 7

    assert either.recipients == [letter.subscriber.address for letter in letters]
    assert {str(message["To"]) for _recipient, message in either.accepted} == set(either.recipients)
    assert (either.twice, either.connections) == ([], 1)


def of_the_recipient(sink: Sink, address: str) -> None:
    sink.refuse_recipient("451 4.3.0 later", of=address)


def of_the_letter(sink: Sink, address: str) -> None:
    sink.refuse_message("451 4.3.0 later", of=address)


def with_421(sink: Sink, address: str) -> None:
    sink.refuse_recipient("421 4.3.2 closing", of=address)


def by_hanging_up(sink: Sink, address: str) -> None:
    sink.drop_before_message(of=address)


@pytest.mark.parametrize("refuse", [of_the_recipient, of_the_letter, with_421, by_hanging_up])
@pytest.mark.parametrize("which", [0, 1, 3])
def test_one_letter_that_is_refused_never_touches_another(either, refuse: Refusal, which):
    letters = [make_letter() for _ in range(4)]
    refuse(either, letters[which].subscriber.address)

    post.drain(NOW)
    first = states()
    post.drain(NOW + timedelta(minutes=2))

    assert first == [State.PLANNED if number == which else State.SENT for number in range(4)]
    assert either.twice == []


@pytest.mark.parametrize("which", [0, 1, 3])
def test_one_letter_whose_answer_is_lost_leaves_the_others_certain(either, which):
    letters = [make_letter() for _ in range(4)]
    either.accept_then_drop(of=letters[which].subscriber.address)

    post.drain(NOW)

    assert states() == [State.UNCERTAIN if number == which else State.SENT for number in range(4)]
    assert (len(either.accepted), either.twice) == (4, [])


def test_a_refused_envelope_is_forgotten_before_the_next(either):
    letters = [make_letter() for _ in range(2)]
    either.refuse_recipient("550 5.1.1 unknown", of=letters[0].subscriber.address)

    post.drain(NOW)

    assert states() == [State.FAILED, State.SENT]
    assert either.resets == 1


def test_several_connections_share_the_letters(either, settings):
    settings.SENDER_CONNECTIONS = 3
    for _ in range(12):
        make_letter()

    assert post.drain(NOW) == 12

    assert either.connections == 3
    assert len(set(either.recipients)) == 12


def test_a_connection_that_fails_leaves_its_letters_to_the_others(either, settings):
    settings.SENDER_CONNECTIONS = 3
    letters = [make_letter() for _ in range(12)]
    either.refuse_recipient("421 4.7.0 too many connections", of=letters[0].subscriber.address)

    assert post.drain(NOW) == 11

    assert states() == [State.PLANNED] + [State.SENT] * 11


def test_a_connection_that_hangs_holds_up_no_other(either, settings):
    settings.SENDER_CONNECTIONS, settings.HANDOVER_CHUNK = 3, 5
    letters = [make_letter() for _ in range(30)]
    with_it = 2  # the letter and the one that its connection would take next
    either.hangs(until=len(letters) - with_it, of=letters[1].subscriber.address)

    post.drain(NOW)

    assert states() == [State.SENT] * 30
    assert either.twice == []


def test_a_server_that_allows_fewer_connections_gets_fewer_and_the_draining_goes_on_to_its_end(either, settings):
    settings.SENDER_CONNECTIONS, settings.HANDOVER_CHUNK, either.most_connections = 4, 5, 2
    for _ in range(30):
        make_letter()

    assert post.drain(NOW) == 30

    assert either.asked[CONNECT] <= 4


@pytest.mark.parametrize("reply", ["530 5.7.0 no", "450 4.7.1 too much mail"])
def test_after_a_refusal_at_mail_neither_rcpt_nor_data_follows(either, reply):
    for _ in range(5):
        make_letter()
    either.refuse("MAIL", reply)

    post.drain(NOW)

    assert (either.asked["MAIL"], either.asked["RCPT"], either.asked["DATA"]) == (1, 0, 0)


def test_after_a_refused_reader_the_next_one_is_asked_for_without_data(either):
    letters = [make_letter() for _ in range(6)]
    for letter in letters[1:4]:
        either.refuse_recipient("550 5.1.1 nobody", of=letter.subscriber.address)

    post.drain(NOW)

    assert states() == [State.SENT, *[State.FAILED] * 3, *[State.SENT] * 2]
    assert either.asked["DATA"] <= 4  # one came along with the first that was refused


def test_a_server_that_ends_a_conversation_between_two_letters_is_asked_anew(either):
    letters = [make_letter() for _ in range(4)]
    either.refuse_after("MAIL", "421 4.7.0 served enough", letters=2)

    assert post.drain(NOW) == 4

    assert [letter.attempts for letter in Letter.objects.all()] == [1] * len(letters)
    assert not Rest.objects.exists()


def test_an_answer_with_control_characters_is_kept_without_them(either):
    make_letter()
    either.refuse_message("554 5.6.0 not\x00 wanted")

    post.drain(NOW)

    letter = Letter.objects.get()
    assert (letter.state, letter.last_answer) == (State.FAILED, "554 5.6.0 not  wanted")


class Full:
    """Notes for which there is no room once."""

    def __init__(self) -> None:
        self.has_room = False

    def offered(self, parcel: Parcel) -> None:
        if not self.has_room:
            raise NoConnection("no room")

    def answered(self, parcel: Parcel, answer: Answer) -> None:
        """Nothing hangs on it here."""


def test_a_letter_that_could_not_be_noted_leaves_a_connection_that_serves_the_next(either, settings):
    settings.EMAIL_TIMEOUT = 5
    first, second = (Parcel(letter, b"Subject: one\r\n\r\nwords\r\n") for letter in (make_letter(), make_letter()))
    sender, notes = Smtp(), Full()
    with pytest.raises(NoConnection):
        list(sender.offer(iter([first]), notes))
    notes.has_room = True

    [(_parcel, answer)] = sender.offer(iter([second]), notes)

    sender.close()
    assert answer.state == State.SENT
    assert either.recipients == [second.address]
