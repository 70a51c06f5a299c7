"""The summary that a model wrote of a paper, which Hugging Face gives without a licence: read where the site asks."""

import msgspec
from django.conf import settings

from papers.sources import checks
from papers.sources.base import SourceError
from papers.sources.shapes import shaped
from papers.text import tex
from papers.text.cleaning import cut

LONGEST, LONGEST_NAME = 2_000, 200  # characters


class Paper(msgspec.Struct):
    ai_summary: str | None = None
    ai_summary_model: str | None = None


class Entry(msgspec.Struct):
    paper: Paper


def ai_summary(item: object) -> dict[str, str] | None:
    """Of an entry: the "text", and "by" which model it is, empty where that is not said. None: the entry has none, or
    the site's setting does not ask for it."""
    if not settings.HUGGINGFACE_AI_SUMMARIES:
        return None
    try:
        paper = shaped(item, Entry, "an entry").paper
    except SourceError:  # It is worth less than the rest of the day.
        return None
    text, by = tex.to_unicode(checks.clean(paper.ai_summary or "")), checks.clean(paper.ai_summary_model or "")
    return {"text": cut(text, LONGEST), "by": cut(by, LONGEST_NAME)} if text else None
