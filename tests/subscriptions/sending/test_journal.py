"""What a process noted down before it was killed, and what its successor makes of that."""

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import Value
from django.db.models.functions import Now

from subscriptions.models import Letter
from subscriptions.sending import journal, post
from subscriptions.sending.journal import Journal
from subscriptions.sending.senders import Answer, Parcel
from subscriptions.sending.verdicts import Verdict
from tests.factories import make_letter

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
State = Letter.State
SENT, LATER = Answer(State.SENT, "250 fine"), Answer(State.PLANNED, "451 later")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.HANDOVER_DIR = tmp_path / "handover"
    return settings.HANDOVER_DIR


def handed_over(count: int) -> tuple[Journal, list[Letter]]:
    """A chunk in the hands of a process that has offered nothing yet."""
    made = [make_letter() for _ in range(count)]
    lease = uuid.uuid4()
    noted = Journal(lease)
    claimed = Letter.objects.claim(NOW, 100)
    Letter.objects.hand_over(claimed, lease, NOW)
    return noted, made


def note(noted: Journal, letter: Letter, answer: Answer | None = None) -> None:
    parcel = Parcel(letter, b"")
    noted.offered(parcel)
    if answer:
        noted.answered(parcel, answer)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_of_a_killed_process_only_what_was_on_the_wire_is_uncertain(sink):
    noted, letters = handed_over(4)
    note(noted, letters[0], SENT)
    note(noted, letters[1], LATER)
    note(noted, letters[2])
    noted.leave()  # as the system does for a process that was killed

    post.drain(NOW)

    assert states() == [State.SENT, State.PLANNED, State.UNCERTAIN, State.SENT]
    assert sink.recipients == [letters[3].subscriber.address]
    assert list(Letter.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 1, 1, 1]


def test_that_a_killed_process_was_told_to_wait_is_known_to_the_next(sink):
    noted, letters = handed_over(1)
    note(noted, letters[0], Answer(State.PLANNED, "429", verdict=Verdict.BUSY, wait=120))
    noted.leave()

    post.drain(NOW)

    letter = Letter.objects.get()
    assert (letter.attempts, letter.due_at) == (0, NOW + timedelta(minutes=3))


def test_what_a_living_process_has_in_hands_is_left_alone(sink, folder):
    noted, _letters = handed_over(2)

    post.drain(NOW)

    assert states() == [State.HANDOFF, State.HANDOFF]
    assert [noted.path] == list(folder.iterdir())
    assert sink.accepted == []


def test_what_was_noted_before_the_machine_stopped_counts_for_nothing(sink, monkeypatch):
    noted, _letters = handed_over(2)
    noted.leave()

    monkeypatch.setattr(journal, "boot", lambda: "another run of the machine")
    post.drain(NOW)
    meanwhile = states()
    Letter.objects.update(leased_until=Now() - Value(timedelta(minutes=1)))
    post.drain(NOW)

    assert (meanwhile, states()) == ([State.HANDOFF] * 2, [State.UNCERTAIN] * 2)
    assert sink.accepted == []


@pytest.mark.parametrize("cut", [0, 1, -1])
def test_notes_that_break_off_are_not_relied_on(sink, cut):
    noted, letters = handed_over(2)
    note(noted, letters[0], SENT)
    whole = noted.path.read_bytes()
    noted.path.write_bytes(whole[:cut] + (b"" if cut >= 0 else b"]\n"))
    noted.leave()

    post.drain(NOW)

    assert states() == [State.HANDOFF] * 2
    assert sink.accepted == []


def test_a_last_line_that_breaks_off_leaves_the_others_standing(sink):
    noted, letters = handed_over(2)
    note(noted, letters[0], SENT)
    note(noted, letters[1], SENT)
    os.truncate(noted.path, noted.path.stat().st_size - 3)
    noted.leave()

    post.drain(NOW)

    assert states() == [State.SENT, State.UNCERTAIN]
    assert sink.accepted == []


def test_what_was_never_offered_and_is_uncertain_by_now_has_failed(sink):
    noted, _letters = handed_over(1)
    Letter.objects.update(leased_until=Now() - Value(timedelta(minutes=1)))
    Letter.objects.release_expired()
    noted.leave()

    post.drain(NOW)

    assert states() == [State.FAILED]
    assert sink.accepted == []


def test_notes_are_gone_once_the_ledger_has_them(sink, folder):
    for _ in range(5):
        make_letter()

    post.drain(NOW)
    post.drain(NOW)

    assert list(folder.iterdir()) == []
    assert len(sink.accepted) == 5


def test_where_nothing_can_be_noted_nothing_is_offered(sink, folder):
    make_letter()
    folder.write_text("in the way")

    assert post.drain(NOW) == 0

    assert states() == [State.PLANNED]
    assert sink.accepted == []


def test_notes_are_for_the_sites_own_user_alone(folder):
    noted, _letters = handed_over(1)

    assert noted.path.stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", ["250 fine\x00", "250 \ud800"])
def test_an_answer_that_the_database_cannot_hold_keeps_no_other_letter_waiting(sink, folder, answer):
    noted, letters = handed_over(2)
    note(noted, letters[0], Answer(State.SENT, answer))
    noted.leave()
    other = make_letter()

    post.drain(NOW)

    assert sink.recipients.count(other.subscriber.address) == 1
    assert list(folder.glob("*.journal")) == []


def test_notes_that_are_no_text_are_not_relied_on(sink, folder):
    noted, _letters = handed_over(1)
    noted.path.write_bytes(b"\xff\xfe\x00 torn by a crash\n")
    noted.leave()
    other = make_letter()

    post.drain(NOW)

    assert sink.recipients == [other.subscriber.address]
