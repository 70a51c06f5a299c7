"""The ledger under several processes, and under processes that die: on a database that all of them share."""

import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Value
from django.db.models.functions import Now

from digest.letters import planning
from digest.matching.gathering import Edition
from digest.models import Given
from papers.models import Paper
from subscriptions.models import Letter, Subscriber
from tests import servers
from tests.factories import make_letter, make_paper, make_reader
from tests.faults.pausing import Process, Site
from tests.faults.shared import connected_to
from tests.paths import ROOT
from tests.sink import PATIENCE, Sink, wait_until

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
LONG_AGO = timedelta(hours=1)
AT_ONCE = 5  # letters handed over between two commits
State = Letter.State


@pytest.fixture(scope="module")
def database_url(django_db_blocker):
    url = servers.database_url("paper_route_ledger")
    with django_db_blocker.unblock(), connected_to(url):
        call_command("migrate", verbosity=0)
    return url


@pytest.fixture
def database(database_url, django_db_blocker):
    """Empty, and the test is connected to it."""
    with django_db_blocker.unblock(), connected_to(database_url):
        Subscriber.objects.all().delete()
        Paper.objects.all().delete()
        yield database_url


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def start(database, sink):
    """Starts a process that drains or plans, on the database that all share."""
    started = []

    def start(work, at_once=AT_ONCE):
        ours = {
            "SENDER": "subscriptions.sending.smtp.Smtp",
            "EMAIL_HOST": sink.host,
            "EMAIL_PORT": sink.port,
            "SENDER_CONNECTIONS": 1,
            "HANDOVER_CHUNK": at_once,
        }
        started.append(Process(Site(database, ours), work, NOW))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def finish(process):
    """How many letters it planned or sent."""
    ended, _, count = process.words().partition(": ")
    assert ended == "done", count
    return int(count)


def manage(*arguments, **environment):
    """manage.py, as an operator runs it."""
    command = [sys.executable, "manage.py", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, text=True, **pipes)


def make_letters(count):
    return [make_letter() for _ in range(count)]


def expire_leases():
    Letter.objects.filter(leased_until__isnull=False).update(leased_until=Now() - Value(LONG_AGO))


def message_ids(sink):
    return {message["Message-ID"].split("@")[0].strip("<") for _recipient, message in sink.accepted}


def those(state):
    return {str(message_id) for message_id in Letter.objects.filter(state=state).values_list("message_id", flat=True)}


# ----------------------------------------------------------------------------------------------------- several at once


def test_two_drains_at_once_send_each_letter_once(start, sink):
    make_letters(520)  # more than one process claims at once

    with sink.silent():
        drains = [start("drain", at_once=50) for _ in range(2)]
        wait_until(lambda: sink.connections == 2, "both drains to have letters in hands")
    sent = [finish(drain) for drain in drains]

    assert sum(sent) == 520
    assert min(sent) > 0
    assert sink.twice == []
    assert message_ids(sink) == those(State.SENT)
    assert len(sink.accepted) == 520


@pytest.mark.usefixtures("database")
def test_two_claims_that_read_the_same_rows_share_them():
    first, second = uuid.uuid4(), uuid.uuid4()
    pks = [letter.pk for letter in make_letters(5)]

    taken = [Letter.objects.take(pks[:3], first), Letter.objects.take(pks, second)]

    assert taken == [3, 2]
    assert set(Letter.objects.filter(lease=first).values_list("pk", flat=True)) == set(pks[:3])


def test_two_ticks_at_once_plan_one_letter_a_reader(start):
    for _ in range(5):
        make_paper()
    for _ in range(planning.BATCH + 50):
        make_reader()

    ticks = [start("tick") for _ in range(2)]
    planned = [finish(tick) for tick in ticks]

    assert sum(planned) == planning.BATCH + 50
    assert set(Letter.objects.values_list("key", "state")) == {("2026-08-20", "planned")}
    assert Letter.objects.values("subscriber").distinct().count() == Letter.objects.count() == planning.BATCH + 50
    assert Given.objects.count() == 5 * Letter.objects.count()


@pytest.mark.usefixtures("database")
def test_two_plans_for_readers_read_before_either_wrote_make_one_letter_a_reader():
    make_paper()
    for _ in range(3):
        make_reader()
    first, second = list(Subscriber.objects.all()), list(Subscriber.objects.all())
    edition = Edition.at(NOW)

    planned = [planning.plan(first, edition), planning.plan(second, edition)]

    assert planned == [3, 0]
    assert Letter.objects.count() == 3
    assert Given.objects.count() == 3


# -------------------------------------------------------------------------------------------------------------- leases


def test_a_letter_is_committed_as_handed_over_before_it_is_offered(database, sink):
    [letter] = make_letters(1)
    mail = {"EMAIL_URL": f"smtp://{sink.host}:{sink.port}", "SENDER_CONNECTIONS": "1"}

    with sink.silent():
        drain = manage("drain", "--now", NOW.isoformat(), DATABASE_URL=database, **mail)
        wait_until(lambda: sink.accepted, "the letter to be offered")
        letter.refresh_from_db()
        state_when_offered = letter.state
    said, _ = drain.communicate(timeout=PATIENCE)

    assert said.splitlines()[-1] == "drain: 1 letters sent"

    letter.refresh_from_db()
    assert (state_when_offered, letter.state) == (State.HANDOFF, State.SENT)


def test_the_late_answer_of_a_slow_process_settles_an_uncertain_letter(start, sink):
    [letter] = make_letters(1)

    with sink.silent():
        drain = start("drain")
        wait_until(lambda: sink.accepted, "the letter to be offered")
        expire_leases()
        Letter.objects.release_expired()
        letter.refresh_from_db()
        state_meanwhile = letter.state
    finish(drain)

    letter.refresh_from_db()
    assert (state_meanwhile, letter.state) == (State.UNCERTAIN, State.SENT)


# ------------------------------------------------------------------------------------------------------- sudden deaths


def test_no_letter_is_lost_or_sent_twice_when_drains_are_killed(start, sink, record_property):
    make_letters(40)

    for survives in (0, 3, AT_ONCE + 1):
        with sink.silent(after=survives):
            before = len(sink.accepted)
            drain = start("drain")
            wait_until(lambda most=before + survives: len(sink.accepted) > most, "some letters to be offered")
            assert not drain.is_done()
            drain.kill()
        expire_leases()
    finish(start("drain"))

    accepted, sent, uncertain = message_ids(sink), those(State.SENT), those(State.UNCERTAIN)
    record_property("uncertain after three kills", len(uncertain))
    assert sink.twice == []
    assert sent <= accepted
    assert accepted - sent <= uncertain
    assert len(sent) + len(uncertain) == 40
    assert len(uncertain) == 3  # One a kill: the letter that was on the wire.
