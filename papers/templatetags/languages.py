"""In which language a page or a letter is, and what stands in it in another: papers are in English. Every template has
these tags."""

from django.conf import settings
from django.template import Library
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_bidi

register = Library()


@register.simple_tag
def page_language() -> SafeString:
    """Attributes of the html element."""
    direction = ' dir="rtl"' if get_language_bidi() else ""
    return mark_safe(f'lang="{_language()}"{direction}')  # noqa: S308  # A setting that was checked.


@register.simple_tag
def in_english() -> SafeString:
    """Attributes, with a blank before them, of an element that holds a paper's own words; none on an English page."""
    if _language().partition("-")[0] == "en":
        return SafeString()
    return SafeString(' lang="en" dir="ltr"' if get_language_bidi() else ' lang="en"')


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
