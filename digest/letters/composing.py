"""Digests to letters: what is the same for many is rendered and encoded once, and joined into each one's letter."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.db import transaction
from django.utils.translation import gettext as _

from digest.letters import ledger, planning, samples, special
from digest.letters.cards import Card, Part, cards_for, encoded_words
from digest.letters.special import Special
from papers.models import Paper
from papers.search import understanding
from subscriptions import composing, links, mime
from subscriptions.composing import BadLetter, Composed, Plain, Skip, reader_of
from subscriptions.headers import headers, sender_of
from subscriptions.letter_kinds import LetterKind
from subscriptions.links import Purpose
from subscriptions.models import Letter, Subscriber

TITLES_BEFORE_OPENING = 4
JUST_MISSED = ("bar", "cap")  # what a paper lacked that nearly came
OWN = ("subject", "counted", "preheader", "manage_url", "unsubscribe_url", "web_copy_url")  # around a digest's papers
Frame = tuple[tuple[str, Any], ...]  # what subscriptions.composing.frame() has, fit to be a key


def digest(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    cards, sample = cards_of(letters), Paper.objects.samples().exists()
    frame, lines = tuple(composing.frame().items()), special.of(letters)
    composed: dict[int, Composed] = {}
    for letter in letters:
        shown, line = parts(letter, cards), lines.get(letter.pk)
        draft = Digest(letter, shown, line, frame, sample, now)
        composed[letter.pk] = draft if shown.cards else Skip("its papers are gone")
    return composed


def welcome(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """The best of the last seven days, or of the latest there are. Chosen here, not at planning, so that confirming is
    quick; once chosen, a letter's papers stay, however often it must be written."""
    understanding.give_all_terms()  # as in planning
    if new := [letter for letter in letters if not letter.contents]:
        with transaction.atomic():
            # Locked, so that no tick chooses the same papers for the same reader at this moment.
            list(Subscriber.objects.select_for_update().filter(letters__in=new).order_by("pk"))
            edition, line = special.first(now)
            choices = planning.choose([reader_of(letter) for letter in new], edition, after={})
            for letter, choice in zip(new, choices, strict=True):
                letter.contents = choice.contents(edition.since(None).reasons) | line
            Letter.objects.bulk_update(new, ["contents"])
            ledger.give(new)
    cards, sample, is_empty = cards_of(letters), Paper.objects.samples().exists(), not Paper.objects.exists()
    lines = special.of(letters)
    composed: dict[int, Composed] = {}
    for letter in letters:
        shown = parts(letter, cards)
        own = {
            "next_letter": reader_of(letter).next_letter_at(now),
            "is_empty": is_empty,
            "special": lines.get(letter.pk),
            "web_copy_url": web_copy_url(letter) if shown.cards else "",
        }
        composed[letter.pk] = composing.plain(letter, shown.context(sample) | own, now)
    return composed


class Parts(NamedTuple):
    """What a letter shows, under its headings."""

    for_you: Part
    trending: Part
    missed: Part

    @property
    def cards(self) -> list[Card]:
        """Of the papers that came."""
        return [*self.for_you.cards, *self.trending.cards]

    @property
    def counted(self) -> str:
        """How many papers stand under each heading, such as: 7 for you, 3 trending."""
        counts = (_("%(count)d for you"), len(self.for_you)), (_("%(count)d trending"), len(self.trending))
        return ", ".join(words % {"count": count} for words, count in counts if count)

    @property
    def words(self) -> dict[str, str]:
        """What a digest says of its papers in one line, and what an inbox shows of it beside its subject, which names
        the first paper: the next ones."""
        titles = "; ".join(card.title for card in self.cards[1:TITLES_BEFORE_OPENING])
        return {"counted": self.counted, "preheader": f"{self.counted}: {titles}" if titles else self.counted}

    def context(self, sample: bool) -> dict[str, Any]:
        """For templates."""
        return {**self._asdict(), **self.words, "cards": self.cards, "sample": sample}


def parts(letter: Letter, cards: Mapping[str, Mapping[int, Card]]) -> Parts:
    reader = reader_of(letter)
    feedback = links.make(reader, Purpose.FEEDBACK)  # Signed once, whatever the number of papers.
    return Parts(
        *(Part(form, items, cards[reader.shows], feedback) for form, items in _items(letter.contents).values())
    )


def _items(contents: Mapping[str, Any]) -> dict[str, tuple[str, Sequence[Mapping[str, Any]]]]:
    """By the names of Parts: the form in which its papers are shown, and what the letter's contents say of them. What
    a reader muted, or what says the same as another paper, did not just miss."""
    missed = [item for item in contents.get("near_misses", ()) if item["lacked"]["code"] in JUST_MISSED]
    came = {name: ("paper", contents.get(name, ())) for name in ("for_you", "trending")}
    return came | {"missed": ("missed", missed)}


def web_copy_url(letter: Letter) -> str:
    """The letter's page of its own; empty for one that is in no table, such as a preview."""
    return links.make(reader_of(letter), Purpose.WEB_COPY, letter.pk) if letter.pk else ""


def cards_of(letters: Iterable[Letter]) -> dict[str, dict[int, Card]]:
    """The cards of these letters' papers, by what their readers want to be shown, and by the papers' keys."""
    papers: dict[str, set[int]] = defaultdict(set)
    for letter in letters:
        items = (item for _form, some in _items(letter.contents).values() for item in some)
        papers[reader_of(letter).shows].update(item["paper"] for item in items)
    return {shows: cards_for(some, shows) for shows, some in papers.items()}


WELCOME = LetterKind(welcome, is_list_mail=True, samples=samples.welcome)
DIGEST = LetterKind(digest, is_awaited=False, is_list_mail=True, samples=samples.digest)

# -------------------------------------------------------------------------------------------------------- joined bytes


@dataclass(frozen=True)
class Digest:
    """A digest, composed when it is asked for: for mail servers joined of pieces, else by its templates."""

    letter: Letter
    shown: Parts
    special: Special | None
    frame: Frame
    sample: bool
    now: datetime

    def message(self) -> EmailMultiAlternatives:
        return self._plain().message()

    def content(self) -> bytes:
        address = composing.address_of(self.letter)
        if not (mime.SIMPLE_ADDRESS.fullmatch(address) and self.letter.pk):
            return self._plain().content()
        try:
            links_to = composing.own_links(reader_of(self.letter)) | {"web_copy_url": web_copy_url(self.letter)}
            subject = _subject(self.shown.cards[0].title, len(self.shown.cards), self.sample, settings.SITE_NAME)
            named = {"Subject": subject, "From": sender_of(self.letter), "To": address}
            given = named | headers(self.letter, self.now, links_to["unsubscribe_url"])
            head = b"".join(mime.header(*one) for one in given.items())
            text, html = (
                self._body(kind, {**links_to, **self.shown.words, "subject": subject}) for kind in ("txt", "html")
            )
            return mime.multipart(head, text, html)
        except (BadHeaderError, UnicodeError, ValueError) as error:
            raise BadLetter(f"The letter could not be built: {type(error).__name__}.") from error

    def _plain(self) -> Plain:
        own = {
            "slot": date.fromisoformat(self.letter.key),
            "special": self.special,
            "web_copy_url": web_copy_url(self.letter),
        }
        return composing.plain(self.letter, self.shown.context(self.sample) | own, self.now)

    def _body(self, kind: str, words: Mapping[str, str]) -> bytes:
        shown = self.shown
        around = _around(kind, self.letter.key, tuple(map(bool, (*shown, self.special))), self.sample, self.frame)
        own = {name.encode(): encoded_words(kind, word) for name, word in words.items()}
        papers = {name.encode(): part.encoded(kind) for name, part in shown._asdict().items()}
        line = {b"special": self.special.encoded(kind)} if self.special else {}
        return around % (own | papers | line)


@lru_cache(maxsize=5_000)
def _subject(title: str, papers: int, sample: bool, site_name: str) -> str:
    card = SimpleNamespace(title=title)
    return composing.subject("digest", {"cards": [card] * papers, "sample": sample, "site_name": site_name})


@lru_cache(maxsize=200)
def _around(kind: str, slot: str, there: tuple[bool, ...], sample: bool, frame: Frame) -> bytes:
    """All of a digest's "html" or "txt" but what is its reader's own, encoded, to be filled. `there`: whether it has
    each of Parts, and a special line."""
    papers = {
        name: SimpleNamespace(html=mime.mark(name), text=mime.mark(name)) if is_there else None
        for name, is_there in zip((*Parts._fields, "special"), there, strict=True)
    }
    own = {name: mime.mark(name) for name in OWN}
    context = {**dict(frame), **own, **papers, "sample": sample, "slot": date.fromisoformat(slot)}
    return mime.form(composing.html("digest", context) if kind == "html" else composing.text("digest", context))
