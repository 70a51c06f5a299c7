"""A number's course over time as a small curve: values in, an SVG path out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT, INSET = 240, 48, 2  # of the drawing, in its own units
FEWEST = 3  # points that make a curve


@dataclass(frozen=True)
class Curve:
    path: str
    first: tuple[datetime, int]
    last: tuple[datetime, int]
    width: int = WIDTH
    height: int = HEIGHT


def of_votes(points: Iterable[tuple[datetime, int]]) -> Curve | None:
    """From nought at the bottom to the most at the top; None where there is no curve to be seen."""
    known = list(points)
    if len(known) < FEWEST or len({votes for _, votes in known}) == 1:
        return None
    (begin, _), (end, _) = known[0], known[-1]
    most, span = max(votes for _, votes in known), (end - begin).total_seconds() or 1
    right, down = WIDTH - 2 * INSET, HEIGHT - 2 * INSET
    places = [
        (INSET + (at - begin).total_seconds() / span * right, INSET + (1 - max(votes, 0) / most) * down)
        for at, votes in known
    ]
    return Curve("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places), known[0], known[-1])
