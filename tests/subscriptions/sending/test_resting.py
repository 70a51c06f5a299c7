"""How sending rests, and begins again."""

import pytest

from subscriptions.models import Letter, Rest
from subscriptions.models.rests import LONGEST_PAUSE
from subscriptions.sending import post
from tests.factories import make_letter
from tests.subscriptions.sending.rationed import HOUR, MINUTE, NOW, SECOND, State, make_digest, states

pytestmark = pytest.mark.django_db
STARTTLS = "530 5.7.0 must issue a STARTTLS command first"


def test_pauses_grow_to_a_quarter_of_an_hour_and_each_try_is_one_command(sink):
    make_letter()
    sink.refuse("MAIL", STARTTLS)
    post.drain(NOW)
    pauses = []
    for _ in range(8):
        rest = Rest.objects.get()
        Letter.objects.update(due_at=NOW)
        post.drain(rest.until)
        pauses.append(Rest.objects.get().until - rest.until)

    assert pauses[0] == MINUTE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert sink.asked["MAIL"] == 9


def test_a_handful_is_tried_of_letters_that_somebody_waits_for_and_of_others(sink):
    asked_for = [make_letter() for _ in range(20)]
    digests = [make_digest() for _ in range(20)]
    sink.refuse("MAIL", STARTTLS)
    post.drain(NOW)
    before = sink.asked["MAIL"]
    Letter.objects.update(handed_at=None)

    post.drain(NOW + MINUTE)

    tried = Letter.objects.filter(handed_at__isnull=False)
    assert sink.asked["MAIL"] - before == 5
    assert {letter.kind for letter in tried} == {asked_for[0].kind, digests[0].kind}


def test_once_a_letter_is_taken_all_others_follow_in_the_same_draining(sink):
    for _ in range(30):
        make_letter()
    sink.refuse("MAIL", STARTTLS)
    for minutes in (0, 1, 5, 20):
        post.drain(NOW + minutes * MINUTE)
    sink.is_repaired()

    assert post.drain(NOW + 40 * MINUTE) == 30

    assert not Rest.objects.exists()


def test_two_that_are_not_sending_do_not_both_try(sink):
    make_letter()
    sink.refuse("MAIL", STARTTLS)
    post.drain(NOW)
    rest = Rest.objects.get()

    assert [rest.take_turn(NOW + MINUTE), Rest.objects.get().may_be_tried(NOW + MINUTE)] == [True, False]


def test_one_reader_who_is_refused_as_we_would_be_keeps_nobody_waiting(sink):
    poisoned = make_letter()
    sink.refuse_recipient("550 5.7.1 policy", of=poisoned.subscriber.address)
    post.drain(NOW)
    for minutes in (2, 30, 120):
        make_letter(at=NOW + minutes * MINUTE)
        make_letter(at=NOW + minutes * MINUTE)
        post.drain(NOW + minutes * MINUTE)

    assert states() == [State.PLANNED] + [State.SENT] * 6
    assert not Rest.objects.exists()


def test_readers_who_are_refused_in_the_same_words_in_several_drainings_are_told_of_us(sink):
    sink.refuse_recipient("550 relay not permitted")
    for minutes in range(3):
        make_letter(at=NOW + minutes * MINUTE)
        post.drain(NOW + minutes * MINUTE)
    sink.is_repaired()

    post.drain(NOW + 10 * MINUTE)

    assert set(states()) == {State.SENT}


def test_a_rest_that_began_by_a_clock_that_is_hours_ahead_holds_nobody_up(sink):
    for _ in range(10):
        make_letter()
    sink.refuse("MAIL", STARTTLS)
    post.drain(NOW + 6 * HOUR)
    Letter.objects.update(due_at=NOW)
    sink.is_repaired()

    assert post.drain(NOW + 10 * SECOND) == 10

    assert not Rest.objects.exists()
