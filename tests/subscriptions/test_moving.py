"""Another address: both are written to, the new one confirms, the old one can stop it; and only a fresh visit asks."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.utils import timezone

from digest.environment import SignUpRule
from subscriptions import answering, links, tokens
from subscriptions.links import DeadLink, Purpose
from subscriptions.models import Event, Letter, Subscriber, Suppression
from subscriptions.sending import post, suppressing
from tests.factories import make_reader
from tests.sink import Sink
from tests.subscriptions.test_views import every_row, open_preferences

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
OLD, NEW = "ada@example.org", "ada.new@example.org"
DATA = "/preferences/data/"


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def reader(client) -> Subscriber:
    """Whose preferences are open."""
    reader = make_reader(address=OLD)
    open_preferences(client, reader)
    return reader


def asks(client: Client, sink: Sink, address: str = NEW) -> dict[str, EmailMessage]:
    """The letters that are sent, by address."""
    page = client.post(DATA, {"address": address})
    assert page.status_code == 200
    assert "Check your new inbox" in page.text
    before = len(sink.accepted)
    post.drain(NOON)
    return dict(sink.accepted[before:])


def link_in(message: EmailMessage, page: str) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return re.findall(rf"{site_settings.SITE_URL}(/{page}/[\w-]+/)", body.get_content())[0]


def address_of(reader: Subscriber) -> str:
    reader.refresh_from_db()
    return reader.address


# ------------------------------------------------------------------------------------------------------------- asking


def test_both_addresses_are_written_to_and_nothing_changes_yet(client, sink, reader):
    letters = asks(client, sink)

    assert {address: message["Subject"] for address, message in letters.items()} == {
        OLD: "Your address at Paper Route is about to change",
        NEW: "Confirm your new address at Paper Route",
    }
    assert address_of(reader) == OLD


def test_the_letter_to_the_new_address_opens_nothing_but_its_confirmation(client, sink, reader):
    message = asks(client, sink)[NEW]

    ours = re.findall(rf"{site_settings.SITE_URL}/([\w-]+)/[\w-]+/", message.as_string())
    assert set(ours) <= {"new-address"}
    assert message["List-Unsubscribe"] is None
    assert OLD not in message.as_string()


@pytest.mark.parametrize("reason", Suppression.Reason.values)
def test_an_address_that_complained_is_not_written_to_and_nobody_is_told(client, sink, reader, reason):
    Suppression.objects.suppress(NEW, reason, NOON)

    assert (NEW in asks(client, sink)) == (reason == Suppression.Reason.BOUNCE)


def test_another_readers_address_gets_a_link_to_their_own_preferences(client, sink, reader):
    other = make_reader(address=NEW)

    message = asks(client, sink)[NEW]

    assert message["Subject"] == "Your link to Paper Route"
    client.post(link_in(message, "manage"))
    assert other.address in client.get(DATA).text


def test_ones_own_address_is_refused_in_one_sentence(client, sink, reader):
    page = client.post(DATA, {"address": OLD.upper()})

    assert "Your digests go to this address already." in page.text
    assert not Letter.objects.exists()


def test_an_address_that_the_site_does_not_admit_is_refused_in_one_sentence(client, sink, reader, settings):
    settings.SIGNUP = SignUpRule(domains=("example.org",))

    page = client.post(DATA, {"address": "ada@elsewhere.example"})

    assert "Enter an address at example.org: this site is for those who have one." in page.text
    assert not Letter.objects.exists()


def test_a_mailbox_gets_three_a_day(client, sink, reader):
    for number in range(5):
        Letter.objects.all().delete()
        asks(client, sink, f"ada{number}@example.org")

    assert sink.recipients.count(OLD) == 3


def test_what_a_stranger_says_of_the_letter_is_about_their_address_alone(client, sink, reader):
    asks(client, sink)
    letter = Letter.objects.get(kind="address")

    suppressing.after_report(letter, Event.Type.COMPLAINED, NOON)

    reader.refresh_from_db()
    assert reader.is_reading
    assert Suppression.objects.of([NEW]).get().reason == Suppression.Reason.COMPLAINT
    assert not Suppression.objects.of([OLD]).exists()


def test_an_address_that_does_not_exist_does_not_end_the_subscription(client, sink, reader):
    sink.refuse_recipient("550 5.1.1 no such user", of=NEW)

    asks(client, sink)

    reader.refresh_from_db()
    assert reader.is_reading
    assert Suppression.objects.of([NEW]).exists()


# ---------------------------------------------------------------------------------------------------------- confirming


def test_the_new_address_confirms_by_one_press(client, sink, reader):
    confirm = link_in(asks(client, sink)[NEW], "new-address")
    before = every_row()

    assert client.get(confirm).status_code == 200
    assert every_row() == before
    page = client.post(confirm)

    assert f"Your digests come to {NEW} from now on" in page.text
    assert address_of(reader) == NEW
    assert client.post(confirm).status_code == 410


def test_links_to_the_old_address_and_open_visits_are_dead_then(client, sink, reader):
    made = links.make(reader, Purpose.MANAGE).rstrip("/").rpartition("/")[2]
    confirm = link_in(asks(client, sink)[NEW], "new-address")

    Client().post(confirm)

    assert client.get("/preferences/").status_code == 302
    with pytest.raises(DeadLink):
        links.follow(made, Purpose.MANAGE)


@pytest.mark.parametrize("fields", [{"confirmed_at": None}, {"left_at": NOON}])
def test_who_only_signed_up_with_it_or_has_left_makes_room(client, sink, reader, fields):
    confirm = link_in(asks(client, sink)[NEW], "new-address")
    make_reader(address=NEW, **fields)

    client.post(confirm)

    assert list(Subscriber.objects.values_list("address", flat=True)) == [NEW]
    assert address_of(reader) == NEW


def test_who_reads_by_it_meanwhile_keeps_it(client, sink, reader):
    confirm = link_in(asks(client, sink)[NEW], "new-address")
    make_reader(address=NEW)

    page = client.post(confirm)

    assert page.status_code == 409
    assert "There is another subscription" in page.text
    assert address_of(reader) == OLD


def test_leaving_ends_what_was_asked_for(client, sink, reader):
    confirm = link_in(asks(client, sink)[NEW], "new-address")

    reader.unsubscribe(NOON)

    assert client.post(confirm).status_code == 410
    assert address_of(reader) == OLD


# ------------------------------------------------------------------------------------------------------------ stopping


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_the_old_address_stops_it_also_once_it_is_done(client, sink, reader, is_confirmed):
    letters = asks(client, sink)
    confirm, stay = link_in(letters[NEW], "new-address"), link_in(letters[OLD], "keep-address")
    if is_confirmed:
        client.post(confirm)
        open_preferences(client, reader)

    assert "Keep my address" in client.get(stay).text
    page = client.post(stay)

    assert f"Your digests come to {OLD}." in page.text
    assert address_of(reader) == OLD
    assert client.post(confirm).status_code == 410
    assert client.get("/preferences/").status_code == 302  # Whoever asked had them open.


def test_it_can_be_stopped_for_seven_days(client, sink, reader, monkeypatch):
    stay = link_in(asks(client, sink)[OLD], "keep-address")
    late = tokens.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(tokens, "time", SimpleNamespace(time=late.timestamp))

    assert client.post(stay).status_code == 410


# ------------------------------------------------------------------------------------------------------- a fresh visit


def open_by_a_link_of(client: Client, reader: Subscriber, monkeypatch: pytest.MonkeyPatch, age: timedelta) -> None:
    made = (tokens.now() - age).timestamp()
    monkeypatch.setattr(tokens, "time", SimpleNamespace(time=lambda: made))
    link = links.make(reader, Purpose.MANAGE)
    monkeypatch.undo()
    client.post(link)


@pytest.mark.parametrize("path", [DATA, "/preferences/data/erase/", "/preferences/data/my-data.json"])
@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 403)])
def test_it_takes_a_link_that_was_mailed_within_the_hour(client, monkeypatch, path, minutes, status):
    open_by_a_link_of(client, make_reader(), monkeypatch, timedelta(minutes=minutes))

    assert client.get("/preferences/").status_code == 200
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", [DATA, "/preferences/data/erase/"])
def test_a_stale_visit_changes_nothing_and_is_offered_a_fresh_link(client, monkeypatch, path):
    reader = make_reader()
    open_by_a_link_of(client, reader, monkeypatch, timedelta(days=1))

    page = client.post(path, {"address": NEW})

    assert "Email me a fresh link" in page.text
    assert Subscriber.objects.get() == reader
    assert not Letter.objects.exists()
    client.post("/preferences/data/fresh-link/")
    answering.answer(NOON)
    assert Letter.objects.get().kind == "manage"
