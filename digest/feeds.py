"""A reader's digests as a feed: the papers of their emails, in the same order. Nothing is matched anew."""

from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from digest.letters import wording
from digest.letters.ledger import brought
from digest.models import ARRIVED
from papers.feeds import Entry, Feed
from papers.models import Paper
from subscriptions.models import Letter, Subscriber

MOST, MOST_LETTERS = 120, 30  # papers, as in the public feeds, of so many digests
APART = timedelta(seconds=1)


def of(reader: Subscriber) -> Feed:
    """The latest digest first. It names neither its address, which only its reader is to pass on, nor the reader."""
    letters = reader.letters.filter(kind__in=("welcome", "digest"), state__in=ARRIVED)
    latest = list(letters.order_by("-planned_at", "-pk").only("planned_at", "contents", "message_id")[:MOST_LETTERS])
    keys = [item["paper"] for letter in latest for item in brought(letter)][:MOST]
    papers = Paper.objects.for_lists().in_bulk(keys)
    entries = [entry for letter in latest for entry in _entries(letter, papers, reader.feed_reasons)]
    name = uuid5(NAMESPACE_URL, f"{settings.SITE_URL} {reader.feed_key}")
    return Feed(gettext("Your digest"), reverse("subscriptions:preferences"), "", entries, name.urn)


def _entries(letter: Letter, papers: Mapping[int, Paper], with_reasons: bool) -> Iterator[Entry]:
    """Of a letter's papers that are still here, each a second before the one above it, as many readers sort by that.
    Their ids are the letter's own, as some show an entry only once, in whichever of their feeds had it last."""
    at = letter.planned_at.astimezone(UTC).replace(microsecond=0)
    for place, item in enumerate(brought(letter)):
        if paper := papers.get(item["paper"]):
            why = wording.reason(item, paper.title, paper.abstract) if with_reasons else ""
            yield Entry(paper, at - place * APART, why, uuid5(letter.message_id, str(place)).urn)
