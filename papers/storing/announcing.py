"""On which day a paper is news, where a list of what changed speaks of papers that were new on an earlier day's list.

Each is announced on its own day once that day's list was read, whichever of the two lists was read first. So long, it
has a sighting on its own day in which no reading spoke.
"""

from collections.abc import Collection as Days
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from papers.models import Collection, Sighting
from papers.sources.base import Listing

AWAITED_FOR = timedelta(days=60)  # at most: longer than a new site looks back, and its days come latest first


def days_read(source: str, listings: Iterable[Listing]) -> set[date]:
    """Of the days on whose lists these papers were new, those that were read and had papers."""
    days = {listing.announced_on for listing in listings if listing.announced_on}
    found = Collection.objects.of(source, days).filter(listed__gt=0) if days else Collection.objects.none()
    return set(found.values_list("day", flat=True))


def day_of_news(listing: Listing, day: date, read: Days[date], before: Iterable[Sighting] = ()) -> date | None:
    """The day on which a paper on this day's list is announced; None where it is no news. `before` are its sightings
    by the list's source."""
    if listing.announced_on and any(one.announced and one.day < day for one in before):
        return None
    return listing.announced_on if listing.announced_on in read else day if listing.announced else None


def own_day(listing: Listing, day: date, read: Days[date], before: Iterable[Sighting] = ()) -> date | None:
    """The earlier day on which a paper on this day's list was new, if it is or may still be announced on that."""
    on = listing.announced_on
    if not on or on == day or any(one.announced or one.day == on for one in before):
        return None
    return on if on in read or day - on <= AWAITED_FOR else None


def belated(source: str, day: date) -> QuerySet[Sighting]:
    """The papers that were new on this day, and of which only later lists have spoken."""
    return Sighting.objects.filter(source=source, day=day, facts={}, announced=False)


def recount(source: str, days: Iterable[date]) -> dict[date, int]:
    """How many papers were announced on these days, 0 left out; the records of days that were read say so too."""
    found = Sighting.objects.filter(source=source, day__in=list(days), announced=True)
    counts = dict(found.values_list("day").annotate(Count("pk")))
    rows = list(Collection.objects.of(source, counts).filter(listed__gt=0))
    for row in rows:
        row.listed = counts[row.day]
    Collection.objects.bulk_update(rows, ["listed"])
    return counts
