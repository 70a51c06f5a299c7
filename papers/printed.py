"""Printed lists of papers as pages: what a list of Daily Papers showed when somebody printed it, and nothing besides.

They are kept out of the database: a list names neither ids nor years, so that its papers could be none of the site's.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from papers.text import summary

STYLE = Path(settings.BASE_DIR, "papers", "static", "papers", "site.css")
AUTHORS = re.compile(r"(?:• )?(\d{1,6}) authors?", re.ASCII)
TWICE = re.compile(r"(.+) (\1)", re.IGNORECASE)  # an organisation: the words of its picture, and its name


class BadList(ValueError):
    """What was expected in which line, and what was found."""


class Entry(msgspec.Struct):
    """A paper as it was printed; its fields are called as in the file."""

    list: int
    page_date: str
    rank: int
    title: str
    abstract: str
    authors_or_organisation: str
    date: str
    comments: int = 0

    @property
    def by(self) -> str:
        """How many authors, or which organisation."""
        if found := AUTHORS.fullmatch(self.authors_or_organisation):
            count = int(found[1])
            return ngettext("%(count)d author", "%(count)d authors", count) % {"count": count}
        found = TWICE.fullmatch(self.authors_or_organisation)
        return found[2] if found else self.authors_or_organisation

    @property
    def key_sentences(self) -> str:
        return summary.in_short(self.abstract, self.title)


def read(lines: Iterable[str]) -> dict[int, list[Entry]]:
    """By its number each list in the order of its ranks, of a JSON object a line. Raises BadList."""
    lists: dict[int, list[Entry]] = defaultdict(list)
    for number, line in enumerate(lines, 1):
        try:
            entry = msgspec.json.decode(line, type=Entry) if line.strip() else None
        except msgspec.DecodeError as error:
            raise BadList(f"line {number}: expected a printed paper as JSON, found: {error}") from error
        if entry:
            lists[entry.list].append(entry)
    if not lists:
        raise BadList("expected printed papers, found none")
    return {number: sorted(lists[number], key=lambda entry: entry.rank) for number in sorted(lists)}


def write(lists: Mapping[int, Sequence[Entry]], folder: Path) -> list[Path]:
    """A page for each list, and the style sheet beside them, in a folder that is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(STYLE, folder / "site.css")
    ways = [(number, _name(number), entries[0].page_date, len(entries)) for number, entries in lists.items()]
    pages = []
    for number, entries in lists.items():
        context = {"number": number, "day": entries[0].page_date, "entries": entries, "ways": ways}
        page = folder / _name(number)
        page.write_text(render_to_string("papers/printed.html", context), encoding="utf-8")
        pages.append(page)
    return pages


def _name(number: int) -> str:
    return f"list-{number}.html"
