"""A paper's card, made once for all the pages that show it alike: cards are most of what a list of papers costs."""

from django.conf import settings
from django.template import Context, Library
from django.template.loader import get_template
from django.utils.translation import get_language

from papers.fragments import Fragments
from papers.models import Paper

register = Library()
cards = Fragments(settings.CARDS_KEPT)
COLUMNS = [field.attname for field in Paper._meta.concrete_fields]


@register.simple_tag(takes_context=True)
def card(context: Context, paper: Paper, rank: int | None = None, level: int = 2) -> str:
    """The card as papers/card.html has it, of what it is given here and the `span` that its page shows. In the list of
    a day a paper's rank need not be said."""
    span, rank = context.get("span"), rank or paper.__dict__.get("rank")
    said = [paper.__dict__.get(name) for name in COLUMNS]
    topics = [(score.slug, score.name) for score in getattr(paper, "chips", ())]
    shape = rank, level, span and span.first.year, get_language()
    shown = {"paper": paper, "rank": rank, "level": level, "span": span}
    return cards.get((said, topics, shape), lambda: get_template("papers/card.html").render(shown))
