"""The models, datasets and Spaces that name a paper, where an answer gives them: how many, and the first by name.

The API of a single paper does, that of Daily Papers did not up to August 2026. So nothing hangs on it: what is of
another shape than there is not looked at.
"""

import re
from typing import Any

import msgspec

from papers.sources import checks
from papers.sources.base import SourceError
from papers.sources.shapes import shaped

KINDS = ("models", "datasets", "spaces")
MOST_NAMED = 5  # of each kind, in the order given
NAME = r"\w[\w.-]{0,95}"
ID = re.compile(rf"(?:{NAME}/)?{NAME}", re.ASCII)


class Repository(msgspec.Struct):
    id: str


class Paper(msgspec.Struct, rename="camel"):
    linked_models: list[Repository] | None = None
    linked_datasets: list[Repository] | None = None
    linked_spaces: list[Repository] | None = None
    num_total_models: int | None = None
    num_total_datasets: int | None = None
    num_total_spaces: int | None = None


class Entry(msgspec.Struct):
    paper: Paper


def linked(item: object) -> dict[str, dict[str, Any]] | None:
    """Of an entry: kind -> "count", and the ids of the "first". A kind of which there is none is left out; None: the
    entry does not say."""
    try:
        paper = shaped(item, Entry, "an entry").paper
        said = {kind: _said(getattr(paper, f"linked_{kind}"), getattr(paper, f"num_total_{kind}")) for kind in KINDS}
    except SourceError:  # It is worth less than the rest of the day.
        return None
    if not any(said.values()):
        return None
    return {kind: found for kind, found in said.items() if found and found["count"]}


def _said(listed: list[Repository] | None, total: int | None) -> dict[str, Any] | None:
    if listed is None and total is None:
        return None
    ids = [one.id for one in listed or () if ID.fullmatch(one.id)]
    return {"count": max(checks.count(total or 0), len(listed or ())), "first": ids[:MOST_NAMED]}
