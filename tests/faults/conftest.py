"""What the tests of this folder share: one database, one mail server, and processes that may be killed."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from papers.models import Paper
from subscriptions.models import Letter, Subscriber, Suppression
from subscriptions.sending import post
from tests import servers
from tests.factories import make_letter
from tests.faults.pausing import Process, Site
from tests.faults.points import CHUNK, LETTERS, NOW, Start, expire_leases
from tests.faults.shared import connected_to
from tests.faults.sink import HOST, FaultySink
from tests.faults.truth import Verdict, judge


@pytest.fixture(scope="package")
def cluster() -> servers.Cluster | None:
    """A PostgreSQL that may be crashed; none on SQLite."""
    if os.environ["TEST_DATABASE"] == "sqlite":
        return None
    return servers.Cluster(servers.programs(servers.POSTGRESQL))


@pytest.fixture(scope="package")
def database_url(cluster: servers.Cluster | None, django_db_blocker: Any) -> str:
    url = (cluster or servers).database_url("paper_route_faults")
    with django_db_blocker.unblock(), connected_to(url):
        call_command("migrate", verbosity=0)
    return url


@pytest.fixture
def database(database_url: str, django_db_blocker: Any) -> Iterator[str]:
    """Empty, and the test is connected to it."""
    with django_db_blocker.unblock(), connected_to(database_url):
        for model in (Subscriber, Letter, Paper, Suppression):
            model.objects.all().delete()
        yield database_url


@pytest.fixture
def letters(database: str) -> list[Letter]:
    """A dozen that are due."""
    return [make_letter() for _ in range(LETTERS)]


@pytest.fixture(scope="package")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultySink]:
    with FaultySink(tmp_path_factory.mktemp("sink")) as server:
        yield server


@pytest.fixture
def sink(mail_server: FaultySink) -> FaultySink:
    mail_server.forget()
    return mail_server


@pytest.fixture
def site(database: str, sink: FaultySink, settings: Settings, tmp_path: Path) -> Site:
    """By which both the test and its processes send."""
    ours = {
        "SENDER": "subscriptions.sending.smtp.Smtp",
        "SENDER_CONNECTIONS": 1,
        "EMAIL_HOST": HOST,
        "EMAIL_PORT": sink.port,
        "EMAIL_TIMEOUT": 10,
        "HANDOVER_CHUNK": CHUNK,
        "HANDOVER_DIR": tmp_path / "handover",
    }
    for name, value in ours.items():
        setattr(settings, name, value)
    return Site(database, ours)


@pytest.fixture
def start(site: Site) -> Iterator[Start]:
    started: list[Process] = []

    def start(work: str = "drain", now: Any = NOW, **options: Any) -> Process:
        started.append(Process(site, work, now, **options))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def all_is_done_by_others(site: Site, sink: FaultySink) -> Callable[[], Verdict]:
    """The next drains, when leases have run out and what waits is due."""

    def drain() -> Verdict:
        expire_leases()
        for minutes in (0, 10, 30):
            post.drain(NOW + timedelta(minutes=minutes))
        return judge(sink.accepted)

    return drain
