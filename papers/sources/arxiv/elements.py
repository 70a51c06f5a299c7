"""What the readings of arXiv share: XML that is safe to read, and the parts of a paper as arXiv writes them. All raise
SourceError: what was expected, what was found."""

import re
import sys
from collections.abc import Iterable
from datetime import date

from lxml import etree

from papers import identifiers
from papers.sources import checks
from papers.sources.base import SourceError
from papers.text import tex

ATOM = "{http://www.w3.org/2005/Atom}"
CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")  # which XML 1.0 forbids,
NO_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")  # and U+FFFE and U+FFFF,
REFERENCE = re.compile(rb"&#(?:x(?P<hexadecimal>[0-9A-Fa-f]++)|(?P<decimal>[0-9]++));")  # also in these words
LONGEST_CODE = 7  # digits
ARXIV = "{http://arxiv.org/schemas/atom}"


def parsed(body: bytes) -> etree._Element:
    """The root of a whole document, in which nothing is left to be expanded or fetched.

    Characters that XML forbids are taken out first, as one of them in one paper would spoil all of the others.
    """
    # Of the first bytes a NUL says that it is no UTF-8.
    body = body[:4] + REFERENCE.sub(_if_allowed, NO_CHARACTERS.sub(b"", body[4:].translate(None, CONTROLS)))
    if b"<!DOCTYPE" in body:
        raise SourceError("expected XML without a document type, found one")
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the document claims, so that nothing is hidden from the check above
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"expected a whole XML document in UTF-8, found none: {checks.found(error.msg)}") from error


def _if_allowed(reference: re.Match[bytes]) -> bytes:
    """A character reference as it is, unless XML 1.0 forbids what it stands for."""
    digits = (reference["hexadecimal"] or reference["decimal"]).lstrip(b"0") or b"0"
    code = int(digits, 16 if reference["hexadecimal"] else 10) if len(digits) <= LONGEST_CODE else sys.maxunicode + 1
    is_allowed = code in b"\t\n\r" if code < 0x20 else code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
    return reference[0] if is_allowed and code <= sys.maxunicode else b""


def expect_root(root: etree._Element, tag: str, expected: str) -> None:
    if root.tag != tag:
        raise SourceError(f"expected {expected}, found {checks.found(root.tag)}")


def child(parent: etree._Element, tag: str) -> etree._Element | None:
    return next(parent.iterchildren(tag), None)


def required(parent: etree._Element, tag: str) -> etree._Element:
    if (found := child(parent, tag)) is not None:
        return found
    raise SourceError(f"expected an element {_name(tag)}, found none")


def text(parent: etree._Element, tag: str) -> str:
    """The child's text on one line, empty where there is no such child."""
    found = child(parent, tag)
    return "" if found is None else all_text(found)


def all_text(element: etree._Element) -> str:
    return checks.clean("".join(element.itertext()) if len(element) else element.text or "")


def day(parent: etree._Element, tag: str) -> date:
    said = text(parent, tag)
    if found := checks.day_of(said):
        return found
    raise SourceError(f"expected {_name(tag)} to begin with a date, found {checks.found(said)}")


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


# ------------------------------------------------------------------------------------------------- parts of a paper


def title(parent: etree._Element, tag: str) -> str:
    return checks.title(tex.to_unicode(text(parent, tag)))


def abstract(written: str) -> str:
    return checks.abstract(tex.to_unicode(written))


def authors(names: Iterable[str]) -> list[str] | None:
    """What has no letter, such as the colon after a collaboration's name, is none."""
    return [name for name in map(str.strip, names) if any(map(str.isalpha, name))] or None


def categories(terms: Iterable[str]) -> list[str] | None:
    return [term for term in dict.fromkeys(terms) if identifiers.is_category(term)] or None
