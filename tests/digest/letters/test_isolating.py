"""One reader's row that holds what it should not spoils nobody else's letter, nor that reader's own page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from digest.letters import isolating, planning
from subscriptions.models import Interest, Letter, Subscriber
from subscriptions.sending import post
from tests.digest.world import due_reader
from tests.factories import make_paper
from tests.subscriptions.test_views import NOON, interests, open_preferences

pytestmark = pytest.mark.django_db
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
MOMENTS, DAYS = (FIRST, LAST), (FIRST.date(), LAST.date())
READERS = {  # what a row may hold that no form would have let through
    "address": ("", "nobody", "a@example.org\nBcc: b@example.org", "é@exämple.org"),
    "zone": ("Mars/Olympus", "", "Europe", "../../etc/passwd", "\u0001"),
    "hour": (24, 32_000),
    "days": ([], "often", {"a": 1}, [9], [0, None], 7),
    "cadence": ("hourly", ""),
    "cap": (0, 32_000),
    "bar": (float("inf"), -1e308),
    "shows": ("pictures", ""),
    "trending_muted_at": MOMENTS,
    "paused_until": DAYS,
    "created_at": MOMENTS,
    "confirmed_at": MOMENTS,
    "left_at": MOMENTS,
    "last_slot": DAYS,
    "next_slot": DAYS,
    "next_due_at": MOMENTS,
    "read_up_to": MOMENTS,
    "links_after": MOMENTS,
    "erase_asked_at": MOMENTS,
    "feed_key": (2**62,),
    "feed_reasons": (True,),
    "feed_only": (True,),
    "fault": ("spoilt before",),
}
INTERESTS = {
    "kind": ("horoscope", ""),
    "value": ("", "\u0001", "(((", "x" * 220),
    "wanted": (False,),
    "origin": ("nowhere",),
    "guard": ("cs.CL", {"a": 1}, 7, [None], [["cs.CL"]]),
    "learned_at": MOMENTS,
    "replaced": ("what", 7, [7], [{"a": 1}]),
}
SPOILT = [
    pytest.param(model, column, value, id=f"{column} {value!r:.20}", marks=[pytest.mark.deep] if place else [])
    for model, columns in ((Subscriber, READERS), (Interest, INTERESTS))
    for column, values in columns.items()
    for place, value in enumerate(values)
]
each_spoilt_row = pytest.mark.parametrize(("model", "column", "value"), SPOILT)


@pytest.fixture
def readers():
    """Three that are due, with an interest each."""
    make_paper(title="Harbour lights", listed_on=NOON.date(), first_seen_at=NOON - timedelta(hours=1))
    some = [due_reader() for _ in range(3)]
    for reader in some:
        Interest.objects.create(subscriber=reader, kind="author", value="Ada Quill", origin="feedback")
    return some


def spoil(reader, model, column, value):
    rows = model.objects.filter(pk=reader.pk) if model is Subscriber else model.objects.filter(subscriber=reader)
    rows.update(**{column: value})


def planned_for(reader):
    return Letter.objects.filter(subscriber=reader, kind="digest", state=Letter.State.PLANNED).count()


def test_every_column_is_spoilt():
    def columns(model):
        return {field.name for field in model._meta.concrete_fields} - {"id", "subscriber"}

    assert (set(READERS), set(INTERESTS)) == (columns(Subscriber), columns(Interest))


@each_spoilt_row
def test_the_others_are_planned_and_get_their_letters(model, column, value, readers, sink):
    before, spoilt, after = readers
    spoil(spoilt, model, column, value)

    planning.tick(NOON)
    assert (planned_for(before), planned_for(after)) == (1, 1)
    post.drain(NOON)

    assert {before.address, after.address} <= set(sink.recipients)


@each_spoilt_row
def test_the_readers_own_page_opens_and_saving_it_repairs_the_row(model, column, value, readers, client):
    _before, spoilt, _after = readers
    open_preferences(client, spoilt)
    spoil(spoilt, model, column, value)

    page = client.get(reverse("subscriptions:preferences"))
    saved = client.post(reverse("subscriptions:preferences"), interests(hour="12"))

    is_over = column in ("left_at", "links_after", "confirmed_at") and page.status_code == 302
    assert is_over or (page.status_code, saved.status_code) == (200, 302)
    if not is_over:
        spoilt = Subscriber.objects.get(pk=spoilt.pk)
        assert (spoilt.faults, spoilt.fault) == ({}, "")


def test_who_cannot_be_planned_for_is_named_with_the_reason_and_tried_again_later(readers):
    _before, spoilt, _after = readers
    spoil(spoilt, Subscriber, "zone", "Mars/Olympus")

    planning.tick(NOON)

    spoilt.refresh_from_db()
    expected = "zone: expected a time zone that this system knows, like Europe/Berlin, found 'Mars/Olympus'"
    assert (planned_for(spoilt), spoilt.fault) == (0, expected)
    assert spoilt.next_due_at == NOON + isolating.TRIED_AGAIN_AFTER


def test_who_can_be_planned_for_again_gets_the_letter_of_the_day(readers):
    _before, spoilt, _after = readers
    spoil(spoilt, Subscriber, "zone", "Mars/Olympus")
    planning.tick(NOON)
    spoil(spoilt, Subscriber, "zone", "UTC")

    planning.tick(NOON + isolating.TRIED_AGAIN_AFTER)

    spoilt.refresh_from_db()
    assert (planned_for(spoilt), spoilt.fault) == (1, "")


def test_who_is_known_to_spoil_the_work_is_no_longer_tried_together_with_others(readers, monkeypatch):
    _before, spoilt, _after = readers
    spoil(spoilt, Subscriber, "fault", "spoilt before")
    together = []
    plan = planning.plan
    monkeypatch.setattr(planning, "plan", lambda some, edition: together.append(len(some)) or plan(some, edition))

    planning.tick(NOON)

    assert together == [2, 1]


def test_a_row_that_cannot_even_be_read_spoils_nothing(readers):
    before, spoilt, after = readers
    value = "infinity" if connection.vendor == "postgresql" else "2026-13-45 99:00:00"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE subscriptions_subscriber SET read_up_to = %s WHERE id = %s", [value, spoilt.pk])

    planning.tick(NOON)

    assert [planned_for(reader) for reader in (before, spoilt, after)] == [1, 0, 1]
    assert Subscriber.objects.filter(pk=spoilt.pk, fault__startswith="the row cannot be read").exists()


def test_the_admin_names_who_is_left_out(readers, admin_client):
    spoil(readers[1], Subscriber, "zone", "Mars/Olympus")
    planning.tick(NOON)

    page = admin_client.get(reverse("admin:subscriptions_subscriber_changelist"), {"fault__isempty": "0"})

    assert "found &#x27;Mars/Olympus&#x27;" in page.text
    assert page.text.count('name="_selected_action"') == 1


def test_a_letter_that_cannot_be_written_ends_with_the_reason_and_the_others_leave(readers, sink):
    planning.tick(NOON)
    before, spoilt, after = readers
    Letter.objects.filter(subscriber=spoilt).update(contents={"for_you": 7})

    post.drain(NOON)

    letter = Letter.objects.get(subscriber=spoilt)
    assert letter.state == Letter.State.FAILED
    assert letter.last_answer.startswith("The letter could not be written: ")
    assert set(sink.recipients) == {before.address, after.address}
