"""The page that says how the sources are, and what came of each day."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from digest.models import Alarm
from digest.watching import freshness, status
from papers import collecting
from papers.models import Collection, Host
from papers.sources import SOURCES
from papers.sources.base import Manners, Source
from papers.sources.calendar import MONDAY_TO_FRIDAY, Calendar
from tests.factories import make_collection, make_reader
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
Outcome = Collection.Outcome
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 8, day) for day in (18, 19, 20, 21, 22))
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)  # Thursday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ERROR = "api: expected 200 from huggingface.co/api/daily_papers, found 503"
LEFT_OUT = "1 of 10 left out: expected a title, found an empty one (paper 3 of the list)"
HUGGINGFACE = SOURCES["huggingface"]


@pytest.fixture
def visitor(client, monkeypatch):
    """Somebody who comes at noon."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return client


@pytest.fixture
def page(visitor):
    """The page in words, as somebody reads it."""

    def read() -> str:
        body = visitor.get("/status/").content.decode()
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body.partition("<main")[2])).split())

    return read


def states(now: datetime = NOON, source: Source = HUGGINGFACE) -> dict[date, status.DayState | None]:
    return {day: state for day, [state] in status.days_of(freshness.of([source], now), now)}


def words(now: datetime = NOON, source: Source = HUGGINGFACE) -> dict[date, str]:
    return {day: state.words for day, state in states(now, source).items()}


# ---------------------------------------------------------------------------------------------------------- day by day


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"listed": 1}, "1 paper"),
        ({"listed": 50}, "50 papers"),
        ({"outcome": Outcome.NOTHING_YET}, "nothing yet"),
        ({"outcome": Outcome.NOTHING}, "nothing announced"),
        ({"outcome": Outcome.FAILED, "error": ERROR, "failing_since": NOON}, "missing"),
        ({"outcome": Outcome.READING, "next_try_at": NOON + HOUR}, "being read"),
        ({"outcome": Outcome.READING, "next_try_at": NOON - HOUR}, "not read yet"),  # who read it is dead
    ],
)
def test_a_day_says_what_came_of_it(row, said):
    make_collection("huggingface", WEDNESDAY, **row)

    assert words()[WEDNESDAY] == said


def test_a_missing_day_says_since_when_and_why():
    make_collection("huggingface", WEDNESDAY, outcome=Outcome.FAILED, error=ERROR, failing_since=NOON - DAY)

    state = states()[WEDNESDAY]

    assert (state.since, state.error) == (NOON - DAY, ERROR)


def test_a_day_whose_papers_we_have_is_not_missing_when_it_cannot_be_read_again():
    make_collection("huggingface", WEDNESDAY, listed=9, outcome=Outcome.FAILED, error=ERROR, failing_since=NOON)

    state = states()[WEDNESDAY]

    assert (state.came, state.words, state.error) == ("listed", "9 papers", ERROR)


@pytest.mark.parametrize("row", [{"listed": 9}, {"outcome": Outcome.NOTHING}, {"outcome": Outcome.NOTHING_YET}])
def test_a_day_says_what_was_left_out_and_why(row):
    make_collection("huggingface", WEDNESDAY, left_out=LEFT_OUT, **row)

    assert states()[WEDNESDAY].left_out == LEFT_OUT


def test_a_day_that_was_not_asked_for_since_the_source_was_first_read_is_not_read_yet():
    make_collection("huggingface", TUESDAY, listed=9)

    assert words() == {THURSDAY: "not read yet", WEDNESDAY: "not read yet", TUESDAY: "9 papers"}


def test_weekends_and_holidays_say_that_nothing_is_expected():
    holiday = Calendar(MONDAY_TO_FRIDAY, holidays=lambda year: frozenset({FRIDAY}))
    source = Source(name="one", title="One", calendar=holiday, manners=Manners("one", HOUR), readings=())
    make_collection("one", THURSDAY, listed=2)
    make_collection("one", FRIDAY, outcome=Outcome.NOTHING)

    said = words(NOON + 2 * DAY, source)

    assert said[FRIDAY] == "holiday: nothing expected"
    assert said[SATURDAY] == "weekend: nothing expected"


def test_a_weekend_with_papers_says_how_many():
    make_collection("huggingface", SATURDAY, listed=4)

    assert words(NOON + 2 * DAY)[SATURDAY] == "4 papers"


def test_a_list_that_only_shows_what_is_there_now_is_missing_for_good_when_its_day_is_over():
    make_collection("huggingface-trending", TUESDAY, listed=100)
    make_collection("huggingface-trending", THURSDAY, listed=100)

    said = words(source=SOURCES["huggingface-trending"])

    assert said[WEDNESDAY] == "missing for good: the source showed that day’s list on that day only"


def test_days_before_the_first_that_was_ever_asked_for_are_left_out():
    make_collection("huggingface", WEDNESDAY, listed=3)

    assert list(words()) == [THURSDAY, WEDNESDAY]


def test_only_the_last_four_weeks_are_shown():
    make_collection("huggingface", THURSDAY - timedelta(days=40), listed=3)

    assert len(states()) == 28


def test_three_days_of_outage_are_missing_with_the_reason_and_afterwards_collected(settings):
    settings.HUGGINGFACE_URL = "http://127.0.0.1:9"
    make_collection("huggingface", date(2026, 8, 17), listed=5)
    for day in range(3):
        list(collecting.collect_due(HUGGINGFACE, NOON + (day - 2) * DAY))

    during = [states()[day] for day in (TUESDAY, WEDNESDAY, THURSDAY)]

    assert [state.words for state in during] == ["missing"] * 3
    assert all(f"{state.since:%d %H:%M}" == "18 12:00" for state in during)  # seconds pass while it is read
    assert all("expected an answer from 127.0.0.1:9" in state.error for state in during)

    with FarEnd() as far_end:
        settings.HUGGINGFACE_URL = far_end.url
        for day in (TUESDAY, WEDNESDAY, THURSDAY):
            far_end.answers(f"/api/daily_papers?date={day}&limit=100", body=listed_on(day))
            collecting.collect(HUGGINGFACE, day, NOON + HOUR)

    afterwards = words(NOON + HOUR)
    assert [afterwards[day] for day in (TUESDAY, WEDNESDAY, THURSDAY)] == ["1 paper"] * 3


def listed_on(day: date) -> bytes:
    """One invented paper in the shape of the API's answer."""
    paper = {
        "id": f"2608.{day.day:05}",
        "title": f"Invented paper of {day}",
        "summary": "What it found.",
        "authors": [{"name": "Ada Quill", "hidden": False}],
        "publishedAt": f"{day}T00:00:00.000Z",
        "submittedOnDailyAt": f"{day}T00:00:00.000Z",
        "upvotes": 3,
    }
    return json.dumps([{"paper": paper, "numComments": 1}]).encode()


# ------------------------------------------------------------------------------------------------------------ the page


def test_a_fresh_source_says_what_it_had_last_and_what_comes_next(page):
    make_collection("huggingface", THURSDAY, listed=42)

    read = page()

    assert "Daily Papers fresh" in read
    assert "Announces Monday to Friday, by 12:00 UTC at the latest" in read
    assert "Latest papers Thursday, 20 August 2026" in read
    assert "Next expected Friday, 21 August 2026" in read
    assert "Last checked 2026-08-20 12:00 UTC" in read
    assert "42 papers" in read


def test_the_page_says_which_papers_were_left_out_and_why(page):
    make_collection("huggingface", THURSDAY, listed=9, left_out=LEFT_OUT)

    read = page()

    assert f"9 papers {LEFT_OUT}" in read
    assert "Daily Papers fresh" in read


def test_a_stale_source_says_since_when_and_why(page):
    make_collection("huggingface", TUESDAY, listed=42)
    failed = {"outcome": Outcome.FAILED, "error": ERROR, "failing_since": NOON - DAY}
    make_collection("huggingface", WEDNESDAY, **failed)
    Host.objects.create(host=HUGGINGFACE.manners.budget, silent_until=NOON + HOUR)

    read = page()

    assert "Daily Papers stale" in read
    assert f"Reading it has failed since 2026-08-19 12:00 UTC : {ERROR}" in read
    assert "Expected since Wednesday, 19 August 2026" in read
    assert "Asked us to wait until 2026-08-20 13:00 UTC" in read
    assert f"missing reading it has failed since 2026-08-19 12:00 UTC : {ERROR}" in read


def test_a_site_that_has_read_nothing_says_so(page):
    read = page()

    assert "Daily Papers not read yet" in read
    assert "Nothing has been read yet." in read


def test_the_page_tells_when_a_source_was_silent_and_whether_it_is_over(page):
    alarm = {"kind": Alarm.Kind.STALE, "subject": "huggingface"}
    Alarm.objects.create(**alarm, why="It was silent.", began_at=NOON - 3 * DAY, ended_at=NOON - DAY)
    Alarm.objects.create(**alarm, why="It is silent.", began_at=NOON - HOUR)

    read = page()

    assert "It is silent. Ongoing. It was silent. Ended 2026-08-19 12:00 UTC ." in read


def test_the_page_sets_no_cookie_and_names_no_address(visitor, settings):
    settings.OPERATOR_EMAIL = "operator@example.org"
    make_reader()
    make_collection("huggingface", THURSDAY, listed=42)

    answer = visitor.get("/status/")

    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "example.org" not in answer.content.decode().replace("you@example.org", "")


def test_the_page_can_only_be_read(visitor):
    assert visitor.post("/status/").status_code == 405


def test_an_error_is_shown_escaped(visitor):
    error = "expected a list, found '<script>'"
    make_collection("huggingface", WEDNESDAY, outcome=Outcome.FAILED, error=error, failing_since=NOON)

    assert "<script>" not in visitor.get("/status/").content.decode()


def test_every_page_links_to_the_status(visitor):
    assert 'href="/status/"' in visitor.get("/").content.decode()


def test_many_days_are_shown_in_as_many_queries_as_few(visitor):
    for_few = queries(visitor, 3)
    Collection.objects.all().delete()

    assert queries(visitor, 28) == for_few


def queries(visitor, how_many: int) -> int:
    for back in range(how_many):
        for source in SOURCES:
            make_collection(source, THURSDAY - timedelta(days=back), listed=back)
    with CaptureQueriesContext(connection) as captured:
        assert visitor.get("/status/").status_code == 200
    return len(captured)
