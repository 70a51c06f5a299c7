"""Sites with manners of their own."""

import pickle
import threading
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from papers.models import Host
from papers.sources import web
from papers.sources.base import Manners
from tests.farend import FarEnd
from tests.papers.sources.web.samples import AT_ONCE

pytestmark = pytest.mark.django_db  # Every request goes through the table of hosts.


TEN_MINUTES = timedelta(minutes=10)


class Hastened(web.Clock):
    """A clock of the test's own, in which sleeping takes no time."""

    def __init__(self, now):
        self.moment = now

    def now(self):
        return self.moment

    def sleep(self, span):
        self.moment += span


def test_all_hosts_of_a_site_share_one_budget(far_end):
    with FarEnd() as other:
        for host in (far_end, other):
            host.answers("/list")
        clock = Hastened(datetime(2026, 8, 20, 9, tzinfo=UTC))

        for host in (far_end, other, far_end):
            web.get(f"{host.url}/list", Manners("archive", timedelta(seconds=3)), clock=clock)

    assert clock.moment == datetime(2026, 8, 20, 9, 0, 6, tzinfo=UTC)
    assert [row.host for row in Host.objects.all()] == ["archive"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "5"}])
def test_a_site_that_wants_a_long_silence_gets_it_at_the_first_refusal(far_end, status, headers):
    far_end.answers("/list", status, headers=headers)
    clock = Hastened(datetime(2026, 8, 20, 9, tzinfo=UTC))
    manners = Manners("archive", AT_ONCE, silence=TEN_MINUTES)

    with pytest.raises(web.Unavailable):
        web.get(f"{far_end.url}/list", manners, clock=clock)
    clock.moment += timedelta(minutes=9, seconds=59)
    with pytest.raises(web.Silent):
        web.get(f"{far_end.url}/list", manners, clock=clock)

    assert len(far_end.requests) == 1


def test_nothing_is_asked_in_a_sites_quiet_hour(far_end):
    far_end.answers("/list")
    manners = Manners("archive", AT_ONCE, closed_hours=(time_of_day(0), time_of_day(1)))
    clock = Hastened(datetime(2026, 8, 20, 0, 59, 59, tzinfo=UTC))

    with pytest.raises(web.Silent) as caught:
        web.get(f"{far_end.url}/list", manners, clock=clock)
    assert far_end.requests == []
    assert caught.value.retry_at == datetime(2026, 8, 20, 1, tzinfo=UTC)

    clock.moment = caught.value.retry_at
    web.get(f"{far_end.url}/list", manners, clock=clock)
    assert len(far_end.requests) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
def test_only_one_request_at_a_time_is_open_where_a_site_wants_that(far_end):
    far_end.answers("/list", waits=0.4)
    manners = Manners("archive", AT_ONCE, alone=True)

    threads = [threading.Thread(target=_get_alone_and_close, args=[far_end, manners]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    moments = sorted(request.at for request in far_end.requests)
    assert len(moments) == 3
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.4


def _get_alone_and_close(far_end, manners):
    try:
        web.get(f"{far_end.url}/list", manners)
    finally:
        connection.close()


def test_a_turn_that_is_held_ends_with_its_answer(far_end):
    far_end.answers("/list")

    web.get(f"{far_end.url}/list", Manners("archive", timedelta(seconds=3), alone=True))

    assert Host.objects.get().next_request_at <= timezone.now() + timedelta(seconds=3)


def test_a_slow_site_gets_the_time_that_it_needs(far_end, monkeypatch):
    monkeypatch.setattr(web, "PIECE_SECONDS", 0.2)
    far_end.answers("/list", body=b"papers", waits=0.5)

    assert web.get(f"{far_end.url}/list", Manners("archive", AT_ONCE, patience=6)).body == b"papers"


@given(header=st.text(alphabet='";=,rt0123456789 api', max_size=60))
def test_no_rate_limit_header_is_beyond_us(header):
    assert all(limit.keys() == {"r", "t"} for limit in web.rate_limits(header))


def test_a_failure_survives_the_way_between_processes():
    until = timezone.now()

    failure = pickle.loads(pickle.dumps(web.Silent("example.org asked for silence", until)))

    assert (str(failure), failure.retry_at) == ("example.org asked for silence", until)
