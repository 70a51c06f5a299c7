import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from subscriptions.models import Letter, Rest, Suppression
from subscriptions.sending import post
from tests.factories import make_letter
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
State = Letter.State


@pytest.fixture
def provider(settings):
    """A provider that speaks as Postmark does, https://postmarkapp.com/developer/api/email-api"""
    settings.SENDER = "subscriptions.sending.anymail.Anymail"
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    with FarEnd() as provider:
        settings.ANYMAIL, settings.SENDER_CONNECTIONS = by_postmark(provider.url), 1
        yield provider


def by_postmark(url, **more):
    return {"POSTMARK_SERVER_TOKEN": "x", "POSTMARK_API_URL": f"{url}/", **more}


def says(letter, code=0, message="OK"):
    answer = {"ErrorCode": code, "Message": message, "MessageID": "b7bc2f4a", "To": letter.subscriber.address}
    return json.dumps(answer).encode()


def drained(letter):
    post.drain(now=NOW)
    letter.refresh_from_db()
    return letter.state


def test_a_letter_that_the_provider_takes_is_sent(provider):
    letter = make_letter()
    provider.answers("/email", body=says(letter))

    assert drained(letter) == State.SENT

    assert letter.last_answer == "message b7bc2f4a: sent"
    assert len(provider.requests) == 1


def test_the_provider_gets_one_recipient_and_the_name_of_the_letter(provider):
    letter = make_letter()
    provider.answers("/email", body=says(letter))

    drained(letter)

    sent = json.loads(provider.requests[0].body)
    assert sent["To"] == letter.subscriber.address
    assert not {"Cc", "Bcc"} & sent.keys()
    assert sent["Metadata"] == {"letter": str(letter.message_id)}
    assert sent["Tag"] == "manage"


def test_what_the_provider_took_is_not_offered_again(provider):
    letter = make_letter()
    provider.answers("/email", body=says(letter))

    drained(letter)
    drained(letter)

    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (429, State.PLANNED),
        (503, State.UNCERTAIN),
        (500, State.UNCERTAIN),
        (502, State.UNCERTAIN),
        (504, State.UNCERTAIN),
        (400, State.FAILED),
        (401, State.PLANNED),
        (413, State.FAILED),
    ],
)
def test_what_an_error_of_the_provider_means(provider, status, state):
    letter = make_letter()
    provider.answers("/email", status, body=b"no")

    assert drained(letter) == state

    assert str(status) in letter.last_answer
    assert len(provider.requests) == 1


@pytest.mark.parametrize("body", [b"<html>not what was agreed</html>", b"{}", b""])
def test_an_answer_that_cannot_be_understood_is_uncertain(provider, body):
    letter = make_letter()
    provider.answers("/email", body=body)

    assert drained(letter) == State.UNCERTAIN

    assert len(provider.requests) == 1


def test_an_answer_about_somebody_else_is_uncertain(provider):
    letter, other = make_letter(), make_letter(at=NOW + timedelta(days=1))
    provider.answers("/email", body=says(other))

    assert drained(letter) == State.UNCERTAIN


def test_no_answer_in_time_is_uncertain(provider, settings):
    settings.ANYMAIL = by_postmark(provider.url, REQUESTS_TIMEOUT=1)
    letter = make_letter()
    provider.answers("/email", body=says(letter), waits=3)

    assert drained(letter) == State.UNCERTAIN

    assert len(provider.requests) == 1


def test_a_connection_that_broke_before_the_answer_is_uncertain(provider):
    letter = make_letter()
    provider.answers("/email", hangs_up=True)

    assert drained(letter) == State.UNCERTAIN

    assert len(provider.requests) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nowhere.invalid"])  # no such listener, no such name
def test_a_provider_that_cannot_be_reached_is_tried_again(provider, settings, url):
    settings.ANYMAIL = by_postmark(url)
    letter = make_letter()

    assert drained(letter) == State.PLANNED

    assert letter.due_at > NOW
    assert letter.attempts == 0


@pytest.mark.parametrize(
    "client",
    [
        {"region_name": "eu-west-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"},  # nobody listens there
        {"region_name": "eu-west-1"},  # without a key
        {},
    ],
)
def test_amazon_ses_that_cannot_be_reached_is_tried_again(settings, monkeypatch, client):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    settings.SENDER, settings.EMAIL_BACKEND = (
        "subscriptions.sending.anymail.Anymail",
        "anymail.backends.amazon_ses.EmailBackend",
    )
    settings.ANYMAIL = {"AMAZON_SES_CLIENT_PARAMS": client | {"endpoint_url": "http://127.0.0.1:9"}}
    letter = make_letter()

    assert drained(letter) == State.PLANNED

    assert (letter.attempts, letter.dropped) == (0, 0)


@pytest.mark.parametrize(
    ("code", "message", "suppressed"),
    [
        (300, "Invalid 'To' address: '{address}'.", True),
        (406, "Found inactive addresses: {address}. Inactive recipients are ones that complained.", False),
        (409, "JSON required.", False),
    ],
)
def test_a_letter_that_the_provider_refuses_fails(provider, code, message, suppressed):
    letter = make_letter()
    provider.answers("/email", 422, body=says(letter, code, message.format(address=letter.subscriber.address)))

    assert drained(letter) == State.FAILED

    assert len(provider.requests) == 1
    assert Suppression.objects.of([letter.subscriber.address]).exists() == suppressed


ACCOUNT = {  # What providers say of an account, a key or a sender: status, and their own words in JSON.
    "postmark token": ("postmark", 401, {"ErrorCode": 10, "Message": "Bad or missing API token."}),
    "postmark not approved": ("postmark", 422, {"ErrorCode": 412, "Message": "Your account is pending approval."}),
    "postmark sender": ("postmark", 422, {"ErrorCode": 400, "Message": "The sender signature was not found."}),
    "brevo credits": ("brevo", 400, {"code": "not_enough_credits", "message": "Your balance is used up."}),
    "resend quota": ("resend", 429, {"name": "daily_quota_exceeded", "message": "You have reached your daily quota."}),
    "resend sender": ("resend", 422, {"name": "invalid_from_address", "message": "Invalid from field."}),
    "mandrill key": ("mandrill", 500, {"name": "Invalid_Key", "message": "Invalid API key"}),
    "mailgun unpaid": ("mailgun", 402, {"message": "Payment required."}),
    "sendgrid credits": ("sendgrid", 401, {"errors": [{"message": "Maximum credits exceeded"}]}),
    "sendgrid sender": ("sendgrid", 403, {"errors": [{"message": "The from address is not verified"}]}),
}
PATHS = {"postmark": "email", "brevo": "smtp/email", "resend": "emails", "mandrill": "messages/send.json"}
PATHS |= {"mailgun": "papers.example.org/messages", "sendgrid": "mail/send"}
KEYS = {"postmark": "SERVER_TOKEN"}


@pytest.mark.parametrize("what", ACCOUNT)
def test_what_a_provider_says_of_our_account_costs_no_letter(settings, what):
    name, status, said = ACCOUNT[what]
    settings.SENDER, settings.EMAIL_BACKEND = (
        "subscriptions.sending.anymail.Anymail",
        f"anymail.backends.{name}.EmailBackend",
    )
    settings.ANYMAIL_PROVIDER, settings.SENDER_CONNECTIONS = name, 1
    settings.DEFAULT_FROM_EMAIL = "letters@papers.example.org"
    letters = [make_letter() for _ in range(6)]
    with FarEnd() as provider:
        url, key = f"{name.upper()}_API_URL", f"{name.upper()}_{KEYS.get(name, 'API_KEY')}"
        settings.ANYMAIL = {key: "secret-of-ours", url: f"{provider.url}/"}
        provider.answers(f"/{PATHS[name]}", status, body=json.dumps(said).encode())
        for minutes in (0, 1, 30, 300):
            post.drain(now=NOW + timedelta(minutes=minutes))

        asked = len(provider.requests)

    assert {(letter.state, letter.attempts) for letter in Letter.objects.all()} == {(State.PLANNED, 0)}
    assert 4 <= asked <= 4 * len(letters)
    words = Rest.objects.get().words
    assert str(status) in words
    assert "secret" not in words


def test_letters_that_a_provider_refuses_in_the_same_words_are_about_us(provider):
    letters = [make_letter() for _ in range(6)]
    provider.answers("/email", 422, body=says(letters[0], 409, "JSON required."))

    post.drain(now=NOW)

    assert {(letter.state, letter.attempts) for letter in Letter.objects.all()} == {(State.PLANNED, 0)}
    assert len(provider.requests) == 3


def test_one_refused_letter_never_touches_the_others(provider):
    letters = [make_letter() for _ in range(3)]
    for letter, status in zip(letters, (200, 500, 200), strict=True):
        provider.answers("/email", status, body=says(letter))

    post.drain(now=NOW)

    assert list(Letter.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "uncertain", "sent"]


def test_the_address_is_not_kept_in_the_answer(provider):
    letter = make_letter()
    provider.answers("/email", 400, body=b"cannot write to " + letter.subscriber.address.encode())

    drained(letter)

    assert "@" not in letter.last_answer
