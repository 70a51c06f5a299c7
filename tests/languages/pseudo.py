"""A made-up language: whatever goes through a translation is written in wide letters (of Unicode's full width). What
stands on a page in plain ones then is data, or was forgotten."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations

from django.utils.translation import trans_real

CODE = "ar"  # which is read from right to left, and has a decimal comma
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in map(chr, range(33, 127)) if letter.isalpha()}
# What a translation keeps as it is: placeholders, tags and entities.
KEPT = re.compile(r"(%\(\w+\)[\d.]*[a-z]|%[\d.]*[sd]|\{\w*\}|<[^>]*>|&\w+;)")


def said(message: str) -> str:
    return "".join(part if place % 2 else part.translate(WIDE) for place, part in enumerate(KEPT.split(message)))


FORMAT = re.compile(r"[lDjdFMYyHi .,:-]+")  # how a date is written


class Pseudo(NullTranslations):
    def gettext(self, message: str) -> str:
        words = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        return words if FORMAT.fullmatch(words) else said(words)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)

    def to_language(self) -> str:
        return CODE


@contextmanager
def spoken() -> Iterator[None]:
    """As by settings.LANGUAGE_CODE, in this thread."""
    trans_real._active.value = Pseudo()
    try:
        yield
    finally:
        del trans_real._active.value
