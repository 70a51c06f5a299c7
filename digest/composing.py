"""Digests to letters: a paper's card is rendered once for all its readers, and joined into each one's letter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from digest import gathering, planning, wording
from papers import understanding
from papers.models import Paper
from subscriptions import letters as writing
from subscriptions import links
from subscriptions.letters import Composed, Skip, reader_of
from subscriptions.links import Purpose
from subscriptions.models import Letter, Subscriber


@dataclass(frozen=True)
class Card:
    """A paper as every letter shows it."""

    key: str
    title: str
    html: SafeString
    text: str
    place: str  # the end of each reader's own links that are about it
    says: tuple[str, str]  # title and abstract


def digest(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    return _compose(letters, now, lambda letter: {"slot": date.fromisoformat(letter.key)})


def welcome(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """The best of the last seven days. Chosen here, not at planning, so that confirming is quick."""
    understanding.give_all_terms()  # as in planning
    _choose_welcomes([letter for letter in letters if not letter.contents], now)
    return _compose(letters, now, lambda letter: {"next_letter": reader_of(letter).next_letter_at(now)})


@transaction.atomic
def _choose_welcomes(letters: Sequence[Letter], now: datetime) -> None:
    """Once chosen, a letter's papers stay, however often it must be written."""
    if not letters:
        return
    # Locked, so that no tick chooses the same papers for the same reader at this moment.
    list(Subscriber.objects.select_for_update().filter(letters__in=letters).order_by("pk"))
    readers = [reader_of(letter) for letter in letters]
    chosen = planning.choose(readers, now, gathering.trending(now), after={})
    for letter, choice in zip(letters, chosen, strict=True):
        letter.contents = choice.contents()
    Letter.objects.bulk_update(letters, ["contents"])
    planning.give(letters)


def _compose(letters: Sequence[Letter], now: datetime, own: Any) -> dict[int, Composed]:
    cards = cards_of(letters)
    sample = Paper.objects.samples().exists()
    return {letter.pk: _one(letter, cards, {"sample": sample, **own(letter)}, now) for letter in letters}


def cards_of(letters: Iterable[Letter]) -> dict[int, Card]:
    """Of every paper in these letters, by its key."""
    papers = Paper.objects.filter(pk__in={item["paper"] for letter in letters for item in _items(letter)})
    return {paper.pk: card(paper) for paper in papers}


def _one(letter: Letter, cards: Mapping[int, Card], context: Mapping[str, Any], now: datetime) -> Composed:
    shown = parts(letter, cards)
    if letter.kind == "digest" and not shown["papers"]:
        return Skip("its papers are gone")
    return writing.write(letter, {**shown, **context}, now)


def parts(letter: Letter, cards: Mapping[int, Card]) -> dict[str, list[dict[str, Any]]]:
    """What the letter shows, in both parts and together."""
    feedback = links.make(reader_of(letter), Purpose.FEEDBACK)  # Signed once, whatever the number of papers.
    for_you = _shown(letter.contents.get("for_you", ()), cards, feedback)
    trending = _shown(letter.contents.get("trending", ()), cards, feedback)
    return {"for_you": for_you, "trending": trending, "papers": [*for_you, *trending]}


def _items(letter: Letter) -> list[dict[str, Any]]:
    return [*letter.contents.get("for_you", ()), *letter.contents.get("trending", ())]


def _shown(items: Iterable[Mapping[str, Any]], cards: Mapping[int, Card], feedback: str) -> list[dict[str, Any]]:
    return [
        {"card": card, "reason": wording.reason(item, *card.says), "feedback_url": f"{feedback}{card.place}"}
        for item in items
        if (card := cards.get(item["paper"]))
    ]


def card(paper: Paper) -> Card:
    context = {"paper": paper, "paper_url": f"{settings.SITE_URL}{paper.get_absolute_url()}"}
    return Card(
        key=paper.key,
        title=paper.title,
        html=render_to_string("mail/card.html", context),
        text=render_to_string("mail/card.txt", context).strip(),
        place=f"{quote(paper.key, safe='/:')}/",
        says=(paper.title, paper.abstract),
    )
