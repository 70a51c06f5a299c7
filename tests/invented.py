"""Invented texts of two subjects, which share no words but the common ones."""

from datetime import UTC, datetime

import numpy as np

from papers.models import Paper
from papers.search.encoders import Text
from papers.text import tokenizing

SUBJECTS = ("harbour", "orchard")
COMMON = ("we", "show", "that", "new", "method", "results", "better")
SEEN = datetime(2026, 8, 20, 6, tzinfo=UTC)


def text(number: int, subject: str) -> tuple[str, str]:
    """A title and an abstract; the same number always gives the same. Each says but little of its subject."""
    dice = np.random.default_rng(number)
    own = [f"{subject}{'abcdefghijklmnopqrstuvwxyz'[one]}" for one in dice.integers(26, size=9)]
    shared = dice.choice(COMMON, 6).tolist()
    return " ".join([*own[:3], f"paper{number}"]), " ".join([*shared[:3], *own[3:], *shared[3:]])


def texts(count: int) -> list[Text]:
    """Of both subjects by turns."""
    said = [text(number, SUBJECTS[number % 2]) for number in range(count)]
    return [Text(*one, tokenizing.terms(*one)) for one in said]


def make_papers(count: int, first: int = 0) -> list[int]:
    """Rows as collecting leaves them, of both subjects by turns; their keys, in order."""
    said = [text(number, SUBJECTS[number % 2]) for number in range(first, first + count)]
    rows = [
        Paper(
            key=f"invented:{first + place}", title=one[0], abstract=one[1], authors=["Ada Quill"], first_seen_at=SEEN
        )
        for place, one in enumerate(said)
    ]
    Paper.objects.bulk_create(rows, batch_size=500)
    keys = dict(Paper.objects.values_list("key", "pk"))
    return [keys[row.key] for row in rows]
