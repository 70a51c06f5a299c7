"""What somebody pasted, matched with the papers that are here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from papers import database, identifiers
from papers.models import Lookup, Paper, Topic
from papers.text.words import folded, title_key
from subscriptions.interests import pasting
from subscriptions.interests.kinds import PAPER, TOPIC
from subscriptions.interests.pasting import Unknown

EXPECTED_KNOWN_TITLE = _(
    "No paper here has this title, and it cannot be looked up: that takes a title of at least two words and at most "
    "%(most)d characters, or the paper’s arXiv ID."
)
LONGEST_TITLE = identifiers.LONGEST_KEY - len(f"{identifiers.TITLE}:")  # characters


@dataclass(frozen=True)
class Import:
    """What became of a pasted text."""

    papers: Mapping[str, str] = field(default_factory=dict)  # key -> title, of papers that are here
    absent: list[str] = field(default_factory=list)  # keys of papers that can be looked up
    unknown: list[Unknown] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [*self.papers, *self.absent]

    @property
    def asked_for(self) -> list[str]:
        """What can be looked up, as readers see it."""
        return [identifiers.shown(key) for key in self.absent]

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
    titles = _by_title(item.title for item in pasted.items if item.key not in here)
    papers: dict[str, str] = {}
    absent: dict[str, None] = {}
    unknown = list(pasted.unknown)
    for key, title in pasted.items:
        if found := here.get(key) or titles.get(folded(title)):
            papers[found[0]] = found[1]
        # A title is asked for rather than a DOI, which few papers of arXiv name.
        elif asked := key if identifiers.is_arxiv_key(key) else identifiers.title_key(title) or key:
            absent[asked] = None
        else:
            unknown.append(Unknown(pasting.shown(title), str(EXPECTED_KNOWN_TITLE % {"most": LONGEST_TITLE})))
    return Import(papers, list(absent), unknown)


def names(interests: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The names of topics and the titles of papers by their kind and value; others are called what they are."""
    asked = list(interests)
    papers = papers_of([value for kind, value in asked if kind == PAPER.key])
    found = {(PAPER.key, key): title for key, (_now, title) in papers.items()}
    topics = Topic.objects.filter(slug__in=[value for kind, value in asked if kind == TOPIC.key])
    return found | {(TOPIC.key, topic.slug): gettext(topic.name) for topic in topics}


def papers_of(keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Of these keys those of papers that are here, also if by another key now: (key, title)."""
    names = [identifiers.named_by(key) for key in keys]
    rows = Paper.objects.filter(Q(key__in=keys) | Q(arxiv_id__in=names) | Q(doi__in=names))
    found: dict[str, tuple[str, str]] = {}
    for key, arxiv_id, doi, title in rows.values_list("key", "arxiv_id", "doi", "title"):
        found |= dict.fromkeys(identifiers.keys_of(key, arxiv_id, doi), (key, title))
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
