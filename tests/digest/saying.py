"""What tests of feedback press and read."""

import html
import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings as site_settings

from papers.models import Paper
from subscriptions import links
from subscriptions.links import Purpose
from subscriptions.models import Subscriber
from tests.factories import make_paper, make_score

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def place(reader: Subscriber, paper: Paper, asked: str = "") -> str:
    """The path of the link in a letter to the reader that is about the paper, and asks for one thing first."""
    before = links.make(reader, Purpose.FEEDBACK).removeprefix(site_settings.SITE_URL)
    return f"{before}{asked}{'/' if asked else ''}{paper.key}/"


def buttons(page: Any, name: str = "say") -> dict[str, str]:
    """What can be pressed: its label, and what it sends."""
    found = re.findall(rf'<button[^>]* name="{name}" value="([^"]*)">(.*?)</button>', page.text, re.DOTALL)
    return {html.unescape(re.sub(r"<[^>]+>", "", label)): html.unescape(value) for value, label in found}


def press(client, at: str, label: str) -> Any:
    return client.post(at, {"say": buttons(client.get(at))[label]})


def notice(page: Any) -> str:
    [said] = re.findall(r'<div class="notice" role="status"><p>(.*?)</p>', page.text)
    return html.unescape(said)


def facts(reader: Subscriber) -> list[tuple[str, str, bool, str, list[str]]]:
    return sorted(reader.interests.values_list("kind", "value", "wanted", "origin", "guard"))


def about(topic, **fields: Any) -> Paper:
    paper = make_paper(**fields)
    make_score(paper, topic)
    return paper
