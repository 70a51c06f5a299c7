"""Providers that take a letter once under one key: an answer that did not come is asked for again."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from subscriptions.models import Letter
from subscriptions.sending import anymail, post, providers
from tests.factories import make_letter
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
State = Letter.State
RESEND, BREVO = "/emails", "/smtp/email"
TAKEN = {
    RESEND: {"status": 200, "body": b'{"id": "49a3999c-0ce1"}'},
    BREVO: {"status": 201, "body": b'{"messageId": "<2026@relay.example.org>"}'},
}
AGAIN = {RESEND: TAKEN[RESEND], BREVO: {"status": 400, "body": b'{"code": "duplicate_parameter", "message": "used"}'}}
NOBODY_KNOWS = [{"status": 502, "body": b"bad gateway"}, {"hangs_up": True}, {"waits": 2}, {"body": b"{"}]
STILL_UNKNOWN = [{"status": 429}, {"status": 401}, {"status": 422, "body": b"{}"}, {"status": 500}, {"hangs_up": True}]


@pytest.fixture(params=[RESEND, BREVO])
def provider(request, settings, monkeypatch):
    """A far end that speaks as the provider does; its path."""
    monkeypatch.setattr(anymail, "REPEAT_AFTER", (0, 0))
    settings.SENDER, settings.SENDER_CONNECTIONS = "subscriptions.sending.anymail.Anymail", 1
    with FarEnd() as far_end:
        url = f"{far_end.url}/"
        keys = {"RESEND_API_KEY": "x", "RESEND_API_URL": url, "BREVO_API_KEY": "x", "BREVO_API_URL": url}
        settings.ANYMAIL = {**keys, "REQUESTS_TIMEOUT": 1, "IGNORE_UNSUPPORTED_FEATURES": "True"}
        settings.ANYMAIL_PROVIDER = "resend" if request.param == RESEND else "brevo"
        settings.EMAIL_BACKEND = providers.named(settings.ANYMAIL_PROVIDER).backend
        far_end.path = request.param
        yield far_end


def drained(letter):
    post.drain(now=NOW)
    letter.refresh_from_db()
    return letter.state


def keys(provider):
    if provider.path == RESEND:
        return [request.headers["Idempotency-Key"] for request in provider.requests]
    return [json.loads(request.body)["headers"]["idempotencyKey"] for request in provider.requests]


@pytest.mark.parametrize("first", NOBODY_KNOWS)
def test_a_letter_of_which_nobody_knows_is_offered_again_under_the_same_key(provider, first):
    letter = make_letter()
    provider.answers(provider.path, **first)
    provider.answers(provider.path, **AGAIN[provider.path])

    assert drained(letter) == State.SENT

    assert len(provider.requests) == 2
    assert len(set(keys(provider))) == 1
    assert provider.requests[0].body == provider.requests[1].body


@pytest.mark.parametrize("second", STILL_UNKNOWN)
def test_a_refusal_of_the_second_offer_says_nothing_of_the_first(provider, second):
    letter = make_letter()
    provider.answers(provider.path, 502)
    provider.answers(provider.path, **second)

    assert drained(letter) == State.UNCERTAIN

    assert len(provider.requests) == 3
    assert "502" in letter.last_answer


def test_a_letter_that_was_taken_is_offered_once(provider):
    letter = make_letter()
    provider.answers(provider.path, **TAKEN[provider.path])

    assert drained(letter) == State.SENT

    assert len(provider.requests) == 1


def test_a_letter_that_was_refused_for_now_comes_under_another_key(provider):
    letter = make_letter()
    provider.answers(provider.path, 429)
    provider.answers(provider.path, **TAKEN[provider.path])

    drained(letter)
    post.drain(now=NOW + timedelta(hours=1))

    letter.refresh_from_db()
    assert letter.state == State.SENT
    assert len(set(keys(provider))) == 2


def test_no_two_letters_share_a_key_which_is_a_uuid(provider):
    for _ in range(3):
        make_letter()
    provider.answers(provider.path, **TAKEN[provider.path])

    post.drain(now=NOW)

    assert len(set(map(uuid.UUID, keys(provider)))) == 3


def test_the_first_offer_is_not_believed_to_be_a_repetition(provider):
    letter = make_letter()
    provider.answers(provider.path, 400, body=b'{"code": "duplicate_parameter"}')

    assert drained(letter) == State.FAILED
