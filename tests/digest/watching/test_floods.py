"""The operator hears of a flood of sign-ups: once when it begins, and once when it is over."""

from datetime import timedelta

import pytest

from digest.models import Alarm
from digest.watching import alarms
from subscriptions import limits, signing_up
from subscriptions.models import Letter, LetterRequest
from subscriptions.sending import post
from tests.digest.watching.scene import NOON, OPERATOR
from tests.subscriptions.test_queue import post_sends

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
MINUTE = timedelta(minutes=1)


def flood(count: int, address: str, at=NOON) -> None:
    LetterRequest.objects.bulk_create(
        LetterRequest(kind=LetterRequest.Kind.SIGN_UP, address=address.format(number), asked_at=at)
        for number in range(count)
    )
    post_sends(at)


def floods() -> list[Alarm]:
    return list(Alarm.objects.filter(kind=Alarm.Kind.FLOOD))


def told() -> list[str]:
    """The moments that letters tell of."""
    keys = Letter.objects.filter(kind="operator").order_by("pk").values_list("key", flat=True)
    ours = {str(alarm.pk) for alarm in floods()}
    return [moment for alarm, moment in (key.split(":") for key in keys) if alarm in ours]


@pytest.mark.parametrize(
    ("count", "address"),
    [(210, "someone{}@flooded.example"), (1_001, "someone@example{}.org"), (1_001, "victim+{}@gmail.com")],
    ids=["one domain", "at random", "one mailbox"],
)
def test_the_operator_is_told_once_however_long_a_flood_goes_on(count, address):
    for minutes in range(0, 30, 5):
        flood(count if not minutes else 60, f"{minutes}{address}" if minutes else address, NOON + minutes * MINUTE)
        alarms.watch(NOON + minutes * MINUTE)

    assert len(floods()) == 1
    assert told() == ["began"]
    assert not Letter.objects.get(kind="operator", key=f"{floods()[0].pk}:began").due_at > NOON


def test_and_once_more_when_it_is_over(sink):
    flood(210, "someone{}@flooded.example")
    alarms.watch(NOON)
    for minutes in range(1, 90, 4):
        post_sends(NOON + minutes * MINUTE)
        alarms.watch(NOON + minutes * MINUTE)

    assert told() == ["began", "ended"]
    post.drain(NOON + 90 * MINUTE)
    subjects = [message["Subject"] for recipient, message in sink.accepted if recipient == OPERATOR]
    assert subjects == ["A flood of sign-ups (Paper Route)", "The flood of sign-ups is over (Paper Route)"]


def test_a_busy_hour_is_no_flood():
    flood(190, "someone{}@uni.example")
    flood(700, "someone@example{}.org")

    alarms.watch(NOON)

    assert floods() == []


def test_the_alarm_says_what_is_meant_and_shows_no_address():
    signing_up.sign_up("ada@flooded.example", "/subscribe/", NOON)
    flood(210, "someone{}@flooded.example")

    alarms.watch(NOON)

    assert "flooded.example" not in floods()[0].why
    assert str(limits.CONFIRM_LETTERS_PER_DOMAIN.most) in floods()[0].why
