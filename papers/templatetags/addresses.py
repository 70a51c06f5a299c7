"""Links to this room's pages."""

from collections.abc import Iterable

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from papers import addresses
from papers.text.cleaning import ELLIPSIS

register = Library()
register.simple_tag(addresses.of, name="address_of")


@register.simple_tag
def authors(names: Iterable[str], *, cut: bool = False) -> SafeString:
    """Each author a link; `cut`: some before the last are left out."""
    links = [
        name if name == ELLIPSIS else format_html('<a href="{}">{}</a>', addresses.of("author", name), name)
        for name in names
    ]
    if cut:
        links[-2:] = [f"{links[-2]} … {links[-1]}"]
    return mark_safe(", ".join(links))  # noqa: S308  # Made by format_html.
