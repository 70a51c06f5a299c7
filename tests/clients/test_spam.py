"""Every kind of letter as SpamAssassin scores it by its own rules alone, without asking anybody."""

import mailbox
import re
import shutil
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from django.conf import settings as site
from pytest_django import Settings

from subscriptions import gallery
from tests.clients.allowed import SPAM

pytestmark = [pytest.mark.django_db, pytest.mark.deep, pytest.mark.one_database]
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
MOST_POINTS = 0.5  # of 5; what is in a letter's favour is not counted
HOST = "papers.example.org"
RECEIVED = (
    f"Received: from mail.{HOST} (mail.{HOST} [93.184.216.34]) by mx.example.org with ESMTPS id 1 for "
    f"<{gallery.ADDRESS}>; Thu, 20 Aug 2026 12:00:01 +0000\n"
)
POINTS = re.compile(r"(\w+)=(-?[\d.]+)")


@pytest.fixture
def received(settings: Settings) -> dict[str, bytes]:
    """The letters of a public site as the reader's mail server has them, by name."""
    settings.SITE_URL, settings.SITE_IDENTITY = f"https://{HOST}", HOST
    settings.DEFAULT_FROM_EMAIL = f"{site.SITE_NAME} <letters@{HOST}>"
    return {letter.name: RECEIVED.encode() + letter.content.replace(b"\r\n", b"\n") for letter in gallery.samples(NOW)}


def scored(letters: dict[str, bytes], folder: Path) -> dict[str, dict[str, float]]:
    """The rules that each letter meets, and their points. All at once, as starting takes longer than reading."""
    program = shutil.which("spamassassin") or pytest.fail(
        "SpamAssassin is missing: `apt-get install spamassassin` or `brew install spamassassin`.",
        pytrace=False,
    )
    box = mailbox.mbox(folder / "letters")
    for content in letters.values():
        box.add(content)
    box.close()
    options = ["--local", "--mbox", f"--prefspath={folder / 'preferences'}", "--cf=use_bayes 0", "--cf=report_safe 0"]
    command = [program, *options, "--cf=add_header all Points _TESTSSCORES_", folder / "letters"]
    (folder / "preferences").touch()
    answer = subprocess.run(
        command, capture_output=True, check=True, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    )
    (folder / "scored").write_bytes(answer.stdout)
    said = {str(one["Message-ID"]): str(one["X-Spam-Points"]) for one in mailbox.mbox(folder / "scored")}
    names = {name: str(message_from_bytes(content)["Message-ID"]) for name, content in letters.items()}
    return {name: {rule: float(points) for rule, points in POINTS.findall(said[key])} for name, key in names.items()}


def test_no_letter_looks_like_spam(received: dict[str, bytes], tmp_path: Path):
    found = scored(received, tmp_path)

    against = {name: sum(max(points, 0) for points in rules.values()) for name, rules in found.items()}
    assert {name: points for name, points in against.items() if points > MOST_POINTS} == {}
    assert {rule for rules in found.values() for rule in rules} == SPAM.keys()
