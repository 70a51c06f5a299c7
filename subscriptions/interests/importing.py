"""What somebody pasted, matched with the papers that are here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from papers import database
from papers.models import Lookup, Paper
from papers.text.words import folded, title_key
from subscriptions.interests import pasting
from subscriptions.interests.pasting import Unknown

EXPECTED_KNOWN_TITLE = _("No paper here has exactly this title: expected its arXiv id, which can be looked up.")
EXPECTED_KNOWN_DOI = _("No paper here has this DOI: expected its arXiv id, which can be looked up.")


@dataclass(frozen=True)
class Import:
    """What became of a pasted text."""

    papers: Mapping[str, str] = field(default_factory=dict)  # key -> title, of papers that are here
    absent: list[str] = field(default_factory=list)  # keys of papers that can be looked up
    unknown: list[Unknown] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [*self.papers, *self.absent]

    @classmethod
    def of_all(cls, imports: Iterable[Import]) -> Import:
        papers: dict[str, str] = {}
        absent: list[str] = []
        unknown: list[Unknown] = []
        for one in imports:
            papers |= one.papers
            absent += one.absent
            unknown += one.unknown
        return cls(papers, absent, unknown)


def resolve(text: str) -> Import:
    """Find the papers that a text names; writes nothing. Two questions to the database, however many papers."""
    pasted = pasting.understand(text)
    here = papers_of(pasted.keys)
    missing = [key for key in pasted.keys if key not in here]
    titles = _by_title([*pasted.titles, *(pasted.named[key] for key in missing if key in pasted.named)])
    same = {key: titles[name] for key in missing if (name := folded(pasted.named.get(key, ""))) in titles}
    left = [key for key in missing if key not in same]
    found = [*(here.get(key) or same.get(key) for key in pasted.keys), *(titles.get(folded(t)) for t in pasted.titles)]
    unknown = [Unknown(title, str(EXPECTED_KNOWN_TITLE)) for title in pasted.titles if folded(title) not in titles]
    unknown += [Unknown(key.partition(":")[2], str(EXPECTED_KNOWN_DOI)) for key in left if not _can_be_looked_up(key)]
    return Import(dict(filter(None, found)), list(filter(_can_be_looked_up, left)), [*pasted.unknown, *unknown])


def papers_of(keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Of these keys those of papers that are here, also if by another key now: (key, title)."""
    names = [key.partition(":")[2] for key in keys]
    rows = Paper.objects.filter(Q(key__in=keys) | Q(arxiv_id__in=names) | Q(doi__in=names))
    found: dict[str, tuple[str, str]] = {}
    for key, arxiv_id, doi, title in rows.values_list("key", "arxiv_id", "doi", "title"):
        found |= dict.fromkeys((f"doi:{doi}", f"arxiv:{arxiv_id}", key), (key, title))
    return {key: found[key] for key in keys if key in found}


def outcomes(keys: Iterable[str]) -> dict[str, str]:
    """What became of looking these papers up: as Lookup.Outcome."""
    return dict(Lookup.objects.filter(key__in=list(keys)).values_list("key", "outcome"))


def _by_title(titles: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Folded title -> key and title of the paper that has it; of several the one that came last."""
    wanted = set(filter(None, map(folded, titles)))
    if not wanted:
        return {}
    # A paper that is still to be understood has no key of its title, or that of an earlier one.
    may_be = Q(title_key__in=database.among(map(title_key, wanted), "text")) | Q(terms="")
    rows = Paper.objects.filter(may_be).order_by("pk").values_list("key", "title")
    return {name: (key, title) for key, title in rows if (name := folded(title)) in wanted}


def _can_be_looked_up(key: str) -> bool:
    return key.startswith("arxiv:")
