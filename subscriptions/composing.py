"""Every letter: its frame, its guard; and the letters of this room. Its headers are in headers.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import getaddresses
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import css_inline
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from papers.models import Paper
from papers.sources import SOURCES
from subscriptions import letter_kinds, links, mime, signing_up
from subscriptions.headers import headers, one_line, sender_of
from subscriptions.letter_kinds import LetterKind
from subscriptions.links import Purpose
from subscriptions.models import Letter, Subscriber
from subscriptions.wrapping import wrapped


class BadLetter(Exception):
    """A letter that must not leave: its text says why, and never shows the address."""


class Skip(str):
    """What a composer gives instead of a message when there is nothing to send: the reason, in a few words."""


class Draft(Protocol):
    """A letter that is composed and not yet sent. It is had in two forms that say the same; asking for either raises
    BadLetter unless it is a well-formed letter to its reader and to nobody else."""

    def message(self) -> EmailMultiAlternatives:
        """For a provider that Anymail knows."""

    def content(self) -> bytes:
        """For a mail server or a file: as subscriptions.mime has it."""


@dataclass(frozen=True)
class Plain:
    """A draft in Django's own form. What is joined from pieces must say what this says."""

    built: EmailMultiAlternatives
    address: str

    def message(self) -> EmailMultiAlternatives:
        guard(self.built, self.address)
        return self.built

    def content(self) -> bytes:
        """Seven bits everywhere, whatever Django's own form has: a server on the way that takes no more would encode
        it anew, and break its signature."""
        built = self.message().message()
        if not self.built.alternatives:  # as in none of ours
            return mime.stuffed(built.as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's takes it
        named = ((name, str(value)) for name, value in built.items() if name not in mime.OF_STRUCTURE)
        head = b"".join(mime.encoded_header(name, value) for name, value in named)
        (page, _kind), *_ = self.built.alternatives
        return mime.multipart(head, mime.quoted(str(self.built.body)), mime.quoted(str(page)))


Composed = Draft | Skip


def plain(letter: Letter, context: Mapping[str, Any], now: datetime) -> Plain:
    return Plain(write(letter, context, now), address_of(letter))


def write(letter: Letter, context: Mapping[str, Any], now: datetime) -> EmailMultiAlternatives:
    """The finished message, unsent: subject.txt, body.txt and body.html of templates/mail/<kind>, in the frame."""
    reader = reader_of(letter) if letter_kinds.of(letter.kind).is_list_mail else letter.subscriber
    own = own_links(reader) if reader else {}
    framed = {**frame(), **own, "reader": reader, **context}
    framed["subject"] = subject(letter.kind, framed)
    message = EmailMultiAlternatives(
        subject=framed["subject"],
        body=text(letter.kind, framed),
        from_email=sender_of(letter),
        to=[address_of(letter)],
        headers=headers(letter, now, own.get("unsubscribe_url", "")),
    )
    message.attach_alternative(html(letter.kind, framed), "text/html")
    return message


def subject(kind: str, context: Mapping[str, Any]) -> str:
    return one_line(render_to_string(f"mail/{kind}/subject.txt", dict(context)))


def text(kind: str, context: Mapping[str, Any]) -> str:
    return wrapped(render_to_string(f"mail/{kind}/body.txt", dict(context)).strip()) + "\n"


def html(kind: str, context: Mapping[str, Any]) -> str:
    return _inliner().inline(render_to_string(f"mail/{kind}/body.html", dict(context)))


def frame() -> dict[str, Any]:
    """What every letter shows around its own words; those to a reader have own_links() as well."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "privacy_url": settings.SITE_URL + reverse("privacy"),
        "postal_address": settings.SITE_POSTAL_ADDRESS,
        "credits": tuple(source.credit for source in SOURCES.values() if source.credit),
    }


def own_links(reader: Subscriber) -> dict[str, str]:
    return {
        "manage_url": links.make(reader, Purpose.MANAGE),
        "unsubscribe_url": links.make(reader, Purpose.UNSUBSCRIBE),
    }


def guard(message: EmailMultiAlternatives, address: str) -> None:
    """Raise BadLetter unless this is a well-formed letter to this address and to nobody else, whatever sends it."""
    try:
        built = message.message()
    except (BadHeaderError, UnicodeError, ValueError) as error:
        raise BadLetter(f"The letter could not be built: {type(error).__name__}.") from error
    named = [str(value) for name in ("To", "Cc", "Bcc") for value in built.get_all(name, [])]
    if [found for _name, found in getaddresses(named)] != [address] or message.recipients() != [address]:
        raise BadLetter("Expected exactly one recipient, the letter's own.")


def address_of(letter: Letter) -> str:
    """Where the letter goes: to its reader, to where its reader wants letters to go, or without one to where the site
    writes to itself."""
    if letter.subscriber:
        return letter.new_address or letter.subscriber.address
    return str(getattr(settings, letter_kinds.of(letter.kind).site_address))


def reader_of(letter: Letter) -> Subscriber:
    if letter.subscriber is None:
        raise BadLetter("Expected a letter to a reader.")
    return letter.subscriber


def inlined_fragment(shown: str) -> str:
    """A part of a letter's HTML, with its styles. Mail programs drop style sheets, so every rule is also written into
    the elements that it fits."""
    return _inliner().inline_fragment(shown, _style_sheet())


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        extra_css=_style_sheet(), load_remote_stylesheets=False, keep_style_tags=True, minify_css=True
    )


@cache
def _style_sheet() -> str:
    return Path(settings.BASE_DIR / "templates" / "mail" / "letter.css").read_text()


# -------------------------------------------------------------------------------------------- the letters of this room


def confirm(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """The answer to a sign-up: a link to the page where the subscription is begun, and one for who never asked."""
    sample = Paper.objects.samples().exists()
    composed: dict[int, Composed] = {}
    for letter in letters:
        # It names the letter, with which waits what the sign-up brought.
        confirm_url = links.make(reader_of(letter), Purpose.CONFIRM, letter.pk)
        block_url = links.make(reader_of(letter), Purpose.BLOCK)
        context = {"confirm_url": confirm_url, "block_url": block_url, "sample": sample}
        context |= {"is_invitation": letter.contents.get("place") == signing_up.INVITATION}
        composed[letter.pk] = plain(letter, context, now)
    return composed


def manage(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """A fresh link to the preferences, for a reader who asked for it, or who signed up again."""
    sample = Paper.objects.samples().exists()
    return {letter.pk: plain(letter, {"sample": sample}, now) for letter in letters}


def goodbye(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """The last one, to who left by our own page: a mistake can be seen, and somebody else's doing."""
    return {letter.pk: plain(letter, {}, now) for letter in letters}


def moving(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """To the address that a reader has, when another was asked for: by its link that is stopped, or undone."""
    return {
        letter.pk: plain(
            letter,
            {"asked": letter.contents["asked"], "stay_url": links.make(reader_of(letter), Purpose.STAY, letter.pk)},
            now,
        )
        for letter in letters
    }


def address(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """To the address that was asked for. It may be a stranger's, so its one link does nothing but confirm it."""
    return {
        letter.pk: plain(letter, {"move_url": links.make(reader_of(letter), Purpose.MOVE, letter.pk)}, now)
        for letter in letters
    }


def _moving_samples(_reader: Subscriber, _now: datetime) -> dict[str, dict[str, Any]]:
    address = "ada.new@example.org"
    return {"": {"contents": {"asked": address, "own": "ada.quill@example.org", "new_address": address}}}


CONFIRM, MANAGE = LetterKind(confirm, asks_to_confirm=True), LetterKind(manage)
GOODBYE = LetterKind(goodbye, says_goodbye=True)
MOVING, ADDRESS = LetterKind(moving, samples=_moving_samples), LetterKind(address, samples=_moving_samples)
