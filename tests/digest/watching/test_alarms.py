"""What the operator is told of what has fallen silent."""

import json
import re
import threading
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import IntegrityError, connection, transaction

from digest import tasks
from digest.models import Alarm
from digest.watching import alarms
from digest.watching.alarms import GRACE
from papers.models import Collection
from subscriptions import letters
from subscriptions.models import Letter
from subscriptions.sending import post
from tests.digest.watching.scene import (
    ERROR,
    HOUR,
    NOON,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    at,
    fails,
    lists,
    outcomes,
    silent,
)
from tests.factories import make_letter
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
Outcome = Collection.Outcome
DAILY_PAPERS = "Daily Papers"
OPERATOR = "operator@example.org"


@pytest.fixture(autouse=True)
def _operator(settings):
    settings.OPERATOR_EMAIL = OPERATOR


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
