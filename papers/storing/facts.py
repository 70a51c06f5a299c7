"""A paper's columns, merged from what is said of it."""

from collections.abc import Sequence
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


def take_best(paper: Paper, sightings: Sequence[Sighting], owners: dict[str, int], now: datetime) -> None:
    """Set the paper's columns to the best that was said of it. `owners` says whose each DOI is; one that is nobody's
    becomes that of the first paper to claim it."""
    said = [(sighting, reading, facts) for sighting in sightings for reading, facts in sighting.facts.items()]
    best_first = sorted(
        said,
        key=lambda one: (sources.trust(one[0].source, one[1]), -one[0].day.toordinal(), one[0].source, one[1]),
    )
    latest_first = sorted(said, key=lambda one: (one[0].read_at, one[0].day, one[1] == one[0].latest), reverse=True)
    best: dict[str, Any] = {}
    for names, ordered in ((LASTING, best_first), (SIGNALS, latest_first)):
        for *_, facts in reversed(ordered):  # What comes first is written last, over all others.
            best |= {name: facts[name] for name in names if name in facts}
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
