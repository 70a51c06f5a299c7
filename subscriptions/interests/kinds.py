"""What a reader may be interested in: one record a kind; text in, checked values out. Knows no rows.

To add a kind: a record like those below, and a line in KINDS; by the same key its other half in digest.matching.kinds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from papers import identifiers
from papers.text.words import has_word

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

LONGEST = 200  # characters of a phrase or a name
# An account as Hugging Face has them, with or without the address of its page.
ACCOUNT = re.compile(r"(?:huggingface:|https://huggingface\.co/)([\w.-]{1,96})/?", re.IGNORECASE | re.ASCII)
# A name with categories behind it; an address has none.
GUARDED = re.compile(r"(?![^(]*\w:[^\s(])(?P<name>[^()]*[^()\s])\s*\((?P<guard>[^()]*)\)")
ADDRESS = re.compile(r"\w+:\S")


class InterestSpec(NamedTuple):
    """One thing that a reader wants, or does not want. `guard`: the categories in which an author's name counts."""

    kind: str  # a key of KINDS
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


@dataclass(frozen=True)
class Typed:
    """The two fields of the preferences page for a kind that is typed, an interest a line."""

    field: str  # the name of the one for what is wanted; before that of the other stands "unwanted_"
    label: _StrOrPromise
    help_text: _StrOrPromise
    unwanted_label: _StrOrPromise
    is_short: bool = False  # what is typed is so short that two such fields stand beside each other


@dataclass(frozen=True)
class InterestKind:
    """One kind of interest. How it is found in papers, and what is said of that: digest.matching.kinds."""

    key: str  # as rows have it: at most 20 characters
    label: _StrOrPromise  # in a sentence
    # From what was typed, its white space single, to the value kept. Raises ValidationError, one sentence that says
    # what was expected.
    check: Callable[[str], str] = str
    takes_guard: bool = False  # whether categories may stand in brackets behind a value: it counts in those alone
    typed: Typed | None = None  # None: it is ticked or pasted, and the form has fields of its own for it
    is_pasted: bool = False


def parse(kind: str, text: str, *, wanted: bool = True) -> InterestSpec:
    """What was typed as an interest of that kind; raises ValidationError, one sentence that says what was expected."""
    record, value, guard = KINDS[kind], " ".join(text.split()), ""
    if record.takes_guard and (found := GUARDED.fullmatch(value)):
        value, guard = found["name"], found["guard"]
    checked = record.check(value)
    return InterestSpec(kind, checked, wanted, tuple(category(one) for one in re.split(r"[,;\s]+", guard) if one))


def choices() -> list[tuple[str, _StrOrPromise]]:
    """Of the column that keeps a kind; migrations name this function, so that a new kind needs none."""
    return [(kind.key, kind.label) for kind in KINDS.values()]


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def category(text: str) -> str:
    """As arXiv writes it, whatever the case: cs.CL, cond-mat.soft. Raises ValidationError."""
    if (found := identifiers.category(text)) and len(text) <= LONGEST:
        return found
    raise ValidationError(
        _("Enter an arXiv category like cs.CL: “%(found)s” is not one."), params={"found": _shown(text)}
    )


def list_of_categories(value: object) -> None:
    """What a guard may hold. Raises ValidationError."""
    if not (isinstance(value, list) and all(isinstance(one, str) and category(one) == one for one in value)):
        raise ValidationError(_('Expected a list of arXiv categories, like ["cs.CL"].'))


def author(text: str) -> str:
    """A name as printed, or an account: "huggingface:ada". Raises ValidationError."""
    if account := ACCOUNT.fullmatch(text):
        return f"huggingface:{account[1]}"
    if ADDRESS.search(text):
        raise ValidationError(EXPECTED_AUTHOR, params={"found": _shown(text)})
    return words(EXPECTED_AUTHOR)(text)


def words(expected: _StrOrPromise) -> Callable[[str], str]:
    """A check that lets through what has a word in it and at most LONGEST characters.

    `expected`: the sentence otherwise; %(found)s stands in it for the text, %(longest)d for LONGEST.
    """

    def check(text: str) -> str:
        if len(text) > LONGEST or not has_word(text):
            raise ValidationError(expected, params={"longest": LONGEST, "found": _shown(text)})
        return text

    return check


def _shown(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


EXPECTED_AUTHOR = _("Enter a name like Ada Quill or an account like huggingface:ada: “%(found)s” is neither.")

TOPIC = InterestKind("topic", _("topic"))
PHRASE = InterestKind(
    "phrase",
    _("phrase"),
    words(_("Enter a phrase that has a word in it and at most %(longest)d characters: “%(found)s” is not one.")),
    typed=Typed(
        "phrases", _("In your own words"), _("One phrase a line, like: sparse autoencoders"), _("Phrases, one a line")
    ),
)
PAPER = InterestKind("paper", _("paper"), is_pasted=True)
AUTHOR = InterestKind(
    "author",
    _("author"),
    author,
    takes_guard=True,
    typed=Typed(
        "authors",
        _("Authors"),
        _(
            "One name a line, as papers print it, or a Hugging Face account like huggingface:ada. If others share the "
            "name, add the categories in which it counts: Ada Quill (cs.CL, cs.LG)"
        ),
        _("Authors, one a line"),
    ),
)
ORGANISATION = InterestKind(
    "organisation",
    _("organisation"),
    words(_("Enter the name of an organisation, of at most %(longest)d characters: “%(found)s” is not one.")),
    typed=Typed(
        "organisations",
        _("Organisations"),
        _("One name a line, like: Harbour Institute"),
        _("Organisations, one a line"),
        is_short=True,
    ),
)
CATEGORY = InterestKind(
    "category",
    _("category"),
    category,
    typed=Typed(
        "categories",
        _("arXiv categories"),
        _("One a line, like: cs.CL"),
        _("arXiv categories, one a line"),
        is_short=True,
    ),
)
KINDS = {kind.key: kind for kind in (TOPIC, PHRASE, PAPER, AUTHOR, ORGANISATION, CATEGORY)}
