"""What a sign-up brings waits with its confirm letter: whoever types an address may be anybody."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as site_settings
from django.utils import timezone

from subscriptions import answering, composing, letter_kinds, links, signing_up
from subscriptions.links import Purpose
from subscriptions.models import Consent, Interest, Letter, Subscriber
from tests.factories import make_reader, make_topic
from tests.subscriptions.test_views import every_row, interests, open_preferences

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def sign_up(address: str, *topics: str, at: datetime = NOON) -> None:
    signing_up.sign_up(address, "/subscribe/", at, topics=topics)
    answering.answer(at)


def confirm_link(letter: Letter) -> str:
    """The path that the letter's button leads to."""
    text = composing.confirm([letter], NOON)[letter.pk].message().body
    [found] = [line for line in text.splitlines() if "/confirm/" in line]
    return found.removeprefix(site_settings.SITE_URL)


def everything_of(reader: Subscriber) -> list:
    """All that is kept of a reader, but for letters."""
    row = Subscriber.objects.filter(pk=reader.pk).values_list().get()
    return [row, *(list(rows.order_by("pk").values_list()) for rows in (reader.interests, reader.consents))]


def someone_who_left(**fields) -> Subscriber:
    return make_reader(left_at=NOON - 30 * MINUTE, next_due_at=None, hour=18, zone="Europe/Berlin", **fields)


@pytest.mark.parametrize("make", [make_reader, someone_who_left])
@pytest.mark.parametrize("brings_topics", [False, True], ids=["bare", "with topics"])
def test_a_stranger_who_signs_somebody_up_changes_nothing_of_their_rows(client, make, brings_topics):
    reader, other = make(topics=[make_topic().slug]), make_topic()
    reader.consents.create(wording=Consent.WORDING, language="en", confirmed_at=NOON)
    before = everything_of(reader)

    sign_up(reader.address, *([other.slug] if brings_topics else []))

    assert everything_of(reader) == before


def test_looking_at_the_confirm_link_of_a_stranger_changes_nothing_either(client):
    reader, other = someone_who_left(topics=[make_topic().slug]), make_topic()
    before = everything_of(reader)
    sign_up(reader.address, other.slug)

    client.get(confirm_link(reader.letters.get()))

    assert everything_of(reader) == before


def test_the_confirm_page_shows_what_the_sign_up_of_its_letter_brought_and_no_other(client):
    mine, theirs = make_topic(), make_topic()
    sign_up("ada@example.org", mine.slug)
    sign_up("ada@example.org", theirs.slug, at=NOON + MINUTE)

    page = client.get(confirm_link(Letter.objects.order_by("pk")[0])).text

    assert re.findall(r'value="([^"]+)"[^>]* checked', page) == [mine.slug]
    assert theirs.slug in page


@pytest.mark.parametrize(
    ("sent", "zone", "hour"),
    [
        ({"zone": "Asia/Tokyo", "hour": "0"}, "Asia/Tokyo", 0),
        ({"zone": "Europe/Atlantis", "hour": "24"}, "UTC", 7),
        ({"zone": "", "hour": "soon"}, "UTC", 7),
        ({}, "UTC", 7),
    ],
)
def test_zone_and_hour_come_along_where_the_page_knew_them_and_else_are_left_open(client, sent, zone, hour):
    client.post("/subscribe/", {"address": "ada@example.org"} | sent)
    answering.answer(NOON)

    page = client.get(confirm_link(Letter.objects.get())).text
    assert f'<option value="{zone}" selected>' in page
    assert f'<option value="{hour}" selected>' in page


def test_who_left_and_brings_nothing_finds_what_they_had(client):
    had = make_topic()
    reader = someone_who_left(topics=[had.slug])
    sign_up(reader.address)

    page = client.get(confirm_link(reader.letters.get())).text

    assert page.count(" checked") == 1
    assert '<option value="18" selected>' in page
    assert '<option value="Europe/Berlin" selected>' in page


def test_consent_is_written_when_the_link_is_used_with_the_moment_of_the_sign_up_that_it_answers(client):
    sign_up("ada@example.org")
    assert not Consent.objects.exists()
    link = confirm_link(Letter.objects.get())

    signed_up, confirmed = NOON, NOON + 5 * MINUTE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: confirmed)
        client.post(link, {"zone": "UTC", "hour": "7"})

    kept = Consent.objects.values("wording", "language", "place", "asked_at", "confirmed_at").get()
    words = {"wording": Consent.WORDING, "language": "en", "place": "/subscribe/"}
    assert kept == words | {"asked_at": signed_up, "confirmed_at": confirmed}


def test_consent_of_who_signed_up_with_0_1_0_has_both_moments_too(client):
    reader = make_reader(confirmed_at=None, next_due_at=None, read_up_to=None)
    for place, minutes in (("home", 9), ("/subscribe/", 3)):
        asked = {"wording": Consent.WORDING, "language": "en", "place": place}
        reader.consents.create(**asked, asked_at=NOON - minutes * MINUTE)

    client.post(links.make(reader, Purpose.CONFIRM), {"zone": "UTC", "hour": "7"})

    kept = Consent.objects.values("place", "asked_at", "confirmed_at").get()
    assert kept == {"place": "/subscribe/", "asked_at": NOON - 3 * MINUTE, "confirmed_at": NOON}


def test_no_address_of_a_machine_is_kept_of_whoever_signs_up_and_confirms(client):
    machine = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Curious/1.0", "HTTP_X_FORWARDED_FOR": "198.51.100.9"}
    client.post("/subscribe/", {"address": "ada@example.org"}, **machine)
    answering.answer(NOON)
    client.post(confirm_link(Letter.objects.get()), {"zone": "UTC", "hour": "7"}, **machine)

    kept = repr(every_row())
    assert not [said for said in ("203.0.113", "198.51.100", "Curious") if said in kept]


def test_every_kind_of_list_mail_is_agreed_to():
    """A new kind comes to nobody who was not asked: new words, a new version, and each reader confirms it."""
    assert set(letter_kinds.names(lambda kind: kind.is_list_mail)) == Consent.LETTERS[Consent.WORDING]
    assert Consent.WORDING in Consent.WORDS


def test_other_topics_are_what_was_agreed_to(client):
    sign_up("ada@example.org")
    client.post(confirm_link(Letter.objects.get()), {"zone": "UTC", "hour": "7"})
    reader, topic = Subscriber.objects.get(), make_topic()
    before = Consent.objects.values().get()
    open_preferences(client, reader)

    client.post("/preferences/", interests(topics=[topic.slug]))

    assert reader.topics() == [topic.slug]
    assert Consent.objects.values().get() == before
    assert Letter.objects.filter(kind="confirm").count() == 1


def test_a_link_of_before_letters_were_named_in_it_still_confirms(client):
    reader = make_reader(confirmed_at=None, next_due_at=None, read_up_to=None)
    topic = make_topic()

    client.post(links.make(reader, Purpose.CONFIRM), {"zone": "UTC", "hour": "7", "topics": [topic.slug]})

    reader.refresh_from_db()
    assert reader.is_reading
    assert Interest.objects.get().value == topic.slug


def test_a_link_that_names_somebody_elses_letter_brings_nothing_of_it(client):
    topic = make_topic()
    sign_up("tomas@example.org", topic.slug)
    reader = make_reader(confirmed_at=None, next_due_at=None, read_up_to=None)

    page = client.get(links.make(reader, Purpose.CONFIRM, Letter.objects.get().pk)).text

    assert " checked" not in page
