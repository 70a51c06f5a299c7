"""A paper's card, made once for all the pages that show it alike: cards are most of what a list of papers costs."""

import sys
from contextlib import suppress
from hashlib import blake2b
from threading import Lock

from cachetools import LRUCache
from django.conf import settings
from django.template import Context, Library
from django.template.loader import get_template
from django.utils.translation import get_language

from papers.models import Paper

register = Library()
kept: LRUCache[bytes, str] = LRUCache(settings.CARDS_KEPT, getsizeof=sys.getsizeof)
turn = Lock()
COLUMNS = [field.attname for field in Paper._meta.concrete_fields]


@register.simple_tag(takes_context=True)
def card(context: Context, paper: Paper, rank: int | None = None, level: int = 2) -> str:
    """The card as papers/card.html has it, of what it is given here and the `span` that its page shows. Kept under all
    that can change it, so it is always the one that would be made now."""
    span = context.get("span")
    said = [paper.__dict__.get(name) for name in COLUMNS]
    topics = [(score.topic.slug, score.topic.name) for score in getattr(paper, "chips", ())]
    shape = rank, level, span and span.first.year, get_language()
    key = blake2b(repr((said, topics, shape)).encode(), digest_size=16).digest()
    with turn:
        found = kept.get(key)
    if found is None:
        shown = {"paper": paper, "rank": rank, "level": level, "span": span}
        found = get_template("papers/card.html").render(shown)
        with turn, suppress(ValueError):  # larger than all that may be kept
            kept[key] = found
    return found
