"""What is asked, what counts as an answer, and redirects."""

import gzip
import socket
import time

import pytest

from papers.models import Host
from papers.sources import web
from papers.sources.base import Manners, SourceError
from tests.papers.sources.web.samples import AT_ONCE, get, silence

pytestmark = pytest.mark.django_db  # Every request goes through the table of hosts.


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
