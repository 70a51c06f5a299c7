"""Papers that a reader names in any way they have at hand: text in, what was understood out. Knows no rows.

Each expression below begins where the one before has ended and reads a text once, however long it is.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry, ImplicitComment, ParsingFailedBlock
from django.utils.translation import gettext_lazy as _

from papers import identifiers
from papers.text import tex

MOST_ITEMS = 500
MOST_CHARACTERS = 100_000
MOST_SHOWN_CHARACTERS = 300  # characters of what was not understood
NAMES_A_PAPER = re.compile(r"\W*(?:arxiv|doi)\b[\s:]*\S*\W*", re.IGNORECASE)
BULLET = re.compile(r"\s*(?:[-*•–·]|\[\d+\]|\d{1,3}[.)])\s+")
RIS_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?")
ENCLOSING = str.maketrans("", "", '{}"')
EXPECTED_LINK = _("Expected a link to arXiv, Hugging Face or alphaXiv, or a DOI.")
EXPECTED_ID = _("Expected an arXiv id like 2608.16590 or hep-th/9901001.")
EXPECTED_ENTRY = _("Expected an entry with an arXiv id, a DOI or a title.")
EXPECTED_LESS = _("Expected at most %(most)d papers at a time: from here on nothing was read.")

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # It would write what people paste into the log.


class Form(NamedTuple):
    """Where the entries of a form say what paper they mean."""

    links: tuple[str, ...]
    titles: tuple[str, ...]


BIBTEX = Form(("eprint", "doi", "url", "howpublished", "note", "journal"), ("title",))
RIS = Form(("DO", "UR", "LK", "L1", "L2", "ID", "AN", "M3", "N1", "JO", "T2", "PB"), ("TI", "T1"))


class Unknown(NamedTuple):
    """What was not understood, as pasted, and a sentence that says what was expected."""

    text: str
    expected: str


class Item(NamedTuple):
    """One paper that somebody named: by a key, by a title, or by both."""

    key: str = ""  # as papers have them: "arxiv:2608.16590", "doi:10.1101/..."
    title: str = ""


@dataclass(frozen=True)
class Pasted:
    """What was understood, each paper once and in the order of the text: first those with a key."""

    items: list[Item] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [item.key for item in self.items if item.key]

    @property
    def titles(self) -> list[str]:
        """Of what has no key."""
        return [item.title for item in self.items if not item.key]

    @property
    def named(self) -> dict[str, str]:
        """Key -> the title that stood beside it."""
        return {item.key: item.title for item in self.items if item.key and item.title}


def understand(text: str) -> Pasted:
    """At most MOST_ITEMS papers of a text; raises nothing, whatever the text."""
    read = chain.from_iterable(block.papers() for block in _blocks(text))
    items = list(islice(dict.fromkeys(read), MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        left_out = items[MOST_ITEMS - 1]
        text = left_out.text if isinstance(left_out, Unknown) else left_out.key or left_out.title
        items[MOST_ITEMS - 1 :] = [Unknown(text, str(EXPECTED_LESS % {"most": MOST_ITEMS}))]
    papers = [item for item in items if isinstance(item, Item)]
    titles = dict.fromkeys((item.key for item in papers if item.key), "")
    titles |= {item.key: item.title for item in papers if item.key and item.title}
    return Pasted(
        items=[*(Item(*named) for named in titles.items()), *(item for item in papers if not item.key)],
        unknown=[item for item in items if isinstance(item, Unknown)],
    )


# -------------------------------------------------------------------------------------------------------------- blocks


@dataclass(frozen=True)
class Record:
    """An entry of a bibliography, with its fields."""

    fields: Mapping[str, str]
    form: Form
    raw: str

    def papers(self) -> Iterator[Item | Unknown]:
        """One paper. An arXiv id counts more than a DOI: it can be looked up."""
        links = " ".join(self.fields.get(name, "") for name in self.form.links)
        keys = sorted(identifiers.keys_in(links), key=identifiers.is_arxiv_key, reverse=True)
        written = (tex.to_unicode(self.fields.get(name, "")) for name in self.form.titles)
        title = next(filter(None, (" ".join(one.translate(ENCLOSING).split()) for one in written)), "")
        yield Item(keys[0] if keys else "", title) if keys or title else Unknown(_shown(self.raw), str(EXPECTED_ENTRY))


@dataclass(frozen=True)
class Broken:
    """An entry of a bibliography of which only its text is known."""

    raw: str

    def papers(self) -> Iterator[Item | Unknown]:
        keys = list(identifiers.keys_in(self.raw))
        yield from map(Item, keys) if keys else [Unknown(_shown(self.raw), str(EXPECTED_ENTRY))]


@dataclass(frozen=True)
class Line:
    """A line says papers by links, or it is the title of one."""

    text: str

    def papers(self) -> Iterator[Item | Unknown]:
        if not any(map(str.isalnum, self.text)):
            return
        links = {found[0]: list(identifiers.keys_in(found[0])) for found in identifiers.LINK.finditer(self.text)}
        yield from map(Item, chain.from_iterable(links.values()))
        if any(links.values()) and any(map(str.isalpha, identifiers.LINK.sub(" ", self.text))):
            return  # A reference in full: its other links are not papers of their own.
        yield from [Unknown(_shown(link), str(EXPECTED_LINK)) for link, keys in links.items() if not keys]
        if not links and (NAMES_A_PAPER.fullmatch(self.text) or not any(map(str.isalpha, self.text))):
            yield Unknown(_shown(self.text), str(EXPECTED_ID))
        elif not links:
            yield Item(title=BULLET.sub("", self.text, count=1).strip())


def _blocks(text: str) -> Iterator[Record | Broken | Line]:
    """What is read by itself: entries of BibTeX, and what stands around them."""
    if "@" not in text:
        yield from _records_and_lines(text.splitlines())
        return
    for block in parse_string(text, parse_stack=[]).blocks:
        raw = block.raw or ""
        while isinstance(block, ParsingFailedBlock) and block.ignore_error_block:
            block = block.ignore_error_block  # Such as one whose name another has too, which does not matter here.
        if isinstance(block, Entry):
            yield Record({one.key.lower(): str(one.value) for one in block.fields}, BIBTEX, raw)
        elif isinstance(block, ParsingFailedBlock):
            yield Broken(raw)
        elif isinstance(block, ImplicitComment):
            yield from _records_and_lines(raw.splitlines())


def _records_and_lines(lines: Iterable[str]) -> Iterator[Record | Line]:
    """Records of RIS, and every other line by itself. A record goes from TY to ER, or to the next TY, or to what
    follows a blank line without a tag."""
    record: dict[str, str] = {}
    tag, after_blank = "", False
    for line in chain(lines, ["ER  - "]):
        found = RIS_TAG.fullmatch(line.rstrip())
        if record and (found[1] in ("TY", "ER") if found else after_blank):
            yield Record(record, RIS, "\n".join(f"{name}  - {said}" for name, said in record.items()))
            record = {}
        if record or (found and found[1] == "TY"):  # An untagged line goes on with what the line before said.
            tag = found[1] if found else tag
            record[tag] = f"{record.get(tag, '')} {(found[2] or '') if found else line}".strip()
        elif not found:
            yield Line(line)
        after_blank = not line.strip()


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_SHOWN_CHARACTERS else f"{line[:MOST_SHOWN_CHARACTERS]}…"
