"""Whether the mail provider is heard of, and the alarm when it is not."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from digest.models import Alarm
from digest.watching import alarms
from subscriptions.models import Event, Letter
from subscriptions.sending import post
from tests import provider_reports as reports
from tests.digest.watching import selftests
from tests.digest.watching.scene import HOUR, NOON, outcomes
from tests.factories import make_letter

MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]


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


@pytest.mark.usefixtures("postmark")
def test_a_provider_that_took_letters_and_reports_nothing_for_a_day_is_an_alarm():
    took(25)
    took(47)
    took(1)

    for minutes in range(3):
        alarms.watch(NOON + timedelta(minutes=minutes))

    assert Alarm.objects.get().why == (
        "postmark took 2 emails more than a day ago and has reported nothing since; see whether its webhook calls "
        "http://localhost:8000/webhooks/postmark/tracking/ with the user and password of WEBHOOK_SECRET"
    )
    assert outcomes() == {"began": "planned"}


@pytest.mark.usefixtures("postmark")
@pytest.mark.parametrize("hours_ago", [23, 49])
def test_letters_of_today_or_of_days_ago_prove_nothing_of_the_provider(hours_ago):
    took(hours_ago)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("postmark")
@pytest.mark.parametrize("state", [Letter.State.FAILED, Letter.State.UNCERTAIN, Letter.State.PLANNED])
def test_the_provider_owes_no_report_of_a_letter_that_it_did_not_take(state):
    took(25, state=state)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("postmark")
@pytest.mark.parametrize(("sent", "heard"), [(26, 25), (1, 0.5), (60, 3)])
def test_a_provider_that_reports_of_any_letter_is_not_silent(sent, heard):
    took(25)
    reported(took(sent), heard)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("postmark")
def test_a_provider_that_reported_only_of_older_letters_is_silent():
    took(25)
    reported(took(60), 47)

    alarms.watch(NOON)

    assert unheard() == ["postmark"]


def test_whoever_cannot_report_owes_nothing():
    took(25)

    alarms.watch(NOON)

    assert unheard() == []


@pytest.mark.usefixtures("postmark")
def test_a_silent_provider_stays_so_while_no_letter_goes_out_and_until_it_reports():
    letter = took(25)
    alarms.watch(NOON)
    alarms.watch(NOON + timedelta(days=4))
    still = unheard()
    reported(letter, hours_ago=-97)

    alarms.watch(NOON + timedelta(days=5))

    assert still == ["postmark"]
    assert unheard() == []


@pytest.mark.usefixtures("postmark")
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
        assert "postmark took 1 email more than a day ago" in text
        assert "papers again" not in text


@pytest.mark.usefixtures("postmark")
def test_a_letter_found_in_the_mailbox_is_no_report_of_the_provider():
    make_letter(at=NOON - 25 * HOUR, state=Letter.State.SENT, ended_at=NOON - 25 * HOUR)
    selftests.make_test(NOON - 25 * HOUR)
    selftests.reported(selftests.make_test(NOON - MINUTE), NOON, provider="imap")

    alarms.watch(NOON)
    alarms.watch(NOON + MINUTE)
    selftests.reported(selftests.make_test(NOON + 2 * MINUTE), NOON + 2 * MINUTE, provider="imap")
    alarms.watch(NOON + 3 * MINUTE)

    [alarm] = Alarm.objects.open().filter(kind=Alarm.Kind.UNHEARD)
    assert alarm.why.startswith("postmark took 1 email more than a day ago")


@pytest.mark.usefixtures("postmark")
def test_a_provider_that_reports_of_the_self_test_is_heard():
    make_letter(at=NOON - 25 * HOUR, state=Letter.State.SENT, ended_at=NOON - 25 * HOUR)
    selftests.reported(selftests.make_test(NOON - MINUTE), NOON)

    alarms.watch(NOON)

    assert unheard() == []
