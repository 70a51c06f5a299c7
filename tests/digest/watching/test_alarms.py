"""What the operator is told of what has fallen silent."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from digest import tasks
from digest.models import Alarm
from digest.watching import alarms
from digest.watching.alarms import GRACE
from papers.models import Collection
from subscriptions.models import Letter
from subscriptions.sending import post
from tests.digest.watching.scene import (
    HOUR,
    NOON,
    OPERATOR,
    THURSDAY,
    WEDNESDAY,
    lists,
    outcomes,
    silent,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
Outcome = Collection.Outcome
DAILY_PAPERS = "Daily Papers"


def test_a_stale_source_begins_one_alarm_and_one_letter_however_often_it_is_looked_at():
    silent()

    for minutes in range(3):
        alarms.watch(NOON + timedelta(minutes=minutes))

    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject, alarm.began_at, alarm.ended_at) == ("stale", "huggingface", NOON, None)
    assert outcomes() == {"began": "planned"}


def test_the_clock_of_the_workers_watches():
    silent()

    tasks.watch()

    assert Alarm.objects.exists()


def test_a_late_source_and_one_that_was_never_asked_begin_no_alarm():
    silent()

    alarms.watch(NOON - HOUR)

    assert not Alarm.objects.exists()


def test_one_source_can_only_have_one_open_alarm():
    alarm = {"kind": Alarm.Kind.STALE, "subject": "huggingface", "why": "It is silent.", "began_at": NOON}
    Alarm.objects.create(**alarm, ended_at=NOON)
    Alarm.objects.create(**alarm)

    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(**alarm)


def test_without_an_operator_there_is_an_alarm_and_no_letter(settings):
    settings.OPERATOR_EMAIL = ""
    silent()

    alarms.watch(NOON)

    assert Alarm.objects.exists()
    assert outcomes() == {}


def test_papers_end_the_alarm_and_the_operator_is_told_once():
    silent()
    alarms.watch(NOON)
    lists(THURSDAY)

    for minutes in (40, 41):
        alarms.watch(NOON + timedelta(minutes=minutes))

    assert Alarm.objects.get().ended_at == NOON + timedelta(minutes=40)
    assert outcomes() == {"began": "planned", "ended": "planned"}


def test_while_a_source_makes_up_for_an_outage_the_alarm_stays():
    silent()
    alarms.watch(NOON + timedelta(days=5))
    Collection.objects.filter(day=WEDNESDAY).update(outcome=Outcome.LISTED, listed=5)

    alarms.watch(NOON + timedelta(days=5, hours=1))

    assert Alarm.objects.get().ended_at is None


def test_an_alarm_that_is_over_within_minutes_tells_nobody():
    """So it is when the site itself was off for days, and makes up for them as soon as it is on."""
    silent()
    alarms.watch(NOON)
    lists(THURSDAY)

    alarms.watch(NOON + GRACE - timedelta(minutes=1))

    assert outcomes() == {"began": "skipped"}


def test_a_source_that_falls_silent_again_is_told_of_again():
    silent()
    alarms.watch(NOON)
    lists(THURSDAY)
    alarms.watch(NOON + HOUR)

    alarms.watch(NOON + timedelta(days=5))

    assert Alarm.objects.count() == 2
    assert Letter.objects.filter(kind="operator").count() == 3


def test_an_operator_who_was_not_told_of_the_beginning_is_not_told_of_the_end(settings):
    settings.OPERATOR_EMAIL = ""
    silent()
    alarms.watch(NOON)
    settings.OPERATOR_EMAIL = OPERATOR
    lists(THURSDAY)

    alarms.watch(NOON + HOUR)

    assert Alarm.objects.get().ended_at
    assert outcomes() == {}


def test_the_alarm_of_a_source_that_is_no_longer_ours_ends_in_silence(mailbox):
    Alarm.objects.create(kind=Alarm.Kind.STALE, subject="gone", why="It was silent.", began_at=NOON)
    Letter.objects.plan_once(None, "operator", f"{Alarm.objects.get().pk}:began", NOON)

    alarms.watch(NOON)
    post.drain(NOON)

    assert Alarm.objects.get().ended_at == NOON
    assert outcomes() == {"began": "skipped", "ended": "skipped"}


@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
@pytest.mark.django_db(transaction=True)
def test_several_processes_that_look_at_once_begin_one_alarm_and_end_it_once():
    silent()
    problems = watch_at_once(NOON)
    began = (Alarm.objects.count(), outcomes())
    lists(THURSDAY)

    problems += watch_at_once(NOON + GRACE / 2)

    assert problems == []
    assert began == (1, {"began": "planned"})
    assert (Alarm.objects.open().count(), outcomes()) == (0, {"began": "skipped"})


def watch_at_once(now: datetime) -> list[Exception]:
    """Several look at the same moment; what went wrong for any of them."""
    together, problems = threading.Barrier(6), []
    threads = [threading.Thread(target=_watch_and_close, args=[now, together, problems]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


def _watch_and_close(now: datetime, together: threading.Barrier, problems: list[Exception]) -> None:
    try:
        connection.ensure_connection()
        together.wait()
        alarms.watch(now)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the test shall show it
        problems.append(problem)
    finally:
        connection.close()
