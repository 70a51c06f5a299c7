"""Where papers come from."""

from papers.sources import arxiv, huggingface
from papers.sources.base import Trust

SOURCES = {source.name: source for source in (huggingface.SOURCE, arxiv.SOURCE, huggingface.TRENDING)}


def trust(source: str, reading: str) -> Trust:
    """How far a reading is believed. Of one that is no longer ours the facts stay, but any other comes first."""
    if found := SOURCES.get(source):
        known = {one.name: one.trust for one in found.readings}
        known |= {one.name: one.trust for one in found.records}
        return known.get(reading, Trust.SAMPLE)
    return Trust.SAMPLE
