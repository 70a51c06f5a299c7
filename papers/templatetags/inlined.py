"""Small static files that stand in the page itself, so that it needs no more than its style sheet."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from django.contrib.staticfiles import finders
from django.template import Library
from django.utils.safestring import SafeString, mark_safe

register = Library()


@register.simple_tag
@lru_cache
def script(name: str) -> SafeString:
    """As settings.CONTENT_SECURITY_POLICY allows it, to the byte."""
    return mark_safe(f"<script>{_text(name)}</script>")  # noqa: S308  # A file of ours.


@register.simple_tag
@lru_cache
def picture(name: str) -> str:
    """The address of an SVG that needs no request."""
    return f"data:image/svg+xml,{quote(_text(name).strip())}"


def _text(name: str) -> str:
    """Raises FileNotFoundError for a file that there is none of."""
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(f"expected a static file, found none called {name}")
    return Path(found).read_text()
