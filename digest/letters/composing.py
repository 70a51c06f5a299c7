"""Digests to letters: what is the same for many is rendered and encoded once, and joined into each one's letter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.db import transaction

from digest.letters import ledger, planning
from digest.letters.cards import Card, Part, cards_for, encoded_words
from digest.matching.gathering import Edition
from papers.models import Paper
from papers.search import understanding
from subscriptions import letters as writing
from subscriptions import links, mime
from subscriptions.letter_kinds import LetterKind
from subscriptions.letters import BadLetter, Composed, Plain, Skip, reader_of
from subscriptions.links import Purpose
from subscriptions.models import Letter, Subscriber

Frame = tuple[tuple[str, Any], ...]  # what letters.frame() has, fit to be a key


def digest(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    cards, sample = cards_of(letters), Paper.objects.samples().exists()
    frame = tuple(writing.frame().items())
    return {letter.pk: _digest(letter, parts(letter, cards), frame, sample, now) for letter in letters}


def welcome(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """The best of the last seven days. Chosen here, not at planning, so that confirming is quick."""
    understanding.give_all_terms()  # as in planning
    _choose_welcomes([letter for letter in letters if not letter.contents], now)
    cards, sample = cards_of(letters), Paper.objects.samples().exists()
    return {letter.pk: _welcome(letter, parts(letter, cards), sample, now) for letter in letters}


@transaction.atomic
def _choose_welcomes(letters: Sequence[Letter], now: datetime) -> None:
    """Once chosen, a letter's papers stay, however often it must be written."""
    if not letters:
        return
    # Locked, so that no tick chooses the same papers for the same reader at this moment.
    list(Subscriber.objects.select_for_update().filter(letters__in=letters).order_by("pk"))
    readers = [reader_of(letter) for letter in letters]
    chosen = planning.choose(readers, Edition.at(now), after={})
    for letter, choice in zip(letters, chosen, strict=True):
        letter.contents = choice.contents()
    Letter.objects.bulk_update(letters, ["contents"])
    ledger.give(letters)


class Parts(NamedTuple):
    """What a letter shows, under its two headings."""

    for_you: Part
    trending: Part

    @property
    def cards(self) -> list[Card]:
        return [*self.for_you.cards, *self.trending.cards]


def parts(letter: Letter, cards: Mapping[int, Card]) -> Parts:
    feedback = links.make(reader_of(letter), Purpose.FEEDBACK)  # Signed once, whatever the number of papers.
    return Parts(*(Part(letter.contents.get(name, ()), cards, feedback) for name in Parts._fields))


def cards_of(letters: Iterable[Letter]) -> dict[int, Card]:
    return cards_for(
        item["paper"] for letter in letters for name in Parts._fields for item in letter.contents.get(name, ())
    )


def _context(shown: Parts, sample: bool) -> dict[str, Any]:
    return {**shown._asdict(), "cards": shown.cards, "sample": sample}


def _welcome(letter: Letter, shown: Parts, sample: bool, now: datetime) -> Composed:
    context = {**_context(shown, sample), "next_letter": reader_of(letter).next_letter_at(now)}
    return writing.plain(letter, context, now)


def _digest(letter: Letter, shown: Parts, frame: Frame, sample: bool, now: datetime) -> Composed:
    if not shown.cards:
        return Skip("its papers are gone")
    return Digest(letter, shown, frame, sample, now)


WELCOME = LetterKind(welcome, is_list_mail=True)
DIGEST = LetterKind(digest, is_awaited=False, is_list_mail=True)

# -------------------------------------------------------------------------------------------------------- joined bytes


@dataclass(frozen=True)
class Digest:
    """A digest, composed when it is asked for: for mail servers joined of pieces, else by its templates."""

    letter: Letter
    shown: Parts
    frame: Frame
    sample: bool
    now: datetime

    def message(self) -> EmailMultiAlternatives:
        return self._plain().message()

    def content(self) -> bytes:
        if not mime.SIMPLE_ADDRESS.fullmatch(writing.address_of(self.letter)):
            return self._plain().content()
        try:
            return self._joined()
        except (BadHeaderError, UnicodeError, ValueError) as error:
            raise BadLetter(f"The letter could not be built: {type(error).__name__}.") from error

    def _plain(self) -> Plain:
        context = {**_context(self.shown, self.sample), "slot": date.fromisoformat(self.letter.key)}
        return writing.plain(self.letter, context, self.now)

    def _joined(self) -> bytes:
        links_to = writing.own_links(reader_of(self.letter))
        subject = _subject(self.shown.cards[0].title, len(self.shown.cards), self.sample, settings.SITE_NAME)
        headers = writing.headers(self.letter, self.now, links_to["unsubscribe_url"])
        named = {"Subject": subject, "From": settings.DEFAULT_FROM_EMAIL, "To": writing.address_of(self.letter)}
        head = b"".join(mime.header(*one) for one in (named | headers).items())
        text, html = (self._body(kind, {**links_to, "subject": subject}) for kind in ("txt", "html"))
        return mime.multipart(head, text, html)

    def _body(self, kind: str, words: Mapping[str, str]) -> bytes:
        shown = self.shown
        around = _around(kind, self.letter.key, *map(bool, shown), self.sample, self.frame)
        own = {name.encode(): encoded_words(kind, word) for name, word in words.items()}
        papers = {b"for_you": shown.for_you.encoded(kind), b"trending": shown.trending.encoded(kind)}
        return around % (own | papers)


@lru_cache(maxsize=5_000)
def _subject(title: str, papers: int, sample: bool, site_name: str) -> str:
    card = SimpleNamespace(title=title)
    return writing.subject("digest", {"cards": [card] * papers, "sample": sample, "site_name": site_name})


@lru_cache(maxsize=200)
def _around(kind: str, slot: str, for_you: bool, trending: bool, sample: bool, frame: Frame) -> bytes:
    """All of a digest's "html" or "txt" but what is its reader's own, encoded, to be filled."""
    papers = {
        name: SimpleNamespace(html=mime.mark(name), text=mime.mark(name)) if there else None
        for name, there in (("for_you", for_you), ("trending", trending))
    }
    own = {name: mime.mark(name) for name in ("subject", "manage_url", "unsubscribe_url")}
    context = {**dict(frame), **own, **papers, "sample": sample, "slot": date.fromisoformat(slot)}
    return mime.form(writing.html("digest", context) if kind == "html" else writing.text("digest", context))
