"""One work, one row: which listings and rows are one work, and how rows that turn out to be one are joined."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from papers import database, identifiers
from papers.models import ContentVersion, Paper, Signal
from papers.sources.base import Listing


@dataclass(eq=False)
class Work:
    """What is one: the keys of its listings, and its rows, of which the first is to stay."""

    rows: list[Paper] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def known_papers(listings: Sequence[Listing]) -> dict[str, Paper]:
    """Listing's key -> the row of its work, where there is one. Rows that turn out to be one work are joined."""
    known: dict[str, Paper] = {}
    for work in _works(listings):
        kept, *others = work.rows
        for other in others:
            _join(kept, other)
        known |= dict.fromkeys(work.keys, kept)
    return known


def _works(listings: Sequence[Listing]) -> list[Work]:
    """The works of which there are rows: listings and rows that have an arXiv id, a key or a DOI in common."""
    rows = Paper.objects.filter(
        Q(key__in=[one.key for one in listings if one.key != identifiers.arxiv_key(one.arxiv_id or "")])
        | Q(arxiv_id__in=[one.arxiv_id for one in listings if one.arxiv_id])
        | Q(doi__in=[one.doi for one in listings if one.doi])
    )
    works = {row.pk: Work([row]) for row in rows}
    by_arxiv_id = {row.arxiv_id: row.pk for row in rows if row.arxiv_id}
    by_key = {row.key: row.pk for row in rows}
    by_doi = {row.doi: row.pk for row in rows if row.doi}
    for one in listings:
        same = [works.get(by_arxiv_id.get(one.arxiv_id or "", 0)), works.get(by_key.get(one.key, 0))]
        by_its_doi = works.get(by_doi.pop(one.doi or "", 0))  # Another with the same DOI is another work.
        # Authors give wrong DOIs, and two may give the same: another arXiv paper is another work.
        if by_its_doi and (not one.arxiv_id or {row.arxiv_id for row in by_its_doi.rows} <= {None, one.arxiv_id}):
            same.append(by_its_doi)
        work = Work(keys=[one.key])
        for part in dict.fromkeys(filter(None, same)):
            work.rows += part.rows
            work.keys += part.keys
        works |= dict.fromkeys((row.pk for row in work.rows), work)
    return [work for work in dict.fromkeys(works.values()) if work.keys]


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
    delete_papers(Paper.objects.filter(pk=gone.pk))


def delete_papers(papers: QuerySet[Paper]) -> None:
    """Remove papers with all that hangs on them; none of them is found any more."""
    database.remove_from_index([paper for (paper,) in papers.values_list("pk")])
    gone, _ = papers.delete()
    if gone:
        ContentVersion.objects.move()
