"""What the operator is told while the mail server takes nothing from us."""

import pytest

from digest.models import Alarm
from digest.watching import alarms
from digest.watching.alarms import GRACE
from digest.watching.refusals import PASSES_WITHIN
from subscriptions import signing_up
from subscriptions.models import Letter, Rest
from subscriptions.sending import post
from tests.digest.watching.scene import HOUR, NOON, OPERATOR
from tests.factories import make_letter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
STARTTLS = "530 5.7.0 Must issue a STARTTLS command first"


def refused() -> list[str]:
    """Why, of each alarm about it that is not over."""
    return list(Alarm.objects.open().filter(kind=Alarm.Kind.REFUSED).values_list("why", flat=True))


def letters() -> list[tuple[str, str]]:
    return sorted(Letter.objects.filter(kind="operator").values_list("key", "state"))


def test_a_refusal_for_good_is_an_alarm_with_the_servers_words_and_the_likely_cause(sink):
    make_letter()
    sink.refuse("MAIL", STARTTLS)
    post.drain(NOON)

    alarms.watch(NOON)
    alarms.watch(NOON + HOUR)

    [why] = refused()
    assert f"it says: “{STARTTLS}”. Likely cause: it wants TLS" in why
    assert len(letters()) == 1


@pytest.mark.parametrize("reply", ["450 4.7.1 too much mail", "452 4.3.1 full"])
def test_what_may_pass_is_an_alarm_once_it_has_not_passed(sink, reply):
    make_letter()
    sink.refuse("MAIL", reply)
    post.drain(NOON)

    alarms.watch(NOON)
    at_once = refused()
    alarms.watch(NOON + PASSES_WITHIN + HOUR / 60)

    assert at_once == []
    assert len(refused()) == 1


def test_a_mail_server_out_of_reach_is_an_alarm(sink, settings):
    make_letter()
    settings.EMAIL_PORT = 9  # where nothing listens
    post.drain(NOON)

    alarms.watch(NOON + PASSES_WITHIN + HOUR / 60)

    [why] = refused()
    assert "Likely cause: it is down" in why


def test_the_operator_gets_one_letter_of_it_and_one_when_it_is_over(sink):
    make_letter()
    sink.refuse("MAIL", STARTTLS)
    for minutes in range(0, 180, 15):
        post.drain(NOON + minutes * HOUR / 60)
        alarms.watch(NOON + minutes * HOUR / 60)
    sink.is_repaired()

    post.drain(NOON + 3 * HOUR + GRACE)
    alarms.watch(NOON + 3 * HOUR + GRACE)
    post.drain(NOON + 3 * HOUR + GRACE)

    subjects = [message["Subject"] for recipient, message in sink.accepted if recipient == OPERATOR]
    assert subjects == [
        "Emails are refused by the mail server (Paper Route)",
        "Emails are taken by the mail server again (Paper Route)",
    ]
    assert refused() == []
    assert not Rest.objects.exists()


def test_a_login_that_is_set_right_is_tried_at_once_and_the_alarm_lasts_until_a_letter_is_taken(sink, settings):
    make_letter()
    sink.refuse("MAIL", STARTTLS)
    post.drain(NOON)
    alarms.watch(NOON)
    sink.is_repaired()
    settings.DEFAULT_FROM_EMAIL = "letters@papers.example.org"

    alarms.watch(NOON + HOUR / 60)
    before = refused()
    sent = post.drain(NOON + HOUR / 60)
    alarms.watch(NOON + HOUR / 60)

    assert len(before) == 1
    assert sent == 1
    assert refused() == []


def test_the_operators_first_test_and_whoever_signs_up_again_get_their_letter_after_repair(sink):
    sink.refuse("MAIL", STARTTLS)
    for minutes in (0, 5, 60):
        at = NOON + minutes * HOUR / 60
        signing_up.sign_up("ada@example.org", "/subscribe/", at)
        post.drain(at)
    sink.is_repaired()

    signing_up.sign_up("ada@example.org", "/subscribe/", NOON + 2 * HOUR)
    post.drain(NOON + 2 * HOUR)

    assert set(sink.recipients) == {"ada@example.org"}
    assert not Letter.objects.exclude(state=Letter.State.SENT).exists()
