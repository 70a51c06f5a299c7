"""Papers that a reader names in any way they have at hand: text in, what was understood out. Knows no rows.

Each expression below begins where the one before has ended and reads a text once, however long it is.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise
from typing import NamedTuple

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry, ImplicitComment, ParsingFailedBlock
from django.utils.translation import gettext_lazy as _

from papers import identifiers
from papers.text import tex

MOST_ITEMS = 10_000
MARK = "\ufeff"  # with which some programs begin a file; nobody sees it
LONGEST_ENTRY = 100_000  # characters of BibTeX; what follows is read by the line
MOST_SHOWN_CHARACTERS = 300  # characters of what was not understood
NAMES_A_PAPER = re.compile(r"\W*(?:arxiv|doi)\b[\s:]*\S*\W*", re.IGNORECASE)
BULLET = re.compile(r"\A\s*(?:[-*•–·]|\[\d+\]|\d{1,3}[.)])\s+")
ENTRY_BEGINS = re.compile(r"^[ \t]*@\w*[ \t]*[{(]", re.MULTILINE)  # Whatever was open before ends there.
ESCAPED = re.compile(r"\{\\([_%&#$])\}|\\([_%&#$])")  # as TeX has it in DOIs and addresses
NUMBER_ALONE = re.compile(r"\d{7}(?:v\d{1,3})?", re.ASCII)  # of an old arXiv id, whose archive stands in another field
ENCLOSING = str.maketrans("", "", '{}"')
EXPECTED_LINK = _("This should be a link to arXiv, Hugging Face or alphaXiv, or a DOI.")
EXPECTED_ID = _("This should be an arXiv ID like 2608.16590 or hep-th/9901001.")
EXPECTED_ENTRY = _("This entry should have an arXiv ID, a DOI or a title.")
EXPECTED_LESS = _("At most %(most)d papers can be pasted at a time: nothing from here on was read.")

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # It would write what people paste into the log.


class Form(NamedTuple):
    """Where the entries of a form say what paper they mean, and what begins and ends one where each line has a tag."""

    ids: tuple[str, ...]  # fields that hold an arXiv id and nothing else
    links: tuple[str, ...]  # fields in which a number is an arXiv id only if they say so: also pages have numbers
    titles: tuple[str, ...]
    tag: re.Pattern[str] = re.compile(r"(?!)")
    first: str = ""
    last: str = ""


# Where an arXiv id stands: `volume` of DBLP, `number` of Zotero, `arxivid` of Mendeley, `eid` and `pages` of ADS.
BIBTEX = Form(
    ids=("eprint", "arxivid", "arxiv"),
    links=("doi", "url", "howpublished", "note", "journal", "journaltitle", "number", "volume", "eid", "pages"),
    titles=("title",),
)
RIS = Form(
    ids=("AN", "ID"),
    links=("DO", "UR", "LK", "L1", "L2", "M3", "N1", "JO", "T2", "PB", "M1", "IS", "VL", "SP"),
    titles=("TI", "T1"),
    tag=re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?"),
    first="TY",
    last="ER",
)
ENDNOTE = Form((), ("R", "U", "J", "N", "V", "P", "M", "Z"), ("T",), re.compile(r"%(\S)(?: (.*))?"), first="0")
PUBMED = Form((), ("LID", "AID", "SO"), ("TI",), re.compile(r"([A-Z]{2,4}) {0,2}-(?: (.*))?"), first="PMID")
TAGGED = (RIS, ENDNOTE, PUBMED)


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
    items = list(islice(chain.from_iterable(block.papers() for block in _blocks(text.lstrip(MARK))), MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        left_out = items[MOST_ITEMS - 1]
        text = left_out.text if isinstance(left_out, Unknown) else left_out.key or left_out.title
        items[MOST_ITEMS - 1 :] = [Unknown(shown(text), str(EXPECTED_LESS % {"most": MOST_ITEMS}))]
    items = list(dict.fromkeys(items))
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
        ids = (identifiers.keys_in(self.fields.get(name, "")) for name in self.form.ids)
        links = (identifiers.keys_in(self.fields.get(name, ""), bare=False) for name in self.form.links)
        keys = sorted(chain.from_iterable((*ids, *links)), key=identifiers.is_arxiv_key, reverse=True)
        written = (tex.to_unicode(self.fields.get(name, "")) for name in self.form.titles)
        title = next(filter(None, (" ".join(one.translate(ENCLOSING).split()) for one in written)), "")
        yield Item(keys[0] if keys else "", title) if keys or title else Unknown(shown(self.raw), str(EXPECTED_ENTRY))


@dataclass(frozen=True)
class Broken:
    """An entry of a bibliography of which only its text is known."""

    raw: str

    def papers(self) -> Iterator[Item | Unknown]:
        keys = list(identifiers.keys_in(self.raw))
        yield from map(Item, keys) if keys else [Unknown(shown(self.raw), str(EXPECTED_ENTRY))]


@dataclass(frozen=True)
class Line:
    """A line says papers by links, or it is the title of one."""

    text: str

    def papers(self) -> Iterator[Item | Unknown]:
        if not any(map(str.isalnum, self.text)) or self.text.startswith("% "):
            return  # What separates, or a comment, such as tools write it above their entries.
        links = {found[0]: list(identifiers.keys_in(found[0])) for found in identifiers.LINK.finditer(self.text)}
        yield from map(Item, chain.from_iterable(links.values()))
        if any(links.values()) and any(map(str.isalpha, identifiers.LINK.sub(" ", self.text))):
            return  # A reference in full: its other links are not papers of their own.
        yield from [Unknown(shown(link), str(EXPECTED_LINK)) for link, keys in links.items() if not keys]
        if not links and (NAMES_A_PAPER.fullmatch(self.text) or not any(map(str.isalpha, self.text))):
            yield Unknown(shown(self.text), str(EXPECTED_ID))
        elif not links:
            yield Item(title=BULLET.sub("", self.text, count=1).strip())


def _blocks(text: str) -> Iterator[Record | Broken | Line]:
    """What is read by itself: entries of BibTeX, and what stands around them."""
    starts = [0, *(found.start() for found in ENTRY_BEGINS.finditer(text)), len(text)]
    for begin, end in pairwise(starts):  # Piece by piece, as nobody may want the rest.
        yield from _blocks_of_piece(text[begin:end])


def _blocks_of_piece(text: str) -> Iterator[Record | Broken | Line]:
    """An entry, if one stands there, and what follows it."""
    entry = text if "@" in text else ""
    if len(text) > LONGEST_ENTRY:
        most = text.rfind("\n\n", 0, LONGEST_ENTRY) + 1 or LONGEST_ENTRY
        entry = text[:most] if ENTRY_BEGINS.match(text) else ""
    for block in parse_string(entry, parse_stack=[]).blocks if entry else ():
        raw = block.raw or ""
        while isinstance(block, ParsingFailedBlock) and block.ignore_error_block:
            block = block.ignore_error_block  # Such as one whose name another has too, which does not matter here.
        if isinstance(block, Entry):
            yield Record(_fields(block), BIBTEX, raw)
        elif isinstance(block, ParsingFailedBlock):
            yield Broken(raw)
        elif isinstance(block, ImplicitComment):
            yield from _records_and_lines(raw.splitlines())
    yield from _records_and_lines(text[len(entry) :].splitlines())


def _fields(entry: Entry) -> dict[str, str]:
    """What an entry of BibTeX says, an arXiv id in one piece. An eprint of another archive is none."""
    fields = {one.key.lower(): str(one.value) for one in entry.fields}
    for name in fields.keys() - BIBTEX.titles:
        fields[name] = ESCAPED.sub(r"\1\2", fields[name])

    def said(*names: str) -> str:
        return next((fields[name].strip(' {}"') for name in names if name in fields), "")

    archive, subject = said("archiveprefix", "eprinttype").lower(), said("primaryclass", "eprintclass")
    if archive not in ("", "arxiv") and identifiers.category(archive):
        archive, subject = "", archive
    if archive not in ("", "arxiv"):
        fields["note"] = f"{fields.get('note', '')} {fields.pop('eprint', '')}"
    elif NUMBER_ALONE.fullmatch(number := said("eprint")):
        fields["eprint"] = f"{subject}/{number}"
    return fields


def _records_and_lines(lines: Iterable[str]) -> Iterator[Record | Line]:
    """Records whose lines have tags, and every other line by itself. A record goes from its form's first tag to the
    last, or to the next first one, or to what follows a blank line without a tag."""
    form, record = RIS, dict[str, list[str]]()
    tag, after_blank = "", False
    for line in chain(lines, ["TY  - "]):
        text = line.rstrip()
        if not (text or record):
            continue
        begun = next((one for one in TAGGED if (first := one.tag.fullmatch(text)) and first[1] == one.first), None)
        found = (begun or form).tag.fullmatch(text)
        if record and (begun or (found[1] == form.last if found else after_blank)):
            fields = {name: " ".join(said).strip() for name, said in record.items()}
            yield Record(fields, form, "\n".join(f"{name} {said}" for name, said in fields.items()))
            record = {}
        if begun:
            form = begun
        if begun or record:  # An untagged line goes on with what the line before said.
            tag = found[1] if found else tag
            record.setdefault(tag, []).append(((found[2] or "") if found else line).strip())
        elif not (found and found[1] == form.last):
            yield Line(line)
        after_blank = not text


def shown(text: str) -> str:
    """What was not understood, short enough to be shown."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_SHOWN_CHARACTERS else f"{line[:MOST_SHOWN_CHARACTERS]}…"
