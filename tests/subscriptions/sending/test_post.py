import logging
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Value
from django.db.models.functions import Now

from digest.logs import WithoutTokens
from subscriptions import signing_up
from subscriptions.models import Letter, Subscriber, Suppression
from subscriptions.sending import post
from tests.factories import make_letter, make_paper, make_reader

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)  # when the letters of make_letter are due
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
State = Letter.State


def make_digest(reader=None, **fields):
    contents = {"for_you": [], "trending": [{"paper": make_paper().pk}], "near_misses": []}
    return make_letter(reader, **{"kind": "digest", "key": "2026-08-20", "contents": contents} | fields)


def make_unwritable():
    letter = make_letter()
    letter.subscriber.address = "a@example.org\r\nBcc: b@example.org"
    letter.subscriber.save()
    return letter


def drain(at=NOW):
    return post.drain(now=at)


def outcome(letter):
    letter.refresh_from_db()
    return letter.state


# ------------------------------------------------------------------------------------------------------ once, in order


def test_draining_twice_sends_once(sink):
    letter = make_letter()

    counts = [drain(), drain()]

    assert counts == [1, 0]
    assert sink.recipients == [letter.subscriber.address]
    assert outcome(letter) == State.SENT
    assert letter.ended_at == NOW


def test_a_letter_waits_until_it_is_due(sink):
    make_letter(at=NOW + MINUTE)

    drain(NOW)

    assert sink.accepted == []


def test_letters_that_a_person_waits_for_go_first(sink):
    digests = [make_digest(due_at=NOW - timedelta(hours=hours)) for hours in (1, 3)]
    asked_for = [
        make_letter(make_reader(confirmed_at=None), kind="confirm"),
        make_letter(),
        make_letter(kind="welcome"),
    ]

    drain()

    order = [*asked_for, digests[1], digests[0]]
    assert sink.recipients == [letter.subscriber.address for letter in order]


def test_when_there_has_been_enough_the_rest_is_due_at_once_for_the_next(sink, settings):
    settings.HANDOVER_CHUNK = 2
    letters = [make_letter() for _ in range(5)]
    answers = iter([False, False, True])

    post.drain(NOW, lambda: next(answers, True))

    assert [outcome(letter) for letter in letters] == [State.SENT] * 2 + [State.PLANNED] * 3
    drain()
    assert len(sink.accepted) == 5


def test_one_connection_serves_many_letters(sink):
    for _ in range(5):
        make_letter()

    drain()

    assert (len(sink.accepted), sink.connections) == (5, 1)


# --------------------------------------------------------------------------- what changed since the letter was planned


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("digest", lambda reader: reader.unsubscribe(NOW), "left"),
        ("welcome", lambda reader: reader.unsubscribe(NOW), "left"),
        ("digest", lambda reader: suppress(reader, "bounce"), "suppressed"),
        ("manage", lambda reader: suppress(reader, "complaint"), "suppressed"),
        ("confirm", lambda reader: suppress(reader, "complaint"), "suppressed"),
        ("confirm", lambda reader: signing_up.confirm(reader, NOW), "confirmed"),
    ],
)
def test_who_left_or_was_suppressed_after_planning_gets_nothing(sink, kind, change, reason):
    reader = make_reader(confirmed_at=None) if kind == "confirm" else make_reader()
    letter = make_digest(reader) if kind == "digest" else make_letter(reader, kind=kind)
    change(reader)
    Letter.objects.exclude(pk=letter.pk).delete()  # Confirming writes a welcome letter of its own.

    drain()

    assert (outcome(letter), letter.reason) == (State.SKIPPED, reason)
    assert letter.ended_at == NOW
    assert sink.accepted == []


def suppress(reader, reason):
    Suppression.objects.suppress(reader.address, reason, NOW)


def test_an_erased_reader_gets_nothing(sink):
    make_letter()
    Subscriber.objects.all().delete()

    assert drain() == 0
    assert sink.accepted == []


def test_a_letter_that_cannot_be_written_fails_alone(sink):
    bad, good = make_unwritable(), make_letter()

    drain()

    assert (outcome(bad), outcome(good)) == (State.FAILED, State.SENT)
    assert sink.recipients == [good.subscriber.address]


def test_a_digest_whose_papers_are_gone_is_skipped(sink):
    letter = make_digest(contents={"for_you": [], "trending": [{"paper": 0}], "near_misses": []})

    drain()

    assert (outcome(letter), letter.reason) == (State.SKIPPED, "its papers are gone")


# -------------------------------------------------------------------------------------------------------------- leases


def in_hands(state, until):
    return make_letter(state=state, lease=uuid.uuid4(), leased_until=until)


def test_what_a_dead_process_had_claimed_is_sent_by_the_next(sink):
    letter = in_hands(State.CLAIMED, Now() - Value(MINUTE))

    drain()

    assert outcome(letter) == State.SENT


def test_what_a_dead_process_had_handed_over_is_uncertain_and_not_offered(sink):
    letter = in_hands(State.HANDOFF, Now() - Value(MINUTE))

    drain()

    assert outcome(letter) == State.UNCERTAIN
    assert sink.accepted == []


@pytest.mark.parametrize("state", [State.CLAIMED, State.HANDOFF])
def test_what_another_process_has_in_hands_is_left_alone(sink, state):
    letter = in_hands(state, Now() + Value(MINUTE))

    drain()

    assert outcome(letter) == state
    assert sink.accepted == []


def expire_leases():
    Letter.objects.update(leased_until=Now() - Value(MINUTE))


def test_who_was_too_slow_to_hand_over_does_not_offer_what_another_has_taken():
    for _ in range(2):
        make_letter()
    slow = Letter.objects.claim(NOW, 10)
    expire_leases()
    Letter.objects.release_expired()
    quick = Letter.objects.claim(NOW, 10)

    assert Letter.objects.hand_over(slow, uuid.uuid4(), NOW) == set()
    assert Letter.objects.hand_over(quick, uuid.uuid4(), NOW) == {letter.pk for letter in quick}
    assert Letter.objects.hand_over(slow, uuid.uuid4(), NOW) == set()


def test_who_was_too_slow_to_hand_over_does_not_offer_what_anybody_may_take():
    make_letter()
    slow = Letter.objects.claim(NOW, 10)

    expire_leases()

    assert Letter.objects.hand_over(slow, uuid.uuid4(), NOW) == set()


def die_over_the_next(sink):
    """A process that a letter kills: what it had claimed stays in its dead hands until the lease ends."""
    with pytest.raises(KeyError):
        drain()
    expire_leases()


def test_a_letter_that_kills_its_process_takes_no_other_along(sink):
    good, deadly = make_letter(), make_letter(kind="unheard-of")
    die_over_the_next(sink)

    die_over_the_next(sink)

    assert (outcome(good), outcome(deadly)) == (State.SENT, State.CLAIMED)


def test_a_letter_that_kills_every_process_is_given_up(sink):
    deadly = make_letter(kind="unheard-of")
    for _ in range(4):
        die_over_the_next(sink)

    drain()

    assert outcome(deadly) == State.FAILED
    assert deadly.last_answer == "No process could write this letter."


def test_who_leaves_between_claim_and_hand_over_gets_nothing():
    stays, leaves = make_letter(), make_letter()
    claimed = Letter.objects.claim(NOW, 10)

    leaves.subscriber.unsubscribe(NOW)

    assert Letter.objects.hand_over(claimed, uuid.uuid4(), NOW) == {stays.pk}


def test_what_another_has_taken_is_not_overwritten():
    make_letter()
    [slow] = Letter.objects.claim(NOW, 10)
    expire_leases()
    Letter.objects.release_expired()
    [quick] = Letter.objects.claim(NOW, 10)

    slow.state = State.FAILED
    Letter.objects.put_down([slow])

    quick.refresh_from_db()
    assert quick.state == State.CLAIMED


# ---------------------------------------------------------------------------------------------------------------- logs


def test_the_log_shows_no_token():
    said = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "Gone: %s", ("/unsubscribe/MQ:1xU:ri_S/",), None
    )

    line = WithoutTokens("{message}", style="{").format(said)

    assert line == "Gone: /unsubscribe/.../"


def test_the_logs_of_a_drain_show_no_address(sink, settings, caplog):
    caplog.set_level(logging.DEBUG)
    make_unwritable()
    addresses = [make_letter().subscriber.address for _ in range(5)]
    sink.refuse_recipient(f"550 5.1.1 <{addresses[0]}> unknown", of=addresses[0])
    sink.refuse_recipient(f"451 4.3.0 <{addresses[1]}> later", of=addresses[1])
    sink.drop_before_message(of=addresses[2])
    sink.accept_then_drop(of=addresses[3])

    drain()
    settings.EMAIL_PORT = 9
    drain(NOW + MINUTE)

    assert set(Letter.objects.values_list("state", flat=True)) == {"failed", "planned", "uncertain", "sent"}
    assert "letters wait" in caplog.text
    assert "@" not in caplog.text
