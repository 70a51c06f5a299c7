"""arXiv: the feed of the day's announcement first, then what its archive (OAI-PMH) says changed on a day. And, for
papers that are asked for by id, title or DOI, its query API. Each has a module here, which knows nothing of the rest.
"""

from dataclasses import replace
from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from papers import identifiers
from papers.sources.arxiv.archive import oai, oai_address, released, versions, versions_address
from papers.sources.arxiv.feed import rss, rss_address
from papers.sources.arxiv.query import dois_address, query, query_address, titles_address
from papers.sources.arxiv.schedule import CALENDAR
from papers.sources.base import Manners, Reading, Records, Source, Trust
from papers.text import words

MANNERS = Manners("arxiv.org", timedelta(seconds=3), silence=timedelta(minutes=10), alone=True, patience=6)
QUERY_MANNERS = replace(MANNERS, closed_hours=(time(0), time(1)))  # when the query API refuses most
BY_ID = Records(
    "query", identifiers.ARXIV, query_address, query, lambda found: found.arxiv_id, Trust.RECORD, QUERY_MANNERS, 100
)
BY_DOI = replace(BY_ID, kind=identifiers.DOI, address=dois_address, named=lambda found: found.doi, at_once=20)
BY_TITLE = replace(
    BY_ID,
    kind=identifiers.TITLE,
    address=titles_address,
    named=lambda found: found.title,
    folded=words.folded,
    at_once=20,
)

SOURCE = Source(
    name="arxiv",
    title="arXiv",
    credit=_("arXiv (descriptive metadata under CC0)"),
    calendar=CALENDAR,
    manners=MANNERS,
    readings=(
        Reading("rss", rss_address, rss, Trust.RECORD, live=True),
        Reading(
            "oai",
            oai_address,
            oai,
            Trust.RECORD,
            completed_by=Reading("oai", versions_address, versions, Trust.RECORD, weigh=released),
        ),
    ),
    records=(BY_ID, BY_TITLE, BY_DOI),
)
