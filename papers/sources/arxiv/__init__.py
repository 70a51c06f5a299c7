"""arXiv: the feed of the day's announcement first, then what its archive (OAI-PMH) says changed on a day. And, for
papers that are asked for by their ids, its query API. Each has a module here, which knows nothing of the others.
"""

from dataclasses import replace
from datetime import time, timedelta

from papers.sources.arxiv.archive import oai, oai_address, versions, versions_address
from papers.sources.arxiv.feed import rss, rss_address
from papers.sources.arxiv.query import query, query_address
from papers.sources.arxiv.schedule import CALENDAR
from papers.sources.base import Manners, Reading, Records, Source, Trust

MANNERS = Manners("arxiv.org", timedelta(seconds=3), silence=timedelta(minutes=10), alone=True, patience=6)
QUERY_MANNERS = replace(MANNERS, closed_hours=(time(0), time(1)))  # when the query API refuses most

SOURCE = Source(
    name="arxiv",
    title="arXiv",
    credit="arXiv, which gives its descriptive metadata to all (CC0)",
    calendar=CALENDAR,
    manners=MANNERS,
    readings=(
        Reading("rss", rss_address, rss, Trust.RECORD, live=True),
        Reading(
            "oai",
            oai_address,
            oai,
            Trust.RECORD,
            completed_by=Reading("oai", versions_address, versions, Trust.RECORD),
        ),
    ),
    records=Records("query", query_address, query, Trust.RECORD, QUERY_MANNERS, at_once=100),
)
