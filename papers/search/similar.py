"""The papers most like each paper, found in the background and stored: it takes longer than a page may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from papers.models import ContentVersion, Paper, SimilarPapers, Vector
from papers.search import fits, ranking, vectors
from papers.search.fits import Understanding

MOST = 8  # as many as a page shows
PAPERS_A_TRANSACTION = 20


def find_all(stop: Callable[[], bool] = lambda: False) -> None:
    """For each paper that has a vector in the fit in use and was not compared by it yet, the latest first; then anew
    for those that a new one is similar to, as it may be among the most similar to them. Among few papers none are
    similar: the nearest is far."""
    known, is_news = fits.current(), False
    if known is None or known.encoder is None or known.lexicon.texts < fits.FEWEST_PAPERS:
        return
    while not stop() and (wanted := _not_compared(known.fit)):
        if not (found := _find(wanted, known)):
            break  # All of them are being written: next time.
        is_news = True
        _compare_again(found, wanted)
    if is_news:
        ContentVersion.objects.move()


def _not_compared(fit: int) -> dict[int, int]:
    """Some of these papers, each with the key of its vector."""
    there = SimilarPapers.objects.filter(paper=OuterRef("paper"), fit=fit, last_vector__gte=OuterRef("pk"))
    missing = Vector.objects.filter(~Exists(there), fit=fit).order_by("-pk")
    return dict(missing.values_list("paper", "pk")[:PAPERS_A_TRANSACTION])


def _find(wanted: Mapping[int, int], known: Understanding) -> list[SimilarPapers]:
    """What was found and stored, for all but papers that are gone or being written."""
    last = Vector.objects.filter(fit=known.fit).aggregate(last=Max("pk"))["last"] or 0  # before they are compared
    papers = list(Paper.objects.filter(pk__in=wanted).only("title", "abstract", "terms"))
    meant = vectors.matrix([paper.pk for paper in papers], known.fit)
    found = {paper.pk: ranking.like(paper, vector, known, MOST) for paper, vector in zip(papers, meant, strict=True)}
    with transaction.atomic():
        free = Paper.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=found)
        rows = [
            SimilarPapers(paper_id=paper, fit=known.fit, last_vector=last, keys=found[paper])
            for paper in free.values_list("pk", flat=True)
        ]
        return SimilarPapers.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["paper"], update_fields=["fit", "last_vector", "keys"]
        )


def _compare_again(found: Sequence[SimilarPapers], wanted: Mapping[int, int]) -> None:
    """What was last compared before one of these had its vector, and is similar to that one."""
    latest: dict[int, int] = {}
    for one in found:
        latest |= {key: max(wanted[one.paper_id], latest.get(key, 0)) for key in one.keys}
    there = SimilarPapers.objects.filter(paper__in=latest).values_list("paper", "last_vector")
    SimilarPapers.objects.filter(paper__in=[key for key, last in there if last < latest[key]]).update(last_vector=0)
