"""A source's day, read and remembered: through a real web server whose answers the test decides."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from papers import collecting, sample, storing
from papers.models import Collection, Host, Paper, PaperTopic, Sighting, Topic
from papers.sources import SOURCES, reading, web
from papers.sources.base import Manners, Page
from tests.factories import make_topic
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
HUGGINGFACE = replace(SOURCES["huggingface"], manners=Manners("huggingface.co", timedelta(0)))  # without waiting
DAY = date(2026, 8, 20)  # a Thursday
MORNING = datetime(2026, 8, 20, 9, tzinfo=UTC)
LATER = timedelta(hours=1)


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        settings.HUGGINGFACE_URL = far_end.url
        yield far_end


def entry(number: int, *, day: date = DAY, **fields: Any) -> dict[str, Any]:
    """One element of the API's answer, in its shape."""
    paper = {
        "id": f"2608.{number:05}",
        "title": f"Invented paper {number}",
        "summary": f"Paper {number} is about dictionary learning.",
        "authors": [{"name": "Ada Quill", "hidden": False}],
        "publishedAt": "2026-08-19T00:00:00.000Z",
        "submittedOnDailyAt": f"{day}T00:00:00.000Z",
        "upvotes": number,
    }
    return {"paper": paper | fields, "numComments": 1}


def lists(far_end: FarEnd, *entries: dict[str, Any], day: date = DAY, **headers: str) -> None:
    far_end.answers(f"/api/daily_papers?date={day}&limit=100", body=json.dumps(entries).encode(), headers=headers)


def collect(now: datetime = MORNING, day: date = DAY) -> collecting.Collected:
    return collecting.collect(HUGGINGFACE, day, now)


def every_row() -> list[Any]:
    """All that collecting writes but the times in its records and the hosts' turns."""
    papers = list(Paper.objects.order_by("pk").values())
    sightings, topics = (
        list(Sighting.objects.order_by("pk").values()),
        PaperTopic.objects.values("paper", "topic", "phrase"),
    )
    return [papers, sightings, list(topics.order_by("paper", "topic"))]


def test_a_day_is_remembered_in_the_sources_order(far_end: FarEnd):
    lists(far_end, entry(2), entry(1))

    collected = collect()

    assert str(collected) == "huggingface 2026-08-20: 2 listed, 2 new, 0 updated"
    assert [paper.key for paper in Paper.objects.listed(on=DAY, by="huggingface")] == [
        "arxiv:2608.00002",
        "arxiv:2608.00001",
    ]


def test_collecting_twice_changes_nothing(far_end: FarEnd):
    make_topic(phrases=["dictionary learning"])
    lists(far_end, entry(1), entry(2))
    collect()
    before = every_row()

    again = collect(MORNING + LATER)

    assert (again.new, again.updated) == (0, 0)
    assert every_row() == before


def test_a_growing_day_updates_votes_and_adds_papers(far_end: FarEnd):
    lists(far_end, entry(1, upvotes=3))
    lists(far_end, entry(2), entry(1, upvotes=9))
    collect()

    grown = collect(MORNING + LATER)

    assert (grown.new, grown.updated) == (1, 1)
    assert Paper.objects.get(arxiv_id="2608.00001").votes == 9


def test_a_paper_listed_again_another_day_is_one_row_with_two_sightings(far_end: FarEnd):
    before = DAY - timedelta(days=6)
    lists(far_end, entry(1, day=before, upvotes=5), day=before)
    lists(far_end, entry(1, upvotes=8))
    collect(MORNING - timedelta(days=6), before)
    collect()

    paper = Paper.objects.get()

    assert (paper.sightings.count(), paper.votes, paper.listed_on) == (2, 8, DAY)


def test_what_a_later_answer_does_not_say_blanks_nothing(far_end: FarEnd):
    full = entry(1, githubRepo="https://github.com/invented/one", ai_keywords=["one"])
    lists(far_end, full)
    lists(far_end, entry(1))
    collect()

    collect(MORNING + LATER)

    paper = Paper.objects.get()
    assert (paper.urls, paper.keywords) == ({"code": "https://github.com/invented/one"}, ["one"])


def test_pages_are_followed_until_the_last(far_end: FarEnd):
    lists(far_end, *[entry(number) for number in range(100)])
    second = json.dumps([entry(number) for number in range(95, 130)]).encode()
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100&p=1", body=second)

    collected = collect()

    assert collected.collection.listed == Paper.objects.count() == 130
    assert [paper.votes for paper in Paper.objects.listed(on=DAY, by="huggingface")] == list(range(130))


def test_papers_are_scored_by_every_topic_once(far_end: FarEnd):
    make_topic(phrases=["dictionary learning", "sparse autoencoder"])
    Topic.objects.exclude(group="Invented").delete()
    lists(far_end, entry(1), entry(2, summary="About something else."))

    collect()

    assert list(PaperTopic.objects.values_list("paper__arxiv_id", "phrase")) == [("2608.00001", "dictionary learning")]


def test_an_edited_topic_scores_the_recent_papers_again(far_end: FarEnd):
    lists(far_end, entry(1))
    collect()
    topic = make_topic(phrases=["dictionary learning"], scored_at=None)

    list(collecting.collect_due(HUGGINGFACE, MORNING))

    topic.refresh_from_db()
    assert topic.scored_at == MORNING
    assert topic.papers.count() == 1


# ----------------------------------------------------------------------------------------------- records of collecting


def record() -> Collection:
    return Collection.objects.get(source="huggingface", day=DAY)


def test_an_empty_answer_today_is_nothing_yet_and_the_day_stays_due(far_end: FarEnd):
    lists(far_end)

    collect()

    assert record().outcome == Collection.Outcome.NOTHING_YET
    assert DAY in collecting.due_days(HUGGINGFACE, MORNING + LATER)
    assert [request.path.partition("?")[0] for request in far_end.requests] == ["/api/daily_papers"]


def test_an_empty_old_day_is_closed_after_two_looks_in_the_same_run(far_end: FarEnd):
    lists(far_end)

    collect(now=MORNING + timedelta(days=4))

    assert (record().outcome, record().next_try_at) == (Collection.Outcome.NOTHING, None)
    assert len(far_end.requests) == 2


def test_a_day_with_papers_is_read_for_14_days_after_its_end_and_then_closed(far_end: FarEnd):
    lists(far_end, entry(1))
    end = datetime(2026, 9, 4, tzinfo=UTC)

    collect(end - timedelta(days=2))
    assert record().next_try_at == end - timedelta(days=1)

    collect(end)
    assert record().next_try_at is None
    assert DAY not in collecting.due_days(HUGGINGFACE, end + timedelta(days=1))


def test_a_failure_is_one_sentence_in_the_record_and_the_day_stays_due(far_end: FarEnd):
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", body=b"<html>")

    failed = collect()

    assert failed.failed
    assert not failed.unavailable
    assert "expected" in record().error
    assert DAY in collecting.due_days(HUGGINGFACE, MORNING + LATER)
    assert not Paper.objects.exists()


def test_each_failure_in_a_row_doubles_the_wait_up_to_six_hours(far_end: FarEnd):
    waits = []
    for _ in range(7):
        collect()
        waits.append(record().next_try_at - MORNING)

    assert waits == [timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 360, 360)]


def test_a_failure_keeps_what_the_day_had(far_end: FarEnd):
    lists(far_end, entry(1))
    lists(far_end, {"unknown": "shape"})
    collect()

    failed = collect(MORNING + LATER)

    assert failed.failed
    assert (record().listed, Paper.objects.count()) == (1, 1)


def test_silence_asked_for_by_the_host_is_kept_by_every_reading(far_end: FarEnd):
    limit = {"RateLimit": '"api";r=0;t=120'}
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", status=429, headers=limit)

    failed = collect()

    assert failed.unavailable
    assert len(far_end.requests) == 1
    assert record().next_try_at > MORNING + timedelta(minutes=1)
    assert Host.objects.get().silent_until is not None


def test_the_page_is_read_when_the_api_is_down(far_end: FarEnd):
    far_end.answers("/api/daily_papers", status=503)
    props = json.dumps({"dateString": str(DAY), "dailyPapers": [entry(1)]}).replace('"', "&quot;")
    page = f'<div data-target="DailyPapers" data-props="{props}"></div>'
    far_end.answers(f"/papers/date/{DAY}", body=page.encode())

    collected = collect()

    assert (collected.collection.reading, collected.new) == ("props", 1)


def test_a_lower_reading_never_overwrites_a_higher_one(far_end: FarEnd):
    lists(far_end, entry(1))
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", status=503)
    props = json.dumps({"dateString": str(DAY), "dailyPapers": [entry(1, title="Lost", summary="Lost", upvotes=7)]})
    page = f"""<div data-target="DailyPapers" data-props="{props.replace('"', "&quot;")}"></div>"""
    far_end.answers(f"/papers/date/{DAY}", body=page.encode())
    collect()

    collect(MORNING + LATER)

    paper = Paper.objects.get()
    assert (paper.title, paper.abstract) == ("Invented paper 1", "Paper 1 is about dictionary learning.")


def test_an_unchanged_answer_is_asked_for_by_its_validator_and_changes_nothing(far_end: FarEnd):
    lists(far_end, entry(1), ETag='"one"')
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", status=304)
    collect()

    again = collect(MORNING + LATER)

    assert far_end.requests[-1].headers["If-None-Match"] == '"one"'
    assert (again.collection.listed, again.new, again.updated) == (1, 0, 0)


def test_an_unreachable_source_is_not_asked_for_all_its_days(far_end: FarEnd):
    far_end.answers("/api/daily_papers", status=503)
    for back in range(60):
        far_end.answers(f"/papers/date/{DAY - timedelta(days=back)}", status=503)

    results = list(collecting.collect_due(HUGGINGFACE, MORNING))

    assert len(results) == 1


def test_a_new_site_fills_itself_from_today_back():
    due = collecting.due_days(HUGGINGFACE, datetime(2026, 8, 24, 9, tzinfo=UTC))

    assert due[:4] == [date(2026, 8, day) for day in (24, 23, 22, 21)]
    assert len(due) == 50


def test_after_an_outage_the_missed_days_come_in_order_and_before_the_unread_past(far_end: FarEnd):
    lists(far_end, entry(1))
    collect()

    due = collecting.due_days(HUGGINGFACE, datetime(2026, 8, 24, 9, tzinfo=UTC))

    assert due[:6] == [date(2026, 8, day) for day in (20, 21, 22, 23, 24, 19)]


def test_a_day_is_taken_by_one_process_alone():
    claims = [Collection.objects.claim("huggingface", DAY, MORNING, timedelta(minutes=10)) for _ in range(2)]

    assert claims == [True, False]


def test_a_day_whose_reader_died_is_due_again_after_ten_minutes():
    Collection.objects.claim("huggingface", DAY, MORNING, collecting.CLAIMED_FOR)

    assert DAY not in collecting.due_days(HUGGINGFACE, MORNING + timedelta(minutes=9))
    assert DAY in collecting.due_days(HUGGINGFACE, MORNING + timedelta(minutes=10))
    assert Collection.objects.claim("huggingface", DAY, MORNING + timedelta(minutes=10), collecting.CLAIMED_FOR)


def test_since_when_a_day_fails_is_remembered_until_it_is_read(far_end: FarEnd):
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", body=b"<html>")
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", body=b"<html>")
    lists(far_end, entry(1))
    collect()
    collect(MORNING + LATER)
    assert record().failing_since == MORNING

    collect(MORNING + 2 * LATER)
    assert record().failing_since is None


def test_the_weeks_list_stands_in_when_the_days_own_readings_fail(far_end: FarEnd):
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", body=b"<html>")
    wednesday = entry(2, day=DAY - timedelta(days=1))
    far_end.answers("/api/daily_papers?week=2026-W34&limit=100", body=json.dumps([wednesday, entry(1)]).encode())

    collected = collect()

    assert (collected.collection.reading, collected.collection.listed) == ("week", 1)
    assert [paper.arxiv_id for paper in Paper.objects.all()] == ["2608.00001"]


def test_a_place_that_cannot_be_reached_is_not_asked_again_in_other_words(far_end: FarEnd):
    far_end.answers("/api/daily_papers", status=503)
    far_end.answers(f"/papers/date/{DAY}", status=503)

    failed = collect()

    assert failed.unavailable
    assert [request.path.partition("?")[0] for request in far_end.requests] == [
        "/api/daily_papers",
        f"/papers/date/{DAY}",
    ]


def test_the_readings_of_one_page_ask_for_it_once(far_end: FarEnd):
    far_end.answers(f"/papers/date/{DAY}", body=b"<html>nothing we know</html>")

    collect()

    assert [request.path for request in far_end.requests].count(f"/papers/date/{DAY}") == 1


def queries_to_remember(papers: int, day: date) -> tuple[int, int]:
    """How many queries a day of so many papers takes, new and again with other votes."""
    counts = []
    for votes in (1, 2):
        entries = [entry(day.day * 1000 + number, day=day, upvotes=votes) for number in range(papers)]
        page = Page(HUGGINGFACE.readings[0].parse(json.dumps(entries).encode(), day).listings)
        with CaptureQueriesContext(connection) as queries:
            storing.merge_papers(page.listings, "huggingface", "api", day, MORNING)
        counts.append(len(queries))
    return counts[0], counts[1]


def test_a_day_takes_as_many_queries_for_3_papers_as_for_300():
    make_topic(phrases=["dictionary learning"])

    few, many = queries_to_remember(3, DAY), queries_to_remember(300, DAY - timedelta(days=1))

    assert few == many
    assert Paper.objects.count() == 303


# -------------------------------------------------------------------------------------------------- the sample edition


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
    monkeypatch.setattr(collecting, "timezone", SimpleNamespace(now=lambda: clock.moment))

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
    monkeypatch.setattr(collecting, "timezone", passing)

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
        collecting, "timezone", SimpleNamespace(now=lambda: MORNING + timedelta(minutes=next(minutes)))
    )

    def slow(*asked: Any, **more: Any) -> web.Response:
        row = Collection.objects.get(day=DAY)
        claimed_at.append(row.collected_at)
        held.append(row.claimed_until)
        return web.get(*asked, **more)

    next(collecting.collect_due(HUGGINGFACE, fetch=slow))

    assert held[0] > claimed_at[0] + collecting.CLAIMED_FOR
    assert Collection.objects.get(day=DAY).claimed_until is None
