"""What arXiv answers, invented, and how tests change it."""

import re
from datetime import date

import pytest

from papers.sources.arxiv.archive import oai, versions
from papers.sources.arxiv.feed import rss
from papers.sources.arxiv.query import query
from tests.paths import PAGES

RSS = (PAGES / "arxiv_rss.xml").read_bytes()
ATOM = (PAGES / "arxiv_atom.xml").read_bytes()
OAI = (PAGES / "arxiv_oai.xml").read_bytes()
VERSIONS = (PAGES / "arxiv_oai_raw.xml").read_bytes()
QUERY = (PAGES / "arxiv_query.xml").read_bytes()
DAY = date(2026, 9, 14)
NO_XML = r"^expected a whole XML document in UTF-8, found none: "

FLAVOURS = pytest.mark.parametrize("feed", [RSS, ATOM], ids=["rss", "atom"])
READERS = {
    "rss": (RSS, lambda body: rss(body, DAY)),
    "atom": (ATOM, lambda body: rss(body, DAY)),
    "oai": (OAI, lambda body: oai(body, DAY)),
    "versions": (VERSIONS, lambda body: versions(body, DAY)),
    "query": (QUERY, query),
}
EVERYWHERE = pytest.mark.parametrize(("sample", "read"), READERS.values(), ids=READERS)


def ids(page):
    return [listing.arxiv_id for listing in page.listings]


def the_odd_one(page):
    """What is said of the one paper that was left out."""
    (sentence,) = page.odd
    return sentence


def changed(sample, old, new, times=-1):
    """The sample after something in it was replaced."""
    assert old in sample.decode()
    return sample.decode().replace(old, new, times).encode()


def first(body):
    return rss(body, DAY).listings[0]


def without_items(feed):
    return re.sub(rb"<(item|entry)>.*</\1>", b"", feed, flags=re.DOTALL)


def with_items(feed, number):
    """The feed with its second item so many times, each with an id of its own."""
    item = re.findall(rb"<item>.*?</item>|<entry>.*?</entry>", feed, re.DOTALL)[1]
    items = [item.replace(b"2609.99901", b"2609.%05d" % place) for place in range(number)]
    return re.sub(rb"<(item|entry)>.*</\1>", lambda found: b"".join(items), feed, flags=re.DOTALL)
