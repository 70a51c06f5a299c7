"""The guard between the web server and the site: no thread of the site ever waits for a client.

A request is handed to the site once all of it is here, and an answer once all of it is made. What a client can hold up
is its own connection: by the body for as long as `BodyTooSlow` says, by an answer that it does not read for UNREAD.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from subscriptions.request_sizes import FORM, THROWN_AWAY, most_bytes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WITHIN, AT_LEAST = 10.0, 100_000  # seconds and bytes: in any such time all of the body comes, or so much of it
MOST_LARGE = 10  # bodies larger than any form but the pasted library are held at once, each of PASTE at most
UNREAD = 60  # seconds for which a client may leave an answer unread
THREADS = ThreadPoolExecutor(4, "page")  # Each keeps its own connection to the database.


class BodyTooSlow(Exception):
    """It did not come WITHIN, nor AT_LEAST so much of it."""


class Gone(Exception):
    """The client hung up."""


@dataclass
class Body:
    """What comes with a request: all of it, or of more than `most` bytes nothing."""

    most: int
    size: int = 0
    parts: list[bytes] = field(default_factory=list)

    async def receive(self, receive: Receive) -> None:
        """Until it is complete, or larger than anybody waits for. What is too large is taken off the line too, as
        browsers show an answer only once they have sent everything."""
        more = True
        while more and self.size <= THROWN_AWAY:
            expected = self.size + AT_LEAST
            try:
                async with asyncio.timeout(WITHIN):
                    while more and self.size < expected:
                        message = await receive()
                        if message["type"] == "http.disconnect":
                            raise Gone
                        more = message.get("more_body", False)
                        self._add(message.get("body", b""))
            except TimeoutError as error:
                raise BodyTooSlow from error

    def _add(self, part: bytes) -> None:
        self.size += len(part)
        if self.size <= self.most:
            self.parts.append(part)
        else:
            self.parts.clear()


class Guard:
    """An ASGI application over a WSGI one. One a process, as it counts what that holds."""

    def __init__(self, site: Callable[..., Any]) -> None:
        self.site, self.large = site, 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        hang_up_on_who_does_not_read()
        body = Body(_most_bytes(scope))
        is_large = body.most > FORM
        if is_large and self.large >= MOST_LARGE:
            await _refuse(send, 503, "Many large forms are being sent at this moment. Please send this again.")
            return
        self.large += is_large
        try:
            await body.receive(receive)
            loop, environment = asyncio.get_running_loop(), _environment(scope, body)
            for message in await loop.run_in_executor(THREADS, self.answer, environment):
                await send(message)
        except BodyTooSlow:
            await _refuse(send, 408, "This took too long to arrive. Please send it again.")
        except Gone:
            return
        finally:
            self.large -= is_large

    def answer(self, environment: dict[str, Any]) -> tuple[Message, Message]:
        """The page, in a thread: its beginning and its body as ASGI has them."""
        start: Message = {"type": "http.response.start"}

        def begin(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            start.update(status=int(status[:3]), headers=encoded)

        page = self.site(environment, begin)
        try:
            return start, {"type": "http.response.body", "body": b"".join(page)}
        finally:
            page.close()


def _most_bytes(scope: Message) -> int:
    """How much of the body the site is handed; what is not announced as large may be no larger than a form."""
    headers = dict(scope["headers"])
    announced = headers.get(b"content-length", b"").decode("latin-1")
    size = int(announced[:20]) if announced.isdecimal() else 0  # as in RequestSizes
    return most_bytes(scope["path"]) if size > FORM or b"transfer-encoding" in headers else FORM


def _environment(scope: Message, body: Body) -> dict[str, Any]:
    """As WSGI has it (PEP 3333). Of a body that was too large nothing is there but its size, by which the site refuses
    it."""
    (host, port), (client, _port) = scope["server"], scope["client"]
    given: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(b"".join(body.parts)),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper(), raw_value.decode("latin-1")
        if "_" not in name:  # It would pass for the header with hyphens, which a proxy may set.
            key = "CONTENT_TYPE" if name == "CONTENT-TYPE" else f"HTTP_{name.replace('-', '_')}"
            between = "; " if name == "COOKIE" else ","
            given[key] = f"{given[key]}{between}{value}" if key in given else value
    return given | {"CONTENT_LENGTH": str(body.size)}


async def _refuse(send: Send, status: int, sentence: str) -> None:
    """And hang up: what else comes on this connection would be the rest of what was refused."""
    headers = {"content-type": "text/plain; charset=utf-8", "connection": "close", "retry-after": "10"}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})


@cache
def hang_up_on_who_does_not_read() -> None:
    """Connections of this process end when their client takes no byte of an answer for UNREAD. They inherit that from
    the socket that the web server listens on, which it does not hand out; only Linux knows this option."""
    if sys.platform != "linux":
        return
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as one:
                listens = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                if listens and one.family in (socket.AF_INET, socket.AF_INET6):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD * 1000)
        except OSError:  # no socket, or closed meanwhile
            continue
