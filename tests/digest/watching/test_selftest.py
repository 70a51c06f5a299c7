"""Letters by which the site tests itself: they go the whole way, and are missed if none returns."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from digest.management.commands import run
from digest.models import Alarm
from digest.watching import selftest
from digest.watching.alarms import GRACE
from subscriptions.models import Event, Letter
from subscriptions.sending import post
from tests import provider_reports as reports
from tests.digest.watching.scene import OPERATOR
from tests.digest.watching.selftests import (
    DAY,
    MINUTE,
    NOON,
    OURS,
    State,
    looked_at,
    make_test,
    planned,
    reported,
    returned,
    why,
)
from tests.factories import make_letter
from tests.provider_reports import report
from tests.sink import PATIENCE, wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("self_test")]


def test_unless_set_nothing_is_asked_of_the_database_and_nothing_is_planned(settings):
    settings.SELF_TEST_ADDRESS = ""

    with CaptureQueriesContext(connection) as captured:
        selftest.tick(NOON)
        missing = selftest.troubles(NOON)

    assert (len(captured), missing) == (0, {})
    assert planned() == []


@pytest.mark.parametrize(("minutes", "letters"), [([0, 1, 4, 4.99], 1), ([0, 5], 2), ([4, 5, 9, 10], 3)])
def test_a_letter_is_planned_once_in_five_minutes(minutes, letters):
    for minute in minutes:
        selftest.tick(NOON + minute * MINUTE)

    assert len(planned()) == letters


@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
@pytest.mark.django_db(transaction=True)
def test_processes_that_plan_at_once_plan_one():
    together, problems = threading.Barrier(6), []
    threads = [threading.Thread(target=_tick_and_close, args=[together, problems]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert len(planned()) == 1


def _tick_and_close(together: threading.Barrier, problems: list[Exception]) -> None:
    try:
        connection.ensure_connection()
        together.wait()
        selftest.tick(NOON)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the test shall show it
        problems.append(problem)
    finally:
        connection.close()


def test_the_clock_of_the_workers_plans(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["selftest"]

    import_string(entry["task"])()

    assert (entry["schedule"], entry["options"]) == (60, {"expires": 60})
    assert len(planned()) == 1


@pytest.mark.one_database  # As above.
@pytest.mark.django_db(transaction=True)
def test_the_clock_of_the_one_command_plans():
    stop = threading.Event()
    [thread] = [thread for thread in run._clock(stop) if thread.name == "self-test"]

    thread.start()
    wait_until(planned, "a letter of the self-test")
    stop.set()
    thread.join(PATIENCE)

    assert len(planned()) == 1


def test_a_letter_goes_to_the_address_of_the_self_test_alone(sink):
    selftest.tick(NOON)

    post.drain(NOON)

    [(recipient, message)] = sink.accepted
    [letter] = planned()
    assert (recipient, message["To"]) == (OURS, OURS)
    assert message["Message-ID"] == f"<{letter.message_id}@localhost>"
    assert str(letter.message_id) in message["Subject"]
    assert not [name for name in message.keys() if name.startswith(("List-", "Precedence", "Feedback"))]  # noqa: SIM118
    assert "nsubscribe" not in message.as_string()


def test_a_letter_to_the_operator_still_goes_to_the_operator(sink):
    alarm = Alarm.objects.create(kind=Alarm.Kind.LOST, subject="letters", why="Lost.", began_at=NOON)
    Letter.objects.plan_once(None, "operator", f"{alarm.pk}:began", NOON)

    post.drain(NOON)

    assert sink.recipients == [OPERATOR]


def test_letters_that_could_not_leave_do_not_leave_all_at_once_later(sink):
    for minutes in (0, 5, 10, 60):
        selftest.tick(NOON + minutes * MINUTE)

    post.drain(NOON + 61 * MINUTE)

    assert [letter.state for letter in planned()] == [State.SKIPPED, State.SKIPPED, State.SKIPPED, State.SENT]
    assert len(sink.accepted) == 1


def test_who_turns_the_self_test_off_gets_none_that_was_planned_before(sink, settings):
    selftest.tick(NOON)
    settings.SELF_TEST_ADDRESS = ""

    post.drain(NOON)

    assert sink.accepted == []
    assert [letter.state for letter in planned()] == [State.SKIPPED]


def test_letters_of_yesterday_are_forgotten_and_what_was_reported_of_them():
    reported(make_test(NOON - DAY), NOON - DAY)
    kept = make_test(NOON - DAY + MINUTE)
    reported(kept, NOON)
    reader = make_letter(at=NOON - 9 * DAY, kind="digest", state=State.SENT)

    selftest.tick(NOON)

    assert [letter.pk for letter in planned()][:-1] == [kept.pk]
    assert returned() == [kept.pk]
    assert Letter.objects.filter(pk=reader.pk).exists()


# -------------------------------------------------------------------------------------------------------- they return


def test_a_letter_that_the_provider_reports_as_delivered_has_returned(postmark, client):
    letter = make_test()

    report("postmark", "delivered", letter, address=OURS).sent(client)

    assert returned() == [letter.pk]
    assert selftest.troubles(NOON + 20 * MINUTE) == {}


@pytest.mark.parametrize(("address", "is_ours"), [("Self-Test@example.org", True), ("you@example.org", False)])
def test_a_report_that_repeats_only_the_providers_number_is_known_by_the_address(settings, client, address, is_ours):
    reports.serves(settings, "resend")
    make_test(NOON - MINUTE, last_answer="message 7a2b-number-of-it: queued")
    letter = make_test(last_answer="message 6e1f-number-of-it: queued")
    mail = {"email_id": "6e1f-number-of-it", "to": [address], "created_at": reports.AT}
    body = json.dumps({"type": "email.delivered", "created_at": reports.AT, "data": mail}).encode()

    reports.signed_by_svix(body, "one").sent(client)

    assert returned() == ([letter.pk] if is_ours else [])


# ------------------------------------------------------------------------------------------------------ or they do not


def test_letters_that_were_lost_are_an_alarm_after_a_quarter_of_an_hour():
    for minutes in (0, 5, 10):
        make_test(NOON + minutes * MINUTE)

    looked_at(14)
    before = Alarm.objects.count()
    looked_at(15)

    assert before == 0
    assert why() == (
        "None of the emails by which the site tests itself has come back since 2026-08-20 12:00 UTC; "
        "they were sent, but nothing shows that they arrived"
    )


def test_letters_that_could_not_leave_are_an_alarm_that_says_so():
    make_test(state=State.PLANNED, handed_at=None)

    looked_at(15)

    assert why().endswith("; none of them could be sent")


@pytest.mark.parametrize("minutes", [0, 10, 14])
def test_while_any_of_the_latest_returns_there_is_no_alarm(minutes):
    make_test()
    reported(make_test(NOON + minutes * MINUTE + timedelta(seconds=1)), NOON + 15 * MINUTE)

    looked_at(15)

    assert not Alarm.objects.exists()


def test_that_one_returned_an_hour_ago_proves_nothing_of_the_latest():
    reported(make_test(), NOON)
    make_test(NOON + 30 * MINUTE)

    looked_at(45)

    assert Alarm.objects.open().exists()


@pytest.mark.parametrize("kind", [Event.Type.BOUNCED, Event.Type.DEFERRED])
def test_a_report_of_anything_but_delivery_is_no_return(kind):
    reported(make_test(), NOON, kind=kind)

    looked_at(15)

    assert Alarm.objects.open().exists()


def test_a_site_that_was_off_for_long_begins_no_alarm():
    make_test(NOON - 60 * MINUTE)

    looked_at(0)

    assert not Alarm.objects.exists()


def told() -> dict[str, str]:
    found = Letter.objects.filter(kind="operator").values_list("key", "state")
    return {key.partition(":")[2]: state for key, state in found}


def test_lost_letters_are_one_alarm_and_one_letter_until_one_returns():
    reported(make_test(NOON - 60 * MINUTE), NOON - 59 * MINUTE)
    make_test()
    for minutes in (15, 16, 30, 45, 200):  # The last when nothing was planned for hours.
        looked_at(minutes)
    began = (Alarm.objects.count(), told())
    reported(make_test(NOON + 201 * MINUTE), NOON + 202 * MINUTE)

    looked_at(203)
    looked_at(204)

    assert began == (1, {"began": "planned"})
    assert Alarm.objects.get().ended_at == NOON + 203 * MINUTE
    assert told() == {"began": "planned", "ended": "planned"}


def test_the_operator_is_told_in_words_of_its_own_when_it_begins_and_when_it_is_over(sink):
    make_test()
    looked_at(15)
    post.drain(NOON + 15 * MINUTE + GRACE)
    reported(make_test(NOON + 50 * MINUTE), NOON + 51 * MINUTE)
    looked_at(60)
    post.drain(NOON + 60 * MINUTE)

    began, ended = (message for _recipient, message in sink.accepted)
    assert sink.recipients == [OPERATOR, OPERATOR]
    assert began["Subject"] == "Self-test emails are not coming back (Paper Route)"
    assert ended["Subject"] == "Self-test emails are coming back again (Paper Route)"
    for message, words in ((began, "may be lost in the same way"), (ended, "as of 2026-08-20 13:00 UTC")):
        for part in ("plain", "html"):
            text = " ".join(message.get_body((part,)).get_content().split())
            assert "None of the emails by which the site tests itself has come back" in text
            assert words in text


def test_a_self_test_that_is_turned_off_ends_its_alarm(settings):
    make_test()
    looked_at(15)
    settings.SELF_TEST_ADDRESS = ""

    looked_at(16)

    assert not Alarm.objects.open().exists()
