"""Filling in the past: every day since one, in order, stopped and resumed at will."""

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from papers import collecting
from papers.models import Collection, Host, Paper
from papers.sources import SOURCES, web
from papers.sources.base import Manners
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
HUGGINGFACE = replace(SOURCES["huggingface"], manners=Manners("huggingface.co", timedelta(0)))  # without waiting
FIRST, LAST = date(2025, 3, 17), date(2025, 3, 23)  # Monday to Sunday, long ago
NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        settings.HUGGINGFACE_URL = far_end.url
        far_end.answers("/api/daily_papers", body=b"[]")
        yield far_end


def lists(far_end: FarEnd, day: date, *numbers: int) -> None:
    entries = [
        {
            "paper": {
                "id": f"2503.{number:05}",
                "title": f"Invented paper {number}",
                "summary": "On letters.",
                "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                "upvotes": number,
            }
        }
        for number in numbers
    ]
    far_end.answers(address(day), body=json.dumps(entries).encode())


def spoils(far_end: FarEnd, day: date) -> None:
    """Every way to read the day answers with something that is not understood."""
    for spoiled in (address(day), f"/api/daily_papers?week={day:%G-W%V}&limit=100"):
        far_end.answers(spoiled, body=b"<html>")
    far_end.answers(f"/api/daily_papers?month={day:%Y-%m}&limit=100", body=b"<html>")


def address(day: date) -> str:
    return f"/api/daily_papers?date={day}&limit=100"


class Hastened(web.Clock):
    """In which waiting takes no time; it counts what was waited."""

    def __init__(self) -> None:
        self.waited: list[timedelta] = []

    def sleep(self, span: timedelta) -> None:
        self.waited.append(span)


def backfill(days: list[date] | None = None, clock: web.Clock | None = None) -> list[collecting.Collected]:
    wanted = collecting.missing_days(HUGGINGFACE, FIRST, NOW)[:7] if days is None else days
    return list(collecting.backfill(HUGGINGFACE, wanted, NOW, clock=clock or Hastened()))


def test_days_come_in_order_the_oldest_first(far_end: FarEnd):
    backfill()

    asked = list(dict.fromkeys(request.path for request in far_end.requests))
    assert asked == [address(FIRST + timedelta(days=ahead)) for ahead in range(7)]


def test_a_day_without_papers_is_closed_as_nothing_announced(far_end: FarEnd):
    backfill()

    assert set(Collection.objects.values_list("outcome", flat=True)) == {Collection.Outcome.NOTHING}


def test_what_was_read_to_its_end_is_not_read_again(far_end: FarEnd):
    lists(far_end, FIRST, 1)
    backfill()

    assert collecting.missing_days(HUGGINGFACE, FIRST, NOW)[0] == LAST + timedelta(days=1)


def test_what_failed_or_was_broken_off_is_read_again(far_end: FarEnd):
    spoils(far_end, FIRST)
    Collection.objects.claim("huggingface", FIRST + timedelta(days=1), NOW, collecting.CLAIMED_FOR)
    backfill([FIRST])

    assert collecting.missing_days(HUGGINGFACE, FIRST, NOW)[:2] == [FIRST, FIRST + timedelta(days=1)]


def test_a_day_that_was_read_while_it_grew_is_not_whole(far_end: FarEnd):
    lists(far_end, NOW.date(), 1)
    collecting.collect(HUGGINGFACE, NOW.date(), NOW)

    assert collecting.missing_days(HUGGINGFACE, NOW.date(), NOW) == [NOW.date()]


def test_a_source_that_is_down_for_a_moment_is_waited_for(far_end: FarEnd):
    far_end.answers(address(FIRST), 503)
    lists(far_end, FIRST, 1)
    far_end.answers(f"/papers/date/{FIRST}", 503)
    clock = Hastened()

    backfill([FIRST], clock)

    assert Paper.objects.count() == 1
    assert clock.waited == [collecting.BETWEEN_TRIES]


def test_the_silence_that_a_source_asks_for_is_waited_out(far_end: FarEnd):
    far_end.answers(address(FIRST), 429, headers={"RateLimit": '"api";r=0;t=120'})
    lists(far_end, FIRST, 1)
    far_end.answers(f"/papers/date/{FIRST}", 503)

    class Patient(Hastened):
        def sleep(self, span: timedelta) -> None:
            super().sleep(span)
            Host.objects.update(silent_until=None)

    clock, said = Patient(), []
    list(collecting.backfill(HUGGINGFACE, [FIRST], NOW, clock=clock, waiting=said.append))

    assert Paper.objects.count() == 1
    assert "found 429" in said[0]
    assert clock.waited[0] > timedelta(seconds=110)


def test_a_source_that_stays_down_ends_its_run_and_no_other_day_is_tried(far_end: FarEnd):
    for ahead in range(7):
        far_end.answers(address(FIRST + timedelta(days=ahead)), 503)
        far_end.answers(f"/papers/date/{FIRST + timedelta(days=ahead)}", 503)

    results = backfill()

    assert [result.unavailable for result in results] == [True]


def test_what_is_live_only_has_no_past_to_be_filled_in():
    assert collecting.missing_days(SOURCES["huggingface-trending"], FIRST, NOW) == [NOW.date()]


# --------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def _hastened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command asks at once, without the source's spacing."""
    monkeypatch.setitem(SOURCES, "huggingface", HUGGINGFACE)


@pytest.mark.usefixtures("_hastened")
def test_the_command_sums_up_what_it_read(far_end: FarEnd, capsys: pytest.CaptureFixture[str]):
    lists(far_end, FIRST, 1, 2)

    call_command("collect", source="huggingface", since=FIRST, now=datetime(2025, 3, 29, tzinfo=UTC))

    assert capsys.readouterr().out == (
        "13 days read, on 8 of them nothing announced; 2 new papers; 0 days could not be read\n"
    )


@pytest.mark.usefixtures("_hastened")
def test_the_command_goes_on_after_a_day_that_fails(far_end: FarEnd, capsys: pytest.CaptureFixture[str]):
    spoils(far_end, FIRST)
    lists(far_end, LAST, 1)

    with pytest.raises(CommandError, match=r"^huggingface 2025-03-17: "):
        call_command("collect", source="huggingface", since=FIRST, now=datetime(2025, 3, 29, tzinfo=UTC))

    assert Paper.objects.count() == 1


def test_the_command_says_that_a_past_day_cannot_be_read_from_what_is_live_only():
    with pytest.raises(CommandError, match="expected a day that can still be read, found 2025-03-17"):
        call_command("collect", source="huggingface-trending", day=FIRST, now=NOW)


@pytest.mark.deep
@pytest.mark.one_database
def test_ctrl_c_stops_the_command_and_the_next_one_goes_on(far_end: FarEnd, tmp_path: Path):
    """A process of its own with a terminal, as an operator has it."""
    lists(far_end, FIRST, 1)
    far_end.answers("/api/daily_papers", body=b"[]", waits=0.2)

    stopped = _in_a_terminal(far_end, tmp_path, stop_after=3)
    seen = len(far_end.requests)
    far_end.answers("/api/daily_papers", body=b"[]")
    ended = _in_a_terminal(far_end, tmp_path)

    assert stopped.returncode == 130
    assert re.search(r"stopped: \d+ days read, \d+ new papers; the same command goes on from here", stopped.said)
    assert "Traceback" not in stopped.said + ended.said
    assert re.search(r"\d+/\d+ \[\d\d:\d\d<", stopped.said)  # days done and left, time gone and left
    assert ended.returncode == 0
    assert address(FIRST) not in [request.path for request in far_end.requests[seen:]]


class Ended:
    def __init__(self, returncode: int, said: str) -> None:
        self.returncode, self.said = returncode, said


def _in_a_terminal(far_end: FarEnd, folder: Path, stop_after: int = 0) -> Ended:
    """`collect --since` over a week; with `stop_after`, Ctrl-C once so many more requests have come."""
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env = clean | {"HUGGINGFACE_URL": far_end.url, "VAR_DIR": str(folder)}
    if stop_after:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=env, check=True)
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 100))
    command = [sys.executable, "manage.py", "collect", "--source", "huggingface", "--since", str(FIRST)]
    before = len(far_end.requests)
    process = subprocess.Popen([*command, "--now", "2025-03-25"], env=env, stdout=slave, stderr=slave)
    os.close(slave)
    deadline = time.monotonic() + 60
    while stop_after and len(far_end.requests) < before + stop_after and time.monotonic() < deadline:
        time.sleep(0.05)
    if stop_after:
        process.send_signal(signal.SIGINT)
    said = _all_of(master)
    return Ended(process.wait(timeout=60), said)


def _all_of(terminal: int) -> str:
    said = io.BytesIO()
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # The other end is closed.
            break
        if not piece:
            break
        said.write(piece)
    os.close(terminal)
    return said.getvalue().decode()
