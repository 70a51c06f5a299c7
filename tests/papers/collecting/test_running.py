"""The sample edition, the command, and days that are slow, late or odd."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from pytest_django import Settings

from papers import collecting, sample
from papers.models import Collection, Paper
from papers.sources import SOURCES, reading, web
from papers.sources.base import Page
from tests.factories import make_topic
from tests.farend import FarEnd
from tests.papers.collecting.samples import DAY, HUGGINGFACE, MORNING, collect, entry, lists

pytestmark = pytest.mark.django_db


def test_the_first_real_papers_remove_the_sample_edition(far_end: FarEnd):
    sample.publish(MORNING)
    lists(far_end, entry(1))

    collect()

    assert [paper.key for paper in Paper.objects.all()] == ["arxiv:2608.00001"]


def test_a_day_without_papers_leaves_the_sample_edition(far_end: FarEnd):
    sample.publish(MORNING)
    lists(far_end)

    collect()

    assert Paper.objects.samples().count() == len(sample.EDITION)


# --------------------------------------------------------------------------------------------------------- the command


def test_the_command_prints_a_line_a_day(far_end: FarEnd, capsys: pytest.CaptureFixture[str]):
    lists(far_end, entry(1))

    call_command("collect", source="huggingface", day=DAY, now=MORNING)

    assert capsys.readouterr().out == "huggingface 2026-08-20: 1 listed, 1 new, 0 updated\n"


def test_the_command_says_when_nothing_is_due(far_end: FarEnd, capsys: pytest.CaptureFixture[str]):
    Collection.objects.claim("huggingface", DAY, MORNING, collecting.CLAIMED_FOR)

    call_command("collect", source="huggingface", now=MORNING)

    assert capsys.readouterr().out == "huggingface: nothing is due, or it is being read already\n"


def test_the_command_fails_with_one_sentence_when_a_day_cannot_be_read(far_end: FarEnd):
    with pytest.raises(CommandError, match=r"^huggingface 2026-08-20: api, week, month: expected 200 .*404"):
        call_command("collect", source="huggingface", day=DAY, now=MORNING)


@pytest.mark.parametrize(("given", "sentence"), [("2026-08-21", "up to 2026-08-20"), ("2026-02-30", "a day like")])
def test_the_command_refuses_a_day_that_cannot_be(given: str, sentence: str):
    with pytest.raises(CommandError, match=sentence):
        call_command("collect", "--day", given, "--now", "2026-08-20T09:00:00Z")


# ------------------------------------------------------------------------------------------------------- no connection


def test_hours_without_a_connection_make_no_day_wait_once_it_is_back(far_end: FarEnd, settings: Settings):
    settings.HUGGINGFACE_URL = "http://127.0.0.1:9"
    for minute in range(0, 300, 20):
        list(collecting.collect_due(HUGGINGFACE, MORNING + timedelta(minutes=minute)))

    due = collecting.due_days(HUGGINGFACE, MORNING + timedelta(minutes=300))

    assert due[0] == DAY
    assert Collection.objects.get(day=DAY).tries == 0


@pytest.mark.parametrize("phrases", [["?"], [""], [1], "abc"])
def test_a_topic_with_a_phrase_that_has_no_word_is_refused(phrases: object):
    with pytest.raises(ValidationError, match="Expected a list of phrases"):
        make_topic(phrases=phrases).full_clean()


# ----------------------------------------------------------------------------------------------------- slow, late, odd


def test_papers_are_first_seen_when_they_are_stored_however_long_reading_took(
    far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
):
    """A letter that was planned meanwhile was planned without them: the next one must find them new."""
    lists(far_end, entry(1))
    clock = SimpleNamespace(moment=MORNING)
    monkeypatch.setattr(collecting, "site_clock", SimpleNamespace(now=lambda: clock.moment))

    def slow(*asked: Any, **more: Any) -> web.Response:
        clock.moment += timedelta(minutes=20)
        return web.get(*asked, **more)

    collecting.collect(HUGGINGFACE, DAY, fetch=slow)

    assert Paper.objects.get().first_seen_at == MORNING + timedelta(minutes=20)


def test_what_was_only_replaced_does_not_count_as_the_days_papers(far_end: FarEnd, monkeypatch: pytest.MonkeyPatch):
    lists(far_end, entry(1), entry(2))
    api = HUGGINGFACE.readings[0]
    replaced = replace(api, parse=lambda body, day: Page([replace(one, announced=False) for one in parsed(body, day)]))
    source = replace(HUGGINGFACE, readings=(replaced,))

    collected = collecting.collect(source, DAY, MORNING)

    assert (collected.new, collected.collection.listed) == (2, 0)
    assert collected.collection.outcome == Collection.Outcome.NOTHING_YET


def parsed(body: bytes, day: date) -> list[Any]:
    return HUGGINGFACE.readings[0].parse(body, day).listings


def test_a_day_of_exactly_as_many_pages_as_are_read_is_whole(far_end: FarEnd, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "MOST_PAGES", 2)
    lists(far_end, *[entry(number) for number in range(100)])
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100&p=1", body=json.dumps([entry(100)]).encode())

    assert collect().collection.listed == 101


def test_a_live_list_that_ends_while_we_wait_for_it_is_no_failure(far_end: FarEnd, monkeypatch: pytest.MonkeyPatch):
    seconds = count(start=-3)
    midnight = datetime(2026, 8, 21, tzinfo=UTC)
    passing = SimpleNamespace(now=lambda: midnight + timedelta(seconds=next(seconds)))
    monkeypatch.setattr(collecting, "site_clock", passing)

    assert list(collecting.collect_due(SOURCES["huggingface-trending"])) == []
    assert not Collection.objects.exists()


def test_while_one_process_reads_a_source_no_other_does(far_end: FarEnd):
    Collection.objects.claim("huggingface", DAY, MORNING, collecting.CLAIMED_FOR)

    assert list(collecting.collect_due(HUGGINGFACE, MORNING)) == []
    assert far_end.requests == []


def test_a_long_reading_holds_its_day_with_every_request(far_end: FarEnd, monkeypatch: pytest.MonkeyPatch):
    lists(far_end, entry(1))
    minutes, claimed_at, held = count(), [], []
    monkeypatch.setattr(
        collecting, "site_clock", SimpleNamespace(now=lambda: MORNING + timedelta(minutes=next(minutes)))
    )

    def slow(*asked: Any, **more: Any) -> web.Response:
        row = Collection.objects.get(day=DAY)
        claimed_at.append(row.collected_at)
        held.append(row.claimed_until)
        return web.get(*asked, **more)

    next(collecting.collect_due(HUGGINGFACE, fetch=slow))

    assert held[0] > claimed_at[0] + collecting.CLAIMED_FOR
    assert Collection.objects.get(day=DAY).claimed_until is None
