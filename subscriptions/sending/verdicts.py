"""Whom a refusal is about: us, a server that is busy, or one letter and its reader. TABLE alone decides;
docs/faults.md shows it, and tests are read from there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from django.conf import settings

from subscriptions.headers import one_line


class Place(StrEnum):
    """What was going on when it was said."""

    BEFORE = "MAIL or before"  # connecting, TLS, the login: no reader was named yet
    RECIPIENT = "RCPT"
    LETTER = "DATA or after"
    PROVIDER = "HTTP"  # a provider's answer to a letter


class Verdict(StrEnum):
    """What a refusal means for the letter that met it."""

    OURS = "about us: no attempt"
    BUSY = "the server is busy: no attempt"
    LATER = "the letter is tried again, eight times at most"
    ENDS = "the letter ends"


NO_ATTEMPT = (Verdict.OURS, Verdict.BUSY)
NEVER, SAME_WORDS = 0, True


@dataclass(frozen=True)
class Rule:
    """Of replies like "5xx" with enhanced codes (RFC 3463) like "5.7.x", none named for any or none."""

    replies: str
    enhanced: str
    places: tuple[Place, ...]
    verdict: Verdict
    in_a_row: int  # readers who meet it, until it is about us and sending rests
    same_words: bool = False  # they count only if they are told the same

    def fits(self, reply: str, enhanced: str, place: Place) -> bool:
        codes = self.enhanced.split(", ") if self.enhanced else []
        said = any(_like(pattern, reply) for pattern in self.replies.split(", "))
        return place in self.places and said and (not codes or any(_like(code, enhanced) for code in codes))

    def cells(self) -> list[str]:
        """As the row of a table."""
        rests = f"{self.in_a_row} in a row" + (" with the same words" if self.same_words else "")
        when = "never" if self.in_a_row == NEVER else "at once" if self.in_a_row == 1 else rests
        return [self.replies, self.enhanced or "any", ", ".join(self.places), self.verdict, when]


_NAMED = (Place.RECIPIENT, Place.LETTER)  # once a reader is named
NO_REPLY = "none"  # the connection broke before the letter's last line
TABLE = (  # The first that fits decides.
    Rule("4xx, 5xx", "", (Place.BEFORE,), Verdict.OURS, 1),
    Rule(NO_REPLY, "", (Place.BEFORE, *_NAMED), Verdict.OURS, 3),
    Rule("421, 454", "", _NAMED, Verdict.BUSY, 5),
    Rule("5xx", "5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10, 5.2.1, 5.2.2", _NAMED, Verdict.ENDS, NEVER),
    Rule("5xx", "5.7.x, 5.4.x, 5.5.x, 5.1.7, 5.1.8, 5.3.x", _NAMED, Verdict.OURS, 3),
    Rule("4xx", "4.2.x", _NAMED, Verdict.LATER, NEVER),
    Rule("4xx", "", _NAMED, Verdict.LATER, 3, SAME_WORDS),
    Rule("5xx", "", (Place.RECIPIENT,), Verdict.ENDS, 3, SAME_WORDS),
    Rule("5xx", "", (Place.LETTER,), Verdict.ENDS, 2, SAME_WORDS),
    Rule("401, 402, 403, account", "", (Place.PROVIDER,), Verdict.OURS, 1),
    Rule("429, 503 with Retry-After", "", (Place.PROVIDER,), Verdict.BUSY, 5),
    Rule("4xx, rejected", "", (Place.PROVIDER,), Verdict.ENDS, 3, SAME_WORDS),
)
# RFC 3463, 7505: bad address, mailbox moved or disabled, no mail there. Of a recipient: nobody writes there again.
NO_SUCH_ADDRESS = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
ENHANCED = re.compile(r"(?<![\d.])([45]\.[0-7]\.\d{1,3})(?![\d.]*\d)")


def rule_of(reply: int | str, text: str, place: Place) -> Rule | None:
    """Which decides on a reply; None: it is no refusal. An enhanced code that contradicts its reply says nothing."""
    enhanced = enhanced_code(text)
    if enhanced[:1] != str(reply)[:1]:
        enhanced = ""
    return next((rule for rule in TABLE if rule.fits(str(reply), enhanced, place)), None)


def enhanced_code(text: str) -> str:
    found = ENHANCED.search(text)
    return found[1] if found else ""


def _like(pattern: str, code: str) -> bool:
    """Where an x at the end of a pattern stands for any figures."""
    return fnmatchcase(code, pattern.replace(".x", ".*").replace("xx", "??"))


# --------------------------------------------------------------------------------------------------- what is repeated

ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
WITH_FIGURES = re.compile(r"\S*\d\S*")
SECRETS = ("EMAIL_HOST_PASSWORD", "EMAIL_HOST_USER")
SHORTEST_SECRET = 4  # characters; a shorter one would be found in any words


def same_words(text: str, address: str) -> str:
    """What is alike when two readers are told the same: without addresses, numbers and names of queues."""
    nameless = ADDRESS.sub("", text.lower().replace(address.lower(), ""))
    return " ".join(WITH_FIGURES.sub("", nameless).split())


def repeatable(text: str, most: int = 300) -> str:
    """A server's words as anybody may read them: no reader's address, no login or key of ours."""
    for secret in _secrets():
        text = text.replace(secret, "…")
    words = ADDRESS.sub("…", one_line(text))
    return words if len(words) <= most else f"{words[:most]}…"


def _secrets() -> Iterable[str]:
    values = [*(getattr(settings, name, "") for name in SECRETS), *settings.ANYMAIL.values()]
    return [value for value in values if isinstance(value, str) and len(value) >= SHORTEST_SECRET]
