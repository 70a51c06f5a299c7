"""One odd paper of a day is left out: the ledger says so, and the day is read again while it may still be mended."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from papers import collecting
from papers.models import Collection
from papers.sources.calendar import AFTERWARDS, MONDAY_TO_FRIDAY, Calendar
from tests.farend import FarEnd
from tests.papers.collecting.samples import DAY, HUGGINGFACE, LATER, MORNING, collect, entry, lists, record

pytestmark = pytest.mark.django_db
SENTENCE = "1 of 2 left out: expected a title, found an empty one (paper 2 of the list)"
SETTLED_AT_ONCE = replace(HUGGINGFACE, calendar=Calendar(MONDAY_TO_FRIDAY))  # closed at the day's end, as arXiv's
END = SETTLED_AT_ONCE.calendar.ends_at(DAY)


def spoiled(number: int = 2) -> dict[str, Any]:
    return entry(number, title="")


def at(now: datetime) -> Collection:
    """The record of a day of which one paper is odd whenever it is read, after it was read at that moment."""
    return collecting.collect(SETTLED_AT_ONCE, DAY, now).collection


def test_the_record_and_the_command_say_what_was_left_out_and_why(far_end: FarEnd, capsys: pytest.CaptureFixture[str]):
    lists(far_end, entry(1), spoiled())

    call_command("collect", source="huggingface", day=DAY, now=MORNING)

    assert record().left_out == SENTENCE
    assert capsys.readouterr().out == f"huggingface 2026-08-20: 1 listed, 1 new, 0 updated; {SENTENCE}\n"


def test_once_the_source_has_mended_it_the_paper_is_there_and_the_sentence_gone(far_end: FarEnd):
    lists(far_end, entry(1), spoiled())
    lists(far_end, entry(1), entry(2))
    collect()

    mended = collect(MORNING + LATER)

    assert (mended.new, record().listed, record().left_out) == (1, 2, "")


def test_no_other_reading_is_asked_for_the_sake_of_one_paper(far_end: FarEnd):
    lists(far_end, entry(1), spoiled())

    collect()

    assert len(far_end.requests) == 1


def test_the_same_answer_is_asked_for_in_full_as_a_later_version_may_understand_it(far_end: FarEnd):
    lists(far_end, entry(1), spoiled(), ETag='"one"')
    collect()

    collect(MORNING + LATER)

    assert "If-None-Match" not in far_end.requests[-1].headers
    assert record().left_out == SENTENCE


def test_a_failure_keeps_what_the_record_says_of_the_papers_that_are_there(far_end: FarEnd):
    lists(far_end, entry(1), spoiled())
    lists(far_end, {"unknown": "shape"})
    collect()

    assert collect(MORNING + LATER).failed
    assert (record().listed, record().left_out) == (1, SENTENCE)


def test_what_is_odd_in_a_second_answer_is_said_to_be_in_that(far_end: FarEnd):
    lists(far_end, *[entry(number) for number in range(100)])
    second = json.dumps([entry(100), spoiled(101)]).encode()
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100&p=1", body=second)

    collected = collect()

    assert collected.collection.listed == 101
    assert record().left_out == (
        "1 of 102 left out: expected a title, found an empty one (paper 2 of the list), in answer 2"
    )


# --------------------------------------------------------------------------------------------- when it is read again


def test_a_day_of_which_something_was_left_out_stays_due_for_three_days_and_closes_with_the_sentence(far_end: FarEnd):
    lists(far_end, entry(1), spoiled())

    assert at(MORNING).next_try_at == MORNING + LATER
    assert at(END).next_try_at == END + AFTERWARDS
    assert at(END + timedelta(hours=60)).next_try_at == END + timedelta(hours=66)

    closed = at(END + timedelta(hours=72))
    assert (closed.next_try_at, closed.outcome, closed.left_out) == (None, Collection.Outcome.LISTED, SENTENCE)
    assert DAY not in collecting.due_days(SETTLED_AT_ONCE, END + timedelta(days=4))


def test_a_day_that_is_whole_closes_as_ever(far_end: FarEnd):
    lists(far_end, entry(1))

    assert at(END).next_try_at is None


def test_an_old_day_is_looked_at_once_more(far_end: FarEnd):
    lists(far_end, entry(1), spoiled())
    long_after = END + timedelta(days=30)

    assert at(long_after).next_try_at == long_after + AFTERWARDS
    assert at(long_after + AFTERWARDS).next_try_at is None


def test_a_day_that_grows_for_its_votes_grows_no_longer(far_end: FarEnd):
    lists(far_end, entry(1), spoiled())
    end = HUGGINGFACE.calendar.closes_at(DAY, listed=True)

    assert collect(end - timedelta(days=3)).collection.next_try_at == end - timedelta(days=2)
    assert collect(end).collection.next_try_at is None


def test_filling_in_the_past_reads_such_a_day_again(far_end: FarEnd):
    lists(far_end, entry(1), spoiled())
    lists(far_end, entry(1), entry(2))
    now = END + timedelta(days=30)

    at(now)
    assert DAY in collecting.missing_days(SETTLED_AT_ONCE, DAY, now)

    at(now)
    assert DAY not in collecting.missing_days(SETTLED_AT_ONCE, DAY, now)


def test_filling_in_the_past_says_what_was_left_out(far_end: FarEnd, capsys: pytest.CaptureFixture[str]):
    lists(far_end, entry(1), spoiled())

    call_command("collect", source="huggingface", since=DAY, now=MORNING)

    printed = capsys.readouterr().out
    assert f"huggingface 2026-08-20: 1 listed, 1 new, 0 updated; {SENTENCE}\n" in printed
    assert "0 days could not be read" in printed
