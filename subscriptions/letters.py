"""Every letter: its frame, its headers, its guard; and the letters of this room."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime, getaddresses
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.template.loader import render_to_string

from papers.models import Paper
from papers.sources import SOURCES
from subscriptions import links
from subscriptions.links import Purpose
from subscriptions.models import Letter, Subscriber

LISTS = ("digest", "welcome")  # kinds that come by subscription: they carry the headers to leave by
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class BadLetter(Exception):
    """A letter that must not leave: its text says why, and never shows the address."""


class Skip(str):
    """What a composer gives instead of a message when there is nothing to send: the reason, in a few words."""


Composed = EmailMultiAlternatives | Skip


def write(letter: Letter, context: Mapping[str, Any], now: datetime) -> EmailMultiAlternatives:
    """The finished message, unsent: subject.txt, body.txt and body.html of templates/mail/<kind>, in the frame."""
    framed = {**frame(letter.subscriber), **context}
    framed["subject"] = one_line(render_to_string(f"mail/{letter.kind}/subject.txt", framed))
    message = EmailMultiAlternatives(
        subject=framed["subject"],
        body=render_to_string(f"mail/{letter.kind}/body.txt", framed).strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address_of(letter)],
        headers=headers(letter, now),
    )
    message.attach_alternative(
        _inliner().inline(render_to_string(f"mail/{letter.kind}/body.html", framed)), "text/html"
    )
    return message


def frame(reader: Subscriber | None) -> dict[str, Any]:
    """What every letter shows around its own words; the operator's has no links of a reader."""
    always = {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "postal_address": settings.SITE_POSTAL_ADDRESS,
        "credits": [source.credit for source in SOURCES.values() if source.credit],
    }
    if reader is None:
        return always
    return always | {
        "reader": reader,
        "manage_url": links.make(reader, Purpose.MANAGE),
        "unsubscribe_url": links.make(reader, Purpose.UNSUBSCRIBE),
    }


def headers(letter: Letter, now: datetime) -> dict[str, str]:
    """RFC 5322, 2919, 3834 and, on letters that come by subscription, RFC 8058."""
    always = {
        "Message-ID": f"<{letter.message_id}@{settings.SITE_HOST}>",
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
    }
    if letter.kind not in LISTS:
        return always
    reader = reader_of(letter)
    return always | {
        "List-ID": f"{one_line(settings.SITE_NAME)} <{letter.kind}.{settings.SITE_HOST}>",
        "List-Unsubscribe": f"<{links.make(reader, Purpose.UNSUBSCRIBE)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{letter.key[:10]}:{reader.cadence}:{letter.kind}:paperroute",
        "Precedence": "bulk",
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


def one_line(text: str) -> str:
    """Fit for a header: control characters and line breaks become spaces."""
    return CONTROL.sub(" ", text).strip()


def address_of(letter: Letter) -> str:
    """Where the letter goes: to its reader, or without one to the operator."""
    return letter.subscriber.address if letter.subscriber else settings.OPERATOR_EMAIL


def reader_of(letter: Letter) -> Subscriber:
    if letter.subscriber is None:
        raise BadLetter("Expected a letter to a reader.")
    return letter.subscriber


@cache
def _inliner() -> css_inline.CSSInliner:
    """Mail programs drop style sheets, so every rule is also written into the elements that it fits."""
    css = Path(settings.BASE_DIR / "templates" / "mail" / "letter.css").read_text()
    return css_inline.CSSInliner(extra_css=css, load_remote_stylesheets=False, keep_style_tags=True)


# -------------------------------------------------------------------------------------------- the letters of this room


def confirm(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """The answer to a sign-up: one link to the page where topics are chosen and the subscription is begun."""
    sample = Paper.objects.samples().exists()
    return {
        letter.pk: write(
            letter, {"confirm_url": links.make(reader_of(letter), Purpose.CONFIRM), "sample": sample}, now
        )
        for letter in letters
    }


def manage(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """A fresh link to the preferences, for a reader who asked for it, or who signed up again."""
    sample = Paper.objects.samples().exists()
    return {letter.pk: write(letter, {"sample": sample}, now) for letter in letters}
