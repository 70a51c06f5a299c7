"""`manage.py demo`: once as a newcomer runs it, a process of its own on a database of its own; else in this one."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from digest.letters import planning
from digest.matching.choosing import Choice
from papers.sources import web
from tests.factories import make_reader
from tests.farend import FarEnd
from tests.paths import ROOT
from tests.servers import free_port

DAY = date(2026, 8, 20)
API = f"/api/daily_papers?date={DAY}&limit=100"
Demo, Refused = Callable[..., list[str]], Callable[..., str]


@pytest.fixture
def far_end(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FarEnd]:
    monkeypatch.setattr(web, "_turn", lambda manners: timedelta(0))  # The far end is our own, and needs no sparing.
    with FarEnd() as far_end:
        settings.HUGGINGFACE_URL = far_end.url
        yield far_end


@pytest.fixture
def nowhere(settings: Settings) -> None:
    settings.HUGGINGFACE_URL = f"http://127.0.0.1:{free_port()}"


def papers(count: int = 6) -> bytes:
    def paper(number: int) -> dict[str, object]:
        return {
            "id": f"2608.{number:05}",
            "title": f"Invented paper {number}",
            "summary": "Text-to-image diffusion models with reinforcement learning." if number % 2 else "Plain.",
            "authors": [{"name": "Ada Quill"}],
            "publishedAt": "2026-08-19T00:00:00.000Z",
            "submittedOnDailyAt": f"{DAY}T00:00:00.000Z",
            "upvotes": number,
        }

    return json.dumps([{"paper": paper(number), "numComments": 0} for number in range(1, count + 1)]).encode()


# ------------------------------------------------------------------------------------------- in a process of its own


def demo_process(url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "VAR_DIR")}
    settings = clean | {"HUGGINGFACE_URL": url, "VAR_DIR": str(folder)}
    command = [sys.executable, "manage.py", "demo", *arguments]
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120, check=False)


def assert_one_sentence(said: subprocess.CompletedProcess[str]) -> None:
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


@pytest.mark.one_database
def test_the_demo_collects_plans_composes_and_writes_one_letter(far_end: FarEnd, tmp_path: Path):
    far_end.answers(API, body=papers())

    said = demo_process(far_end.url, tmp_path, "--day", str(DAY))

    last = re.fullmatch(r"demo: 6 papers collected, 6 in the letter, (.*\.eml)", said.stdout.splitlines()[-1])
    assert said.returncode == 0
    assert last
    letter = message_from_bytes(Path(last[1]).read_bytes(), policy=policy.default)
    rows = sqlite3.connect(tmp_path / "paper-route.sqlite3").execute(
        "SELECT kind, state, message_id FROM subscriptions_letter WHERE key = ?", [str(DAY)]
    )
    ((kind, state, message_id),) = rows.fetchall()
    assert (kind, state) == ("digest", "sent")
    assert letter["Message-ID"].replace("-", "").startswith(f"<{message_id}@")


@pytest.mark.one_database
def test_an_impossible_day_is_one_sentence(tmp_path: Path):
    assert_one_sentence(demo_process("http://127.0.0.1:9", tmp_path, "--day", "2026-02-30"))


@pytest.mark.one_database
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")

    said = demo_process("http://127.0.0.1:9", tmp_path / "file" / "var", "--day", str(DAY))

    assert_one_sentence(said)
    assert "VAR_DIR" in said.stderr


# ------------------------------------------------------------------------------------------------------------ in this


@pytest.fixture
def demo(db: None, mailbox: Path) -> Demo:
    """The lines that it says."""

    def demo(*arguments: str) -> list[str]:
        said = StringIO()
        call_command("demo", *arguments, stdout=said)
        return said.getvalue().splitlines()

    return demo


@pytest.fixture
def refused(demo: Demo, mailbox: Path) -> Refused:
    """The one sentence with which it writes no letter."""

    def refused(*arguments: str) -> str:
        with pytest.raises(CommandError) as raised:
            demo(*arguments)
        [sentence] = str(raised.value).splitlines()
        assert not mailbox.exists()
        return sentence

    return refused


def test_the_demo_can_be_run_again_in_the_same_folder(far_end: FarEnd, demo: Demo, mailbox: Path):
    far_end.answers(API, body=papers())
    demo("--day", str(DAY))

    again = demo("--day", str(DAY))

    assert "6 in the letter" in again[-1]
    assert len(list(mailbox.glob("*.eml"))) == 2


def test_an_earlier_hour_in_the_same_folder_writes_a_letter_too(far_end: FarEnd, demo: Demo):
    far_end.answers(API, body=papers())
    demo("--day", str(DAY), "--now", f"{DAY}T18:00:00Z")

    assert "6 in the letter" in demo("--day", str(DAY), "--now", f"{DAY}T09:00:00Z")[-1]


def test_a_letter_that_is_skipped_says_why(far_end: FarEnd, refused: Refused, monkeypatch: pytest.MonkeyPatch):
    far_end.answers(API, body=papers())
    monkeypatch.setattr(planning, "choose", lambda readers, *_more: [Choice() for _ in readers])

    sentence = refused("--day", str(DAY))

    assert sentence.endswith(f"with papers of {DAY}, found it skipped: there was nothing new")


def test_a_moment_too_long_after_the_day_is_refused_and_says_what_was_expected(refused: Refused):
    assert f"expected a --now up to 14 days after {DAY}" in refused("--day", str(DAY), "--now", "2026-09-20T12:00:00Z")


def test_each_topic_of_the_demo_has_papers_in_its_letter(far_end: FarEnd, demo: Demo):
    listed = json.loads(papers(9))
    for number, entry in enumerate(listed):
        said = ("Text-to-image generation", "Reinforcement learning", "Speech recognition")[number % 3]
        entry["paper"] |= {"title": f"{said}, part {number}", "summary": "Plain."}
    far_end.answers(API, body=json.dumps(listed).encode())

    *_, for_you, _trending, _last = demo("--day", str(DAY))

    named = re.findall(r"([^:;]+): (\d)", for_you.partition(": ")[2])
    assert len(named) == 3
    assert {int(count) for _name, count in named} <= {2, 3}


def test_without_a_day_the_one_that_the_source_announced_last_is_shown(far_end: FarEnd, demo: Demo):
    far_end.answers("/api/daily_papers?limit=1", body=papers(1))
    far_end.answers(API, body=papers())

    assert demo()[0].startswith(f"huggingface {DAY}: 6 listed")


@pytest.mark.usefixtures("nowhere")
def test_without_a_connection_the_demo_shows_the_sample_edition_and_says_so(demo: Demo):
    said = demo()

    assert "SAMPLE" in " ".join(said)
    assert said[-1].startswith("demo: 12 papers collected")


@pytest.mark.parametrize("status", [429, 503])
def test_a_source_that_is_down_or_asks_for_silence_is_no_connection(far_end: FarEnd, demo: Demo, status: int):
    for path in (
        "/api/daily_papers",
        *(f"/papers/date/2026-{month:02}-{day:02}" for month in (11, 12) for day in range(1, 32)),
    ):
        far_end.answers(path, status=status)

    assert "SAMPLE" in " ".join(demo("--now", "2026-11-20T12:00:00Z"))


@pytest.mark.usefixtures("nowhere")
def test_with_a_day_named_a_missing_connection_is_an_error(refused: Refused):
    assert "found ConnectionError" in refused("--day", str(DAY))


def test_a_page_that_is_not_understood_is_an_error_and_no_sample(far_end: FarEnd, refused: Refused):
    far_end.answers("/api/daily_papers", body=b'{"papers": []}')

    assert "expected" in refused("--now", "2026-08-20T12:00:00Z")


def test_a_day_without_papers_is_an_error(far_end: FarEnd, refused: Refused):
    far_end.answers(API, body=b"[]")

    assert f"expected papers on {DAY}, found none" in refused("--day", str(DAY))


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "2199-01-01", ""])
def test_an_impossible_day_is_an_error(refused: Refused, day: str):
    assert "expected a day" in refused("--day", day)


def test_a_database_with_readers_is_left_alone(far_end: FarEnd, refused: Refused):
    far_end.answers(API, body=papers())
    make_reader()

    assert "found 1 readers" in refused("--day", str(DAY))
