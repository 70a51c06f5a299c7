"""\"I didn’t request this\": one press, and an address is never written to again."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from subscriptions import answering, composing, links
from subscriptions.composing import Skip
from subscriptions.links import Purpose
from subscriptions.models import Bucket, Letter, LetterRequest, Subscriber, Suppression
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
ADDRESS = "ada@example.org"


def asked(client) -> Letter:
    client.post("/subscribe/", {"address": ADDRESS})
    answering.answer(NOON)
    return Letter.objects.get()


def block_path(reader: Subscriber) -> str:
    return urlsplit(links.make(reader, Purpose.BLOCK)).path


def test_one_press_leaves_a_keyed_hash_and_nothing_else(client):
    letter = asked(client)
    assert letter.subscriber

    page = client.post(block_path(letter.subscriber))

    assert "This address is blocked" in page.text
    assert Suppression.objects.values_list("reason", flat=True).get() == "wish"
    for rows in (Subscriber, Letter, LetterRequest):
        assert not rows.objects.exists()
    assert ADDRESS not in str(list(Bucket.objects.values_list()) + list(Suppression.objects.values_list()))


def test_opening_the_link_changes_nothing(client):
    letter = asked(client)
    assert letter.subscriber

    assert "Opening this page has changed nothing" in client.get(block_path(letter.subscriber)).text
    assert Subscriber.objects.filter(address=ADDRESS).exists()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("typed", ["ada+7@example.org", "ADA@example.org"])
def test_no_other_address_of_the_mailbox_gets_one_either(client, typed):
    client.post("/subscribe/", {"address": "ada+1@example.org"})
    answering.answer(NOON)
    reader = Subscriber.objects.get()
    client.post(block_path(reader))

    client.post("/subscribe/", {"address": typed})
    answering.answer(NOON)

    assert not Letter.objects.exists()


@pytest.mark.parametrize("way", ["/subscribe/", "/my-link/"])
def test_a_blocked_address_gets_no_letter_again(client, way):
    letter = asked(client)
    assert letter.subscriber
    client.post(block_path(letter.subscriber))

    client.post(way, {"address": ADDRESS})
    answering.answer(NOON)

    assert not Letter.objects.exists()


def test_pressing_again_promises_nothing_of_an_address_that_is_no_longer_known(client):
    letter = asked(client)
    assert letter.subscriber
    path = block_path(letter.subscriber)
    client.post(path)

    answer = client.post(path).text

    assert "it was blocked already, or erased" in answer
    assert "We will not write to it again" not in answer
    assert Suppression.objects.count() == 1


def test_a_reader_who_presses_it_leaves(client):
    reader = make_reader(address=ADDRESS)

    client.post(block_path(reader))

    assert not Subscriber.objects.exists()
    assert Suppression.objects.get().reason == "wish"


def test_the_confirm_letter_has_the_link_in_both_parts(client):
    letter = asked(client)
    written = composing.confirm([letter], NOON)[letter.pk]
    assert not isinstance(written, Skip)
    message = written.message()

    for part in (str(message.body), str(message.alternatives[0][0])):
        assert "block further email" in part
        assert "/block/" in part
