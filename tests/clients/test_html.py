"""Every kind of letter and the pages as html-validate reads them, and every kind of letter as caniemail does."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from papers.models import Paper
from subscriptions import gallery, links
from subscriptions.links import Purpose
from tests.clients import node
from tests.clients.allowed import HTML, MAIL
from tests.crawl import answers_of, crawl, kind_of
from tests.factories import make_paper, make_reader, make_score, make_topic
from tests.papers.pages.test_every_page import EVERY_PAGE
from tests.papers.pages.test_links import make_papers
from tests.subscriptions.test_views import open_preferences

pytestmark = [pytest.mark.django_db, pytest.mark.deep, pytest.mark.one_database]
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
OTHERS = [
    "/status/",
    "/subscribe/",
    "/subscribe/next/",
    "/check-inbox/",
    "/my-link/",
    "/preferences/",
    "/preferences/feed/",
    "/saved/",
    "/letters/",
    "/letters/digest-daily/",
]


@pytest.fixture
def complaints(client: Client, tmp_path: Path) -> list[dict[str, str]]:
    if missing := node.missing():
        pytest.fail(missing, pytrace=False)
    for letter in gallery.samples(NOW):
        (tmp_path / f"{letter.name}.html").write_text(letter.html)
    for number, text in enumerate(pages(client)):
        (tmp_path / f"page-{number}.html").write_text(text)
    command = [str(node.node()), node.FOLDER / "check.mjs", tmp_path]
    found: list[dict[str, str]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def pages(client: Client) -> list[str]:
    reader = make_reader()
    make_score(make_paper(key="arxiv:2608.1"), make_topic(slug="post"))
    open_preferences(client, reader)
    feedback = links.make(reader, Purpose.FEEDBACK)
    asked = [f"{feedback}{answer}/arxiv:2608.1/" for answer in ("more", "less", "save")]
    asked += [links.make(reader, purpose) for purpose in (Purpose.MANAGE, Purpose.UNSUBSCRIBE)]
    pages = [client.get(address) for address in (*EVERY_PAGE, *OTHERS, *asked)]
    assert {page.status_code for page in pages} == {200, 404}
    return [*(page.text for page in pages), *read_from_links()]


def read_from_links() -> list[str]:
    """Of each kind of page that links lead to, with a hundred papers; and the pages of all of these."""
    make_papers(100)
    found = crawl(answers_of(Client()), settings.SITE_URL, ["/", "/sitemap.xml"], 300)
    read = {kind_of(address): answer.text for address, answer in found.answers.items()}
    papers = [Client().get(paper.get_absolute_url()).text for paper in Paper.objects.all()]
    return [*papers, *(text for text in read.values() if text.startswith("<!doctype"))]


def unexpected(complaints: Collection[Mapping[str, str]], tool: str, allowed: Collection[str]) -> dict[str, set[str]]:
    """By what they are about, in which files, and one of them; and what is allowed though nobody complains of it."""
    found = defaultdict(set)
    for one in complaints:
        if one["tool"] == tool and one["about"] not in allowed:
            found[one["about"]].add(f"{one['file']}: {one['words']}")
    about = {one["about"] for one in complaints if one["tool"] == tool}
    return dict(found) | {name: {"allowed, and not found"} for name in allowed if name not in about}


def test_letters_and_pages_are_valid_html_and_letters_use_what_mail_programs_know(complaints):
    assert unexpected(complaints, "html-validate", HTML) == {}
    assert unexpected(complaints, "caniemail", MAIL) == {}
