"""What came of collecting a day, and when it is due again."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers import collecting, storing
from papers.collecting import Collected
from papers.models import Collection, Host, Paper
from papers.sources.base import Page
from tests.factories import make_topic
from tests.farend import FarEnd
from tests.papers.collecting.samples import DAY, HUGGINGFACE, LATER, MORNING, collect, entry, lists, record

pytestmark = pytest.mark.django_db


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


def test_a_day_takes_as_many_queries_for_60_papers_as_for_300():
    make_topic(phrases=["dictionary learning"])

    few, many = queries_to_remember(60, DAY), queries_to_remember(300, DAY - timedelta(days=1))

    assert few == many
    assert Paper.objects.count() == 360


def test_a_source_that_fails_on_many_days_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture):
    days = [DAY - timedelta(days=ago) for ago in range(49)]
    failed = {"source": "huggingface", "outcome": Collection.Outcome.FAILED, "error": "Expected a list."}
    read = Collected(Collection(source="huggingface", day=DAY, outcome=Collection.Outcome.LISTED, listed=3), new=3)

    with caplog.at_level("INFO", "papers.collecting"):
        list(collecting.log([read, *(Collected(Collection(day=day, **failed)) for day in days)]))

    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "huggingface 2026-08-20: 3 listed, 3 new, 0 updated"),
        ("WARNING", "huggingface, 49 days from 2026-07-03 to 2026-08-20 could not be read: Expected a list."),
    ]
