"""What every source's parser checks and cleans alike. Each raises SourceError: what was expected, what was found."""

import re
from datetime import date
from urllib.parse import urlsplit

from papers.sources.base import LONGEST, SourceError

MOST = 2**31 - 1  # what the database's integers hold
ARXIV_ID = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}", re.ASCII)
DOI = re.compile(r"\b10\.\d{4,9}/[!-~]+")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")  # control characters, lone surrogates


def clean(text: str) -> str:
    """The text on one line, without the characters that nobody sees and PostgreSQL does not take."""
    if text.isprintable() and "  " not in text:  # as most are
        return text.strip(" ")
    return " ".join(UNSEEN.sub("", text).split())


def found(value: object) -> str:
    """How an error shows a value: on one line, in printable characters, and short."""
    return repr(value)[:80]


def title(text: str) -> str:
    if cleaned := clean(text):
        return cleaned
    raise SourceError("expected a title, found an empty one")


def arxiv_id(text: str) -> str:
    """An id without its version: 2608.16590, or of the old kind hep-th/9901001."""
    if ARXIV_ID.fullmatch(text):
        return text
    raise SourceError(f"expected an id like 2608.16590, found {found(text)}")


def doi(text: str) -> str | None:
    """The first DOI in a text, in lower case, as DOIs are compared; None where what was typed is none."""
    typed = DOI.search(text)
    doi = typed[0].rstrip(".,;").lower() if typed else ""
    return doi if 0 < len(doi) <= LONGEST["doi"] else None


def day_of(moment: str) -> date | None:
    """The date that a moment like 2026-08-20T12:00:00Z begins with; None where it begins with none."""
    try:
        return date.fromisoformat(moment[:10]) if DAY.match(moment) else None
    except ValueError:  # such as 2026-02-30
        return None


def count(number: int) -> int:
    if number > MOST:
        raise SourceError(f"expected a count of at most {MOST}, found {found(number)}")
    return max(0, number)


def is_safe(address: str) -> bool:
    """Whether pages may link to it. People type addresses, so a bad one is left out instead of spoiling the day."""
    try:
        host = urlsplit(address).hostname
    except ValueError:  # such as https://[
        return False
    return address.startswith("https://") and bool(host) and " " not in address
