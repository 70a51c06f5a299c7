"""How fresh the sources are, and what is said of one that is not."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.watching import freshness
from digest.watching.freshness import Freshness, SourceState
from papers.models import Collection, Host
from papers.sources import SOURCES
from papers.sources.base import Manners, Source
from papers.sources.calendar import EVERY_DAY, MONDAY_TO_FRIDAY, Calendar
from tests.digest.watching.scene import (
    ERROR,
    FRIDAY,
    HOUR,
    NOON,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    at,
    fails,
    lists,
)
from tests.factories import make_collection

pytestmark = pytest.mark.django_db
Outcome = Collection.Outcome


def fresh(now: datetime, name: str = "huggingface") -> Freshness:
    [found] = freshness.of([SOURCES[name]], now)
    return found


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at(WEDNESDAY, 11, 59), SourceState.FRESH),
        (at(WEDNESDAY, 12), SourceState.LATE),
        (at(THURSDAY, 11, 59), SourceState.LATE),
        (at(THURSDAY, 12), SourceState.STALE),
    ],
)
def test_a_source_grows_late_and_stale_by_its_calendar(now, state):
    lists(TUESDAY)
    make_collection("huggingface", WEDNESDAY)

    found = fresh(now)

    assert (found.last, found.awaited, found.state) == (TUESDAY, WEDNESDAY, state)


def test_nothing_is_owed_over_the_weekend():
    lists(FRIDAY)
    make_collection("huggingface", SATURDAY)

    found = fresh(at(date(2026, 8, 23), 23))

    assert (found.awaited, found.state) == (date(2026, 8, 24), SourceState.FRESH)


def test_a_day_with_papers_counts_though_a_later_reading_of_it_failed():
    lists(TUESDAY)
    lists(WEDNESDAY, outcome=Outcome.FAILED, error=ERROR, failing_since=at(WEDNESDAY, 20))

    found = fresh(NOON)

    assert (found.last, found.error) == (WEDNESDAY, ERROR)


def test_a_source_that_was_never_asked_is_not_read_yet():
    found = fresh(NOON)

    assert (found.state, found.awaited, found.checked_at) == (SourceState.UNREAD, None, None)


def test_a_source_that_never_had_papers_owes_us_the_first_expected_day_since_it_is_asked():
    make_collection("huggingface", date(2026, 8, 16))  # a Sunday
    make_collection("huggingface", date(2026, 8, 17))

    assert fresh(at(date(2026, 8, 17), 8)).state == SourceState.WAITING
    assert fresh(NOON).awaited == date(2026, 8, 17)
    assert fresh(NOON).state == SourceState.STALE


def test_a_source_that_cannot_be_read_says_since_when_and_why():
    lists(TUESDAY)
    fails(WEDNESDAY, at(WEDNESDAY, 4, 5), error="api: an older problem")
    fails(THURSDAY, at(THURSDAY, 0, 10))

    found = fresh(NOON)

    assert (found.failing_since, found.error) == (at(WEDNESDAY, 4, 5), ERROR)


def test_a_source_that_answers_again_is_not_failing_whatever_is_still_missing():
    fails(WEDNESDAY, at(WEDNESDAY, 4, 5))
    make_collection("huggingface", THURSDAY)

    found = fresh(NOON)

    assert (found.failing_since, found.error) == (None, "")


def test_a_day_that_is_being_read_says_nothing_yet():
    fails(WEDNESDAY, at(WEDNESDAY, 4, 5))
    make_collection("huggingface", THURSDAY, outcome=Outcome.READING, next_try_at=NOON + HOUR)

    found = fresh(NOON)

    assert (found.error, found.checked_at) == (ERROR, at(WEDNESDAY, 4, 5))


@pytest.mark.parametrize(("until", "shown"), [(NOON + HOUR, NOON + HOUR), (NOON - HOUR, None)])
def test_a_silence_that_the_source_asked_for_is_known_until_it_is_over(until, shown):
    Host.objects.create(host=SOURCES["huggingface"].manners.budget, silent_until=until)

    assert fresh(NOON).silent_until == shown


@pytest.mark.parametrize(
    ("calendar", "words"),
    [
        (Calendar(MONDAY_TO_FRIDAY), "Monday to Friday, by 12:00 UTC at the latest"),
        (Calendar(EVERY_DAY, late_after=6 * HOUR), "every day, by 06:00 UTC at the latest"),
        (Calendar(frozenset({0, 3})), "Monday, Thursday, by 12:00 UTC at the latest"),
    ],
)
def test_a_source_says_on_which_days_it_announces(calendar, words):
    source = Source(name="one", title="One", calendar=calendar, manners=Manners("one", HOUR), readings=())

    assert Freshness(source=source).announces == words


def test_many_sources_are_asked_about_in_as_many_queries_as_one():
    for source in SOURCES:
        make_collection(source, WEDNESDAY)

    assert queries(list(SOURCES.values())) == queries([SOURCES["huggingface"]])


def queries(sources: list[Source]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(freshness.of(sources, NOON)) == len(sources)
    return len(captured)


# ----------------------------------------------------------------------------------------------------- what is wrong


def test_an_alarm_says_which_source_since_when_and_why():
    lists(TUESDAY)
    fails(WEDNESDAY, at(WEDNESDAY, 4, 5))

    assert freshness.why(fresh(NOON)) == (
        "Daily Papers: nothing since Tuesday 18 August 2026; "
        f"reading it has failed since 2026-08-19 04:05 UTC: {ERROR}"
    )


def test_an_alarm_says_when_the_source_answers_and_lists_nothing():
    lists(TUESDAY)
    make_collection("huggingface", WEDNESDAY, collected_at=at(THURSDAY, 11))

    assert freshness.why(fresh(NOON)) == (
        "Daily Papers: nothing since Tuesday 18 August 2026; "
        "it answers, but lists nothing; it was last checked at 2026-08-20 11:00 UTC"
    )


def test_an_alarm_says_when_it_is_us_who_do_not_ask():
    lists(TUESDAY)

    assert freshness.why(fresh(NOON)) == (
        "Daily Papers: nothing since Tuesday 18 August 2026; "
        "it has not been checked since 2026-08-18 12:00 UTC: see whether collecting is still running"
    )


def test_an_alarm_for_a_source_that_never_had_papers_says_so():
    fails(TUESDAY, at(TUESDAY, 9), error="100% of it is odd")

    assert freshness.why(fresh(NOON)) == (
        "Daily Papers: nothing yet, expected since Tuesday 18 August 2026; "
        "reading it has failed since 2026-08-18 09:00 UTC: 100% of it is odd"
    )
