"""The processes of the scaled shape, killed one after the other, and Redis with them: the ledger is the queue."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.utils import timezone

from subscriptions.models import Letter
from tests import servers
from tests.digest.test_scaled import Machine, machine
from tests.factories import make_letter
from tests.faults.points import expire_leases
from tests.sink import Sink

pytestmark = [pytest.mark.deep, pytest.mark.one_database]
State = Letter.State
FIRST, SECOND, HELD = 30, 10, 5


def make_due(count: int) -> None:
    for _ in range(count):
        make_letter(at=timezone.now())


def kill(site: Machine, name: str) -> None:
    """With all its children, as a machine would end them."""
    process = site.processes.pop(name)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(servers.PATIENCE)


def flush_and_kill(hints: servers.Redis) -> None:
    with redis.Redis.from_url(hints.url) as client:
        client.flushall()
    hints.kill()


@pytest.fixture
def hints() -> servers.Redis:
    return servers.Redis(servers.programs(servers.REDIS))


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def site(database: str, hints: servers.Redis, sink: Sink, tmp_path: Path) -> Iterator[Machine]:
    variables = {"DATABASE_URL": database, "REDIS_URL": hints.url, "EMAIL_URL": f"smtp://{sink.host}:{sink.port}"}
    with machine(tmp_path, **variables, SENDER_CONNECTIONS="1", HANDOVER_CHUNK="5") as site:
        yield site


def test_letters_go_once_though_redis_is_flushed_and_gone_and_worker_and_beat_are_killed(
    site: Machine, hints: servers.Redis, sink: Sink
):
    sent = Letter.objects.filter(state=State.SENT)
    make_due(FIRST)
    with sink.silent(after=HELD):
        site.starts("letters")
        site.starts("beat")
        site.wait_until(lambda: len(sink.accepted) > HELD, "a worker to be sending")
        flush_and_kill(hints)
    site.wait_until(lambda: sent.count() == FIRST, "the worker to send on without Redis")

    make_due(SECOND)
    kill(site, "beat")
    with sink.silent(after=HELD):
        hints.start()
        site.starts("beat", "second beat")
        site.wait_until(lambda: len(sink.accepted) > FIRST + HELD, "the worker to be back")
        kill(site, "letters")
    expire_leases()
    site.starts("letters", "second worker")
    site.wait_until(lambda: sent.count() == FIRST + SECOND - 1, "another worker to do the rest")

    assert (sink.twice, len(sink.accepted)) == ([], FIRST + SECOND)
    assert Letter.objects.filter(state=State.UNCERTAIN).count() == 1  # what was on the wire
