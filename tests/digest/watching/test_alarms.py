"""How fresh the sources are, and what the operator is told of it."""

import json
import re
import threading
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from digest import tasks
from digest.models import Alarm
from digest.watching import alarms
from digest.watching.alarms import GRACE, State
from papers.models import Collection, Host
from papers.sources import SOURCES
from papers.sources.base import Manners, Source
from papers.sources.calendar import EVERY_DAY, MONDAY_TO_FRIDAY, Calendar
from subscriptions import letters
from subscriptions.models import Event, Letter
from subscriptions.sending import post
from tests import reports
from tests.factories import make_collection, make_letter
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
Outcome = Collection.Outcome
DAILY_PAPERS = "Daily Papers"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 8, day) for day in (18, 19, 20, 21, 22))
HOUR = timedelta(hours=1)
OPERATOR = "operator@example.org"
ERROR = "api: expected 200 from huggingface.co/api/daily_papers, found 503"


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


NOON = at(THURSDAY, 12)  # when Wednesday's papers have been awaited for a day and a half


def lists(day: date, listed: int = 3, **fields) -> Collection:
    return make_collection("huggingface", day, listed=listed, **fields)


def fails(day: date, since: datetime, **fields) -> Collection:
    failure = {"outcome": Outcome.FAILED, "error": ERROR, "failing_since": since, "collected_at": since}
    return make_collection("huggingface", day, **failure | fields)


def fresh(now: datetime, name: str = "huggingface") -> alarms.Freshness:
    [found] = alarms.freshness([SOURCES[name]], now)
    return found


@pytest.fixture(autouse=True)
def _operator(settings):
    settings.OPERATOR_EMAIL = OPERATOR


# ----------------------------------------------------------------------------------------------------------- freshness


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at(WEDNESDAY, 11, 59), State.FRESH),
        (at(WEDNESDAY, 12), State.LATE),
        (at(THURSDAY, 11, 59), State.LATE),
        (at(THURSDAY, 12), State.STALE),
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

    assert (found.awaited, found.state) == (date(2026, 8, 24), State.FRESH)


def test_a_day_with_papers_counts_though_a_later_reading_of_it_failed():
    lists(TUESDAY)
    lists(WEDNESDAY, outcome=Outcome.FAILED, error=ERROR, failing_since=at(WEDNESDAY, 20))

    found = fresh(NOON)

    assert (found.last, found.error) == (WEDNESDAY, ERROR)


def test_a_source_that_was_never_asked_is_not_read_yet():
    found = fresh(NOON)

    assert (found.state, found.awaited, found.checked_at) == (State.UNREAD, None, None)


def test_a_source_that_never_had_papers_owes_us_the_first_expected_day_since_it_is_asked():
    make_collection("huggingface", date(2026, 8, 16))  # a Sunday
    make_collection("huggingface", date(2026, 8, 17))

    assert fresh(at(date(2026, 8, 17), 8)).state == State.WAITING
    assert fresh(NOON).awaited == date(2026, 8, 17)
    assert fresh(NOON).state == State.STALE


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

    assert alarms.Freshness(source=source).announces == words


def test_many_sources_are_asked_about_in_as_many_queries_as_one():
    for source in SOURCES:
        make_collection(source, WEDNESDAY)

    assert queries(list(SOURCES.values())) == queries([SOURCES["huggingface"]])


def queries(sources: list[Source]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(alarms.freshness(sources, NOON)) == len(sources)
    return len(captured)


# ----------------------------------------------------------------------------------------------------- what is wrong


def test_an_alarm_says_which_source_since_when_and_why():
    lists(TUESDAY)
    fails(WEDNESDAY, at(WEDNESDAY, 4, 5))

    assert alarms.why(fresh(NOON)) == (
        f"Daily Papers: nothing since Tuesday 18 August 2026; it could not be read since 2026-08-19 04:05 UTC: {ERROR}"
    )


def test_an_alarm_says_when_the_source_answers_and_lists_nothing():
    lists(TUESDAY)
    make_collection("huggingface", WEDNESDAY, collected_at=at(THURSDAY, 11))

    assert alarms.why(fresh(NOON)) == (
        "Daily Papers: nothing since Tuesday 18 August 2026; "
        "it answers, but lists nothing; it was last asked at 2026-08-20 11:00 UTC"
    )


def test_an_alarm_says_when_it_is_us_who_do_not_ask():
    lists(TUESDAY)

    assert alarms.why(fresh(NOON)) == (
        "Daily Papers: nothing since Tuesday 18 August 2026; "
        "it was not asked since 2026-08-18 12:00 UTC: see whether collecting still runs"
    )


def test_an_alarm_for_a_source_that_never_had_papers_says_so():
    fails(TUESDAY, at(TUESDAY, 9), error="100% of it is odd")

    assert alarms.why(fresh(NOON)) == (
        "Daily Papers: nothing, awaited since Tuesday 18 August 2026; "
        "it could not be read since 2026-08-18 09:00 UTC: 100% of it is odd"
    )


# -------------------------------------------------------------------------------------------------------------- alarms


def silent() -> None:
    lists(TUESDAY)
    make_collection("huggingface", WEDNESDAY)


def outcomes() -> dict[str, str]:
    """The state of each letter to the operator, by what it is about."""
    found = Letter.objects.filter(kind="operator", subscriber=None).values_list("key", "state")
    return {key.partition(":")[2]: state for key, state in found}


def test_a_stale_source_begins_one_alarm_and_one_letter_however_often_it_is_looked_at():
    silent()

    for minutes in range(3):
        alarms.watch(NOON + timedelta(minutes=minutes))

    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject, alarm.began_at, alarm.ended_at) == ("stale", "huggingface", NOON, None)
    assert outcomes() == {"began": "planned"}


def test_the_clock_of_the_workers_watches():
    silent()

    tasks.watch()

    assert Alarm.objects.exists()


def test_a_late_source_and_one_that_was_never_asked_begin_no_alarm():
    silent()

    alarms.watch(NOON - HOUR)

    assert not Alarm.objects.exists()


def test_one_source_can_only_have_one_open_alarm():
    alarm = {"kind": Alarm.Kind.STALE, "subject": "huggingface", "why": "It is silent.", "began_at": NOON}
    Alarm.objects.create(**alarm, ended_at=NOON)
    Alarm.objects.create(**alarm)

    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(**alarm)


def test_without_an_operator_there_is_an_alarm_and_no_letter(settings):
    settings.OPERATOR_EMAIL = ""
    silent()

    alarms.watch(NOON)

    assert Alarm.objects.exists()
    assert outcomes() == {}


def test_papers_end_the_alarm_and_the_operator_is_told_once():
    silent()
    alarms.watch(NOON)
    lists(THURSDAY)

    for minutes in (40, 41):
        alarms.watch(NOON + timedelta(minutes=minutes))

    assert Alarm.objects.get().ended_at == NOON + timedelta(minutes=40)
    assert outcomes() == {"began": "planned", "ended": "planned"}


def test_while_a_source_makes_up_for_an_outage_the_alarm_stays():
    silent()
    alarms.watch(NOON + timedelta(days=5))
    Collection.objects.filter(day=WEDNESDAY).update(outcome=Outcome.LISTED, listed=5)

    alarms.watch(NOON + timedelta(days=5, hours=1))

    assert Alarm.objects.get().ended_at is None


def test_an_alarm_that_is_over_within_minutes_tells_nobody():
    """So it is when the site itself was off for days, and makes up for them as soon as it is on."""
    silent()
    alarms.watch(NOON)
    lists(THURSDAY)

    alarms.watch(NOON + GRACE - timedelta(minutes=1))

    assert outcomes() == {"began": "skipped"}


def test_a_source_that_falls_silent_again_is_told_of_again():
    silent()
    alarms.watch(NOON)
    lists(THURSDAY)
    alarms.watch(NOON + HOUR)

    alarms.watch(NOON + timedelta(days=5))

    assert Alarm.objects.count() == 2
    assert Letter.objects.filter(kind="operator").count() == 3


def test_an_operator_who_was_not_told_of_the_beginning_is_not_told_of_the_end(settings):
    settings.OPERATOR_EMAIL = ""
    silent()
    alarms.watch(NOON)
    settings.OPERATOR_EMAIL = OPERATOR
    lists(THURSDAY)

    alarms.watch(NOON + HOUR)

    assert Alarm.objects.get().ended_at
    assert outcomes() == {}


def test_the_alarm_of_a_source_that_is_no_longer_ours_ends_in_silence(mailbox):
    Alarm.objects.create(kind=Alarm.Kind.STALE, subject="gone", why="It was silent.", began_at=NOON)
    Letter.objects.plan_once(None, "operator", f"{Alarm.objects.get().pk}:began", NOON)

    alarms.watch(NOON)
    post.drain(NOON)

    assert Alarm.objects.get().ended_at == NOON
    assert outcomes() == {"began": "skipped", "ended": "skipped"}


@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
@pytest.mark.django_db(transaction=True)
def test_several_processes_that_look_at_once_begin_one_alarm_and_end_it_once():
    silent()
    problems = watch_at_once(NOON)
    began = (Alarm.objects.count(), outcomes())
    lists(THURSDAY)

    problems += watch_at_once(NOON + GRACE / 2)

    assert problems == []
    assert began == (1, {"began": "planned"})
    assert (Alarm.objects.open().count(), outcomes()) == (0, {"began": "skipped"})


def watch_at_once(now: datetime) -> list[Exception]:
    """Several look at the same moment; what went wrong for any of them."""
    together, problems = threading.Barrier(6), []
    threads = [threading.Thread(target=_watch_and_close, args=[now, together, problems]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


def _watch_and_close(now: datetime, together: threading.Barrier, problems: list[Exception]) -> None:
    try:
        connection.ensure_connection()
        together.wait()
        alarms.watch(now)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the test shall show it
        problems.append(problem)
    finally:
        connection.close()


# ------------------------------------------------------------------------------------------------------------- letters


def begin_and_end() -> None:
    lists(TUESDAY)
    fails(WEDNESDAY, at(WEDNESDAY, 4, 5))
    alarms.watch(NOON)
    post.drain(NOON + GRACE)
    lists(THURSDAY)
    alarms.watch(NOON + HOUR)
    post.drain(NOON + HOUR)


def test_the_operator_gets_a_letter_when_it_begins_and_one_when_it_is_over(sink, settings):
    begin_and_end()

    assert sink.recipients == [OPERATOR, OPERATOR]
    began, ended = (message for _recipient, message in sink.accepted)
    assert began["Subject"] == "Daily Papers is silent (Paper Route)"
    assert ended["Subject"] == "Daily Papers lists papers again (Paper Route)"
    for message in (began, ended):
        text = " ".join(message.get_body(("plain",)).get_content().split())
        assert f"it could not be read since 2026-08-19 04:05 UTC: {ERROR}" in text
        assert f"{settings.SITE_URL}/status/" in text
        assert (message["To"], message["Auto-Submitted"]) == (OPERATOR, "auto-generated")
    assert "as of 2026-08-20 13:00 UTC" in ended.get_body(("plain",)).get_content()


def test_a_letter_to_the_operator_is_no_list_and_has_no_link_of_a_reader(sink):
    begin_and_end()

    for _recipient, message in sink.accepted:
        assert not [name for name in message.keys() if name.startswith(("List-", "Precedence", "Feedback"))]  # noqa: SIM118
        assert not re.search("nsubscribe|/manage/", message.as_string())


def test_text_and_html_of_a_letter_to_the_operator_have_the_same_links(sink):
    begin_and_end()

    for _recipient, message in sink.accepted:
        text, html = (message.get_body((part,)).get_content() for part in ("plain", "html"))
        in_text = {link.rstrip("/") for link in re.findall(r"https?://\S+", text)}
        assert in_text == {link.rstrip("/") for link in re.findall(r'href="([^"]+)"', html)}


def test_an_error_stands_in_the_html_escaped(sink):
    lists(TUESDAY)
    fails(WEDNESDAY, at(WEDNESDAY, 4, 5), error="expected a list, found '<b>&'")
    alarms.watch(NOON)

    post.drain(NOON + GRACE)

    [(_recipient, message)] = sink.accepted
    assert "found '<b>&'" in message.get_body(("plain",)).get_content()
    assert "<b>" not in message.get_body(("html",)).get_content()


def test_a_letter_to_the_operator_is_written_to_a_file_where_mail_is(mailbox, settings):
    settings.SENDER = "subscriptions.sending.senders.Files"
    silent()
    alarms.watch(NOON)

    post.drain(NOON + GRACE)

    [file] = mailbox.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert file.name.startswith("operator-")
    assert message["To"] == OPERATOR
    assert outcomes() == {"began": "sent"}


def test_a_letter_to_the_operator_goes_by_any_provider(settings):
    settings.SENDER = "subscriptions.sending.anymail.Anymail"
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    silent()
    alarms.watch(NOON)
    with FarEnd() as provider:
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x", "POSTMARK_API_URL": f"{provider.url}/"}
        answer = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": OPERATOR}
        provider.answers("/email", body=json.dumps(answer).encode())

        post.drain(NOON + GRACE)

    assert json.loads(provider.requests[0].body)["To"] == OPERATOR
    assert outcomes() == {"began": "sent"}


def test_an_operator_who_left_before_the_letter_gets_none(sink, settings):
    silent()
    alarms.watch(NOON)
    settings.OPERATOR_EMAIL = ""

    post.drain(NOON + GRACE)

    assert sink.accepted == []
    assert outcomes() == {"began": "skipped"}


def test_a_readers_letter_never_goes_to_the_operator():
    letter = make_letter()

    assert letters.address_of(letter) == letter.subscriber.address


def test_an_operator_who_is_named_during_an_alarm_is_told_of_it(settings):
    settings.OPERATOR_EMAIL = ""
    silent()
    alarms.watch(at(THURSDAY, 12))
    settings.OPERATOR_EMAIL = OPERATOR

    alarms.watch(at(THURSDAY, 13))

    assert Letter.objects.filter(kind="operator").count() == 1


# -------------------------------------------------------------------------------------------------- the mail provider


@pytest.fixture
def _postmark(settings):
    reports.serves(settings, "postmark")


def took(hours_ago: float, **fields) -> Letter:
    """A letter that the mail provider took from us."""
    moment = NOON - hours_ago * HOUR
    return make_letter(at=moment, **{"state": Letter.State.SENT, "ended_at": moment} | fields)


def reported(letter: Letter, hours_ago: float) -> None:
    moment = NOON - hours_ago * HOUR
    kind = Event.Type.DELIVERED
    Event.objects.create(
        provider="Postmark", event_id=str(letter.pk), type=kind, letter=letter, at=moment, received_at=moment
    )


def unheard() -> list[str]:
    return list(Alarm.objects.open().filter(kind=Alarm.Kind.UNHEARD).values_list("subject", flat=True))


@pytest.mark.usefixtures("_postmark")
def test_a_provider_that_took_letters_and_reports_nothing_for_a_day_is_an_alarm():
    took(25)
    took(47)
    took(1)

    for minutes in range(3):
        alarms.watch(NOON + timedelta(minutes=minutes))

    assert Alarm.objects.get().why == (
        "postmark took 2 letters more than a day ago and has reported nothing since; see whether its webhook calls "
        "http://localhost:8000/webhooks/postmark/tracking/ with the user and password of WEBHOOK_SECRET"
    )
    assert outcomes() == {"began": "planned"}


@pytest.mark.usefixtures("_postmark")
@pytest.mark.parametrize("hours_ago", [23, 49])
def test_letters_of_today_or_of_days_ago_prove_nothing_of_the_provider(hours_ago):
    took(hours_ago)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("_postmark")
@pytest.mark.parametrize("state", [Letter.State.FAILED, Letter.State.UNCERTAIN, Letter.State.PLANNED])
def test_the_provider_owes_no_report_of_a_letter_that_it_did_not_take(state):
    took(25, state=state)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("_postmark")
@pytest.mark.parametrize(("sent", "heard"), [(26, 25), (1, 0.5), (60, 3)])
def test_a_provider_that_reports_of_any_letter_is_not_silent(sent, heard):
    took(25)
    reported(took(sent), heard)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("_postmark")
def test_a_provider_that_reported_only_of_older_letters_is_silent():
    took(25)
    reported(took(60), 47)

    alarms.watch(NOON)

    assert unheard() == ["postmark"]


def test_whoever_cannot_report_owes_nothing():
    took(25)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("_postmark")
def test_a_silent_provider_stays_so_while_no_letter_goes_out_and_until_it_reports():
    letter = took(25)
    alarms.watch(NOON)
    alarms.watch(NOON + timedelta(days=4))
    still = unheard()
    reported(letter, hours_ago=-97)

    alarms.watch(NOON + timedelta(days=5))

    assert still == ["postmark"]
    assert unheard() == []


@pytest.mark.usefixtures("_postmark")
def test_when_the_provider_is_not_heard_any_more_its_alarm_ends(settings):
    took(25)
    alarms.watch(NOON)
    settings.ANYMAIL = reports.SETTINGS["postmark"]

    alarms.watch(NOON + HOUR)

    assert Alarm.objects.get().ended_at == NOON + HOUR


def test_the_operator_gets_a_letter_about_the_provider_when_it_begins_and_one_when_it_is_over(mailbox, settings):
    reports.serves(settings, "postmark")
    letter = took(25)
    alarms.watch(NOON)
    reported(letter, hours_ago=-1)
    alarms.watch(NOON + 2 * HOUR)
    settings.SENDER = "subscriptions.sending.senders.Files"  # Only so that the letters can be read.

    post.drain(NOON + 2 * HOUR)

    written = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in mailbox.glob("operator-*.eml")]
    assert sorted(message["Subject"] for message in written) == [
        "The alarm about postmark is over (Paper Route)",
        "postmark is silent (Paper Route)",
    ]
    for message in written:
        text = " ".join(message.get_body(("plain",)).get_content().split())
        assert "postmark took 1 letter more than a day ago" in text
        assert "papers again" not in text
