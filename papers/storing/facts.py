"""A paper's columns, merged from what is said of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from papers import sources
from papers.models import Paper, Sighting
from papers.sources import huggingface
from papers.storing.signals import SIGNALS

# A lasting fact comes from the most trusted reading that gave it; a signal from whoever spoke last.
LASTING = (
    "title",
    "arxiv_id",
    "doi",
    "abstract",
    "authors",
    "identities",
    "organisation",
    "categories",
    "published_on",
    "keywords",
    "urls",
    "linked",
    "ai_summary",
)


@dataclass(frozen=True)
class Saying:
    """What one reading said of a paper on a source's day."""

    sighting: Sighting
    reading: str
    facts: dict[str, Any]


def sayings(sightings: Iterable[Sighting]) -> dict[str, Saying]:
    """For each of a paper's fields that anybody spoke of, whose word is taken."""
    said = [Saying(one, reading, facts) for one in sightings for reading, facts in one.facts.items()]
    best: dict[str, Saying] = {}
    for names, order, first_is_last in ((LASTING, _trust, False), (SIGNALS, _age, True)):
        ordered = sorted(said, key=order, reverse=first_is_last)
        for saying in reversed(ordered):  # What comes first is written last, over all others.
            best |= {name: saying for name in names if name in saying.facts}
    return best


def _trust(saying: Saying) -> tuple[Any, ...]:
    one = saying.sighting
    return sources.trust(one.source, saying.reading), -one.day.toordinal(), one.source, saying.reading


def _age(saying: Saying) -> tuple[Any, ...]:
    return saying.sighting.read_at, saying.sighting.day, saying.reading == saying.sighting.latest


def take_best(paper: Paper, sightings: Sequence[Sighting], owners: dict[str, int], now: datetime) -> None:
    """Set the paper's columns to the best that was said of it. `owners` says whose each DOI is; one that is nobody's
    becomes that of the first paper to claim it."""
    best = {name: said.facts[name] for name, said in sayings(sightings).items()}
    if "doi" in best and owners.setdefault(best["doi"], paper.pk) != paper.pk:
        del best["doi"]
    for name, value in best.items():
        setattr(paper, name, date.fromisoformat(value) if name == "published_on" else value)
    paper.on_hugging_face |= any(sighting.source in huggingface.NAMES for sighting in sightings)
    listed_on = max((sighting.day for sighting in sightings if sighting.announced), default=None)
    if paper.listed_on is None and listed_on:  # Known of before, but new to readers only now.
        paper.first_seen_at = now
    paper.listed_on = listed_on


def owners_of(dois: set[str]) -> dict[str, int]:
    """Whose each of these DOIs is already: DOI -> paper's key."""
    return {row.doi: row.pk for row in Paper.objects.filter(doi__in=dois).only("doi") if row.doi} if dois else {}
