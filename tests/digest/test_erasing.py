"""What is left of a reader who was erased: nothing, in any table or file, but the keyed hash of a block."""

import json
import os
import secrets
import subprocess
import sys
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from digest import exporting
from digest.models import Given, Saved
from papers import site_clock
from papers.models import Lookup
from subscriptions import erasing, links
from subscriptions.interests.kinds import InterestSpec
from subscriptions.links import BadLink, Purpose
from subscriptions.models import Event, Letter, Subscriber, Suppression, keyed_hash
from subscriptions.sending import post
from tests.digest.lives import files_with, live, tables_with
from tests.factories import make_letter, make_paper, make_reader
from tests.paths import ROOT
from tests.subscriptions.test_views import every_row, open_preferences

pytestmark = pytest.mark.django_db
HELD = {  # where a reader's words are found while they read
    "django_admin_log",
    "papers_lookup",
    "subscriptions_event",
    "subscriptions_interest",
    "subscriptions_letter",
    "subscriptions_letterrequest",
    "subscriptions_subscriber",
}


@pytest.fixture(autouse=True)
def _files(settings, mailbox):
    settings.SENDER = "subscriptions.sending.senders.Files"


@pytest.fixture
def word() -> str:
    return f"q{secrets.token_hex(8)}"


def erase(client) -> str:
    answer = client.post("/preferences/data/erase/")
    assert answer.status_code == 200
    return answer.text


def test_nothing_is_left_in_any_table_or_file(client, settings, word):
    reader = live(client, word)
    assert tables_with(word) == HELD
    assert files_with(word, [settings.MAIL_DIR])

    assert "We hold nothing about you any more" in erase(client)

    assert tables_with(word) == set()
    assert files_with(word, [settings.MAIL_DIR, settings.HANDOVER_DIR]) == set()
    hashed = keyed_hash(reader.address)
    assert tables_with(hashed) == set()
    named = [model for model in apps.get_models() for field in model._meta.fields if field.related_model is Subscriber]
    assert named
    assert not any(model._default_manager.exists() for model in named)
    assert not Event.objects.exists()


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.UNSUBSCRIBE])
def test_no_link_leads_to_anything_then(client, purpose):
    reader = make_reader()
    old = links.make(reader, purpose).rstrip("/").rpartition("/")[2]
    open_preferences(client, reader)

    erase(client)

    with pytest.raises(BadLink):
        links.follow(old, purpose)


def test_a_visit_in_another_browser_is_over_then_and_unsubscribing_is_answered_as_ever(client):
    reader, other = make_reader(), Client()
    old = links.make(reader, Purpose.UNSUBSCRIBE)
    open_preferences(client, reader)
    open_preferences(other, reader)

    erase(client)

    assert other.get("/preferences/").headers["Location"] == "/my-link/"
    assert "You are unsubscribed" in other.post(old).text


def test_nothing_of_others_is_touched(client, word, settings):
    other = make_letter(make_reader(next_due_at=None), state=Letter.State.SENT)
    given = Given.objects.create(subscriber=other.subscriber, paper=make_paper(), letter=other)
    other.subscriber.add_interest(InterestSpec("paper", "title:Rivers that Remember"))
    now = site_clock.now()
    Lookup.objects.create(key="title:Rivers that Remember", asked_at=now, next_try_at=now)
    settings.MAIL_DIR.mkdir()
    file = settings.MAIL_DIR / f"digest-x-{other.message_id}.eml"
    file.write_text("Of somebody else.")
    reader = live(client, word)
    reader.add_interest(InterestSpec("paper", "title:Rivers that Remember"))

    erase(client)

    assert list(Subscriber.objects.all()) == [other.subscriber]
    assert list(Given.objects.all()) == [given]
    assert Lookup.objects.get().key == "title:Rivers that Remember"
    assert file.exists()


@pytest.mark.parametrize("reason", Suppression.Reason.values)
def test_a_block_stays_as_a_keyed_hash_and_outlives_the_reader(client, word, reason):
    reader = live(client, word)
    Suppression.objects.suppress(reader.address, reason, site_clock.now())

    erase(client)

    assert tables_with(word) == set()
    assert tables_with(keyed_hash(reader.address)) == {"subscriptions_suppression"}


@pytest.mark.one_database
def test_nothing_is_left_in_the_file_of_a_local_sites_database(tmp_path, word):
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "tests.digest.lives", word]
    said = subprocess.run(
        command,
        cwd=ROOT,
        env=clean | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "digest.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert any(name.startswith("paper-route.sqlite3") for name in found["before"])
    assert any(name.endswith(".eml") for name in found["before"])
    assert found["after"] == found["closed"] == []


# --------------------------------------------------------------------------------------------------- before it is done


@pytest.mark.parametrize("state", [Letter.State.CLAIMED, Letter.State.HANDOFF])
def test_a_letter_on_its_way_is_waited_for(client, state):
    reader = make_reader()
    open_preferences(client, reader)
    letter = make_letter(reader, state=state)

    assert "An email to you is being sent at this moment" in erase(client)
    erasing.erase_asked()
    reader.refresh_from_db()
    assert not reader.is_reading

    Letter.objects.filter(pk=letter.pk).update(state=Letter.State.SENT)
    erasing.erase_asked()
    assert not Subscriber.objects.exists()


def test_a_letter_on_its_way_is_sent_once_and_its_end_written_down_before(client, sink, settings):
    """Also where the reader asks while it is being composed."""
    settings.SENDER = "subscriptions.sending.smtp.Smtp"
    reader = make_reader()
    open_preferences(client, reader)
    make_letter(reader, at=site_clock.now())
    claimed = Letter.objects.claim(site_clock.now(), 5)

    assert "being erased" in erase(client)
    Letter.objects.give_back(claimed)
    post.drain(site_clock.now())

    assert sink.accepted == []  # It had not left yet, and its reader has.
    erasing.erase_asked()
    assert not Subscriber.objects.exists()


def test_planned_letters_are_not_waited_for(client):
    reader = make_reader()
    open_preferences(client, reader)
    make_letter(reader, at=site_clock.now() + timedelta(hours=1))

    erase(client)

    assert not Letter.objects.exists()


def test_who_confirms_meanwhile_is_not_erased():
    reader = make_reader(confirmed_at=None)
    unconfirmed = Subscriber.objects.filter(confirmed_at=None)
    Subscriber.objects.filter(pk=reader.pk).update(confirmed_at=site_clock.now())

    assert erasing.erase(unconfirmed) == 0


def test_looking_at_the_page_erases_nothing(client):
    open_preferences(client, make_reader())
    before = every_row()

    page = client.get("/preferences/data/erase/")

    assert "This cannot be undone" in page.text
    assert every_row() == before


def test_the_admin_erases_in_the_same_way(admin_client, settings):
    letter = make_letter(state=Letter.State.SENT)
    settings.MAIL_DIR.mkdir()
    file = settings.MAIL_DIR / f"manage-x-{letter.message_id}.eml"
    file.write_text("A letter.")

    admin_client.post(f"/admin/subscriptions/subscriber/{letter.subscriber_id}/delete/", {"post": "yes"})

    assert not Subscriber.objects.exists()
    assert not file.exists()
    assert tables_with(f"reader {letter.subscriber_id}") == set()


# -------------------------------------------------------------------------------------------------------- taken away


def test_all_that_is_held_can_be_taken_away(client, word, settings):
    reader = live(client, word)

    answer = client.get("/preferences/data/my-data.json")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    held = json.loads(answer.content)
    assert held["reader"]["address"] == reader.address
    kinds = {letter["kind"] for letter in held["letters"]}
    assert {"confirm", "welcome", "digest", "moving", "address"} <= kinds
    assert {one["kind"] for one in held["interests"]} >= {"phrase", "author", "organisation", "paper"}
    assert [row["paper"] for row in held["saved"]] == list(Saved.objects.values_list("paper__key", flat=True))
    assert {row["paper"] for row in held["given"]} == set(Given.objects.values_list("paper__key", flat=True))
    assert held["events"][0]["event_id"] == f"{word}-1"
    assert held["consents"]
    assert held["requests"]
    assert held["papers"]
    assert len(held["files"]) == len(list(settings.MAIL_DIR.glob("*.eml")))


def test_every_table_that_names_a_reader_is_in_it():
    reader = make_reader()
    named = {
        model
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.related_model is Subscriber
    }

    held = exporting.of(reader, site_clock.now())

    accessors = {relation.related_model: relation.get_accessor_name() for relation in reader._meta.related_objects}
    assert {accessors[model] for model in named} <= held.keys()


def test_a_block_is_in_it():
    reader = make_reader()
    Suppression.objects.suppress(reader.address, Suppression.Reason.BOUNCE, site_clock.now())

    assert [row["reason"] for row in exporting.of(reader, site_clock.now())["suppressions"]] == ["bounce"]


def test_nothing_of_others_is_in_it(client, word):
    other = make_letter(make_reader(address="wren@example.org"))
    other.subscriber.add_interest(InterestSpec("phrase", "tides of wren"))
    live(client, word)

    assert b"wren" not in client.get("/preferences/data/my-data.json").content.lower()
