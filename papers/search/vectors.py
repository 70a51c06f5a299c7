"""The papers' vectors in a fit: made, stored and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef
from threadpoolctl import threadpool_limits

from papers import database
from papers.models import Fit, Paper, Vector
from papers.search import fits
from papers.search.encoders import Text
from papers.text.sparse import Floats

PAPERS_A_TRANSACTION = 500
Row = tuple[int, str, str, str]  # a paper's key, and its Text


def give_all(fit: int, progress: Callable[[int], object], stop: Callable[[], bool]) -> bool:
    """Vectors in this fit for every paper that has none in it; whether that was done to the end.

    In no order: of several processes that are at it, each does its own part.
    """
    while missing := np.random.default_rng().permutation(_without_vector(fit)).tolist():
        for begin in range(0, len(missing), PAPERS_A_TRANSACTION):
            if stop():
                return False
            part = missing[begin : begin + PAPERS_A_TRANSACTION]
            wanted = Paper.objects.filter(pk__in=_without_vector(fit, part)).exclude(terms="")
            rows: list[Row] = list(wanted.values_list("pk", "title", "abstract", "terms"))
            if rows:
                with threadpool_limits(1):
                    made = fits.loaded(fit).vectors([Text(*row[1:]) for row in rows])
                store(fit, rows, made)
            progress(len(part))
    return True


def _without_vector(fit: int, among: Sequence[int] | None = None) -> list[int]:
    """The keys of the papers that have terms and no vector in this fit; none once the fit is gone."""
    there = Vector.objects.filter(fit=fit, paper=OuterRef("pk"))
    missing = Paper.objects.filter(~Exists(there), Exists(Fit.objects.filter(pk=fit))).exclude(terms="")
    return list((missing if among is None else missing.filter(pk__in=among)).values_list("pk", flat=True))


@transaction.atomic
def store(fit: int, rows: Sequence[Row], vectors: Floats) -> None:
    """But none of a paper that was changed or removed since it was read, or of a fit that is gone."""
    # The fit first: whoever removes one waits for those who write vectors of it, and the other way round.
    if not list(Fit.objects.select_for_update(no_key=True).filter(pk=fit).values_list("pk")):
        return
    free = Paper.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=[row[0] for row in rows])
    terms = dict(free.values_list("pk", "terms"))
    halves = vectors.astype(np.float16)
    kept = [
        Vector(paper_id=row[0], fit_id=fit, data=half.tobytes())
        for row, half in zip(rows, halves, strict=True)
        if terms.get(row[0]) == row[3]
    ]
    Vector.objects.bulk_create(kept, ignore_conflicts=True)


def matrix(papers: Sequence[int], fit: int) -> Floats:
    """Papers x dimensions in a fit, in this order; zeros for one that has none yet, no columns for no fit."""
    data = Vector.objects.filter(fit=fit, paper__in=database.among(papers)).values_list("paper", "data") if fit else ()
    found = {paper: np.frombuffer(data, np.float16) for paper, data in data}
    rows = np.zeros((len(papers), len(next(iter(found.values()), ()))), np.float32)
    for place, paper in enumerate(papers):
        if paper in found:
            rows[place] = found[paper]
    return rows
