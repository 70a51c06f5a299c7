"""Why a paper is in a letter, or is not, in words: from the codes and parameters that choosing wrote down."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from papers.text.phrases import Phrases
from papers.text.words import WORD, stems_of


def reason(item: Mapping[str, Any], title: str, abstract: str) -> str:
    """Why a paper is in the letter; empty for one that is there because it is trending. Whatever stands in quotation
    marks as the paper's words stands so in the paper."""
    found = item.get("reason")
    if found is None:
        return ""
    why = _phrase(found, title, abstract) if found["code"] == "phrase" else REASONS[found["code"]](found)
    return _("%(why)s (caught late: its votes have risen since)") % {"why": why} if item.get("late") else why


def lacked(found: Mapping[str, Any]) -> str:
    """What kept a paper out of a letter."""
    return LACKS[found["code"]](found)


def skipped(reason: str) -> str:
    """Why a letter was skipped."""
    return _(SKIPPED.get(reason, reason))


def _phrase(found: Mapping[str, Any], title: str, abstract: str) -> str:
    """The reader's phrase, as the paper writes it."""
    asked = found["phrase"]
    written = as_written(asked, title, abstract)
    if not written:
        return _apart(asked, title, abstract)
    if written.casefold() == asked.casefold():
        return _("says '%(phrase)s'") % {"phrase": written}
    return _("says '%(phrase)s' (you asked for %(asked)s)") % {"phrase": written, "asked": asked}


def as_written(phrase: str, title: str, abstract: str) -> str:
    """The paper's own words that are a reader's phrase; empty: they do not stand together. In any case, as choosing
    knows stems alone; but where a phrase stands in capitals as it was typed, those are quoted."""
    found = (matching.hits(title, abstract) for matching in _matching(phrase))
    return next((hits[0].phrase for hits in found if hits), "")


@lru_cache(maxsize=50)  # Each remembers all that it read.
def _matching(phrase: str) -> tuple[Phrases, Phrases]:
    return Phrases([(1, phrase)]), Phrases([(1, phrase)], any_case=True)


def _apart(phrase: str, title: str, abstract: str) -> str:
    """Of a paper that has the words of a phrase, but with other words or a comma between them."""
    said, asked = (set(stems_of(WORD.findall(text))) for text in (f"{title} {abstract}", phrase))
    if asked <= said:
        return _("says the words of %(phrase)s, not all of them together") % {"phrase": phrase}
    return _near({"to": phrase})


def _topic(found: Mapping[str, Any]) -> str:
    return _("matches %(topic)s: '%(phrase)s'") % {"topic": found["topic"], "phrase": found["phrase"]}


def _near(found: Mapping[str, Any]) -> str:
    return _("close in meaning to %(to)s") % {"to": found["to"]}


def _like(found: Mapping[str, Any]) -> str:
    return _("like your paper “%(title)s”") % {"title": found["title"]}


def _author(found: Mapping[str, Any]) -> str:
    return _("by %(author)s, whom you follow") % {"author": found["author"].removeprefix("huggingface:")}


def _organisation(found: Mapping[str, Any]) -> str:
    return _("from %(organisation)s, which you follow") % {"organisation": found["organisation"]}


def _category(found: Mapping[str, Any]) -> str:
    return _("in %(category)s") % {"category": found["category"]}


def _bar(found: Mapping[str, Any]) -> str:
    return _("below your bar: %(score).2f < %(bar).2f") % {"score": found["score"], "bar": found["bar"]}


def _cap(found: Mapping[str, Any]) -> str:
    return _("there was no place left in a letter of %(cap)d") % {"cap": found["cap"]} if "cap" in found else _full({})


def _full(found: Mapping[str, Any]) -> str:
    return _("there was no place left")


def _same(found: Mapping[str, Any]) -> str:
    return _("it says the same as another paper of the letter")


def _unwanted(found: Mapping[str, Any]) -> str:
    return _("muted by you: %(name)s") % {"name": found["name"].removeprefix("huggingface:")}


REASONS = {
    "topic": _topic,
    "near": _near,
    "like": _like,
    "author": _author,
    "organisation": _organisation,
    "category": _category,
}
SKIPPED = {
    "paused": gettext_noop("letters were paused"),
    "too late": gettext_noop("the site was not running at your hour, and long after it"),
    "nothing new": gettext_noop("there was nothing new"),
    "its papers are gone": gettext_noop("its papers were gone"),
}
LACKS = {"bar": _bar, "cap": _cap, "same": _same, "unwanted": _unwanted}
