"""The headers of every letter, List-Unsubscribe among them, whichever way it is composed."""

import re
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

from django.conf import settings

from subscriptions import letter_kinds
from subscriptions.models import Letter

CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def headers(letter: Letter, now: datetime, unsubscribe_url: str) -> dict[str, str]:
    """RFC 5322, 2919, 3834 and, on letters that come by subscription, RFC 8058."""
    always = {
        "Message-ID": message_id(letter),
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
    }
    if not (reader := letter.subscriber) or not letter_kinds.of(letter.kind).is_list_mail:
        return always
    return always | {
        "List-ID": _list_id(one_line(settings.SITE_NAME), f"{letter.kind}.{settings.SITE_IDENTITY}"),
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{letter.key[:10]}:{reader.cadence}:{letter.kind}:paperroute",
        "Precedence": "bulk",
    }


def sender_of(letter: Letter) -> str:
    """Whom it is from: transactional letters to readers may come from another domain than list mail, so that what
    receivers make of one does not hold up the other. The site's letters to itself go as list mail does."""
    kind = letter_kinds.of(letter.kind)
    is_transactional = not (kind.is_list_mail or kind.site_address)
    return str((is_transactional and settings.TRANSACTIONAL_FROM_EMAIL) or settings.DEFAULT_FROM_EMAIL)


def message_id(letter: Letter) -> str:
    return f"<{letter.message_id}@{settings.SITE_IDENTITY}>"


@lru_cache(maxsize=100)  # the same for each of many letters
def _list_id(name: str, identity: str) -> str:
    """Only the name is encoded if it must be: what is in angle brackets is what mail programs sort by."""
    if name.isascii():
        return formataddr((name, identity))
    return f"{Header(name, 'utf-8').encode(maxlinelen=75, linesep='')} <{identity}>"  # RFC 2047, 2: so long is a word


def one_line(text: str) -> str:
    """Fit for a header: control characters and line breaks become spaces."""
    return CONTROL.sub(" ", text).strip()
