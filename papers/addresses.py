"""Addresses of this room's pages, as reverse() makes them and in a tenth of its time: a list has hundreds of them."""

from functools import cache
from urllib.parse import quote

from django.urls import get_script_prefix, reverse
from django.utils.http import RFC3986_SUBDELIMS

PLAIN = RFC3986_SUBDELIMS + "/~:@"  # what reverse() leaves as it is, beside letters and digits


def of(page: str, name: str) -> str:
    """Of a "paper" by its key, a "topic" by its slug, an "author", "organisation" or "category" by name, which is not
    empty."""
    before, after = _around_the_name(page, get_script_prefix())
    return f"{before}{quote(name, PLAIN)}{after}"


@cache
def _around_the_name(page: str, _prefix: str) -> tuple[str, str]:
    before, _, after = reverse(f"papers:{page}", args=["NAME"]).partition("NAME")
    return before, after
