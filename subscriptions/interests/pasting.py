"""Papers that a reader names in any way they have at hand: text in, what was understood out. Knows no rows.

Each expression below begins where the one before has ended and reads a text once, however long it is.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple
from urllib.parse import unquote

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry, ImplicitComment, ParsingFailedBlock
from django.utils.translation import gettext_lazy as _

from papers.sources.base import LONGEST
from papers.text import tex

MOST_ITEMS = 500
MOST_CHARACTERS = 100_000
SHOWN = 300  # characters of what was not understood
ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|"
    "funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|"
    "q-alg|q-bio|quant-ph|solv-int|supr-con"
)
MONTH = r"\d\d(?:0[1-9]|1[0-2])"
ARXIV_ID = re.compile(
    rf"(?:(?<![\d.])|(?<=arxiv\.))({MONTH}\.\d{{4,5}})(?:v\d{{1,3}})?(?!\.?\d)"
    rf"|(?<![\w-])({ARCHIVES})(?:\.[a-z]{{2}})?/({MONTH}\d{{3}})(?:v\d{{1,3}})?(?!\d)",
    re.IGNORECASE | re.ASCII,
)
DOI = re.compile(r"(?<![\d.])10\.\d{4,9}/[!-~]+", re.ASCII)
URL = re.compile(r"(?:https?://|www\.)[^\s<>\"{}|\\^`]+", re.IGNORECASE)
LINK = re.compile(f"{URL.pattern}|{DOI.pattern}|{ARXIV_ID.pattern}", re.IGNORECASE | re.ASCII)
ARXIV_DOI = "10.48550/arxiv."
PREPRINT_DOI = re.compile(r"(10\.(?:1101|64898)/[\d.]+)v\d.*")  # bioRxiv and medRxiv, with what their addresses add
DOI_ENDS = re.compile(r"[?#].*|/(?:pdf|epdf|full|abstract|html)$|\.pdf$")  # what publishers' addresses add
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


@dataclass(frozen=True)
class Pasted:
    """What was understood, each once and in the order of the text."""

    keys: list[str] = field(default_factory=list)  # as papers have them: "arxiv:2608.16590", "doi:10.1101/..."
    titles: list[str] = field(default_factory=list)  # of what has no key
    unknown: list[Unknown] = field(default_factory=list)
    named: Mapping[str, str] = field(default_factory=dict)  # key -> the title that stood beside it


class Item(NamedTuple):
    """One paper that somebody named: by a key, by a title, or by both."""

    key: str = ""
    title: str = ""


def understand(text: str) -> Pasted:
    """At most MOST_ITEMS papers of a text; raises nothing, whatever the text."""
    items = list(islice(dict.fromkeys(_items(text)), MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        first_left_out = items[MOST_ITEMS - 1]
        text = (
            first_left_out.text if isinstance(first_left_out, Unknown) else first_left_out.key or first_left_out.title
        )
        items[MOST_ITEMS - 1 :] = [Unknown(text, str(EXPECTED_LESS % {"most": MOST_ITEMS}))]
    named = [item for item in items if isinstance(item, Item)]
    return Pasted(
        keys=list(dict.fromkeys(item.key for item in named if item.key)),
        titles=[item.title for item in named if not item.key],
        unknown=[item for item in items if isinstance(item, Unknown)],
        named={item.key: item.title for item in named if item.key and item.title},
    )


def _items(text: str) -> Iterator[Item | Unknown]:
    if "@" not in text:
        yield from _records_and_lines(text.splitlines())
        return
    for block in parse_string(text, parse_stack=[]).blocks:
        raw = block.raw or ""
        while isinstance(block, ParsingFailedBlock) and block.ignore_error_block:
            block = block.ignore_error_block  # Such as one whose name another has too, which does not matter here.
        if isinstance(block, Entry):
            yield _entry({one.key.lower(): str(one.value) for one in block.fields}, BIBTEX, raw)
        elif isinstance(block, ParsingFailedBlock):
            yield from map(Item, _keys(raw)) if any(_keys(raw)) else [Unknown(_shown(raw), str(EXPECTED_ENTRY))]
        elif isinstance(block, ImplicitComment):
            yield from _records_and_lines(raw.splitlines())


def _records_and_lines(lines: Iterable[str]) -> Iterator[Item | Unknown]:
    """Records of RIS, from TY to ER, and what stands around them."""
    record: dict[str, str] = {}
    tag, after_blank = "", False
    for line in chain(lines, ["ER  - "]):
        found = RIS_TAG.fullmatch(line.rstrip())
        is_within = bool(record) and (found is not None or not after_blank)
        if record and (not is_within or (found and found[1] in ("TY", "ER"))):
            yield _entry(record, RIS, "\n".join(f"{name}  - {said}" for name, said in record.items()))
            record = {}
        if found and (found[1] == "TY" or record):
            tag = found[1]
            record[tag] = f"{record.get(tag, '')} {found[2] or ''}".strip()
        elif record:
            record[tag] = f"{record[tag]} {line}".strip()  # goes on with what the line before said
        elif not found:
            yield from _line(line)
        after_blank = not line.strip()


def _entry(fields: Mapping[str, str], form: Form, raw: str) -> Item | Unknown:
    """An arXiv id counts more than a DOI: it can be looked up."""
    keys = sorted(_keys(" ".join(fields.get(name, "") for name in form.links)), key=_is_no_arxiv_id)
    title = next(filter(None, (_plain(fields.get(name, "")) for name in form.titles)), "")
    return Item(keys[0] if keys else "", title) if keys or title else Unknown(_shown(raw), str(EXPECTED_ENTRY))


def _plain(title: str) -> str:
    return " ".join(tex.to_unicode(title).translate(ENCLOSING).split())


def _line(line: str) -> Iterator[Item | Unknown]:
    """A line says papers by links, or it is the title of one."""
    links = [found[0] for found in LINK.finditer(line)]
    words = LINK.sub(" ", line)
    keys = [key for link in links for key in _keys(link)]
    if not any(map(str.isalnum, line)):
        return
    yield from map(Item, keys)
    if keys and any(map(str.isalpha, words)):
        return  # A reference in full: its other links are not papers of their own.
    yield from [Unknown(_shown(link), str(EXPECTED_LINK)) for link in links if not any(_keys(link))]
    if not links and (NAMES_A_PAPER.fullmatch(line) or not any(map(str.isalpha, line))):
        yield Unknown(_shown(line), str(EXPECTED_ID))
    elif not links:
        yield Item(title=BULLET.sub("", line, count=1).strip())


def _keys(text: str) -> Iterator[str]:
    """Every paper that a text links to, names by its DOI or by its arXiv id."""
    for found in LINK.finditer(text):
        link = unquote(found[0]) if URL.match(found[0]) else found[0]
        doi = DOI.search(link)
        if doi and not doi[0].lower().startswith(ARXIV_DOI):
            yield from _doi(doi[0], of_page=link != doi[0])
        elif arxiv := ARXIV_ID.search(link):
            yield f"arxiv:{arxiv[1] or f'{arxiv[2]}/{arxiv[3]}'.lower()}"


def _doi(text: str, *, of_page: bool) -> Iterator[str]:
    """None if it is longer than the longest that is kept."""
    doi = text.lower()
    if of_page:
        doi = DOI_ENDS.sub("", doi)
    doi = doi.rstrip(".,;:'\">}]")
    if doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".,;")
    if preprint := PREPRINT_DOI.fullmatch(doi):
        doi = preprint[1]
    if len(doi) <= LONGEST["doi"]:
        yield f"doi:{doi}"


def _is_no_arxiv_id(key: str) -> bool:
    return not key.startswith("arxiv:")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
