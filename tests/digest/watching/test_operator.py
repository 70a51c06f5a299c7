"""The letters in which the operator is told of alarms."""

import json
import re
from email import message_from_bytes, policy

import pytest

from digest.watching import alarms
from digest.watching.alarms import GRACE
from subscriptions import composing
from subscriptions.models import Letter
from subscriptions.sending import post
from subscriptions.wrapping import WIDTH
from tests.digest.watching.scene import (
    ERROR,
    HOUR,
    NOON,
    OPERATOR,
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
from tests.subscriptions.test_composing import Shown, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
DAILY_PAPERS = "Daily Papers"


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
        assert f"reading it has failed since 2026-08-19 04:05 UTC: {ERROR}" in text
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
        assert said(Shown(html).words) <= said(text)
        assert [line for line in text.splitlines() if len(line) > WIDTH] == []


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

    assert composing.address_of(letter) == letter.subscriber.address


def test_an_operator_who_is_named_during_an_alarm_is_told_of_it(settings):
    settings.OPERATOR_EMAIL = ""
    silent()
    alarms.watch(at(THURSDAY, 12))
    settings.OPERATOR_EMAIL = OPERATOR

    alarms.watch(at(THURSDAY, 13))

    assert Letter.objects.filter(kind="operator").count() == 1
