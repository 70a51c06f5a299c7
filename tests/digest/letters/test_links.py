"""The links of letters, as a robot follows them: each answers, and none changes anything."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.test import Client

from digest.letters import planning
from subscriptions import signing_up
from subscriptions.sending import post
from tests.factories import make_paper, make_reader, make_score, make_topic
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def links_of_ours(file: Path) -> set[str]:
    """Those of both parts that lead to this site, and that of the header by which one leaves."""
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    texts = [str(body.get_content()) for body in bodies if body] + [str(message.get("List-Unsubscribe", ""))]
    return {unescape(link) for text in texts for link in re.findall(rf"{site_settings.SITE_URL}[^\s\"<>]*", text)}


def write_every_kind() -> None:
    topic = make_topic()
    for number in range(4):
        make_score(make_paper(title=f"Of Tides, part {number}", votes=9 + number, first_seen_at=NOON), topic)
    make_reader(topics=[topic.slug], cap=3, hour=12, next_due_at=NOON, read_up_to=NOON - timedelta(days=1))
    planning.tick(NOON)
    signing_up.confirm(make_reader(confirmed_at=None), NOON)
    post.drain(NOON)


def test_every_link_of_a_letter_answers_and_changes_nothing(mailbox: Path):
    write_every_kind()
    files = list(mailbox.glob("*.eml"))
    links = {link for file in files for link in links_of_ours(file)}
    before = every_row()

    answers = {link: Client().get(link.removeprefix(site_settings.SITE_URL) or "/").status_code for link in links}

    assert len(files) == 2
    assert {link: code for link, code in answers.items() if code != 200} == {}
    kinds = {link.removeprefix(site_settings.SITE_URL).split("/")[1] for link in links}
    assert {"manage", "unsubscribe", "feedback", "letter", "paper"} <= kinds
    assert every_row() == before
