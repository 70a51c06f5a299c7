"""What sources say, as rows: many at once, in a number of queries that does not depend on how many."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.module_loading import import_string

from papers import database, sources
from papers.models import Paper, PaperTopic, Sighting, Signal, Topic
from papers.sources.base import Listing
from papers.text.phrases import Hit, Phrases

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
)
SIGNALS = ("votes", "comments", "stars")
FACTS_KEPT = tuple(name for name in (*LASTING, *SIGNALS) if name != "doi")  # as they are, without a second look
EMPTY = {name: getattr(Paper(), name) for name in FACTS_KEPT}  # where nothing was said
SIGHTING = ("paper_id", "source", "day", "rank", "announced", "read_at", "latest", "facts")
IDS = ("arxiv_id", "doi")  # written apart: to change a unique column locks a row against letters that name it
COLUMNS = (*LASTING, *SIGNALS, "listed_on", "first_seen_at")
UNDERSTOOD = ("title", "abstract", "authors")  # what a paper's terms and vector are made of
RESCORED_FOR = timedelta(days=60)  # how far back a topic whose phrases were edited is scored again
SIGNALS_IN_FULL = timedelta(days=3)  # then a paper's signals are thinned to the last of each day,
SIGNALS_KEPT = timedelta(days=730)  # and at last forgotten
MERGING = 7_301_853_026  # PostgreSQL's name of the lock below: any number that nothing else uses


@dataclass(frozen=True)
class Stored:
    """How many papers a page brought that were not there before, and how many it changed."""

    new: int = 0
    updated: int = 0


@transaction.atomic
def merge_papers(listings: Sequence[Listing], source: str, reading: str, day: date, now: datetime) -> Stored:
    """Remember a source's day. The same again changes nothing; a less trusted reading overwrites no better one; what
    a reading does not say blanks nothing."""
    if not listings:
        return Stored()
    _one_at_a_time()
    known = _known(listings)
    listings = sorted(
        _once_each_work(listings, known), key=lambda one: not one.announced
    )  # Ranks are of what is news.
    fresh = [listing for listing in listings if listing.key not in known]
    keys = {key: paper.pk for key, paper in known.items()} | _insert(fresh, day, now)
    rows = list({paper.pk: paper for paper in known.values()}.values())
    said = _record_sightings(keys, rows, listings, (source, reading, day), now)
    return Stored(new=len(fresh), updated=_update(rows, said, now))


def _update(papers: Sequence[Paper], said: Mapping[int, Sequence[Sighting]], now: datetime) -> int:
    """Papers that were there before, as what is said of them has it by now; how many that changed."""
    before = {paper.pk: _columns(paper) for paper in papers}
    owners = _owners({doi for paper in papers for doi in _dois(said[paper.pk])})
    for paper in papers:
        _take_best(paper, said[paper.pk], owners, now)
    changed = [paper for paper in papers if _columns(paper) != before[paper.pk]]
    database.update(Paper, changed, [name for name in COLUMNS if name not in IDS])
    Paper.objects.bulk_update([paper for paper in changed if _differs(paper, before[paper.pk], IDS)], IDS)
    _record_signals([paper for paper in changed if _differs(paper, before[paper.pk], SIGNALS)], now)
    score_topics([paper for paper in changed if _differs(paper, before[paper.pk], ("title", "abstract"))])
    _understand_anew([paper.pk for paper in changed if _differs(paper, before[paper.pk], UNDERSTOOD)])
    return len(changed)


def _one_at_a_time() -> None:
    """Two sources often list the same new paper within the same second. SQLite lets one write at a time anyway."""
    database.take_turns(MERGING)


# --------------------------------------------------------------------------------------------------- one work, one row


def _known(listings: Sequence[Listing]) -> dict[str, Paper]:
    """Listing's key -> the row of its work, where there is one. Rows that turn out to be one work are joined."""
    rows = _with_any_name_of(listings)
    by_name: dict[tuple[str, str], Paper] = {("arxiv", row.arxiv_id): row for row in rows if row.arxiv_id} | {
        ("key", row.key): row for row in rows
    }
    by_doi = {row.doi: row for row in rows if row.doi}
    known: dict[str, Paper] = {}
    for listing in listings:
        named = [by_name.get(("arxiv", listing.arxiv_id or "")), by_name.get(("key", listing.key))]
        same = [row for row in named if row] + _same_by_doi(listing, by_doi)
        by_doi.pop(listing.doi or "", None)  # Another with the same DOI is another work.
        if not same:
            continue
        known[listing.key] = same[0]
        for other in same[1:]:
            if other.pk != same[0].pk:
                _join(same[0], other)
                for names in (by_name, by_doi, known):
                    _rename(names, other, same[0])
    return known


def _with_any_name_of(listings: Sequence[Listing]) -> list[Paper]:
    return list(
        Paper.objects.filter(
            Q(key__in=[listing.key for listing in listings if listing.key != f"arxiv:{listing.arxiv_id}"])
            | Q(arxiv_id__in=[listing.arxiv_id for listing in listings if listing.arxiv_id])
            | Q(doi__in=[listing.doi for listing in listings if listing.doi])
        )
    )


def _rename(names: dict[Any, Paper], gone: Paper, kept: Paper) -> None:
    names.update({name: kept for name, row in names.items() if row is gone})


def _once_each_work(listings: Sequence[Listing], known: Mapping[str, Paper]) -> list[Listing]:
    """The first listing of each work, should a list name one twice by different names."""
    works: dict[object, Listing] = {}
    for one in listings:
        works.setdefault(known[one.key].pk if one.key in known else one.arxiv_id or one.key, one)
    return list(works.values())


def _same_by_doi(listing: Listing, by_doi: Mapping[str, Paper]) -> list[Paper]:
    """The row with this DOI, unless it is another arXiv paper: authors give wrong DOIs, and two may give the same."""
    row = by_doi.get(listing.doi or "")
    return [row] if row and (not row.arxiv_id or not listing.arxiv_id or row.arxiv_id == listing.arxiv_id) else []


def _join(kept: Paper, gone: Paper) -> None:
    """Two rows are one work: whatever hangs on the second moves to the first, in the rooms above as well."""
    there = {(one.source, one.day): one for one in kept.sightings.all()}
    for sighting in gone.sightings.all():
        if twin := there.get((sighting.source, sighting.day)):
            twin.facts = sighting.facts | twin.facts
            twin.save(update_fields=["facts"])
        else:
            sighting.paper = kept
            sighting.save(update_fields=["paper"])
    twins = Signal.objects.filter(paper=kept, at=OuterRef("at"))
    Signal.objects.filter(~Exists(twins), paper=gone).update(paper=kept)
    for path in settings.PAPERS_JOINED:
        import_string(path)(kept.pk, gone.pk)
    forget(Paper.objects.filter(pk=gone.pk))


def _insert(listings: Sequence[Listing], day: date, now: datetime) -> dict[str, int]:
    """New papers with their topics and first signals: listing's key -> paper's key."""
    if not listings:
        return {}
    keys = dict(zip([listing.key for listing in listings], database.new_keys(Paper, len(listings)), strict=True))
    phrases, hits = _phrases(Topic.objects.all()), {}
    taken = set(_owners({listing.doi for listing in listings if listing.doi}))

    def rows() -> Iterator[database.Row]:
        for listing in listings:  # Read for their topics while the database takes in those before.
            hits[keys[listing.key]] = phrases.hits(listing.title, listing.abstract or "")
            doi = None if listing.doi in taken else listing.doi
            taken.add(doi or "")
            said = [EMPTY[name] if (value := getattr(listing, name)) is None else value for name in FACTS_KEPT]
            yield (keys[listing.key], listing.key, doi, now, day if listing.announced else None, "", *said)

    database.insert(Paper, ("id", "key", "doi", "first_seen_at", "listed_on", "terms", *FACTS_KEPT), rows())
    _insert_scores(hits)
    _insert_signals([(keys[one.key], one) for one in listings if one.votes or one.comments or one.stars], now)
    return keys


# -------------------------------------------------------------------------------------------------- the index of words


def forget(papers: QuerySet[Paper]) -> None:
    """Remove papers with all that hangs on them; none of them is found any more."""
    _take_out([paper for (paper,) in papers.values_list("pk")])
    papers.delete()


def _understand_anew(papers: Sequence[int]) -> None:
    """Papers that say something else now: understanding.keep_up finds them by their lack of terms."""
    if papers:
        Paper.objects.filter(pk__in=papers).update(terms="")
        _take_out(papers)


def _take_out(papers: Iterable[int]) -> None:
    """On SQLite the index is a table of its own; PostgreSQL's follows the column by itself."""
    database.remove_from_index(papers)


# ------------------------------------------------------------------------------------------------- sightings and facts


def _record_sightings(
    keys: Mapping[str, int],
    known: Iterable[Paper],
    listings: Iterable[Listing],
    where: tuple[str, str, date],
    now: datetime,
) -> dict[int, list[Sighting]]:
    """Every sighting of the papers known before, this one included: paper's key -> sightings. One that says what it
    said already is not written again."""
    source, reading, day = where
    said = _said_of(known)
    new, changed = [], []
    for rank, listing in enumerate(listings, start=1):
        key, facts = keys[listing.key], listing.facts()
        here = next((one for one in said.get(key, ()) if (one.source, one.day) == (source, day)), None)
        announced = listing.announced and not (listing.once and _announced_before(said.get(key, ()), source, day))
        if here is None:
            new.append((key, source, day, rank, announced, now, reading, {reading: facts}))
            if key in said:
                said[key].append(Sighting(**dict(zip(SIGHTING, new[-1], strict=True))))
        elif _says_more(here, rank, announced, facts, reading):
            if announced or not here.announced:  # Once announced it stays so, at its place.
                here.rank, here.announced = rank, announced
            here.read_at, here.latest, here.facts = now, reading, here.facts | {reading: facts}
            changed.append(here)
    database.insert(Sighting, SIGHTING, new)
    database.update(Sighting, changed, ("rank", "announced", "read_at", "latest", "facts"))
    return said


def _said_of(papers: Iterable[Paper]) -> dict[int, list[Sighting]]:
    said: dict[int, list[Sighting]] = {paper.pk: [] for paper in papers}
    for sighting in Sighting.objects.filter(paper__in=list(said)) if said else ():
        said[sighting.paper_id].append(sighting)
    return said


def _announced_before(sightings: Iterable[Sighting], source: str, day: date) -> bool:
    return any(one.announced and one.source == source and one.day < day for one in sightings)


def _says_more(here: Sighting, rank: int, announced: bool, facts: Mapping[str, Any], reading: str) -> bool:
    is_news = announced and (here.rank, here.announced) != (rank, True)
    return is_news or here.facts.get(reading) != facts


def _take_best(paper: Paper, sightings: Sequence[Sighting], owners: dict[str, int], now: datetime) -> None:
    """Set the columns to the best that was said. `owners` says whose each DOI is."""
    said = [(sighting, name, facts) for sighting in sightings for name, facts in sighting.facts.items()]
    best = sorted(said, key=lambda one: (_trust(one[0], one[1]), -one[0].day.toordinal(), one[0].source, one[1]))
    last = sorted(said, key=lambda one: (one[0].read_at, one[0].day, one[1] == one[0].latest), reverse=True)
    facts = _first_said(LASTING, [one[2] for one in best]) | _first_said(SIGNALS, [one[2] for one in last])
    if (doi := facts.get("doi")) and owners.setdefault(doi, paper.pk) != paper.pk:
        del facts["doi"]
    _set(paper, facts)
    listed_on = max((sighting.day for sighting in sightings if sighting.announced), default=None)
    if paper.listed_on is None and listed_on:  # Known of before, but new to readers only now.
        paper.first_seen_at = now
    paper.listed_on = listed_on


def _trust(sighting: Sighting, reading: str) -> int:
    return sources.trust(sighting.source, reading)


def _first_said(names: Iterable[str], facts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Each fact as the first has it that has it at all."""
    said = {}
    for name in names:
        for one in facts:
            if name in one:
                said[name] = one[name]
                break
    return said


def _dois(sightings: Iterable[Sighting]) -> set[str]:
    return {facts["doi"] for sighting in sightings for facts in sighting.facts.values() if "doi" in facts}


def _owners(dois: set[str]) -> dict[str, int]:
    """Whose each of these DOIs is already: DOI -> paper's key."""
    return {row.doi: row.pk for row in Paper.objects.filter(doi__in=dois).only("doi") if row.doi} if dois else {}


def _set(paper: Paper, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name == "published_on" and isinstance(value, str):
            value = date.fromisoformat(value)
        setattr(paper, name, value)


def _columns(paper: Paper) -> dict[str, Any]:
    return {column: getattr(paper, column) for column in COLUMNS}


def _differs(paper: Paper, before: Mapping[str, Any], names: Iterable[str]) -> bool:
    return any(getattr(paper, name) != before[name] for name in names)


# ------------------------------------------------------------------------------------------------------------- signals


def _insert_signals(said: Iterable[tuple[int, Listing]], now: datetime) -> None:
    """The first point of the series of new papers of whose readers something is known."""
    points = [(key, now, one.votes or 0, one.comments or 0, one.stars) for key, one in said]
    database.insert(Signal, ("paper", "at", *SIGNALS), points)


def _record_signals(papers: Iterable[Paper], now: datetime) -> None:
    """A point of the series for papers whose readers did something."""
    points = [Signal(paper=paper, at=now, **{name: getattr(paper, name) for name in SIGNALS}) for paper in papers]
    Signal.objects.bulk_create(
        points, update_conflicts=True, unique_fields=["paper", "at"], update_fields=list(SIGNALS)
    )


def thin_signals(now: datetime) -> None:
    """Of the signals that have become old keep each paper's last of each day (UTC); forget those of years ago."""
    later = Signal.objects.annotate(on=TruncDate("at")).filter(
        paper=OuterRef("paper"), on=OuterRef("on"), at__gt=OuterRef("at")
    )
    aged = Signal.objects.filter(at__lt=now - SIGNALS_IN_FULL)
    superfluous = aged.annotate(on=TruncDate("at")).filter(Exists(later))
    Signal.objects.filter(pk__in=superfluous.values("pk")).delete()
    Signal.objects.filter(at__lt=now - SIGNALS_KEPT).delete()


# -------------------------------------------------------------------------------------------------------------- topics


def score_topics(papers: Sequence[Paper], topics: Sequence[Topic] | None = None) -> None:
    """Write anew what these papers are about, for these topics only or for all."""
    if not papers:
        return
    topics = list(Topic.objects.all()) if topics is None else topics
    phrases = _phrases(topics)
    PaperTopic.objects.filter(paper__in=papers, topic__in=topics).delete()
    _insert_scores({paper.pk: phrases.hits(paper.title, paper.abstract) for paper in papers})


def _phrases(topics: Iterable[Topic]) -> Phrases:
    return _prepared(tuple((topic.pk, tuple(topic.phrases)) for topic in topics))


@lru_cache(maxsize=4)
def _prepared(topics: tuple[tuple[int, tuple[str, ...]], ...]) -> Phrases:
    return Phrases((topic, phrase) for topic, phrases in topics for phrase in phrases)


def _insert_scores(hits: Mapping[int, Iterable[Hit]]) -> None:
    rows = ((paper, hit.topic, hit.score, hit.phrase) for paper, found in hits.items() for hit in found)
    database.insert(PaperTopic, ("paper", "topic", "score", "phrase"), rows)


def score_edited_topics(now: datetime) -> None:
    """Topics that are new, or whose phrases were edited, over the recent papers."""
    if not (topics := list(Topic.objects.filter(scored_at=None))):
        return
    recent, last = Paper.objects.listed_within(RESCORED_FOR, now).order_by("pk"), 0
    of_these = Topic.objects.filter(pk__in=[topic.pk for topic in topics])
    while papers := list(recent.filter(pk__gt=last)[:500]):
        with transaction.atomic():
            _one_at_a_time()
            if not of_these.filter(scored_at=None).exists():  # Another process was at it.
                return
            score_topics(papers, topics)
        last = papers[-1].pk
    of_these.update(scored_at=now)
