"""What the logs show: never the token of a link, which is as good as its reader's word."""

import logging
import re
from functools import cache

from django.apps import apps
from django.urls import reverse
from django.utils.module_loading import import_string

CLIENTS = re.compile(r"django\.(request|security(\..*)?)")  # the loggers that say what clients did
SLASH = r"(?:/|%(?:25)*2F)"


class ClientErrors(logging.Filter):
    """What a client did wrong is no trouble of ours: INFO, and a line without the way through the code."""

    def filter(self, record: logging.LogRecord) -> bool:
        if CLIENTS.fullmatch(record.name) and 400 <= getattr(record, "status_code", 0) < 500:
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.exc_info = record.exc_text = None
        return record.levelno >= logging.getLogger().level


class WithoutTokens(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return tokens().sub(r"\1...", text) if apps.ready else text  # Before, nobody could have followed a link.


@cache
def tokens() -> re.Pattern[str]:
    """A link's token behind the path of the page that it opens, of each Purpose and of the page that sends a fresh
    link: also where slashes are doubled, characters percent-encoded, or the link is in another one's query."""
    purposes = import_string("subscriptions.links.Purpose")  # Logging is set up before there can be any models.
    names = [*(purpose.value for purpose in purposes), "subscriptions:fresh_link"]
    pages = [reverse(name, args=["TOKEN"]).partition("TOKEN")[0].strip("/") for name in names]
    either = "|".join("".join(map(_as_written, page)) for page in pages)
    until_the_end = rf"(?:(?!{SLASH})[^\s?#&\"'])+"
    return re.compile(rf"((?:{SLASH}|(?<![\w-]))(?:{either}){SLASH}+){until_the_end}", re.IGNORECASE)


def _as_written(character: str) -> str:
    return f"{SLASH}+" if character == "/" else rf"(?:{re.escape(character)}|%(?:25)*{ord(character):02X})"
