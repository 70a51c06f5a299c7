"""How pages are sent: packed by brotli or gzip, or as they are."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli

AS_IT_IS = "identity"
LONGEST = 200  # characters of a header that are looked at
PACKERS: dict[str, Callable[[bytes], bytes]] = {  # best first; each as good as it is before it becomes slow
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}


@lru_cache(256)
def chosen(accepted: str) -> str:
    """Of those the one that a client likes best by its Accept-Encoding (RFC 9110, 12.5.3)."""
    likes: dict[str, float] = {}
    for part in accepted.lower().split(",") if len(accepted) <= LONGEST else ():
        name, _, weight = part.partition(";")
        likes[name.strip()] = _weight(weight)
    offered = {name: likes.get(name, likes.get("*", 0.0)) for name in PACKERS}
    best = max(offered, key=lambda name: offered[name])
    return best if offered[best] > 0 and offered[best] >= likes.get(AS_IT_IS, 0.0) else AS_IT_IS


def _weight(written: str) -> float:
    """Like q=0.5; what cannot be read is a no."""
    name, _, value = written.replace(" ", "").partition("=")
    if not name:
        return 1.0
    return float(value) if name == "q" and value.replace(".", "", 1).isdecimal() else 0.0
