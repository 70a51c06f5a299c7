"""What the tests of search start from: papers that are understood, and questions about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from papers.models import Fit, Paper, Vector
from papers.search import candidates, ranking, understanding
from papers.search.fits import FEWEST_PAPERS as FEWEST
from tests.factories import make_paper
from tests.invented import make_papers

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _fresh_memory():
    """Databases of other tests had the same keys."""
    candidates.drop_caches()


@pytest.fixture
def fitted() -> list[int]:
    """The keys of enough papers, which were learned from."""
    papers = make_papers(FEWEST)
    understanding.refit("light", NOW)
    return papers


def paper(title: str, abstract: str = "", **fields: Any) -> Paper:
    return make_paper(title=title, abstract=abstract, **{"authors": []} | fields)


def found(query: str, **limits: Any) -> list[int]:
    return [one.paper for one in ranking.search(query, **limits)]


def everything() -> list[tuple]:
    """All that understanding leaves behind."""
    papers = Paper.objects.order_by("pk").values_list("pk", "terms")
    kept = Vector.objects.order_by("pk").values_list("pk", "paper", "fit", "data")
    return [*papers, *((*row, bytes(data)) for *row, data in kept), *Fit.objects.values_list("pk", "ready_at")]
