import time
from datetime import timedelta
from itertools import permutations
from types import SimpleNamespace

import pytest
from django.core import signing
from django.urls import reverse

from subscriptions import links, tokens
from subscriptions.links import BadLink, ExpiredLink, Purpose
from tests.factories import make_reader

pytestmark = pytest.mark.django_db

MOMENT = timedelta(minutes=1)


@pytest.fixture
def after(monkeypatch):
    """Time travel, for signatures alone."""

    def travel(span: timedelta) -> None:
        there = SimpleNamespace(time=lambda: time.time() + span.total_seconds())
        for module in (signing, tokens):
            monkeypatch.setattr(module, "time", there)

    return travel


def token(reader, purpose: Purpose) -> str:
    link = links.make(reader, purpose)
    return link.rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_finds_its_reader(purpose):
    make_reader()
    reader = make_reader()

    assert links.follow(token(reader, purpose), purpose) == reader


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_an_address_of_this_site_that_opens_its_purpose(purpose, settings):
    settings.SITE_URL = "https://papers.example.org"
    reader = make_reader()

    link = links.make(reader, purpose)

    made = link.rstrip("/").rpartition("/")[2]
    assert link == f"https://papers.example.org{reverse(purpose.value, args=[made])}"


@pytest.mark.parametrize(("made", "used"), list(permutations(Purpose, 2)))
def test_a_link_for_one_purpose_does_nothing_else(made, used):
    reader = make_reader()

    with pytest.raises(BadLink):
        links.follow(token(reader, made), used)


@pytest.mark.parametrize(
    ("purpose", "lifetime"), [(Purpose.CONFIRM, timedelta(days=7)), (Purpose.MANAGE, timedelta(days=8))]
)
def test_a_link_works_for_its_lifetime_and_then_still_says_whose_it_was(purpose, lifetime, after):
    reader = make_reader()
    made = token(reader, purpose)

    after(lifetime - MOMENT)
    assert links.follow(made, purpose) == reader

    after(lifetime + MOMENT)
    with pytest.raises(ExpiredLink) as expired:
        links.follow(made, purpose)
    assert expired.value.subscriber == reader


def test_a_link_to_unsubscribe_works_for_ever(after):
    reader = make_reader()
    made = token(reader, Purpose.UNSUBSCRIBE)

    after(timedelta(days=10 * 365))

    assert links.follow(made, Purpose.UNSUBSCRIBE) == reader


def test_a_link_whose_reader_is_gone_is_bad_though_its_key_can_be_read():
    reader = make_reader()
    made, key = token(reader, Purpose.UNSUBSCRIBE), reader.pk
    reader.delete()

    with pytest.raises(BadLink):
        links.follow(made, Purpose.UNSUBSCRIBE)
    assert links.key(made, Purpose.UNSUBSCRIBE) == key


@pytest.mark.parametrize("purpose", Purpose)
def test_a_links_token_has_at_most_forty_characters(purpose):
    reader = make_reader(pk=2**48)

    assert len(token(reader, purpose)) <= 40
    assert reader.address not in token(reader, purpose)


@pytest.mark.parametrize(
    "spoil", [lambda made: "x" + made, lambda made: "", lambda made: "é:1:\0", lambda made: "A:B:C"]
)
def test_a_spoiled_token_is_a_bad_link(spoil):
    made = token(make_reader(), Purpose.MANAGE)

    with pytest.raises(BadLink):
        links.follow(spoil(made), Purpose.MANAGE)


def test_links_outlive_a_change_of_the_secret_key_while_it_is_a_fallback(settings):
    reader = make_reader()
    made, old = token(reader, Purpose.MANAGE), settings.SECRET_KEY

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 5, [old]
    assert links.follow(made, Purpose.MANAGE) == reader

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(BadLink):
        links.follow(made, Purpose.MANAGE)


# ------------------------------------------------------------------------------------- links of letters sent by 0.1.0


@pytest.mark.parametrize("purpose", [Purpose.CONFIRM, Purpose.MANAGE, Purpose.FEEDBACK, Purpose.UNSUBSCRIBE])
def test_a_link_that_0_1_0_made_works_for_its_lifetime(purpose, after):
    reader = make_reader()
    made = signing.dumps(reader.pk, salt=f"link:{purpose.value}")
    lifetime = links.LIFETIMES[purpose]

    after((lifetime or timedelta(days=10 * 365)) - MOMENT)
    assert links.follow(made, purpose) == reader

    if lifetime:
        after(lifetime + MOMENT)
        with pytest.raises(ExpiredLink) as expired:
            links.follow(made, purpose)
        assert expired.value.subscriber == reader


@pytest.mark.parametrize(
    "spoil", [lambda made: made[:-1], lambda made: made.replace(":", ":A", 1), lambda made: f"a{made}"]
)
def test_a_spoiled_link_of_0_1_0_is_bad(spoil):
    made = signing.dumps(make_reader().pk, salt=f"link:{Purpose.MANAGE.value}")

    with pytest.raises(BadLink):
        links.follow(spoil(made), Purpose.MANAGE)


def test_a_link_that_0_1_0_made_for_one_purpose_does_nothing_else():
    made = signing.dumps(make_reader().pk, salt=f"link:{Purpose.FEEDBACK.value}")

    with pytest.raises(BadLink):
        links.follow(made, Purpose.MANAGE)


def test_a_link_that_0_1_0_made_outlives_a_change_of_the_secret_key_while_it_is_a_fallback(settings):
    reader = make_reader()
    made = signing.dumps(reader.pk, salt=f"link:{Purpose.MANAGE.value}")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 5, [settings.SECRET_KEY]

    assert links.follow(made, Purpose.MANAGE) == reader
