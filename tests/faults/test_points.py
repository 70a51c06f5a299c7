"""Each step of a drain, and what may happen just after it: once, at that very point."""

from collections import Counter

import pytest
from django.db import connection

from subscriptions.models import Event, Letter, Subscriber
from tests.depth import sampled
from tests.faults.pausing import HERE, Process
from tests.faults.points import CHUNK, LETTERS, NOW, ON_THE_WIRE, POINTS, Finish, Start, expire_leases
from tests.faults.sink import FaultySink
from tests.servers import Cluster
from tests.sink import wait_until

pytestmark = pytest.mark.usefixtures("letters")
State = Letter.State


def drain_until(point: str, start: Start) -> Process:
    """A drain that waits at the point; if that is on the wire, the following chunk is handed over meanwhile."""
    drain = start(after=point, nth=POINTS[point][0])
    assert drain.words() == HERE
    if point in ON_THE_WIRE:
        handed = Letter.objects.filter(state=State.HANDOFF)
        wait_until(lambda: handed.count() == 2 * CHUNK, "the following chunk to be handed over")
    return drain


def others_last(statement: str) -> bool:
    """Whether another connection to the database is idle after such a statement."""
    query = "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'idle' AND query LIKE %s"
    with connection.cursor() as cursor:
        return bool(cursor.execute(query, [statement]).fetchone())


@pytest.mark.parametrize("point", POINTS)
def test_a_drain_that_is_killed_leaves_only_what_was_on_the_wire_uncertain(
    point: str, start: Start, all_is_done_by_others: Finish
):
    drain = drain_until(point, start)

    drain.kill()
    verdict = all_is_done_by_others()

    assert verdict.broken == set()
    assert len(verdict.by_faults) in POINTS[point][1]
    assert Letter.objects.filter(state=State.SENT).count() == LETTERS - len(verdict.by_faults)


# A transaction that is held open holds up everybody else on SQLite.
@pytest.mark.parametrize("point", sampled([*POINTS][1:], "claimed", "hand-over committed", "answer read", "recorded"))
def test_a_drain_that_wakes_up_after_its_lease_repeats_nothing_and_its_answers_count(
    point: str, start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    drain = drain_until(point, start)

    meanwhile = all_is_done_by_others()
    drain.go_on()
    verdict = all_is_done_by_others()

    assert meanwhile.twice | meanwhile.untrue == set()
    assert verdict.broken | verdict.by_faults == set()
    assert len(sink.accepted) == Letter.objects.filter(state=State.SENT).count() == LETTERS


def test_an_answer_that_comes_after_the_provider_reported_the_end_changes_nothing(
    start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    drain = drain_until("answer read", start)
    letter = Letter.objects.get(message_id=sink.accepted[-1][1])
    all_is_done_by_others()

    bounced = {"type": Event.Type.BOUNCED, "letter": letter, "at": NOW, "received_at": NOW}
    Event.objects.create(provider="invented", event_id="1", **bounced)
    Letter.objects.settle([letter.pk])
    drain.go_on()

    letter.refresh_from_db()
    assert (letter.state, letter.last_answer) == (State.FAILED, "By what the provider reported: failed.")


def test_of_two_drains_that_hold_the_same_letters_only_the_later_one_offers_them(
    start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    asleep = drain_until("claimed", start)
    expire_leases()
    later = drain_until("claimed", start)

    ends = [asleep.go_on(), later.go_on()]
    verdict = all_is_done_by_others()

    assert ends == [f"done: {LETTERS - 1}", "done: 1"]  # What was dropped once goes alone; the rest was free again.
    assert verdict.broken | verdict.by_faults == set()
    assert len(sink.accepted) == LETTERS


@pytest.mark.one_database
def test_a_drain_does_not_wait_for_another_that_is_claiming(start: Start):
    drain_until("letters taken", start)

    assert start().words() == "done: 0"


@pytest.mark.one_database
@pytest.mark.parametrize("point", sampled(["handed over", *ON_THE_WIRE], "handed over", "last byte sent"))
def test_a_mail_server_that_dies_leaves_at_most_the_letter_that_it_had_uncertain(
    point: str, start: Start, sink: FaultySink, all_is_done_by_others: Finish
):
    drain = drain_until(point, start)

    sink.kill()
    sink.start()
    drain.go_on()
    verdict = all_is_done_by_others()

    assert verdict.broken == set()
    assert len(verdict.by_faults) <= 1
    assert Letter.objects.filter(state=State.SENT).count() == LETTERS - len(verdict.by_faults)


@pytest.mark.one_database
@pytest.mark.parametrize("point", sampled(POINTS, "hand-over committed", "last byte sent", "recorded"))
def test_a_database_that_dies_makes_no_letter_uncertain(
    point: str, start: Start, cluster: Cluster, all_is_done_by_others: Finish
):
    drain = drain_until(point, start)

    cluster.crash()
    connection.close()
    drain.go_on()
    verdict = all_is_done_by_others()

    assert verdict.broken == set()
    assert verdict.by_faults == set()
    assert Letter.objects.filter(state=State.SENT).count() == LETTERS


@pytest.mark.one_database
def test_a_drain_whose_letters_are_on_the_wire_lives_through_a_restart_of_the_database(start: Start, cluster: Cluster):
    drain = drain_until("answer noted", start)
    # A crash that cuts off a statement of the drain stops it; the last one of a hand-over reads what it may offer.
    wait_until(lambda: others_last("SELECT%lease%"), "the drain to have no statement open")

    cluster.crash()
    connection.close()

    assert drain.go_on() == f"done: {LETTERS}"


@pytest.mark.one_database
def test_a_database_that_dies_after_a_chunk_whose_readers_all_left_makes_no_letter_uncertain(
    start: Start, cluster: Cluster, all_is_done_by_others: Finish
):
    drain = start(after="handed over", nth=2)
    drain.words()
    leaving = Letter.objects.filter(state=State.CLAIMED)
    Subscriber.objects.filter(letters__in=leaving).update(left_at=NOW)

    drain.go_on()
    cluster.crash()
    connection.close()
    verdict = all_is_done_by_others()

    assert verdict.broken == set()
    assert verdict.by_faults == set()
    assert Counter(Letter.objects.values_list("state", flat=True)) == {State.SENT: 2 * CHUNK, State.SKIPPED: 2}
