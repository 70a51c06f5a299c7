"""What the clock asks of this room: terms and vectors for new papers and, from time to time, a new fit."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from threadpoolctl import threadpool_limits

from papers import database
from papers.models import ContentVersion, Fit, Paper, Vector
from papers.search import fits, similar, vectors
from papers.search.encoders import Text
from papers.search.vectors import PAPERS_A_TRANSACTION, Row
from papers.text import summary, tokenizing
from papers.text.words import title_key

MOST_PAPERS_FITTED = 10_000  # the latest
REFERENCE_PAPERS = 1_000  # that every day's scores are compared with
REFIT_AFTER = timedelta(days=7)  # the latest papers are learned from again,
REFIT_GROWTH = 1.5  # or when there are so many times as many papers as there were
SECONDS_AT_A_TIME = 240.0  # then new papers have their turn, and what is left is gone on with at the next beat

Progress = Callable[[int], object]  # told how many papers were done since it was told last
Stop = Callable[[], bool]  # whether to leave the rest for another time


def catch_up(now: datetime, stop: Stop = lambda: False) -> None:
    """What the clock asks for: new papers understood, from time to time all of them anew, and similar ones found."""
    keep_up()
    if is_due(now) and not stop():
        refit(settings.ENCODER, now, stop=stop)
    similar.find_all(stop)


def is_due(now: datetime) -> bool:
    """Whether to learn anew: never done, long ago, many papers since, or begun and not finished."""
    last = Fit.objects.filter(encoder=settings.ENCODER).defer("state").order_by("-pk").first()
    papers = Paper.objects.count()
    if not papers or last is None or last.ready_at is None:
        return papers > 0
    grown = papers >= REFIT_GROWTH * last.papers and last.papers < MOST_PAPERS_FITTED
    return grown or last.papers < fits.FEWEST_PAPERS <= papers or now - last.began_at >= REFIT_AFTER


# ------------------------------------------------------------------------------------------------------------- fitting


def refit(encoder: str, now: datetime, progress: Progress = lambda done: None, stop: Stop = lambda: False) -> Fit:
    """Learn from the latest papers, and give every paper its vector; what is in use stays so until all is done.

    A fit that was begun and not finished is gone on with, also beside another process that is at it. One that was told
    to stop has no `ready_at` yet. Raises ImproperlyConfigured, one sentence, where the encoder cannot be had.
    """
    give_all_terms()
    fit = Fit.objects.filter(encoder=encoder, ready_at=None).defer("state").first() or _begun(encoder, now, progress)
    if not fit.dimensions or vectors.give_all(fit.pk, progress, stop):
        if Fit.objects.filter(pk=fit.pk, ready_at=None).update(ready_at=now):
            ContentVersion.objects.move()
        _remove_before(fit)
    fit.ready_at = Fit.objects.filter(pk=fit.pk).values_list("ready_at", flat=True).first()
    return fit


def _begun(encoder: str, now: datetime, progress: Progress) -> Fit:
    latest = Paper.objects.exclude(terms="").order_by("-pk")[:MOST_PAPERS_FITTED]
    rows: list[Row] = list(latest.values_list("pk", "title", "abstract", "terms"))
    with threadpool_limits(1):  # On two cores it takes 40% more work, and hardly less time.
        held, first = fits.learned(encoder, [Text(*row[1:]) for row in rows], progress)
    held["reference"] = np.array([pk for pk, *_ in rows[:REFERENCE_PAPERS]], np.int64)
    state = io.BytesIO()
    np.savez(state, **held)
    # The key is the moment, in microseconds: counted keys come again, in other databases and after a rollback, while
    # what a process remembers of a fit it remembers by the key.
    made = {"id": time.time_ns() // 1_000, "began_at": now, "papers": len(rows), "dimensions": first.shape[1]}
    fit, is_ours = Fit.objects.get_or_create(
        encoder=encoder, ready_at=None, defaults=made | {"state": state.getvalue()}
    )
    if is_ours and fit.dimensions:  # Else somebody was faster, and theirs is what we go on with.
        for begin in range(0, len(first), PAPERS_A_TRANSACTION):
            end = begin + PAPERS_A_TRANSACTION
            vectors.store(fit.pk, rows[begin:end], first[begin:end])
    return fit


def _remove_before(fit: Fit) -> None:
    """Remove the earlier fits of the same encoder, some vectors at a time, so that nobody waits for it."""
    earlier = list(Fit.objects.filter(encoder=fit.encoder, pk__lt=fit.pk).values_list("pk", flat=True))
    of_theirs = Vector.objects.filter(fit__in=earlier)
    while earlier and of_theirs.exists():
        Vector.objects.filter(pk__in=list(of_theirs.values_list("pk", flat=True)[:PAPERS_A_TRANSACTION])).delete()
    with transaction.atomic():
        locked = Fit.objects.select_for_update().filter(pk__in=earlier).values_list("pk", flat=True)
        Fit.objects.filter(pk__in=list(locked)).delete()


# -------------------------------------------------------------------------------------------------------------- papers


def keep_up(progress: Progress = lambda done: None) -> int:
    """Terms, and a vector in the fit in use, for every paper that has none yet; how many papers got terms."""
    done = give_all_terms(progress)
    fit = fits.in_use()
    if fit and fit.dimensions:
        given: list[int] = []
        vectors.give_all(fit.pk, given.append, lambda: False)
        if given:
            ContentVersion.objects.move()
    return done


def give_all_terms(progress: Progress = lambda done: None) -> int:
    """Terms for every paper that has none; how many got some. Cheap when there are none, and quick for a day's."""
    done = 0
    while Paper.objects.filter(terms="").exists() and (given := _give_terms()):
        done += given
        progress(given)
    return done


@transaction.atomic
def _give_terms() -> int:
    """Terms for some papers that have none; how many. A paper that is just being stored is left for the next time."""
    free = Paper.objects.select_for_update(skip_locked=True, no_key=True).filter(terms="").order_by("-pk")
    said = list(free.values_list("pk", "title", "abstract", "authors")[:PAPERS_A_TRANSACTION])
    rows = [
        (
            " ".join([tokenizing.terms(title, abstract), *map(tokenizing.author_term, authors)]),
            title_key(title),
            summary.in_short(abstract, title),
            pk,
        )
        for pk, title, abstract, authors in said
    ]
    Vector.objects.filter(paper__in=[pk for pk, *_ in said]).delete()  # of what the paper said before
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE papers_paper SET terms = %s, title_key = %s, in_short = %s WHERE id = %s", rows)
    database.add_to_index((pk, terms) for terms, _, _, pk in rows)
    if rows:
        ContentVersion.objects.move()
    return len(rows)
