"""What papers' readers did, as a series of points."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate

from papers import database
from papers.models import ContentVersion, Paper, Signal
from papers.sources.base import Listing

SIGNALS = ("votes", "comments", "stars")
IN_FULL_FOR = timedelta(days=3)  # then a paper's signals are thinned to the last of each day,
KEPT_FOR = timedelta(days=730)  # and at last forgotten


def begin_signals(said: Iterable[tuple[int, Listing]], now: datetime) -> None:
    """The first point of the series of new papers (their keys) of whose readers something is known."""
    points = [
        (paper, now, one.votes or 0, one.comments or 0, one.stars)
        for paper, one in said
        if one.votes or one.comments or one.stars
    ]
    database.insert(Signal, ("paper", "at", *SIGNALS), points)


def record_signals(papers: Iterable[Paper], now: datetime) -> None:
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
    aged = Signal.objects.filter(at__lt=now - IN_FULL_FOR)
    superfluous = aged.annotate(on=TruncDate("at")).filter(Exists(later))
    thinned, _ = Signal.objects.filter(pk__in=superfluous.values("pk")).delete()
    forgotten, _ = Signal.objects.filter(at__lt=now - KEPT_FOR).delete()
    if thinned or forgotten:
        ContentVersion.objects.move()
