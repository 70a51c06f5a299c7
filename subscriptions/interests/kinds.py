"""What a reader may be interested in: text in, checked values out. Knows no rows."""

import re
from collections.abc import Callable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from papers import identifiers
from papers.text.words import has_word

LONGEST = 200  # characters of a phrase or a name
# An account as Hugging Face has them, with or without the address of its page.
ACCOUNT = re.compile(r"(?:huggingface:|https://huggingface\.co/)([\w.-]{1,96})/?", re.IGNORECASE | re.ASCII)
GUARDED = re.compile(r"(?P<name>[^()]*[^()\s])\s*\((?P<guard>[^()]*)\)")
ADDRESS = re.compile(r"\w+:\S")


class Kind(models.TextChoices):
    TOPIC = "topic", _("topic")
    PHRASE = "phrase", _("phrase")
    PAPER = "paper", _("paper")
    AUTHOR = "author", _("author")
    ORGANISATION = "organisation", _("organisation")
    CATEGORY = "category", _("category")


class InterestSpec(NamedTuple):
    """One thing that a reader wants, or does not want. `guard`: the categories in which an author's name counts."""

    kind: str
    value: str
    wanted: bool = True
    guard: tuple[str, ...] = ()

    @property
    def name(self) -> tuple[str, str]:
        """Two interests of the same name are about the same thing."""
        return self.kind, folded(self.value)

    @property
    def written(self) -> str:
        """As a reader types it."""
        return f"{self.value} ({', '.join(self.guard)})" if self.guard else self.value


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def parse(kind: str, text: str, *, wanted: bool = True) -> InterestSpec:
    """What was typed as an interest of that kind; raises ValidationError, one sentence that says what was expected."""
    value, guard = CHECKS.get(kind, _as_it_is)(" ".join(text.split()))
    return InterestSpec(kind, value, wanted, guard)


def category(text: str) -> str:
    """As arXiv writes it, whatever the case: cs.CL, cond-mat.soft. Raises ValidationError."""
    if (found := identifiers.category(text)) and len(text) <= LONGEST:
        return found
    raise ValidationError(_("Expected an arXiv category like cs.CL, found %(found)s."), params={"found": _shown(text)})


def list_of_categories(value: object) -> None:
    """What a guard may hold. Raises ValidationError."""
    if not (isinstance(value, list) and all(isinstance(one, str) and category(one) == one for one in value)):
        raise ValidationError(_('Expected a list of arXiv categories, like ["cs.CL"].'))


def _as_it_is(text: str) -> tuple[str, tuple[str, ...]]:
    return text, ()


def _phrase(text: str) -> tuple[str, tuple[str, ...]]:
    if len(text) > LONGEST or not has_word(text):
        expected = _("Expected a phrase with a word in it and of at most %(longest)d characters, found %(found)s.")
        raise ValidationError(expected, params={"longest": LONGEST, "found": _shown(text)})
    return text, ()


def _category(text: str) -> tuple[str, tuple[str, ...]]:
    return category(text), ()


def _organisation(text: str) -> tuple[str, tuple[str, ...]]:
    if len(text) > LONGEST or not has_word(text):
        expected = _("Expected the name of an organisation, of at most %(longest)d characters, found %(found)s.")
        raise ValidationError(expected, params={"longest": LONGEST, "found": _shown(text)})
    return text, ()


def _author(text: str) -> tuple[str, tuple[str, ...]]:
    """A name as printed, perhaps with categories behind it, or an account: "huggingface:ada"."""
    if account := ACCOUNT.fullmatch(text):
        return f"huggingface:{account[1]}", ()
    found = GUARDED.fullmatch(text)
    name, guard = (found["name"], found["guard"]) if found else (text, "")
    if len(name) > LONGEST or not has_word(name) or ADDRESS.search(name):
        expected = _("Expected a name like Ada Quill, or an account like huggingface:ada, found %(found)s.")
        raise ValidationError(expected, params={"found": _shown(text)})
    return name, tuple(category(one) for one in re.split(r"[,;\s]+", guard.strip()) if one)


def _shown(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


CHECKS: dict[str, Callable[[str], tuple[str, tuple[str, ...]]]] = {
    Kind.PHRASE: _phrase,
    Kind.AUTHOR: _author,
    Kind.ORGANISATION: _organisation,
    Kind.CATEGORY: _category,
}
