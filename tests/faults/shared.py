"""A database that several processes share, the test's own among them."""

from collections.abc import Iterator
from contextlib import contextmanager

import dj_database_url
from django.db import connections
from django.db.utils import load_backend


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    """The test's own connection leads there."""
    own = connections["default"]
    options = own.settings_dict | {
        name: value for name, value in dj_database_url.parse(url).items() if name in ("NAME", "HOST", "PORT", "USER")
    }
    shared = load_backend(options["ENGINE"]).DatabaseWrapper(options, "default")
    connections["default"] = shared
    try:
        yield
    finally:
        shared.close()
        connections["default"] = own
