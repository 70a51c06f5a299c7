"""The demo over the newest recorded day, as a newcomer runs it."""

import os
import re
import sqlite3
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.recorded.conftest import NEWEST, Replica

REASON = re.compile(r"\n((?:\S.*\n)+)  matches [^“]+“([^”]+)”")


def demo(replica: Replica, folder: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "manage.py", "demo", "--day", NEWEST.isoformat()]
    settings = clean | {"HUGGINGFACE_URL": replica.url, "VAR_DIR": str(folder)}
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120, check=False)


def stored(folder: Path, query: str) -> list[tuple[str, ...]]:
    return sqlite3.connect(folder / "paper-route.sqlite3").execute(query).fetchall()


@pytest.mark.parametrize(
    "faults",
    [{}, {"/api/daily_papers": "503"}, {"/api/daily_papers": "503", "/papers": "no-props"}],
    ids=["api", "page", "cards"],
)
def test_the_demo_writes_a_true_letter_whatever_can_be_read(replica: Replica, tmp_path: Path, faults: dict[str, str]):
    for path, fault in faults.items():
        replica.breaks(path, fault)

    said = demo(replica, tmp_path)

    last = re.fullmatch(r"demo: (\d+) papers collected, (\d+) in the letter, (.*\.eml)", said.stdout.splitlines()[-1])
    assert last, said.stderr
    letter = message_from_bytes(Path(last[3]).read_bytes(), policy=policy.default)
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    papers = stored(tmp_path, "SELECT title, abstract FROM papers_paper")
    titles = [unescape(re.sub(r"<[^>]+>", "", title)).strip() for title in re.findall(r"(?s)<h3.*?</h3>", html)]
    week = {NEWEST - timedelta(days=ago) for ago in range(8)}
    assert int(last[1]) == len(papers) == len({one for day in week for one in replica.days.get(day, ())})
    assert len(titles) == int(last[2]) > 0
    assert set(titles) <= {title for title, _ in papers}
    by_title = dict(papers)
    reasons = [(" ".join(phrase.split()), " ".join(title.split())) for title, phrase in REASON.findall(text)]
    assert reasons or "cards" in str(faults)
    assert all(phrase in title or phrase in by_title[title] for phrase, title in reasons)
    assert ("No abstract yet" in text) == ("/papers" in faults)
    of_day = f"SELECT state, message_id FROM subscriptions_letter WHERE key = '{NEWEST}'"
    ((state, message_id),) = stored(tmp_path, of_day)
    assert state == "sent"
    assert letter["Message-ID"].replace("-", "").startswith(f"<{message_id}@")


def test_when_everything_is_redesigned_the_demo_fails_and_shows_no_sample(replica: Replica, tmp_path: Path):
    replica.breaks("/", "html-redesign")

    said = demo(replica, tmp_path)

    assert said.returncode == 1
    assert len(said.stderr.strip().splitlines()) == 1
    assert "SAMPLE" not in said.stdout + said.stderr
