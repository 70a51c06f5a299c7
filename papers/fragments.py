"""Parts of pages and feeds, made once for all that show them alike."""

import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from threading import Lock

from cachetools import LRUCache


class Fragments:
    """In this process's memory, in so many bytes; the least recently used is given up first."""

    def __init__(self, most: int) -> None:
        self.turn = Lock()
        self.kept: LRUCache[bytes, str] = LRUCache(most, getsizeof=sys.getsizeof)

    def get(self, shown: object, make: Callable[[], str]) -> str:
        """What `make` makes, kept under `shown`, all that can change it: so it is always what would be made now."""
        key = blake2b(repr(shown).encode(), digest_size=16).digest()
        with self.turn:
            found = self.kept.get(key)
        if found is None:
            found = make()
            with self.turn, suppress(ValueError):  # larger than all that may be kept
                self.kept[key] = found
        return found
