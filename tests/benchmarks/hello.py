"""The floor: what a server can do when the application does nothing."""

from collections.abc import Callable, Iterable
from typing import Any

from digest.serving.guard import Guard


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return Page([b"hello\n"])


class Page(list[bytes]):
    def close(self) -> None:
        """As every page of Django's has it."""


guarded = Guard(application)
