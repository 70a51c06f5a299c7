"""What mail providers report: what it must never do, and what the operator is told of it."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from subscriptions.models import Event, Letter, Suppression
from subscriptions.sending.webhooks import MOST_BYTES, check
from tests import provider_reports as reports
from tests.provider_reports import NOW, SAMPLES, SECRET, Report, make_sent, report, why
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State, Type, Reason = Letter.State, Event.Type, Suppression.Reason


@pytest.fixture(autouse=True)
def _postmark(settings, monkeypatch):
    """Unless a test says otherwise."""
    reports.serves(settings, "postmark")
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def site() -> Client:
    """The site as providers meet it: they have no cookie and no CSRF token."""
    return Client(enforce_csrf_checks=True)


def forged(letter: Letter) -> list[tuple[Report, dict]]:
    """A hundred of them, and what is said with each: all of a complaint that would be heard if it were genuine."""
    genuine = report("postmark", "complained", letter)
    wrong = [
        "",
        "provider:",
        ":an-invented-password",
        "an-invented-password",
        f"x{SECRET}",
        SECRET.upper(),
        SECRET[:-1],
    ]
    garbage = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"words"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"RecordType": []}',
        b"{}" * 2,
    ]
    near = [genuine.body[:cut] for cut in range(0, len(genuine.body) - 1, 16)]
    return [
        *((genuine, {"secret": secret}) for secret in wrong),
        *((genuine.but(provider=name), {}) for name in ("mailgun", "resend", "brevo", "sparkpost", "scaleway", "x")),
        *((genuine.but(body=body), {}) for body in garbage),
        *((genuine.but(body=body), {}) for body in near),
        *((genuine.but(body=genuine.body + b" " * more), {}) for more in (MOST_BYTES, 3 * MOST_BYTES)),
        *((genuine, {"CONTENT_LENGTH": length}) for length in ("9" * 9000, "-1", "x", "")),
        *((genuine.but(body=json.dumps([json.loads(genuine.body)] * size).encode()), {}) for size in (1, 2, 1000)),
        *((genuine, {"secret": f"{SECRET}{i}"}) for i in range(40)),
    ]


def test_a_hundred_forged_or_oversized_reports_change_no_row_of_any_table(site):
    letter = make_sent()
    attempts = forged(letter)
    before = every_row()

    answers = [(attempt.sent(site, **how).status_code, attempt.body[:200], how) for attempt, how in attempts]

    assert len(answers) >= 100
    assert [answer for answer in answers if answer[0] not in (400, 404, 413)] == []
    assert every_row() == before


@pytest.mark.parametrize("more", [0, 900_000])
def test_what_was_forged_is_heard_when_it_is_genuine_also_with_a_long_letter_in_it(site, more):
    """So that the test above cannot pass for another reason."""
    letter = make_sent()
    genuine = report("postmark", "complained", letter)

    assert genuine.but(body=genuine.body + b" " * more).sent(site).status_code == 200

    assert why(letter.subscriber) == Reason.COMPLAINT


@pytest.mark.parametrize("provider", ["mailgun", "resend"])
def test_the_secret_does_not_stand_in_for_the_signature(site, settings, provider):
    reports.serves(settings, provider)
    genuine = report(provider, "complained", make_sent())
    other = report(provider, "delivered", make_sent())
    before = every_row()

    if provider == "mailgun":
        body = json.loads(genuine.body) | {"signature": json.loads(other.body)["signature"] | {"token": "x"}}
        answer = genuine.but(body=json.dumps(body).encode()).sent(site)
    else:
        answer = genuine.but(headers=other.headers).sent(site)

    assert answer.status_code == 400
    assert every_row() == before


@pytest.mark.parametrize("provider", SAMPLES)
def test_the_signature_does_not_stand_in_for_the_secret(site, settings, provider):
    reports.serves(settings, provider)
    genuine = report(provider, "complained", make_sent())
    before = every_row()

    assert genuine.sent(site, secret="").status_code in (400, 401)
    assert genuine.sent(site, secret="provider:another-password-").status_code == 400

    assert every_row() == before


def test_of_two_secrets_either_will_do(site, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": ["provider:one-that-is-new-now", SECRET]}

    assert report("postmark", "delivered", make_sent()).sent(site).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"ANYMAIL": reports.SETTINGS["postmark"] | {"WEBHOOK_SECRET": []}},
        {"ANYMAIL_PROVIDER": "mailgun"},
        {"SENDER": "subscriptions.sending.senders.Smtp"},
    ],
    ids=["no secret", "another provider", "a mail server"],
)
def test_only_the_provider_in_use_is_heard_and_only_with_a_secret(site, settings, changed):
    genuine = report("postmark", "complained", make_sent())
    for name, value in changed.items():
        setattr(settings, name, value)

    assert genuine.sent(site).status_code == 404

    assert not Event.objects.exists()


def test_neither_an_address_nor_a_word_of_a_report_is_logged(site, caplog):
    letter = make_sent()
    caplog.set_level(logging.DEBUG)
    genuine = report("postmark", "bounced", letter)

    genuine.sent(site)
    genuine.sent(site, secret="wrong:password-of-somebody")
    genuine.but(body=genuine.body[:-1]).sent(site)

    assert "refused: JSONDecodeError" in caplog.text
    for secret in (letter.subscriber.address, "nobody of that name", "password"):
        assert secret not in caplog.text


# ---------------------------------------------------------------------------------------------------- for the operator


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"WEBHOOK_SECRET": []}, ["subscriptions.W001"]),
        ({"POSTMARK_SERVER_TOKEN": "x"}, []),
    ],
)
def test_the_operator_is_warned_when_the_provider_cannot_be_heard(settings, changed, said):
    settings.ANYMAIL = settings.ANYMAIL | changed

    assert [message.id for message in check()] == said


def test_the_operator_is_told_what_hearing_a_provider_still_needs(settings):
    reports.serves(settings, "mailgun")
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}

    [message] = check()

    assert message.id == "subscriptions.E001"
    assert "MAILGUN_WEBHOOK_SIGNING_KEY" in message.msg


def test_the_admin_shows_what_was_reported_of_a_letter(admin_client, site):
    letter = make_sent()
    report("postmark", "bounced", letter).sent(site)

    page = admin_client.get(f"/admin/subscriptions/letter/{letter.pk}/change/").text
    events = admin_client.get("/admin/subscriptions/event/").text

    assert "bounced for good" in page
    assert "bounced for good" in events
