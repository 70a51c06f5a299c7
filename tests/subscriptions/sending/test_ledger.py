"""The ledger under several processes, and under processes that die: on a database that all of them share."""

import os
import signal
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import dj_database_url
import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import load_backend
from django.utils import timezone

from digest.letters import planning
from digest.matching.gathering import Edition
from digest.models import Given
from papers.models import Paper
from subscriptions.models import Letter, Subscriber
from tests import servers
from tests.factories import make_letter, make_paper, make_reader
from tests.sink import PATIENCE, Sink, wait_until

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
LONG_AGO = timedelta(hours=1)
AT_ONCE = 5  # letters handed over between two commits
State = Letter.State


@pytest.fixture(scope="module")
def database_url():
    url = servers.database_url("paper_route_ledger")
    finish(run(["migrate", "--verbosity", "0"], DATABASE_URL=url))
    return url


@pytest.fixture
def manage(database_url, django_db_blocker):
    """Starts manage.py on the shared database, to which the test itself is connected, too."""
    own = connections["default"]
    options = own.settings_dict | {"NAME": dj_database_url.parse(database_url)["NAME"]}
    shared = load_backend(options["ENGINE"]).DatabaseWrapper(options, "default")
    started = []

    def start(*arguments, **environment):
        started.append(run(arguments, DATABASE_URL=database_url, **environment))
        return started[-1]

    with django_db_blocker.unblock():
        connections["default"] = shared
        try:
            Subscriber.objects.all().delete()
            Paper.objects.all().delete()
            yield start
        finally:
            for process in started:
                kill(process)
            shared.close()
            connections["default"] = own


def run(arguments, **environment):
    command = [sys.executable, settings.BASE_DIR / "manage.py", *arguments]
    return subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def kill(process):
    process.kill()  # Does nothing to one that has ended.
    process.wait(PATIENCE)
    process.stdout.close()


def finish(process):
    """How many letters it says that it planned or sent."""
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    said = [line.split() for line in output.splitlines() if line.startswith(("tick: ", "drain: "))]
    return sum(int(words[1]) for words in said)


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def start_drain(manage, sink):
    def start(at_once=AT_ONCE):
        url = f"smtp://{sink.host}:{sink.port}"
        return manage(
            "drain", "--now", NOW.isoformat(), EMAIL_URL=url, HANDOVER_CHUNK=str(at_once), SENDER_CONNECTIONS="1"
        )

    return start


def make_letters(count):
    return [make_letter() for _ in range(count)]


def expire_leases():
    Letter.objects.filter(leased_until__isnull=False).update(leased_until=timezone.now() - LONG_AGO)


def message_ids(sink):
    return {message["Message-ID"].split("@")[0].strip("<") for _recipient, message in sink.accepted}


def those(state):
    return {str(message_id) for message_id in Letter.objects.filter(state=state).values_list("message_id", flat=True)}


# ----------------------------------------------------------------------------------------------------- several at once


def test_two_drains_at_once_send_each_letter_once(start_drain, sink):
    make_letters(520)  # more than one process claims at once

    with sink.silent():
        drains = [start_drain(at_once=50) for _ in range(2)]
        wait_until(lambda: sink.connections == 2, "both drains to have letters in hands")
    sent = [finish(drain) for drain in drains]

    assert sum(sent) == 520
    assert min(sent) > 0
    assert sink.twice == []
    assert message_ids(sink) == those(State.SENT)
    assert len(sink.accepted) == 520


@pytest.mark.usefixtures("manage")
def test_two_claims_that_read_the_same_rows_share_them():
    first, second = uuid.uuid4(), uuid.uuid4()
    pks = [letter.pk for letter in make_letters(5)]

    taken = [Letter.objects.take(pks[:3], first), Letter.objects.take(pks, second)]

    assert taken == [3, 2]
    assert set(Letter.objects.filter(lease=first).values_list("pk", flat=True)) == set(pks[:3])


def test_two_ticks_at_once_plan_one_letter_a_reader(manage):
    for _ in range(5):
        make_paper()
    for _ in range(planning.BATCH + 50):
        make_reader()

    ticks = [manage("tick", "--now", NOW.isoformat()) for _ in range(2)]
    planned = [finish(tick) for tick in ticks]

    assert sum(planned) == planning.BATCH + 50
    assert set(Letter.objects.values_list("key", "state")) == {("2026-08-20", "planned")}
    assert Letter.objects.values("subscriber").distinct().count() == Letter.objects.count() == planning.BATCH + 50
    assert Given.objects.count() == 5 * Letter.objects.count()


@pytest.mark.usefixtures("manage")
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


def test_a_letter_is_committed_as_handed_over_before_it_is_offered(start_drain, sink):
    [letter] = make_letters(1)

    with sink.silent():
        drain = start_drain()
        wait_until(lambda: sink.accepted, "the letter to be offered")
        letter.refresh_from_db()
        state_when_offered = letter.state
    finish(drain)

    letter.refresh_from_db()
    assert (state_when_offered, letter.state) == (State.HANDOFF, State.SENT)


def test_the_late_answer_of_a_slow_process_settles_an_uncertain_letter(start_drain, sink):
    [letter] = make_letters(1)

    with sink.silent():
        drain = start_drain()
        wait_until(lambda: sink.accepted, "the letter to be offered")
        expire_leases()
        Letter.objects.release_expired()
        letter.refresh_from_db()
        state_meanwhile = letter.state
    finish(drain)

    letter.refresh_from_db()
    assert (state_meanwhile, letter.state) == (State.UNCERTAIN, State.SENT)


# ------------------------------------------------------------------------------------------------------- sudden deaths


def test_no_letter_is_lost_or_sent_twice_when_drains_are_killed(start_drain, sink, record_property):
    make_letters(40)

    for survives in (0, 3, AT_ONCE + 1):
        with sink.silent(after=survives):
            before = len(sink.accepted)
            drain = start_drain()
            wait_until(lambda most=before + survives: len(sink.accepted) > most, "some letters to be offered")
            kill(drain)
        assert drain.returncode == -signal.SIGKILL
        expire_leases()
    finish(start_drain())

    accepted, sent, uncertain = message_ids(sink), those(State.SENT), those(State.UNCERTAIN)
    record_property("uncertain after three kills", len(uncertain))
    assert sink.twice == []
    assert sent <= accepted
    assert accepted - sent <= uncertain
    assert len(sent) + len(uncertain) == 40
    assert len(uncertain) == 3  # One a kill: the letter that was on the wire.
