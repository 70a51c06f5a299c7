"""Compact tokens: what was signed is read, and nothing else is."""

import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions import tokens
from subscriptions.tokens import BadToken, Signer
from tests.depth import examples

pytestmark = pytest.mark.one_database
SIGNER = Signer("link:any", "a key")
numbers = st.lists(st.integers(0, 2**63 - 1), max_size=3)
letters = string.ascii_letters + string.digits + "-_"


def reads(token: str) -> bool:
    try:
        SIGNER.read(token)
    except BadToken:
        return False
    return True


@examples(100)
@given(numbers)
def test_a_token_says_what_was_signed(signed):
    assert SIGNER.read(SIGNER.make(signed)).numbers == tuple(signed)


@examples(100)
@given(numbers)
def test_a_token_is_written_in_characters_that_no_address_escapes(signed):
    assert set(SIGNER.make(signed)) <= set(letters)


@examples(200)
@given(numbers, st.data())
def test_a_token_with_any_character_changed_is_bad(signed, data):
    token = SIGNER.make(signed)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(letters) | st.characters())

    changed = token[:place] + other + token[place + 1 :]

    assert reads(changed) == (changed == token)


@examples(100)
@given(numbers, st.data())
def test_a_token_cut_short_or_drawn_out_is_bad(signed, data):
    token = SIGNER.make(signed)

    assert not reads(token[: data.draw(st.integers(0, len(token) - 1))])
    assert not reads(token + data.draw(st.text(letters + "=", min_size=1, max_size=3)))


@examples(300)
@given(
    st.text()
    | st.text(letters + "=:.", max_size=60)
    | st.binary(max_size=60).map(lambda b: urlsafe_b64encode(b).decode())
)
def test_whatever_else_comes_for_a_token_is_bad(text):
    assert not reads(text)
    assert not reads(f"\ud800{text}")


@pytest.mark.parametrize("other", [Signer("link:other", "a key"), Signer("link:any", "another key")])
def test_a_token_for_another_purpose_or_by_another_key_is_bad(other):
    assert not reads(other.make([7]))


def test_a_token_of_another_version_is_bad_though_well_signed(monkeypatch):
    monkeypatch.setattr(tokens, "VERSION", 3)
    newer = SIGNER.make([7])
    monkeypatch.undo()

    assert not reads(newer)


def test_what_two_tokens_say_cannot_be_put_together():
    one, other = (urlsafe_b64decode(SIGNER.make([number]) + "==") for number in (7, 8))

    assert not reads(urlsafe_b64encode(one[:-16] + other[-16:]).rstrip(b"=").decode())


def test_a_token_knows_its_moment():
    before = tokens.now()
    token = SIGNER.read(SIGNER.make([7]))

    assert before <= token.made_at <= tokens.now()
    assert not token.is_older_than(timedelta(minutes=1))
    assert token.is_older_than(-timedelta(minutes=1))


@examples(100)
@given(st.integers(0, 2**52 - 1))
def test_a_moment_in_a_token_is_kept_to_the_microsecond(number):
    assert tokens.number(tokens.moment(number)) == number


def test_a_token_is_written_in_one_way_only():
    """Base64 has spare bits at its end, and its decoder passes over what is no letter of it."""
    token = SIGNER.make([7])

    assert not any(reads(token[:-1] + letter) for letter in set(letters) - {token[-1]})
    assert not any(reads(f"{token[:9]}{stray}{token[9:]}") for stray in "!. \n=/+")
