"""How deep a run looks: `make test` tries the first of many ways, and a fifth of the examples of `make deep`."""

import os
from collections.abc import Iterable
from typing import Any

import hypothesis
import pytest

DEEP = os.environ.get("TEST_DEPTH") == "deep"
PART, FEWEST = (1.0, 0) if DEEP else (0.2, 10)  # of the examples


def sampled(ways: Iterable[str], *kept: str) -> list[Any]:
    """All ways, to parametrize a test with; those that are not kept are marked deep."""
    ways = list(ways)
    assert set(kept) <= set(ways)
    return [way if way in kept else pytest.param(way, marks=pytest.mark.deep) for way in ways]


def examples(most: int = 100, **others: Any) -> hypothesis.settings:
    """So many in a deep run, else a part of them; the same ones every time."""
    count = max(round(most * PART), min(most, FEWEST))
    # No deadline: machines are shared, and speed is measured by benchmarks.
    return hypothesis.settings(max_examples=count, deadline=None, derandomize=True, **others)
