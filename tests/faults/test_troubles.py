"""What may go wrong outside: at the mail server, on the disk, with the clock; and processes killed while they plan."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from digest.models import Given
from subscriptions.models import Letter
from subscriptions.sending import post
from subscriptions.sending.journal import boot
from subscriptions.sending.senders import Answer, Parcel, WriteAheadLog
from subscriptions.sending.smtp import Smtp
from tests.factories import make_letter, make_paper, make_reader
from tests.faults.pausing import ADDRESS, HERE, Site
from tests.faults.points import CHUNK, LETTERS, NOW, THIRD, Finish, Start
from tests.faults.sink import ACCEPTED_UNHEARD, ENDINGS, FOR_NOW, NEVER, FaultySink

State = Letter.State
FIRST_LINE = len(f'["{boot()}"]\n')  # of a process's notes
A_NOTE = len("[123456]\n")  # or less

# ------------------------------------------------------------------------------------------------ at the mail server


@pytest.mark.usefixtures("site", "letters")
def test_letters_wait_for_a_mail_server_that_refuses_connections(sink: FaultySink, all_is_done_by_others: Finish):
    sink.kill()
    sent = post.drain(NOW)
    meanwhile = set(Letter.objects.values_list("state", "attempts"))

    sink.start()
    verdict = all_is_done_by_others()

    assert (sent, meanwhile) == (0, {(State.PLANNED, 0)})
    assert verdict.broken | verdict.by_faults == set()
    assert Letter.objects.filter(state=State.SENT).count() == LETTERS


def test_each_letter_ends_as_its_mail_server_treats_it(site: Site, settings: Settings, all_is_done_by_others: Finish):
    settings.EMAIL_TIMEOUT = 0.3
    made = [
        (ending, make_letter(make_reader(address=f"reader{number}-{ending}@example.org")))
        for number, ending in enumerate([*ENDINGS, "friendly"] * 2)
    ]

    verdict = all_is_done_by_others()

    ends = dict.fromkeys(NEVER, State.FAILED) | dict.fromkeys(ACCEPTED_UNHEARD, State.UNCERTAIN)
    ends |= dict.fromkeys([*FOR_NOW, "reset", "friendly"], State.SENT)
    states = dict(Letter.objects.values_list("pk", "state"))
    assert [(ending, states[letter.pk]) for ending, letter in made] == [(ending, ends[ending]) for ending, _ in made]
    assert verdict.broken | verdict.by_faults == set()
    assert len(verdict.on_purpose) == 2 * len(ACCEPTED_UNHEARD)


class Surprising(Smtp):
    """Fails in a way that nobody foresaw, once its third letter was accepted."""

    def offer(self, parcels: Iterator[Parcel], journal: WriteAheadLog) -> Iterator[tuple[Parcel, Answer]]:
        for number, answered in enumerate(super().offer(parcels, journal), 1):
            if number == THIRD:
                raise ArithmeticError
            yield answered


@pytest.mark.usefixtures("letters")
def test_a_sender_that_fails_as_nobody_foresaw_leaves_one_letter_of_each_chunk_on_the_wire_uncertain(
    site: Site, settings: Settings, all_is_done_by_others: Finish
):
    settings.SENDER = f"{__name__}.{Surprising.__name__}"
    with pytest.raises(ArithmeticError):
        post.drain(NOW)

    settings.SENDER = site.settings["SENDER"]
    verdict = all_is_done_by_others()

    assert verdict.broken == set()
    assert len(verdict.by_faults) == 2
    assert Letter.objects.filter(state=State.SENT).count() == LETTERS - 2


# ----------------------------------------------------------------------------------------------------------- the disk


@pytest.mark.one_database
@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("most_bytes", [0, FIRST_LINE - 1, FIRST_LINE, FIRST_LINE + 2, FIRST_LINE + A_NOTE])
def test_what_cannot_be_noted_as_the_disk_is_full_is_not_offered(
    most_bytes: int, start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    drain = start(after="answer read", most_bytes=most_bytes)

    came_so_far = drain.words() == HERE
    drain.kill()
    accepted = len(sink.accepted)
    verdict = all_is_done_by_others()

    assert came_so_far == bool(accepted) == (most_bytes > FIRST_LINE + 2)
    assert verdict.broken == set()
    assert len(verdict.by_faults) == accepted
    assert Letter.objects.filter(state=State.SENT).count() == LETTERS - accepted


@pytest.mark.one_database
@pytest.mark.usefixtures("letters")
def test_while_the_disk_is_full_nothing_is_left_behind_there(start: Start, site: Site):
    drain = start(most_bytes=FIRST_LINE - 1)

    assert drain.words() == "done: 0"
    assert list(site.settings["HANDOVER_DIR"].iterdir()) == []
    assert set(Letter.objects.values_list("state", "lease")) == {(State.PLANNED, None)}


# ---------------------------------------------------------------------------------------------------------- the clock


@pytest.mark.usefixtures("letters")
def test_a_clock_that_jumps_ahead_takes_nothing_out_of_anothers_hands(
    start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    drain = start(after="handed over")
    drain.words()

    other = start(now=NOW + timedelta(hours=20)).words()
    drain.go_on()
    verdict = all_is_done_by_others()

    assert other == "done: 0"
    assert verdict.broken | verdict.by_faults == set()
    assert len(sink.accepted) == LETTERS


@pytest.mark.usefixtures("letters", "site")
def test_a_clock_that_is_a_day_behind_lets_letters_wait(sink: FaultySink, all_is_done_by_others: Finish):
    sent = post.drain(NOW - timedelta(days=1))
    verdict = all_is_done_by_others()

    assert sent == 0
    assert verdict.broken | verdict.by_faults == set()
    assert len(sink.accepted) == LETTERS


@pytest.mark.usefixtures("letters", "site")
def test_a_clock_that_is_a_year_ahead_ends_letters_as_stale_and_they_stay_so(
    sink: FaultySink, all_is_done_by_others: Finish
):
    sent = post.drain(NOW + timedelta(days=365))
    verdict = all_is_done_by_others()

    assert (sent, sink.accepted) == (0, [])
    assert verdict.broken | verdict.by_faults == set()
    assert set(Letter.objects.values_list("state", "reason")) == {(State.FAILED, "stale")}


# ----------------------------------------------------------------------------------------------- planning, and the web


@pytest.mark.parametrize(
    ("point", "nth", "planned"),
    [("readers moved on", 1, 0), ("letters added", 1, 0), ("papers given", 1, 0), ("looked who is due", 3, CHUNK)],
)
def test_readers_whose_tick_is_killed_are_planned_once_by_the_next(
    point: str, nth: int, planned: int, start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    paper = make_paper()
    for _ in range(CHUNK):
        make_reader()
    tick = start("tick", after=point, nth=nth)

    assert tick.words() == HERE
    tick.kill()
    left = Letter.objects.count()
    again = start("tick").words()
    verdict = all_is_done_by_others()

    assert (left, again) == (planned, f"done: {CHUNK - planned}")
    assert verdict.broken | verdict.by_faults == set()
    assert len(sink.accepted) == CHUNK
    assert Given.objects.filter(paper=paper).count() == CHUNK


def test_who_signs_up_again_as_the_web_server_was_killed_is_asked_once(
    start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    web = start("sign up", after="letter asked for")

    assert web.words() == HERE
    web.kill()
    again = start("sign up").words()
    Letter.objects.update(due_at=NOW, planned_at=NOW)
    verdict = all_is_done_by_others()

    assert again == "done: 302"
    assert verdict.broken | verdict.by_faults == set()
    assert [recipient for recipient, _ in sink.accepted] == [ADDRESS]
