"""Hugging Face Daily Papers: its API first, then the data inside the day's page, the lists of the week and of the
month, and last the cards of the day's page. And, as a source of its own, what is trending there now.

The submitters, voters and commenters that the answers name are never kept: only the authors of papers are, and of an
author's account its name alone, where the claim to the paper was verified.
"""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from papers.sources.base import Latest, Manners, Reading, Source, Trust
from papers.sources.calendar import EVERY_DAY, MONDAY_TO_FRIDAY, Calendar
from papers.sources.huggingface import api, cards, page

MANNERS = Manners("huggingface.co", timedelta(seconds=0.25))  # Its answers say when to pause.
SOURCE = Source(
    name="huggingface",
    title=_("Daily Papers"),
    credit=_("Hugging Face Daily Papers, by AK and the research community"),
    calendar=Calendar(MONDAY_TO_FRIDAY, grows_for=timedelta(days=14)),  # Votes settle only after one to two weeks.
    manners=MANNERS,
    readings=(
        Reading("api", api.daily_address, api.daily, Trust.API),
        Reading("props", page.daily_address, page.daily, Trust.PAGE),
        Reading("week", api.week_address, api.week, Trust.API),
        Reading("month", api.month_address, api.month, Trust.API),
        Reading("cards", page.daily_address, cards.daily, Trust.CARDS),
    ),
    latest=Latest(api.latest_address, api.latest),
)
TRENDING = Source(
    name="huggingface-trending",
    title=_("Trending on Hugging Face"),
    announces=False,
    calendar=Calendar(EVERY_DAY),
    manners=MANNERS,
    readings=(
        Reading("api", api.trending_address, api.trending, Trust.API, live=True),
        Reading("props", page.trending_address, page.trending, Trust.PAGE, live=True),
    ),
)
NAMES = frozenset({SOURCE.name, TRENDING.name})  # of the lists on which people vote and comment
