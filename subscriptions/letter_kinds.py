"""Kinds of letters: a record each, beside what composes it and named in settings.LETTERS, read by all who treat one
kind of letter differently from others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class LetterKind:
    """By default a transactional letter that a reader has asked for and waits for."""

    # Of letters and the moment each one's Draft or Skip (composing.py), by the letter's pk.
    compose: Callable[[Sequence[Any], datetime], Mapping[int, Any]]
    is_awaited: bool = True  # A person waits for it: it goes before all that nobody waits for.
    is_list_mail: bool = False  # It comes by subscription: it carries the headers to leave by, List-Unsubscribe first.
    asks_to_confirm: bool = False  # It goes to those who have not confirmed,
    says_goodbye: bool = False  # or to a reader who has left; any other kind only to readers who stay.
    # The letters that the gallery shows of this kind: which each is, and the fields of its row; None: one that needs
    # none. Called with a reader of the gallery's own and the moment, and may write rows, as they are taken back.
    samples: Callable[[Any, datetime], Mapping[str, Mapping[str, Any]]] | None = None
    site_address: str = ""  # the setting that holds its address, of a letter from the site to itself


def of(name: str) -> LetterKind:
    return cast(LetterKind, import_string(settings.LETTERS[name]))


def names(which: Callable[[LetterKind], bool]) -> list[str]:
    return [name for name in settings.LETTERS if which(of(name))]
