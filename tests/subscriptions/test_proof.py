"""A proof of work is a way past a flood's queue; without one everything is as before."""

import base64
import json

import altcha
import pytest
from django.test import Client

from subscriptions import proof
from subscriptions.models import Bucket, LetterRequest
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _easy(monkeypatch):
    monkeypatch.setattr(proof, "COST", 1)


def solved(client: Client) -> str:
    """As the page's script does it."""
    challenge = altcha.Challenge.from_dict(client.get("/challenge/").json())
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def sign_up(client: Client, address: str = "ada@example.org", **fields: str) -> bool:
    """Whether it came with a proof."""
    assert client.post("/subscribe/", {"address": address, **fields}).status_code == 302
    return LetterRequest.objects.order_by("-pk")[0].solved


def test_a_challenge_leaves_no_row_and_is_never_the_same(client):
    before = every_row()

    first, second = client.get("/challenge/"), client.get("/challenge/")

    assert first.json() != second.json()
    assert "no-store" in first.headers["Cache-Control"]
    assert every_row() == before


def test_a_solved_challenge_comes_with_its_sign_up(client):
    assert sign_up(client, altcha=solved(client))


def test_none_is_needed(client):
    assert not sign_up(client)


def test_one_solution_is_good_for_one_sign_up(client):
    solution = solved(client)

    assert [sign_up(client, f"ada{number}@example.org", altcha=solution) for number in range(3)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("spoil", ["counter", "signature", "expiresAt", "cost"])
def test_what_was_altered_counts_for_nothing_and_is_no_error(client, spoil):
    told = json.loads(base64.b64decode(solved(client)))
    places = {
        "counter": told["solution"],
        "signature": told["challenge"],
        "expiresAt": told["challenge"]["parameters"],
        "cost": told["challenge"]["parameters"],
    }
    places[spoil][spoil] = "0" if spoil == "signature" else 4_000_000_000

    assert not sign_up(client, altcha=base64.b64encode(json.dumps(told).encode()).decode())


@pytest.mark.parametrize("sent", ["x", "e30=", "bnVsbA==", "WzFd", "\0", "A" * 5_000, "é", '{"challenge": 1}'])
def test_nonsense_counts_for_nothing_and_is_no_error(client, sent):
    assert not sign_up(client, altcha=sent)
    assert not Bucket.objects.filter(purpose=proof.ONCE.purpose).exists()


def test_an_old_one_counts_for_nothing(client, monkeypatch):
    monkeypatch.setattr(proof, "LIVES", -proof.LIVES)

    assert not sign_up(client, altcha=solved(client))
