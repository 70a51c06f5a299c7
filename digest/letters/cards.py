"""A paper as letters show it: rendered, its styles written in and encoded once, whoever gets it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from digest.letters import wording
from papers import site_clock
from papers.models import Paper
from subscriptions import composing, mime
from subscriptions.models import Subscriber
from subscriptions.wrapping import wrapped

PAPER_FIELDS = (  # that a card shows: of what templates/mail/card.* name, any other column is its default
    *("key", "arxiv_id", "title", "abstract", "authors", "organisation"),
    *("urls", "ai_summary", "published_on", "listed_on", "votes", "comments", "on_hugging_face"),
)
HUGGING_FACE = "Hugging\u00a0Face"
INDENT = "  "  # of all that a letter's text says of a paper, but its title
SAID = ("reason", "late", "since", "lacked")  # of a paper in a letter's contents: why it is there, or is not
CARDS_KEPT = 5_000  # in memory, some 10 kB each: more papers than the letters of a day bring
REASONS_KEPT = 20_000


@dataclass(frozen=True)
class Card:
    """A paper as every letter shows it."""

    key: str
    title: str
    address: str  # of its page here
    html: SafeString
    heading: str  # its title, as a letter's text has it
    text: str
    links: tuple[tuple[str, str], ...]  # what it is, address
    place: str  # the end of each reader's own links that are about it
    says: tuple[str, str]  # title and abstract

    def shown(self, form: str, kind: str, reason: str, feedback: str) -> str:
        """As it stands in a letter's "html" or "txt"; `form`: "paper" or, in one line, "missed". `feedback`: the
        reader's link to say something of a paper, but its end."""
        context = {"card": self, "reason": reason, "feedback": feedback}
        return render_to_string(f"mail/{form}.{kind}", context)

    def encoded(self, form: str, kind: str, is_explained: bool) -> bytes:
        """The same, encoded, to be filled with the reader's "reason", if it comes with one, and "feedback" link.
        Raises UnicodeEncodeError."""
        if (found := self._encoded.get((form, kind, is_explained))) is None:
            reason = mime.mark("reason") if is_explained else ""
            shown = self.shown(form, kind, reason, mime.mark("feedback"))
            found = mime.form(composing.inlined_fragment(shown) if kind == "html" else shown)
            self._encoded[form, kind, is_explained] = found
        return found

    @cached_property
    def _encoded(self) -> dict[tuple[str, str, bool], bytes]:
        return {}


def cards_for(papers: Iterable[int], shows: str = Subscriber.Shows.SENTENCES) -> dict[int, Card]:
    """By the papers' keys; of those that are still here."""
    rows = Paper.objects.filter(pk__in=set(papers)).values_list("pk", *PAPER_FIELDS)
    site = settings.SITE_URL, settings.SITE_NAME, settings.HUGGINGFACE_AI_SUMMARIES, site_clock.now().year
    return {pk: _card(site, shows, *map(_hashable, values)) for pk, *values in rows}


def _hashable(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((name, _hashable(one)) for name, one in value.items())
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=CARDS_KEPT)
def _card(site: tuple[str, str, bool, int], shows: str, *values: Any) -> Card:
    """Found again for as long as nothing that it shows has changed, of the `site` its settings and its year."""
    paper = Paper(**dict(zip(PAPER_FIELDS, values, strict=True)))
    paper.urls, paper.ai_summary = dict(paper.urls), dict(paper.ai_summary)
    context = context_of(paper, site[0], shows, site[3]) | {"site_name": site[1]}
    return Card(
        key=paper.key,
        title=paper.title,
        address=context["paper_url"],
        html=render_to_string("mail/card.html", context),
        heading=wrapped(paper.title),
        text=wrapped(render_to_string("mail/card.txt", context).rstrip()),
        links=context["links"],
        place=f"{quote(paper.key, safe='/:')}/",
        says=(paper.title, paper.abstract),
    )


def context_of(paper: Paper, site_url: str, shows: str, this_year: int) -> dict[str, Any]:
    """Of mail/card.*. Where its votes and comments lead has no further link, and its page and its PDF stand for
    arXiv's. Nothing is said of what nobody did."""
    votes = ngettext("%(count)d\u00a0vote", "%(count)d\u00a0votes", paper.votes) % {"count": paper.votes}
    comments = ngettext("%(count)d\u00a0comment", "%(count)d\u00a0comments", paper.comments) % {
        "count": paper.comments
    }
    facts = [
        *(Fact(words, words) for words in (paper.byline, paper.organisation, paper.dated(this_year)) if words),
        *([Fact(f"▲\u00a0{paper.votes}", votes, paper.hugging_face_url)] if paper.votes else []),
        *([Fact(comments, comments, paper.comments_url)] if paper.comments else []),
        *(
            []
            if paper.votes or not paper.hugging_face_url
            else [Fact(HUGGING_FACE, HUGGING_FACE, paper.hugging_face_url)]
        ),
    ]
    shown_already = {one.address for one in facts} | {f"https://arxiv.org/abs/{paper.arxiv_id}"}
    return {
        "paper": paper,
        "paper_url": f"{site_url}{paper.get_absolute_url()}",
        "facts": facts,
        "links": tuple(one for one in paper.links if one[1] not in shown_already),
        "shows": shows,
    }


class Fact(NamedTuple):
    """What the line under a title says: in short, in words, and where that can be seen, if anywhere."""

    short: str
    words: str
    address: str = ""


# -------------------------------------------------------------------------------------------------- a part of a letter


@dataclass(frozen=True)
class Shown:
    """A paper in a letter, and why it is there, or nearly was."""

    card: Card
    reason: str
    feedback_url: str


class Part:
    """Papers under one heading of a letter, in Django's way and joined of what is encoded already."""

    def __init__(
        self, form: str, items: Iterable[Mapping[str, Any]], cards: Mapping[int, Card], feedback: str
    ) -> None:
        """`form`: the template of each. `items` as a letter's contents have them. `feedback`: the reader's link to say
        more or less, but its end."""
        here = [(cards[item["paper"]], item) for item in items if item["paper"] in cards]
        self.form, self._feedback = form, feedback
        self.cards = [card for card, _item in here]
        self._reasons = [
            _words(tuple((name, _hashable(item[name])) for name in SAID if name in item), card.says)
            for card, item in here
        ]

    def __len__(self) -> int:
        return len(self.cards)

    def __iter__(self) -> Iterator[Shown]:
        for card, reason in zip(self.cards, self._reasons, strict=True):
            yield Shown(card, reason, f"{self._feedback}{card.place}")

    @property
    def html(self) -> SafeString:
        return mark_safe("".join(one.card.shown(self.form, "html", one.reason, self._feedback) for one in self))  # noqa: S308  # Each was escaped.

    @property
    def text(self) -> str:
        return "".join(one.card.shown(self.form, "txt", one.reason, self._feedback) for one in self)

    def encoded(self, kind: str) -> bytes:
        """As "html" or "txt". Raises UnicodeEncodeError."""
        feedback = encoded_words(kind, self._feedback)
        return b"".join(
            card.encoded(self.form, kind, bool(reason)) % {b"reason": _encoded(kind, reason), b"feedback": feedback}
            for card, reason in zip(self.cards, self._reasons, strict=True)
        )


def encoded_words(kind: str, words: str) -> bytes:
    """A reader's own words or link, for "html" escaped. Raises UnicodeEncodeError."""
    return mime.quoted(escape(words) if kind == "html" else words)


@lru_cache(maxsize=REASONS_KEPT)
def _encoded(kind: str, reason: str) -> bytes:
    """Words that many readers get. In a letter's text their line has begun already."""
    return encoded_words(kind, wrapped(f"{INDENT}{reason}").removeprefix(INDENT) if kind == "txt" else reason)


@lru_cache(maxsize=REASONS_KEPT)
def _words(item: tuple[tuple[str, Any], ...], says: tuple[str, str]) -> str:
    """Why the same paper is there for the same reason, or is not, is worded once."""
    said = {name: dict(value) if isinstance(value, tuple) else value for name, value in item}
    return wording.nearly(said["lacked"]) if "lacked" in said else wording.reason(said, *says)
