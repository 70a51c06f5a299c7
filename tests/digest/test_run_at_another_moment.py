"""`manage.py run --now`: a site that begins at another moment, and where that is refused."""

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.farend import FarEnd
from tests.journeys.site import publish
from tests.otherday import running, text_of
from tests.paths import ROOT
from tests.servers import free_port

pytestmark = pytest.mark.one_database
MOMENT = "2026-08-20T12:00Z"  # a Thursday


def refused(folder: Path, *arguments: str, **variables: str) -> str:
    """The one sentence with which it does not start."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment = clean | {"VAR_DIR": str(folder), "PORT": str(free_port())} | variables
    command = [sys.executable, "manage.py", "run", "--now", *(arguments or [MOMENT])]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    [sentence] = done.stderr.splitlines()
    return sentence


class Lived(NamedTuple):
    """A site that began at the moment, had a reader, and was stopped."""

    folder: Path
    pages: dict[str, str]
    welcome: EmailMessage
    abstracts: dict[str, str]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("site")
    with FarEnd() as far_end:
        abstracts = publish(far_end, date(2026, 8, 20))
        with running(far_end.url, folder, MOMENT) as site:
            welcome = site.subscribes("long-context")
            return Lived(folder, {at: site.page(at) for at in ("/", "/mailbox/", "/status/")}, welcome, abstracts)


def test_a_site_lives_on_from_the_moment_with_its_pages_and_letters(lived: Lived):
    assert "Thursday, 20 August 2026" in lived.pages["/"]
    assert "20 Aug, 12:" in lived.pages["/mailbox/"]
    assert re.search(r"As of <time [^>]*>2026-08-20 12:", lived.pages["/status/"])

    text, written_at = text_of(lived.welcome), lived.welcome["Date"].datetime
    assert 0 <= (written_at - datetime(2026, 8, 20, 12, tzinfo=UTC)).total_seconds() < 600
    assert "matches Long context" in text
    assert sum(title in text for title in lived.abstracts) > 3


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"EMAIL_URL": "smtp://127.0.0.1:9"}, "found EMAIL_URL or ANYMAIL_PROVIDER set"),
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, "found REDIS_URL set"),
        (
            {
                "SITE_URL": "https://papers.example.org",
                "SECRET_KEY": "nothing-that-anyone-could-guess-" * 2,
                "EMAIL_URL": "smtp://127.0.0.1:9",
                "DEFAULT_FROM_EMAIL": "letters@papers.example.org",
                "CONTACT": "you@example.org",
                "SITE_POSTAL_ADDRESS": "1 Quiet Lane",
            },
            "found SITE_URL, EMAIL_URL or ANYMAIL_PROVIDER set",
        ),
    ],
    ids=["mail", "celery", "public"],
)
def test_a_site_that_others_see_does_not_begin_at_another_moment(
    tmp_path: Path, variables: dict[str, str], found: str
):
    sentence = refused(tmp_path, **variables)

    assert sentence.startswith("CommandError: --now: expected a local site that writes its letters to files")
    assert sentence.endswith(found)


def test_a_site_that_has_lived_past_the_moment_does_not_go_back(lived: Lived):
    assert "found papers of 2026-08-20 12:" in refused(lived.folder, "2026-08-01T12:00")


def test_a_moment_that_is_none_is_one_sentence(tmp_path: Path):
    assert "expected a moment like 2026-08-20T12:00:00Z, found 'then'" in refused(tmp_path, "then")


def test_letters_that_leave_have_no_other_clock_by_the_variable_either(tmp_path: Path):
    sentence = refused(tmp_path, CLOCK_AHEAD="-60", EMAIL_URL="smtp://127.0.0.1:9")

    assert sentence == "CLOCK_AHEAD: expected on a local site alone, whose mail goes to files"
