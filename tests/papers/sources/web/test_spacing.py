"""Spacing between requests, and silence that a host asks for."""

import threading
from datetime import timedelta

import pytest
import requests
from django.db import connection
from django.utils import timezone
from requests.structures import CaseInsensitiveDict

from papers.models import Host
from papers.sources import web
from papers.sources.base import Manners
from tests.papers.sources.web.samples import AT_ONCE, get, silence

pytestmark = pytest.mark.django_db  # Every request goes through the table of hosts.


def test_requests_to_a_host_are_spaced(far_end):
    far_end.answers("/list", 302, headers={"Location": "/other"})
    far_end.answers("/other")

    get(far_end, spacing=timedelta(seconds=0.2))
    get(far_end, "/other", spacing=timedelta(seconds=0.2))

    first, second, third = (request.at for request in far_end.requests)
    assert second - first > 0.15
    assert third - second > 0.15


def test_a_turn_is_given_once_and_the_next_after_the_spacing():
    first = web.reserve(Manners("example.org", timedelta(seconds=3)))
    second = web.reserve(Manners("example.org", timedelta(seconds=3)))
    other = web.reserve(Manners("other.example.org", timedelta(seconds=3)))

    assert first == other == AT_ONCE
    assert timedelta(seconds=2) < second <= timedelta(seconds=3)


def test_turns_that_went_by_are_not_saved_up():
    Host.objects.create(host="example.org", next_request_at=timezone.now() - timedelta(hours=1))

    waits = [web.reserve(Manners("example.org", timedelta(seconds=3))) for _ in range(2)]

    assert waits[0] == AT_ONCE
    assert waits[1] > timedelta(seconds=2)


def test_a_turn_beyond_all_patience_is_not_waited_for(far_end):
    turn = timezone.now() + timedelta(hours=1)  # as when the clock was set back
    Host.objects.create(host=far_end.host, next_request_at=turn)

    with pytest.raises(web.Unavailable, match="can only be asked again at") as caught:
        get(far_end)

    assert caught.value.retry_at == turn
    assert far_end.requests == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
def test_everyone_together_keeps_the_spacing(far_end):
    far_end.answers("/list")

    threads = [threading.Thread(target=_get_and_close, args=[far_end]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    moments = sorted(request.at for request in far_end.requests)
    assert len(moments) == 6
    assert moments[-1] - moments[0] > 5 * 0.1 - 0.05


def _get_and_close(far_end):
    try:
        get(far_end, spacing=timedelta(seconds=0.1))
    finally:
        connection.close()


def test_a_silent_host_is_not_asked(far_end):
    until = timezone.now() + timedelta(seconds=60)
    Host.objects.create(host=far_end.host, silent_until=until)
    far_end.answers("/list")

    with pytest.raises(web.Silent, match=f"{far_end.host} asked for silence until") as caught:
        get(far_end)

    assert caught.value.retry_at == until
    assert far_end.requests == []
    assert Host.objects.get().next_request_at is None  # and no turn was wasted on it


def test_silence_ends(far_end):
    Host.objects.create(host=far_end.host, silent_until=timezone.now())
    far_end.answers("/list", body=b"papers")

    assert get(far_end).body == b"papers"


def test_silence_that_begins_while_we_wait_is_kept(far_end, monkeypatch):
    far_end.answers("/list")
    until = timezone.now() + timedelta(seconds=60)
    Host.objects.create(host=far_end.host, next_request_at=timezone.now() + timedelta(seconds=30))
    monkeypatch.setattr("time.sleep", lambda _: Host.objects.update(silent_until=until))

    with pytest.raises(web.Silent):
        get(far_end)

    assert far_end.requests == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"RateLimit": '"api";r=0;t=295'}, 295),
        ({"ratelimit": '"api";r=0;t=295'}, 295),
        ({"RateLimit": '"api"; r=0; t=295'}, 295),
        ({"RateLimit": '"api";r=0;t=295, "pages";r=12;t=300'}, 295),  # the one used up is the one that refuses
        ({"RateLimit": '"api";r=0;t=10,"pages";t=20;r=0'}, 20),
        ({"RateLimit": '"api";r=7;t=30'}, 30),
        ({"RateLimit": '"api";r=0;t=295', "Retry-After": "7"}, 295),
        ({"RateLimit": "what?", "Retry-After": "7"}, 7),
        ({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 6 * 3600),
        ({"Retry-After": "soon"}, 600),
        ({"Retry-After": "9" * 5000}, 600),
        ({"RateLimit": '"api";r=0', "Retry-After": "7"}, 7),
        ({"Retry-After": "Fri, 01 Jan " + "9" * 40 + " 00:00:00 GMT"}, 600),
        ({"RateLimit": f'"api";r=0;t={"9" * 5000}'}, 6 * 3600),
        ({}, 600),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_refusal_is_followed_by_the_silence_that_it_names(far_end, headers, seconds):
    far_end.answers("/list", 429, headers=headers)

    with pytest.raises(web.Unavailable, match=f"^expected 200 from {far_end.host}/list, found 429$") as caught:
        get(far_end)
    with pytest.raises(web.Silent):
        get(far_end)

    assert silence(far_end) == pytest.approx(seconds, abs=2)
    assert caught.value.retry_at == Host.objects.get().silent_until
    assert len(far_end.requests) == 1


def test_a_server_in_trouble_may_ask_for_silence_too(far_end):
    far_end.answers("/list", 503, headers={"Retry-After": "30"})

    with pytest.raises(web.Unavailable) as caught:
        get(far_end)

    assert silence(far_end) == pytest.approx(30, abs=2)
    assert caught.value.retry_at is not None


def test_the_last_answer_allowed_is_followed_by_silence(far_end):
    far_end.answers("/list", body=b"papers", headers={"RateLimit": '"api";r=0;t=42'})

    answer = get(far_end)

    assert answer.body == b"papers"
    assert silence(far_end) == pytest.approx(42, abs=2)


def test_as_long_as_something_is_left_there_is_no_silence(far_end):
    far_end.answers("/list", headers={"RateLimit": '"api";r=1;t=42', "Retry-After": "9"})

    get(far_end)

    assert silence(far_end) is None


def test_a_silence_is_never_shortened(far_end):
    until = timezone.now() + timedelta(hours=1)
    Host.objects.create(host=far_end.host, silent_until=until)  # Another was refused while our answer was on its way.
    ours = requests.Response()
    ours.status_code, ours.headers = 200, CaseInsensitiveDict({"RateLimit": '"api";r=0;t=5'})

    web._heed(ours, far_end.url, Manners(far_end.host, AT_ONCE), web.CLOCK)

    assert Host.objects.get().silent_until == until
