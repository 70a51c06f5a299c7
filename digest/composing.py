"""Digests to letters: a paper's card is rendered once for all its readers, and joined into each one's letter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from digest import gathering, planning
from papers.models import Paper
from subscriptions import letters as writing
from subscriptions.letters import Composed, Skip, reader_of
from subscriptions.models import Letter, Subscriber


@dataclass(frozen=True)
class Card:
    """A paper as every letter shows it."""

    title: str
    html: SafeString
    text: str


def digest(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    return _compose(letters, now, lambda letter: {"slot": date.fromisoformat(letter.key)})


def welcome(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """The best of the last seven days. Chosen here, not at planning, so that confirming is quick."""
    _choose_welcomes([letter for letter in letters if not letter.contents], now)
    return _compose(letters, now, lambda letter: {"next_letter": reader_of(letter).next_letter_at(now)})


@transaction.atomic
def _choose_welcomes(letters: Sequence[Letter], now: datetime) -> None:
    """Once chosen, a letter's papers stay, however often it must be written."""
    if not letters:
        return
    # Locked, so that no tick chooses the same papers for the same reader at this moment.
    list(Subscriber.objects.select_for_update().filter(letters__in=letters).order_by("pk"))
    readers, names = [reader_of(letter) for letter in letters], gathering.topic_names()
    chosen = planning.choose(readers, now, gathering.trending(now), after={})
    for letter, choice in zip(letters, chosen, strict=True):
        letter.contents = choice.contents(names)
    Letter.objects.bulk_update(letters, ["contents"])
    planning.give(letters)


def _compose(letters: Sequence[Letter], now: datetime, own: Any) -> dict[int, Composed]:
    papers = Paper.objects.filter(pk__in={item["paper"] for letter in letters for item in _items(letter)})
    cards = {paper.pk: card(paper) for paper in papers}
    sample = Paper.objects.samples().exists()
    return {letter.pk: _one(letter, cards, {"sample": sample, **own(letter)}, now) for letter in letters}


def _one(letter: Letter, cards: Mapping[int, Card], context: Mapping[str, Any], now: datetime) -> Composed:
    for_you = _shown(letter.contents.get("for_you", ()), cards)
    trending = _shown(letter.contents.get("trending", ()), cards)
    if letter.kind == "digest" and not (for_you or trending):
        return Skip("its papers are gone")
    return writing.write(
        letter,
        {"for_you": for_you, "trending": trending, "papers": [*for_you, *trending], **context},
        now,
    )


def _items(letter: Letter) -> list[dict[str, Any]]:
    return [*letter.contents.get("for_you", ()), *letter.contents.get("trending", ())]


def _shown(items: Iterable[Mapping[str, Any]], cards: Mapping[int, Card]) -> list[dict[str, Any]]:
    return [{"card": cards[item["paper"]], "reason": reason(item)} for item in items if item["paper"] in cards]


def card(paper: Paper) -> Card:
    context = {"paper": paper, "paper_url": f"{settings.SITE_URL}{paper.get_absolute_url()}"}
    return Card(
        title=paper.title,
        html=render_to_string("mail/card.html", context),
        text=render_to_string("mail/card.txt", context).strip(),
    )


def reason(item: Mapping[str, Any]) -> str:
    """Why a paper is in the letter, in words. The phrase is as it stands in the paper."""
    found = item.get("reason")
    if found is None:
        return ""
    return _("matches %(topic)s: '%(phrase)s'") % {"topic": found["topic"], "phrase": found["phrase"]}
