"""What Daily Papers answers, invented, and how tests change it."""

import json
from datetime import date

from papers.sources.huggingface.api import daily as api
from tests.paths import PAGES

ANSWER = (PAGES / "huggingface_api.json").read_bytes()
PAGE = (PAGES / "huggingface_page.html").read_bytes()
DAY = date(2026, 9, 14)

IDS = ["2609.99901", "2609.99902", "2609.99903", "2609.99904"]


def ids(page):
    return [listing.arxiv_id for listing in page.listings]


def the_odd_one(page):
    """What is said of the one paper that was left out."""
    (sentence,) = page.odd
    return sentence


def answer(change):
    """The API's answer after `change` was made to its entries."""
    entries = json.loads(ANSWER)
    change(entries)
    return json.dumps(entries).encode()


def put(path, value):
    """A change: the value under a path such as "paper.authors.0.name" of the first entry."""

    def change(entries):
        *holders, name = path.split(".")
        holder = entries[0]
        for step in holders:
            holder = holder[int(step) if step.isdigit() else step]
        holder[int(name) if name.isdigit() else name] = value

    return change


def first(path, value):
    return api(answer(put(path, value)), DAY).listings[0]


def page(old, new, times=1):
    """The day's page after something in it was replaced."""
    assert old in PAGE.decode()
    return PAGE.decode().replace(old, new, times).encode()
