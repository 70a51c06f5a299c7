"""A paper as letters show it: rendered, its styles written in and encoded once, whoever gets it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from digest.letters import wording
from papers.models import Paper
from subscriptions import composing, mime
from subscriptions.models import Subscriber

PAPER_FIELDS = (  # that a card shows: of what templates/mail/card.* name, any other column is its default
    *("key", "arxiv_id", "title", "abstract", "authors", "organisation"),
    *("urls", "ai_summary", "published_on", "votes", "comments", "on_hugging_face"),
)
CARDS_KEPT = 5_000  # in memory, some 10 kB each: more papers than the letters of a day bring
REASONS_KEPT = 20_000


@dataclass(frozen=True)
class Card:
    """A paper as every letter shows it."""

    key: str
    title: str
    html: SafeString
    text: str
    links: tuple[tuple[str, str], ...]  # what it is, address; without the one that its votes lead to
    place: str  # the end of each reader's own links that are about it
    says: tuple[str, str]  # title and abstract

    def shown(self, kind: str, reason: str, feedback_url: str) -> str:
        """As it stands in a letter's "html" or "txt"."""
        return render_to_string(f"mail/paper.{kind}", {"card": self, "reason": reason, "feedback_url": feedback_url})

    @cached_property
    def forms(self) -> Mapping[tuple[str, bool], bytes]:
        """The same, encoded, to be filled with the reader's "reason", if it comes with one, and "feedback" link.
        Raises UnicodeEncodeError."""
        forms = {}
        for kind in ("html", "txt"):
            for reason in (mime.mark("reason"), ""):
                shown = self.shown(kind, reason, f"{mime.mark('feedback')}{self.place}")
                forms[kind, bool(reason)] = mime.form(composing.inlined_fragment(shown) if kind == "html" else shown)
        return forms


def cards_for(papers: Iterable[int], shows: str = Subscriber.Shows.SENTENCES) -> dict[int, Card]:
    """By the papers' keys; of those that are still here."""
    rows = Paper.objects.filter(pk__in=set(papers)).values_list("pk", *PAPER_FIELDS)
    site = settings.SITE_URL, settings.HUGGINGFACE_AI_SUMMARIES
    return {pk: _card(site, shows, *map(_hashable, values)) for pk, *values in rows}


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else tuple(value.items()) if isinstance(value, dict) else value


@lru_cache(maxsize=CARDS_KEPT)
def _card(site: tuple[str, bool], shows: str, *values: Any) -> Card:
    """Found again for as long as nothing that it shows has changed, of the `site` its settings."""
    paper = Paper(**dict(zip(PAPER_FIELDS, values, strict=True)))
    paper.urls, paper.ai_summary = dict(paper.urls), dict(paper.ai_summary)
    context = {"paper": paper, "paper_url": f"{site[0]}{paper.get_absolute_url()}", "shows": shows}
    return Card(
        key=paper.key,
        title=paper.title,
        html=render_to_string("mail/card.html", context),
        text=render_to_string("mail/card.txt", context).strip(),
        links=tuple(one for one in paper.links if not (paper.votes and one[1] == paper.hugging_face_url)),
        place=f"{quote(paper.key, safe='/:')}/",
        says=(paper.title, paper.abstract),
    )


# -------------------------------------------------------------------------------------------------- a part of a letter


@dataclass(frozen=True)
class Shown:
    """A paper in a letter, and why it is there; nothing is said of what is merely trending."""

    card: Card
    reason: str
    feedback_url: str


class Part:
    """Papers under one heading of a letter, in Django's way and joined of what is encoded already."""

    def __init__(self, items: Iterable[Mapping[str, Any]], cards: Mapping[int, Card], feedback: str) -> None:
        """`items` as a letter's contents have them; `feedback`: the reader's link to say more or less, but its end."""
        here = [(cards[item["paper"]], item) for item in items if item["paper"] in cards]
        self.cards = [card for card, _item in here]
        self._reasons = [
            _reason(tuple(item["reason"].items()), bool(item.get("late")), card.says) if "reason" in item else ""
            for card, item in here
        ]
        self._feedback = feedback

    def __len__(self) -> int:
        return len(self.cards)

    def __iter__(self) -> Iterator[Shown]:
        for card, reason in zip(self.cards, self._reasons, strict=True):
            yield Shown(card, reason, f"{self._feedback}{card.place}")

    @property
    def html(self) -> SafeString:
        return mark_safe("".join(one.card.shown("html", one.reason, one.feedback_url) for one in self))  # noqa: S308  # Each was escaped.

    @property
    def text(self) -> str:
        return "".join(one.card.shown("txt", one.reason, one.feedback_url) for one in self)

    def encoded(self, kind: str) -> bytes:
        """As "html" or "txt". Raises UnicodeEncodeError."""
        feedback = encoded_words(kind, self._feedback)
        return b"".join(
            card.forms[kind, bool(reason)] % {b"reason": _encoded(kind, reason), b"feedback": feedback}
            for card, reason in zip(self.cards, self._reasons, strict=True)
        )


def encoded_words(kind: str, words: str) -> bytes:
    """A reader's own words or link, for "html" escaped. Raises UnicodeEncodeError."""
    return mime.quoted(escape(words) if kind == "html" else words)


_encoded = lru_cache(maxsize=REASONS_KEPT)(encoded_words)  # for words that many readers get


@lru_cache(maxsize=REASONS_KEPT)
def _reason(found: tuple[tuple[str, Any], ...], late: bool, says: tuple[str, str]) -> str:
    """The same reason of the same paper is worded once."""
    return wording.reason({"reason": dict(found), "late": late}, *says)
