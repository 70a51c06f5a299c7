"""The five printed lists, as `manage.py lists` shows them: each fact of each paper, in the printed order."""

import json
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.management import call_command

FILE = Path(os.environ["REPLICA_DATA"]) / "seeds.jsonl"


def recorded() -> dict[int, list[dict[str, Any]]]:
    lists = defaultdict(list)
    for line in FILE.read_text().split("\n"):
        if line:
            lists[json.loads(line)["list"]].append(json.loads(line))
    return lists


def shows(card: Tag, paper: dict[str, Any]) -> bool:
    said, by = card.get_text(" "), paper["authors_or_organisation"]
    count = re.fullmatch(r"• (\d+) authors", by)
    facts = [str(paper["rank"]), paper["title"], paper["abstract"], paper["date"]]
    facts += [f"{count[1]} author" if count else by.split()[-1]]
    facts += [f"{paper['comments']} comment"] if paper["comments"] else []
    return all(fact in said for fact in facts)


@pytest.mark.parametrize("number", range(1, 6))
def test_a_list_is_a_page_with_the_same_facts_in_the_same_order(tmp_path, number):
    call_command("lists", str(FILE), str(tmp_path), verbosity=0)
    page, papers = BeautifulSoup((tmp_path / f"list-{number}.html").read_text(), "html.parser"), recorded()[number]

    assert papers[0]["page_date"] in page.h1.get_text()
    for card, paper in zip(page.select("article"), papers, strict=True):
        assert shows(card, paper), paper["title"]
