"""Whoever guesses passwords of the admin waits; nobody else does, and no name or address is kept."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.utils import timezone

from digest.watching import pruning

pytestmark = pytest.mark.django_db
GUESSES = 10
PROXY = "10.0.0.9"


@pytest.fixture(autouse=True)
def operator(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Others are slow on purpose.
    User.objects.create_superuser("operator", password="known-to-few")


def sign_in(client, password, name="operator", peer="203.0.113.9", **headers):
    data = {"username": name, "password": password}
    return client.post("/admin/login/", data, REMOTE_ADDR=peer, headers=headers)


def guess(client, times=GUESSES, **how):
    return [sign_in(client, f"guess {number}", **how).status_code for number in range(times)]


def test_after_ten_wrong_passwords_the_right_one_has_to_wait(client):
    guess(client)

    answer = sign_in(client, "known-to-few")

    assert answer.status_code == 429
    assert "Please try again in a quarter of an hour" in answer.text


def test_a_quarter_of_an_hour_later_it_counts_again(client, traveller):
    guess(client)
    traveller.shift(timedelta(minutes=16))

    assert sign_in(client, "known-to-few").status_code == 302


def test_who_goes_on_guessing_does_not_lengthen_it(client, traveller):
    guess(client)
    traveller.shift(timedelta(minutes=10))
    guess(client)
    traveller.shift(timedelta(minutes=6))

    assert sign_in(client, "known-to-few").status_code == 302


def test_guesses_from_elsewhere_lock_nobody_out(client):
    guess(client, peer="198.51.100.7")

    assert sign_in(client, "known-to-few").status_code == 302


def test_names_do_not_matter_so_that_nobody_can_try_one_password_on_many(client):
    codes = [sign_in(client, "spring", name=f"name {number}").status_code for number in range(GUESSES + 1)]

    assert codes[-1] == 429


def test_behind_one_proxy_only_who_guesses_waits(client, settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    guess(client, peer=PROXY, **{"X-Forwarded-For": "198.51.100.7"})

    guesser = sign_in(client, "known-to-few", peer=PROXY, **{"X-Forwarded-For": "198.51.100.7"})
    another = sign_in(client, "known-to-few", peer=PROXY, **{"X-Forwarded-For": "203.0.113.9"})

    assert (guesser.status_code, another.status_code) == (429, 302)


def test_a_few_mistakes_are_forgotten_by_the_right_password(client):
    guess(client, times=GUESSES - 1)
    sign_in(client, "known-to-few")
    client.logout()
    guess(client, times=GUESSES - 1)

    assert sign_in(client, "known-to-few").status_code == 302


def test_neither_who_guessed_nor_what_was_typed_is_kept_or_logged(client, caplog):
    guess(client, times=1)
    sign_in(client, "known-to-few")
    client.logout()
    guess(client, times=2, name="ada@example.org")

    kept = str(list(AccessAttempt.objects.values())) + caplog.text
    assert AccessAttempt.objects.count() == 1
    assert not AccessLog.objects.exists()
    assert [word for word in ("ada@example.org", "203.0.113", "guess 1", "operator") if word in kept] == []


def test_guesses_are_forgotten_after_a_day(client):
    guess(client, times=2)

    pruning.prune(timezone.now() + timedelta(days=1, minutes=1))

    assert not AccessAttempt.objects.exists()
