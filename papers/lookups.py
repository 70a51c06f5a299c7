"""Papers that somebody asks for by name: their source is asked for them, a few at a time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from papers import collecting, identifiers, site_clock, storing
from papers.collecting import AFTER_A_FAILURE, WHILE_UNREACHABLE, Collected
from papers.models import Lookup, Paper
from papers.sources import reading, web
from papers.sources.base import Page, Records, Source, SourceError
from papers.sources.reading import Fetch

ASKED_AGAIN_AFTER = timedelta(days=1)  # what a source did not know then, it may know by now
MOST_TRIES = 6  # of one whose answers are not understood, the last after some 16 hours; then it is unknown


def ask_for(keys: Iterable[str], now: datetime) -> None:
    """Papers that somebody wants and that we may not have: they are looked up by the next `look_up`."""
    keys = set(keys)
    missing = sorted(keys - set(Paper.objects.filter(key__in=keys).values_list("key", flat=True)))
    rows = [Lookup(key=key, asked_at=now, next_try_at=now) for key in missing]
    Lookup.objects.bulk_create(rows, ignore_conflicts=True)
    stale = Lookup.objects.filter(key__in=missing, answered_at__lt=now - ASKED_AGAIN_AFTER)
    stale = stale.exclude(outcome=Lookup.Outcome.WAITING)  # One that was found may be gone, or have another title.
    stale.update(outcome=Lookup.Outcome.WAITING, next_try_at=now, tries=0)


def collect_and_look_up(source: Source) -> Iterator[Collected]:
    """Collect the days that are due, and before each look up what is asked for: a new site's past takes long, and
    somebody is waiting."""
    look_up(source, site_clock.now())
    for collected in collecting.collect_due(source):
        yield collected
        look_up(source, site_clock.now())


def look_up(source: Source, now: datetime, fetch: Fetch = web.get) -> list[Lookup]:
    """Ask the source for some of the papers that are waiting to be looked up; those that were answered. At most one
    request for each way of naming them."""
    answered: list[Lookup] = []
    for records in source.records:
        if not (asked := Lookup.objects.next_for(records.kind, records.at_once, now)):
            continue
        try:
            page = reading.read_records(records, [identifiers.named_by(one.key) for one in asked], fetch)
        except web.Unavailable as problem:
            until = site_clock.of_site(problem.retry_at) if problem.retry_at else now + WHILE_UNREACHABLE
            Lookup.objects.put_off(asked, until)
            break  # Another question would fare no better.
        except SourceError:
            if asked[0].tries < MOST_TRIES:
                wait = AFTER_A_FAILURE * 2 ** min(asked[0].tries, 5)
                Lookup.objects.put_off(asked, now + wait, failed=True)
                continue
            page = Page([])
        with transaction.atomic():
            answered += _answer(source, records, asked, page, now)
    return answered


def _answer(source: Source, records: Records, asked: Sequence[Lookup], page: Page, now: datetime) -> Sequence[Lookup]:
    """Of those asked for that were answered, what was found is stored, and known to whoever asked."""
    by_name = {records.folded(records.named(one) or ""): one for one in reversed(page.listings)}
    found = {one: by_name.get(records.folded(identifiers.named_by(one.key))) for one in asked}
    if (page.cut or page.odd) and len(asked) > 1:  # What others crowded out, or was left out, is asked for alone.
        missing = [one for one, listing in found.items() if not listing]
        Lookup.objects.put_off(missing, now + AFTER_A_FAILURE if page.odd else now, failed=True)
        asked = [one for one in asked if one not in missing]
    there = [listing for listing in found.values() if listing]
    storing.merge_papers(there, source.name, records.name, now.date(), now)
    ids = [listing.arxiv_id for listing in there]
    keys = dict(Paper.objects.filter(arxiv_id__in=ids).values_list("arxiv_id", "key"))
    for one in asked:
        one.answered_at, listing = now, found[one]
        one.outcome = Lookup.Outcome.FOUND if listing else Lookup.Outcome.UNKNOWN
        if listing and (key := keys.get(listing.arxiv_id, one.key)) != one.key:
            for path in settings.PAPERS_FOUND:
                import_string(path)(one.key, key)
    Lookup.objects.bulk_update(asked, ["outcome", "answered_at"])
    return asked
