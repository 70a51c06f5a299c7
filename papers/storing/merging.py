"""A source's day becomes rows: new papers, sightings with what was said, and columns that are the best of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from papers import database
from papers.models import ContentVersion, Paper, PaperTopic, Sighting, Topic
from papers.sources import huggingface
from papers.sources.base import Listing
from papers.storing import announcing, signals, topics
from papers.storing.facts import LASTING, owners_of, take_best
from papers.storing.joining_works import known_papers
from papers.storing.signals import SIGNALS

FACTS_KEPT = tuple(name for name in (*LASTING, *SIGNALS) if name != "doi")  # as they are, without a second look
EMPTY = {name: getattr(Paper(), name) for name in FACTS_KEPT}  # where nothing was said
SIGHTING = ("paper_id", "source", "day", "rank", "announced", "read_at", "latest", "facts")
IDS = ("arxiv_id", "doi")  # written apart: to change a unique column locks a row against letters that name it
COLUMNS = (*LASTING, *SIGNALS, "on_hugging_face", "listed_on", "first_seen_at")
UNDERSTOOD = ("title", "abstract", "authors")  # what a paper's terms and vector are made of


@dataclass(frozen=True)
class Merged:
    """How many papers a page brought that were not there before, how many it changed, and of a day that was read, how
    many are announced on it by now."""

    new: int = 0
    updated: int = 0
    announced: int = 0


@transaction.atomic
def merge_day(listings: Sequence[Listing], source: str, reading: str, day: date, now: datetime) -> Merged:
    """Remember a source's day that was read whole: as merge_papers, and papers that were new on it, of which only
    later lists have spoken so far, are announced on it and no longer on those."""
    merged = merge_papers(listings, source, reading, day, now)
    belated = list(Paper.objects.filter(pk__in=announcing.belated(source, day).values("paper")))
    if belated:
        there = Sighting.objects.filter(source=source, paper__in=belated)
        there.filter(day__gt=day).update(announced=False)
        there.filter(day=day).update(announced=True)
        ContentVersion.objects.move()
    updated = merged.updated + _update(belated, _sightings_of(belated), now)
    announced = announcing.recount(source, {day, *(one.announced_on for one in listings if one.announced_on)})
    return Merged(merged.new, updated, announced.get(day, 0))


@transaction.atomic
def merge_papers(listings: Sequence[Listing], source: str, reading: str, day: date, now: datetime) -> Merged:
    """Remember what a source's day says of papers. The same again changes nothing; a less trusted reading overwrites
    no better one; what a reading does not say blanks nothing."""
    if not listings:
        return Merged()
    database.take_turns(database.STORING)  # Two sources often list the same new paper within the same second.
    known = known_papers(listings)
    once: dict[object, Listing] = {}
    for one in listings:  # A list may name a work twice, by different names.
        once.setdefault(known[one.key].pk if one.key in known else one.arxiv_id or one.key, one)
    listings = sorted(once.values(), key=lambda one: not one.announced)  # Ranks are of what is news.
    read = announcing.days_read(source, listings)
    fresh = [listing for listing in listings if listing.key not in known]
    keys = {key: paper.pk for key, paper in known.items()} | _insert(fresh, source, day, read, now)
    papers = list(dict.fromkeys(known.values()))
    said = _record_sightings(listings, keys, papers, (source, reading, day), read, now)
    database.count_anew(len(fresh), Paper, PaperTopic, Sighting)
    return Merged(new=len(fresh), updated=_update(papers, said, now))


def _insert(listings: Sequence[Listing], source: str, day: date, read: set[date], now: datetime) -> dict[str, int]:
    """New papers with their topics and first signals: listing's key -> paper's key."""
    if not listings:
        return {}
    new_keys = database.new_keys(Paper, len(listings))
    keys = dict(zip([listing.key for listing in listings], new_keys, strict=True))
    phrases, hits = topics.phrases_of(Topic.objects.all()), {}
    taken = set(owners_of({listing.doi for listing in listings if listing.doi}))

    def rows() -> Iterator[database.Row]:
        for listing in listings:  # Read for their topics while the database takes in those before.
            hits[keys[listing.key]] = phrases.hits(listing.title, listing.abstract or "")
            doi = None if listing.doi in taken else listing.doi
            taken.add(doi or "")
            said = [EMPTY[name] if (value := getattr(listing, name)) is None else value for name in FACTS_KEPT]
            news_on = announcing.day_of_news(listing, day, read)
            yield (keys[listing.key], listing.key, doi, now, news_on, "", source in huggingface.NAMES, *said)

    database.insert(
        Paper, ("id", "key", "doi", "first_seen_at", "listed_on", "terms", "on_hugging_face", *FACTS_KEPT), rows()
    )
    topics.insert_scores(hits)
    signals.begin_signals(((keys[listing.key], listing) for listing in listings), now)
    return keys


# Every listing's rows are made by one look at what was said before, and written together.
def _record_sightings(
    listings: Iterable[Listing],
    keys: Mapping[str, int],
    papers: Iterable[Paper],
    where: tuple[str, str, date],
    read: set[date],
    now: datetime,
) -> dict[int, list[Sighting]]:
    """Every sighting of the papers known before, this one included: paper's key -> sightings. One that says what it
    said already is not written again."""
    source, reading, day = where
    said = _sightings_of(papers)
    new, changed = [], []
    for rank, listing in enumerate(listings, start=1):
        key, facts = keys[listing.key], listing.facts()
        before = [one for one in said.get(key, ()) if one.source == source]
        news_on = announcing.day_of_news(listing, day, read, before)
        here = next((one for one in before if one.day == day), None)
        if here and here.take_in(reading, facts, rank, news_on == day, now):
            changed.append(here)
        rows = [] if here else [(key, source, day, rank, news_on == day, now, reading, {reading: facts})]
        if own_day := announcing.own_day(listing, day, read, before):
            rows.append((key, source, own_day, rank, news_on == own_day, now, "", {}))
        new += rows
        if key in said:
            said[key] += [Sighting(**dict(zip(SIGHTING, row, strict=True))) for row in rows]
    database.insert(Sighting, SIGHTING, new)
    database.update(Sighting, changed, ("rank", "announced", "read_at", "latest", "facts"))
    if new or changed:
        ContentVersion.objects.move()
    return said


def _sightings_of(papers: Iterable[Paper]) -> dict[int, list[Sighting]]:
    said: dict[int, list[Sighting]] = {paper.pk: [] for paper in papers}
    for sighting in Sighting.objects.filter(paper__in=list(said)) if said else ():
        said[sighting.paper_id].append(sighting)
    return said


def _update(papers: Sequence[Paper], said: Mapping[int, Sequence[Sighting]], now: datetime) -> int:
    """Papers that were there before, as what is said of them has it by now; how many that changed."""
    before = {paper.pk: {name: getattr(paper, name) for name in COLUMNS} for paper in papers}

    def changed(among: Sequence[Paper], names: Iterable[str]) -> list[Paper]:
        return [paper for paper in among if any(getattr(paper, name) != before[paper.pk][name] for name in names)]

    facts = [facts for paper in papers for sighting in said[paper.pk] for facts in sighting.facts.values()]
    owners = owners_of({one["doi"] for one in facts if "doi" in one})
    for paper in papers:
        take_best(paper, said[paper.pk], owners, now)
    updated = changed(papers, COLUMNS)
    database.update(Paper, updated, [name for name in COLUMNS if name not in IDS])
    Paper.objects.bulk_update(changed(updated, IDS), IDS)
    signals.record_signals(changed(updated, SIGNALS), now)
    topics.score_topics(changed(updated, ("title", "abstract")))
    if said_anew := [paper.pk for paper in changed(updated, UNDERSTOOD)]:
        # By the first understanding.keep_up finds them; the second was of what they said before.
        Paper.objects.filter(pk__in=said_anew).update(terms="", in_short="")
        database.remove_from_index(said_anew)
    if updated:
        ContentVersion.objects.move()
    return len(updated)
