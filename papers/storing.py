"""What sources say, as rows: many at once, in a number of queries that does not depend on how many."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from papers.meaning import Phrases
from papers.models import Paper, PaperTopic, Sighting, Topic
from papers.sources.base import Listing

# Which reading is believed where several speak of the same field, best first.
PRECEDENCE = ("huggingface:api", "huggingface:props", "huggingface:cards", "sample:bundled")
# A lasting fact comes from the best reading that gave it; a signal from the latest day, whoever read it.
LASTING = ("title", "arxiv_id", "abstract", "authors", "organisation", "published_on", "keywords", "urls")
SIGNALS = ("votes", "comments", "stars")
COLUMNS = (*LASTING, *SIGNALS, "listed_on")
RESCORED_FOR = timedelta(days=60)  # how far back a topic whose phrases were edited is scored again


@dataclass(frozen=True)
class Stored:
    """How many papers a page brought that were not there before, and how many it changed."""

    new: int
    updated: int


def merge_papers(listings: Sequence[Listing], source: str, reading: str, day: date, now: datetime) -> Stored:
    """Remember a source's day. The same again changes nothing; a lower reading overwrites no higher one; what a
    reading does not say blanks nothing."""
    known = {listing.key for listing in listings} & _keys_known(listings)
    papers = _insert_new(listings, known, day, now)
    said = _record_sightings(papers, listings, source, reading, day)
    changed = [paper for key, paper in papers.items() if _take_best(paper, said[paper.pk])]
    Paper.objects.bulk_update(changed, COLUMNS)
    score_topics([paper for paper in papers.values() if paper in changed or paper.key not in known])
    return Stored(new=len(papers) - len(known), updated=sum(paper.key in known for paper in changed))


def _keys_known(listings: Iterable[Listing]) -> set[str]:
    keys = [listing.key for listing in listings]
    return set(Paper.objects.filter(key__in=keys).values_list("key", flat=True))


def _insert_new(listings: Iterable[Listing], known: set[str], day: date, now: datetime) -> dict[str, Paper]:
    rows = {listing.key: _row(listing, day, now) for listing in listings if listing.key not in known}
    Paper.objects.bulk_create(rows.values(), ignore_conflicts=True)  # Another process may be at the same day.
    found = Paper.objects.filter(key__in=[listing.key for listing in listings])
    return {paper.key: paper for paper in found}


def _row(listing: Listing, day: date, now: datetime) -> Paper:
    paper = Paper(key=listing.key, first_seen_at=now, listed_on=day)
    _set(paper, listing.facts())
    return paper


def _record_sightings(
    papers: Mapping[str, Paper], listings: Iterable[Listing], source: str, reading: str, day: date
) -> dict[int, list[Sighting]]:
    """Every sighting of these papers, this one included: paper's key -> sightings."""
    sightings: dict[int, list[Sighting]] = defaultdict(list)
    for sighting in Sighting.objects.filter(paper__in=papers.values()):
        sightings[sighting.paper_id].append(sighting)
    fresh = []
    for rank, listing in enumerate(listings, start=1):
        of_paper = sightings[papers[listing.key].pk]
        if not (of_day := [one for one in of_paper if (one.source, one.day) == (source, day)]):
            of_day = [Sighting(paper=papers[listing.key], source=source, day=day)]
            of_paper += of_day
        sighting = of_day[0]
        sighting.rank, sighting.facts = rank, sighting.facts | {reading: listing.facts()}
        fresh.append(sighting)
    Sighting.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["paper", "source", "day"], update_fields=["rank", "facts"]
    )
    return sightings


def _take_best(paper: Paper, sightings: Iterable[Sighting]) -> bool:
    """Set the columns to the best that was said; whether that changed any."""
    before = [getattr(paper, column) for column in COLUMNS]
    said = [
        (PRECEDENCE.index(f"{sighting.source}:{reading}"), -sighting.day.toordinal(), facts)
        for sighting in sightings
        for reading, facts in sighting.facts.items()
    ]
    best_first = [facts for *_, facts in sorted(said, key=lambda one: one[:2])]
    latest_first = [facts for *_, facts in sorted(said, key=lambda one: (one[1], one[0]))]
    _set(paper, _first_said(LASTING, best_first) | _first_said(SIGNALS, latest_first))
    paper.listed_on = max(sighting.day for sighting in sightings)
    return before != [getattr(paper, column) for column in COLUMNS]


def _first_said(fields: Iterable[str], facts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Each field as the first of the facts has it that has it at all."""
    said: dict[str, Any] = {}
    for one in facts:
        said = {field: one[field] for field in fields if field in one} | said
    return said


def _set(paper: Paper, facts: Mapping[str, Any]) -> None:
    for field, value in facts.items():
        setattr(paper, field, date.fromisoformat(value) if field == "published_on" else value)


# ------------------------------------------------------------------------------------------------------------- topics


def score_topics(papers: Sequence[Paper], topics: Sequence[Topic] | None = None) -> None:
    """Write anew what these papers are about, for these topics only or for all."""
    if not papers:
        return
    topics = list(Topic.objects.all()) if topics is None else topics
    phrases = Phrases((topic.pk, phrase) for topic in topics for phrase in topic.phrases)
    scores = [
        PaperTopic(paper=paper, topic_id=hit.topic, score=hit.score, phrase=hit.phrase)
        for paper in papers
        for hit in phrases.hits(paper.title, paper.abstract)
    ]
    PaperTopic.objects.filter(paper__in=papers, topic__in=topics).delete()
    PaperTopic.objects.bulk_create(scores, ignore_conflicts=True)


def score_edited_topics(now: datetime) -> None:
    """Topics that are new, or whose phrases were edited, over the recent papers."""
    if not (topics := list(Topic.objects.filter(scored_at=None))):
        return
    recent = Paper.objects.listed_within(RESCORED_FOR, now).order_by("pk")
    last = 0
    while papers := list(recent.filter(pk__gt=last)[:500]):
        score_topics(papers, topics)
        last = papers[-1].pk
    Topic.objects.filter(pk__in=[topic.pk for topic in topics]).update(scored_at=now)
