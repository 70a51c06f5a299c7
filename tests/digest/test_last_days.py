"""Each of a reader's last 30 days has one state, and it is what happened."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from digest import last_days, previewing
from digest.last_days import Came, Day
from papers.sources import SOURCES
from subscriptions.models import Letter, Subscriber
from tests.factories import make_collection, make_letter, make_paper, make_reader
from tests.subscriptions.test_views import NOON, open_preferences, travel

pytestmark = pytest.mark.django_db

TODAY = NOON.date()  # a Thursday
TUESDAY, WEDNESDAY = TODAY - timedelta(days=2), TODAY - timedelta(days=1)
State = Letter.State
LISTS = [source for source in SOURCES.values() if source.announces]


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


@pytest.fixture
def reader() -> Subscriber:
    begun = NOON - timedelta(days=60)
    return make_reader(confirmed_at=begun, hour=7, last_slot=TODAY, next_slot=TODAY + timedelta(days=1))


def digest(reader: Subscriber, day: date, papers: int = 0, **fields: Any) -> Letter:
    """One that was planned at the reader's hour, with so many papers."""
    at = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    contents = {"for_you": [{"paper": number} for number in range(papers)], "trending": [], "near_misses": []}
    filled = {"kind": "digest", "key": day.isoformat(), "contents": contents, "at": at, "state": State.SENT} | fields
    return make_letter(reader, **filled)


def silent(reader: Subscriber, day: date, **fields: Any) -> Letter:
    return digest(reader, day, state=State.SKIPPED, reason="nothing new", **fields)


def of(reader: Subscriber, day: date) -> Day:
    (found,) = (one for one in last_days.of(reader, NOON).days if one.day == day)
    return found


# ---------------------------------------------------------------------------------------------- what became of letters


def test_every_one_of_30_days_has_exactly_one_state(reader):
    digest(reader, WEDNESDAY, 3)
    silent(reader, TUESDAY)

    days = [one.day for one in last_days.of(reader, NOON).days]

    assert days == [TODAY - timedelta(days=ago) for ago in range(30)]


@pytest.mark.parametrize(
    ("state", "came", "words"),
    [
        (State.SENT, Came.SENT, "sent: 3 papers"),
        (State.FEED, Came.SENT, "in your feed: 3 papers"),
        (State.PLANNED, Came.COMING, "on its way: 3 papers"),
        (State.HANDOFF, Came.COMING, "on its way: 3 papers"),
        (State.FAILED, Came.LOST, "could not be delivered: 3 papers"),
        (State.UNCERTAIN, Came.LOST, "may not have arrived: 3 papers"),
    ],
)
def test_what_became_of_a_digest_is_told_with_its_papers(reader, state, came, words):
    digest(reader, WEDNESDAY, 3, state=state)

    assert (of(reader, WEDNESDAY).came, of(reader, WEDNESDAY).words) == (came, words)


@pytest.mark.parametrize(
    ("reason", "came", "words"),
    [
        ("paused", Came.PAUSED, "paused"),
        ("too late", Came.MISSED, "no digest: the site was not running at your hour, nor for long after it"),
        ("suppressed", Came.LOST, "no digest: your mail server had refused our emails"),
    ],
)
def test_why_a_digest_was_skipped_is_told(reader, reason, came, words):
    digest(reader, WEDNESDAY, state=State.SKIPPED, reason=reason, contents={})

    assert (of(reader, WEDNESDAY).came, of(reader, WEDNESDAY).words) == (came, words)


def test_the_first_days_are_those_of_a_new_reader(reader):
    new = make_reader(confirmed_at=NOON - timedelta(days=1), hour=7, last_slot=WEDNESDAY, next_slot=TODAY)
    make_letter(new, kind="welcome", at=NOON - timedelta(days=1), state=State.SENT, contents={"for_you": [{}, {}]})

    said = [(one.day, one.words) for one in last_days.of(new, NOON).days]

    assert said == [(TODAY, "due at 07:00"), (WEDNESDAY, "welcome email sent: 2 papers")]


def test_a_day_whose_rows_are_gone_says_that_nothing_is_on_record(reader):
    digest(reader, WEDNESDAY, 3).delete()

    assert of(reader, WEDNESDAY).came == Came.UNKNOWN
    assert of(reader, WEDNESDAY).words.startswith("nothing on record")


def test_a_weekday_that_a_reader_does_not_want_is_none_of_their_days(reader):
    reader.days = [0]

    assert of(reader, WEDNESDAY).words == "none of your days"


def test_a_pause_that_has_just_begun_is_told_for_today(reader):
    reader.last_slot, reader.next_slot, reader.paused_until = WEDNESDAY, TODAY, TODAY + timedelta(days=9)

    assert of(reader, TODAY).came == Came.PAUSED


def test_days_are_those_of_the_readers_own_zone():
    at = datetime(2026, 8, 19, 22, tzinfo=UTC)  # already Thursday in Tokyo
    reader = make_reader(zone="Asia/Tokyo", last_slot=TODAY)
    digest(reader, TODAY, 2, at=at)

    latest = last_days.of(reader, at).days[0]
    assert (latest.day, latest.papers) == (TODAY, 2)


# ------------------------------------------------------------------------------------------- why there was nothing new


def test_the_paper_that_came_nearest_is_named_with_what_it_lacked(reader):
    far, near = make_paper(title="Far"), make_paper(title="Near")
    near_misses = [
        {"paper": paper.pk, "lacked": {"code": "bar", "score": score, "bar": 0.5}}
        for paper, score in ((far, 0.2), (near, 0.41))
    ]
    silent(reader, WEDNESDAY, contents={"for_you": [], "trending": [], "near_misses": near_misses})

    found = of(reader, WEDNESDAY)

    assert (found.came, found.words) == (Came.FAR, "nothing was close enough to your interests")
    assert found.nearest == near
    assert found.lacked == "0.41, where 0.50 is close enough to your interests"


def test_papers_that_came_and_are_named_nowhere_were_not_for_the_reader(reader):
    make_paper(first_seen_at=NOON - timedelta(days=1, hours=6))  # an hour before the digest
    silent(reader, WEDNESDAY)

    assert of(reader, WEDNESDAY).words == "nothing new was for you"


def test_a_day_on_which_no_list_was_expected_had_nothing_announced(reader):
    digest(reader, date(2026, 8, 15), 3)
    silent(reader, date(2026, 8, 16))  # a Sunday

    assert of(reader, date(2026, 8, 16)).words == "nothing was announced"


@pytest.mark.parametrize("outcome", ["failed", "nothing yet", None])
def test_a_list_that_should_have_come_and_did_not_was_late(reader, outcome):
    for source in LISTS:
        if outcome:
            make_collection(source.name, TUESDAY, outcome=outcome)
    silent(reader, WEDNESDAY)

    titles = " and ".join(str(source.title) for source in LISTS)
    assert (of(reader, WEDNESDAY).came, of(reader, WEDNESDAY).words) == (
        Came.LATE,
        f"nothing new: {titles} had not listed any papers yet",
    )


def test_a_list_that_came_after_the_readers_hour_was_late(reader):
    first, *others = LISTS
    make_paper(source=first.name, listed_on=TUESDAY, first_seen_at=NOON - timedelta(days=1))
    make_collection(first.name, TUESDAY, listed=1)
    for source in others:
        make_collection(source.name, TUESDAY, outcome="nothing")
    silent(reader, WEDNESDAY)

    assert of(reader, WEDNESDAY).words == f"nothing new: {first.title} had not listed any papers yet"


def test_a_holiday_that_nobody_told_us_of_had_nothing_announced(reader):
    for source in LISTS:
        make_collection(source.name, TUESDAY, outcome="nothing")
    silent(reader, WEDNESDAY)

    assert of(reader, WEDNESDAY).came == Came.NOTHING


# ------------------------------------------------------------------------------------------------------------ the page


def test_the_page_tells_them_with_links_to_the_digests_and_to_why(client, reader):
    paper = make_paper(title="Ferries <b> & tides")
    lacked = {"code": "bar", "score": 0.41, "bar": 0.5}
    digest(reader, WEDNESDAY, contents={"for_you": [{"paper": paper.pk}], "trending": []})
    silent(reader, TUESDAY, contents={"near_misses": [{"paper": paper.pk, "lacked": lacked}]})
    open_preferences(client, reader)

    page = client.get("/preferences/").text

    assert "<p>1 digest with 1 paper</p>" in page
    assert escape("Ferries <b> & tides") in page
    assert f'<a href="/why/?paper={paper.key.replace(":", "%3A")}">' in page
    (link,) = re.findall(r'"http[^"]*(/letter/[^"]+)"', page)
    assert client.get(link).context["copy"].day == WEDNESDAY


def test_many_days_take_no_more_questions_than_few(reader):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            last_days.of(reader, NOON)
        return len(queries)

    silent(reader, WEDNESDAY)
    few = asked()
    for ago in range(3, 20):
        silent(reader, TODAY - timedelta(days=ago))

    assert asked() == few
