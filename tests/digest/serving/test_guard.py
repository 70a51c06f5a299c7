"""What reaches the site of what clients send, and when."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from digest.serving import guard
from digest.serving.guard import Guard
from subscriptions.request_sizes import FORM, PASTE, THROWN_AWAY

pytestmark = pytest.mark.one_database
PIECE = 1_000_000  # bytes


class Site:
    """A WSGI application that remembers what reached it."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.body = b""

    def __call__(self, environment, begin):
        self.asked, self.body = environment, environment["wsgi.input"].read()
        begin("200 OK", [("Content-Type", "text/plain")])
        return Page()


class Page:
    def __iter__(self):
        return iter([b"a ", b"page"])

    def close(self) -> None:
        pass


class Asked:
    """A request to a guarded site, and what came of it."""

    def __init__(self, guarded: Guard, path: str = "/subscribe/", headers: Iterable[tuple[str, str]] = ()) -> None:
        self.guarded, self.answers, self.read = guarded, [], 0
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"a=%20b",
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 8000),
            "client": ("192.0.2.7", 50_000),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }

    async def send(self, message) -> None:
        self.answers.append(message)

    async def come(self, *parts: bytes, then: str = "") -> "Asked":
        """The body comes in these parts; `then`: "nothing" more although it is not all, or the client "leaves"."""
        coming = iter(parts)

        async def receive():
            part = next(coming, None)
            if part is None and then == "nothing":
                await asyncio.Event().wait()
            if part is None and then == "leaves":
                return {"type": "http.disconnect"}
            self.read += len(part or b"")
            return {"type": "http.request", "body": part or b"", "more_body": part is not None}

        await self.guarded(self.scope, receive, self.send)
        return self

    @property
    def status(self) -> int:
        return self.answers[0]["status"]


def asked(*parts: bytes, then: str = "", path: str = "/subscribe/", headers: Iterable[tuple[str, str]] = ()):
    """What came of one request, and the site that it was for."""
    site = Site()
    return asyncio.run(Asked(Guard(site), path, headers).come(*parts, then=then)), site


def announced(size: int) -> list[tuple[str, str]]:
    return [("content-length", str(size))]


def test_the_site_gets_a_request_when_all_of_it_is_here_and_the_client_the_whole_page():
    client, site = asked(b"address=", b"ada", headers=[*announced(11), ("host", "localhost")], path="/my%C3%A9/")

    assert site.body == b"address=ada"
    assert site.asked["CONTENT_LENGTH"] == "11"
    assert (site.asked["PATH_INFO"], site.asked["QUERY_STRING"]) == ("/my\xc3\xa9/", "a=%20b")
    assert (site.asked["HTTP_HOST"], site.asked["REMOTE_ADDR"]) == ("localhost", "192.0.2.7")
    assert [client.status, client.answers[1]["body"]] == [200, b"a page"]


def test_a_body_without_an_announced_length_has_the_length_it_has():
    _client, site = asked(b"abc", b"de", headers=[("transfer-encoding", "chunked")])

    assert (site.body, site.asked["CONTENT_LENGTH"]) == (b"abcde", "5")


@pytest.mark.parametrize("parts", [(), (b"a",)], ids=["nothing of it", "a part of it"])
def test_a_body_that_does_not_come_is_given_up_and_never_reaches_the_site(parts, monkeypatch):
    monkeypatch.setattr(guard, "WITHIN", 0.01)

    client, site = asked(*parts, then="nothing", headers=announced(5))

    assert client.status == 408
    assert (b"connection", b"close") in client.answers[0]["headers"]
    assert site.asked == {}


def test_a_client_that_leaves_gets_no_answer_and_its_request_never_reaches_the_site():
    client, site = asked(b"address=", then="leaves", headers=announced(5000))

    assert client.answers == []
    assert site.asked == {}


@pytest.mark.parametrize(
    ("path", "most"), [("/subscribe/", FORM), ("/preferences/", PASTE), ("/not-here/", FORM)], ids=lambda one: str(one)
)
@pytest.mark.parametrize("says", [True, False], ids=["announced", "not announced"])
def test_of_what_is_more_than_a_view_takes_nothing_is_kept_and_the_site_is_told_its_size(path, most, says):
    size = most + 1
    parts = [b"x" * PIECE] * (size // PIECE) + [b"x" * (size % PIECE)]

    client, site = asked(*parts, path=path, headers=announced(size) if says else [("transfer-encoding", "chunked")])

    assert (site.body, site.asked["CONTENT_LENGTH"]) == (b"", str(size))
    assert client.read == size


def test_what_a_view_takes_reaches_it():
    _client, site = asked(*[b"x" * PIECE] * (PASTE // PIECE), path="/preferences/", headers=announced(PASTE))

    assert len(site.body) == PASTE


def test_who_sends_without_end_is_not_listened_to_for_ever():
    client, _site = asked(*[b"x" * PIECE] * 150, headers=announced(150 * PIECE))

    assert client.read <= THROWN_AWAY + PIECE


def test_only_so_many_large_bodies_are_held_at_once():
    site = Site()
    guarded = Guard(site)

    async def ask():
        stalled = [Asked(guarded, "/preferences/", announced(PASTE)) for _ in range(guard.MOST_LARGE)]
        held = [asyncio.ensure_future(one.come(b"x", then="nothing")) for one in stalled]
        await asyncio.sleep(0)
        others = [Asked(guarded, "/preferences/", announced(PASTE)), Asked(guarded, "/preferences/", announced(1))]
        found = [(await other.come(b"x")).status for other in others]
        for one in held:
            one.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        return [*found, (await Asked(guarded, "/preferences/", announced(PASTE)).come(b"x")).status]

    assert asyncio.run(ask()) == [503, 200, 200]


def test_headers_that_would_pass_for_a_proxys_are_left_out_and_those_that_come_twice_are_joined():
    headers = [("x_forwarded_for", "9.9.9.9"), ("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")]

    _client, site = asked(headers=[*headers, ("cookie", "a=1"), ("cookie", "b=2")])

    assert site.asked["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,2.2.2.2"
    assert site.asked["HTTP_COOKIE"] == "a=1; b=2"
