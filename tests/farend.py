"""The far end of the wire: a real web server of our own, whose every answer a test decides."""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    path: str  # with its query string
    headers: Mapping[str, str]  # whatever the case of their names
    at: float  # seconds, to be compared with one another only
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    waits: float = 0  # seconds until anything is said
    pieces: int = 1  # in which the body comes
    pause: float = 0  # seconds between two pieces
    keeps_back: int = 0  # bytes of the body that are announced and never sent
    hangs_up: bool = False  # without a word


class FarEnd:
    """Answers 404 until told otherwise. Of several answers to a path each is given once, the last for ever."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._replies: dict[str, list[Reply]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"far_end": self}))
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> "FarEnd":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answers(self, path: str, status: int = 200, body: bytes = b"", headers: Any = (), **manner: Any) -> None:
        """What to answer to a path, which may have a query string; `manner` is how, as in Reply."""
        self._replies.setdefault(path, []).append(Reply(status, body, dict(headers), **manner))

    def take(self, path: str) -> Reply:
        replies = self._replies.get(path) or self._replies.get(urlsplit(path).path) or [Reply(404)]
        return replies.pop(0) if len(replies) > 1 else replies[0]


class Handler(BaseHTTPRequestHandler):
    far_end: FarEnd

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.far_end.requests.append(Request(self.path, self.headers, time.monotonic(), body))
        reply = self.far_end.take(self.path)
        time.sleep(reply.waits)
        with suppress(ConnectionError):  # The client may have left, which is its right.
            if not reply.hangs_up:
                self._send(reply)

    do_POST = do_GET  # noqa: N815 - named so where it is called

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        sent = reply.body[: len(reply.body) - reply.keeps_back]
        size = len(sent) // reply.pieces + 1
        for start in range(0, len(sent), size):
            self.wfile.write(sent[start : start + size])
            time.sleep(reply.pause)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named so where it is defined
        """The list of requests is the log."""
