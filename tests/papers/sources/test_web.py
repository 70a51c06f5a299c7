import gzip
import pickle
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from itertools import pairwise

import pytest
import requests
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from papers.models import Host
from papers.sources import web
from papers.sources.base import Manners, SourceError
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db  # Every request goes through the table of hosts.
AT_ONCE = timedelta(0)


@pytest.fixture
def far_end():
    with FarEnd() as far_end:
        yield far_end


def get(far_end, path="/list", validator=None, spacing=AT_ONCE):
    return web.get(far_end.url + path, Manners(far_end.host, spacing), validator=validator)


def silence(far_end):
    """How long the host is to be left alone, in whole seconds."""
    until = Host.objects.get(host=far_end.host).silent_until
    return until and round((until - timezone.now()).total_seconds())


# ---------------------------------------------------------------------------------------------------- asking, answers


def test_the_body_comes_with_its_validators(far_end):
    far_end.answers("/list", body=b"papers", headers={"ETag": '"a"', "Last-Modified": "Thu, 20 Aug 2026 08:00:00 GMT"})

    answer = get(far_end)

    assert answer == web.Response(b"papers", '"a"', "Thu, 20 Aug 2026 08:00:00 GMT", unchanged=False)


def test_a_packed_body_is_unpacked(far_end):
    far_end.answers("/list", body=gzip.compress(b"papers"), headers={"Content-Encoding": "gzip"})

    assert get(far_end).body == b"papers"
    assert far_end.requests[0].headers["Accept-Encoding"] == "gzip"


def test_we_say_who_we_are(far_end, settings):
    settings.USER_AGENT = "PaperRoute/9 (+https://papers.example.org)"
    settings.OPERATOR_EMAIL = "operator@example.org"
    far_end.answers("/list")

    get(far_end)

    assert far_end.requests[0].headers["User-Agent"] == "PaperRoute/9 (+https://papers.example.org)"
    assert far_end.requests[0].headers["From"] == "operator@example.org"


def test_without_an_operator_nobody_is_named(far_end, settings):
    settings.OPERATOR_EMAIL = ""
    far_end.answers("/list")

    get(far_end)

    assert "From" not in far_end.requests[0].headers


def test_a_validator_spares_the_body_of_what_has_not_changed(far_end):
    validator = {"address": f"{far_end.url}/list", "etag": '"a"', "last_modified": "Thu, 20 Aug 2026 08:00:00 GMT"}
    far_end.answers("/list", 304)

    answer = get(far_end, validator=validator)

    assert answer == web.Response(b"", '"a"', "Thu, 20 Aug 2026 08:00:00 GMT", unchanged=True)
    assert far_end.requests[0].headers["If-None-Match"] == '"a"'
    assert far_end.requests[0].headers["If-Modified-Since"] == "Thu, 20 Aug 2026 08:00:00 GMT"


def test_a_validator_is_for_its_own_address_only(far_end):
    far_end.answers("/list", body=b"papers")

    answer = get(far_end, validator={"address": f"{far_end.url}/other", "etag": '"a"', "last_modified": "then"})

    assert answer.body == b"papers"
    assert not {"If-None-Match", "If-Modified-Since"} & set(far_end.requests[0].headers)


def test_a_validator_is_not_sent_to_where_its_address_redirects(far_end):
    far_end.answers("/list", 302, headers={"Location": "/other"})
    far_end.answers("/other", body=b"papers")

    get(far_end, validator={"address": f"{far_end.url}/list", "etag": '"a"'})

    assert [request.headers.get("If-None-Match") for request in far_end.requests] == ['"a"', None]


def test_an_unasked_for_304_is_not_an_answer(far_end):
    far_end.answers("/list", 304)

    with pytest.raises(SourceError, match="found 304"):
        get(far_end)


def test_a_validator_with_control_characters_is_not_kept(far_end):
    far_end.answers("/list", headers={"ETag": '"a\0"'})  # PostgreSQL's JSON has no NUL.

    assert get(far_end).etag == ""


# ----------------------------------------------------------------------------------------------- what is not an answer


@pytest.mark.parametrize("status", [201, 202, 204, 300, 400, 401, 403, 404, 410])
def test_another_status_is_not_understood(far_end, status):
    far_end.answers("/list", status, b"papers")

    with pytest.raises(SourceError, match=f"^expected 200 from {far_end.host}/list, found {status}$"):
        get(far_end)


def test_a_challenge_for_browsers_is_named(far_end):
    far_end.answers("/list", 202, headers={"x-amzn-waf-action": "challenge"})

    with pytest.raises(SourceError, match="found 202 with a challenge"):
        get(far_end)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_is_unavailable_and_not_silenced(far_end, status):
    far_end.answers("/list", status)

    with pytest.raises(web.Unavailable, match=f"^expected 200 from {far_end.host}/list, found {status}$") as caught:
        get(far_end)

    assert caught.value.retry_at is None
    assert silence(far_end) is None


def test_messages_do_not_repeat_query_strings_or_log_ins(far_end):
    far_end.answers("/list", 404)
    address = f"http://someone:password@{far_end.host}/list?key=secret"

    with pytest.raises(SourceError) as caught:
        web.get(address, Manners(far_end.host, AT_ONCE))

    assert str(caught.value) == f"expected 200 from {far_end.host}/list, found 404"
    assert Host.objects.get().host == far_end.host


def test_nobody_there_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(web.Unavailable, match="found ConnectionError") as caught:
        web.get(f"http://127.0.0.1:{port}/list?key=secret", Manners("127.0.0.1", AT_ONCE))

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "manner",
    [
        {"hangs_up": True},
        {"keeps_back": 1},
        {"keeps_back": 6},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"headers": {"Content-Encoding": "gzip"}},  # which it is not
        {"waits": 1},
        {"pieces": 2, "pause": 1},
    ],
    ids=str,
)
def test_an_answer_that_breaks_off_or_never_comes_is_unavailable(far_end, monkeypatch, manner):
    monkeypatch.setattr(web, "PIECE_SECONDS", 0.2)
    far_end.answers("/list", body=b"papers", **manner)

    with pytest.raises(web.Unavailable, match=f"^expected an answer from {far_end.host}, found "):
        get(far_end)


def test_a_trickle_is_cut_off_at_the_deadline(far_end, monkeypatch):
    monkeypatch.setattr(web, "BODY_SECONDS", 0.3)
    far_end.answers("/list", body=b"papers" * 20, pieces=60, pause=0.1)
    started = time.monotonic()

    with pytest.raises(web.Unavailable, match="in time, found only a part"):
        get(far_end)

    assert time.monotonic() - started < 3  # It would have taken 6 seconds.


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_body_larger_than_the_cap_is_refused_even_when_packed(far_end, monkeypatch, pack):
    monkeypatch.setattr(web, "LARGEST_BODY", 100_000)
    packed = {"Content-Encoding": "gzip"} if pack is gzip.compress else {}
    far_end.answers("/fits", body=pack(b"0" * 100_000), headers=packed)
    far_end.answers("/list", body=pack(b"0" * 100_001), headers=packed)

    assert len(get(far_end, "/fits").body) == 100_000
    with pytest.raises(SourceError, match="expected at most 100000 bytes"):
        get(far_end)


# ---------------------------------------------------------------------------------------------------------- redirects


def test_redirects_within_the_host_are_followed(far_end):
    far_end.answers("/list", 302, headers={"Location": "/b?c=d"})
    far_end.answers("/b", 307, headers={"Location": f"{far_end.url}/e"})
    far_end.answers("/e", 301, headers={"Location": "f"})
    far_end.answers("/f", body=b"papers")

    assert get(far_end).body == b"papers"
    assert [request.path for request in far_end.requests] == ["/list", "/b?c=d", "/e", "/f"]


def test_the_body_of_a_redirect_is_not_read(far_end):
    far_end.answers("/list", 302, b"moved", headers={"Location": "/other"}, keeps_back=5)
    far_end.answers("/other", body=b"papers")

    assert get(far_end).body == b"papers"


def test_a_fourth_redirect_is_one_too_many(far_end):
    far_end.answers("/list", 302, headers={"Location": "/list"})

    with pytest.raises(SourceError, match="expected at most 3 redirects"):
        get(far_end)

    assert len(far_end.requests) == 4


@pytest.mark.parametrize(
    "elsewhere",
    ["http://localhost:9/list", "https://localhost:9/list", "//127.0.0.1:9/list", "ftp://127.0.0.1/", "http://["],
)
def test_redirects_to_another_site_are_refused(far_end, elsewhere):
    far_end.answers("/list", 302, headers={"Location": elsewhere})

    with pytest.raises(SourceError, match=f"expected {far_end.host}/list to redirect"):
        get(far_end)


def test_a_redirect_may_go_from_http_to_https_and_not_back(far_end):
    far_end.answers("/list", 301, headers={"Location": far_end.url.replace("http", "https") + "/list"})

    with pytest.raises(web.Unavailable, match="found SSLError"):  # So it was followed, to where no https is spoken.
        get(far_end)
    with pytest.raises(SourceError, match="to redirect within its host"):
        web._target("https://example.org/", "http://example.org/")


# ------------------------------------------------------------------------------------------------- spacing and silence


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


# ------------------------------------------------------------------------------------------------------------ manners

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
    manners = Manners("archive", AT_ONCE, quiet=(time_of_day(0), time_of_day(1)))
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
