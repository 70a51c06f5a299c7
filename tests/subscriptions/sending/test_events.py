"""What mail providers report: whom it suppresses."""

import json
from datetime import timedelta
from itertools import permutations

import pytest
from django.test import Client
from django.utils import timezone

from subscriptions import signing_up
from subscriptions.models import Event, Letter, Subscriber, Suppression
from subscriptions.sending import suppressing
from tests import provider_reports as reports
from tests.factories import make_reader
from tests.provider_reports import NOW, SAMPLES, Report, has_left, kept, make_sent, report, why
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State, Type, Reason = Letter.State, Event.Type, Suppression.Reason


@pytest.fixture(autouse=True)
def _postmark(settings, monkeypatch):
    """Unless a test says otherwise."""
    reports.serves(settings, "postmark")
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def site() -> Client:
    """The site as providers meet it: they have no cookie and no CSRF token."""
    return Client(enforce_csrf_checks=True)


# ------------------------------------------------------------------------------------- what each provider's word means

STAYS, LEAVES, BOUNCE, COMPLAINT = (None, False), (None, True), (Reason.BOUNCE, True), (Reason.COMPLAINT, True)
MEANINGS = {
    "delivered": (Type.DELIVERED, STAYS),
    "deferred": (Type.DEFERRED, STAYS),
    "bounced": (Type.BOUNCED, BOUNCE),
    "malformed": (Type.BOUNCED, BOUNCE),
    "blocked": (Type.BOUNCED, BOUNCE),
    "deactivated": (Type.BOUNCED, BOUNCE),
    "suppressed": (Type.BOUNCED, BOUNCE),
    "soft": (Type.SOFT, STAYS),
    "filtered": (Type.SOFT, STAYS),
    "unexplained": (Type.SOFT, STAYS),
    "rejected": (Type.REJECTED, STAYS),
    "failed": (Type.FAILED, STAYS),
    "complained": (Type.COMPLAINED, COMPLAINT),
    "complained before": (Type.COMPLAINED, COMPLAINT),
    "unsubscribed": (Type.UNSUBSCRIBED, LEAVES),
    "praised": (None, STAYS),
    "opened": (None, STAYS),
}
ALL = [
    pytest.param(provider, what, id=f"{provider} {what}") for provider, samples in SAMPLES.items() for what in samples
]


@pytest.mark.parametrize(("provider", "what"), ALL)
def test_what_a_provider_reports_is_kept_and_suppresses_exactly_whom_it_should(site, settings, provider, what):
    reports.serves(settings, provider)
    letter, other = make_sent(), make_sent()
    kind, outcome = MEANINGS[what]

    answer = report(provider, what, letter).sent(site)

    assert answer.status_code == 200
    assert list(Event.objects.values_list("type", "letter")) == ([(kind, letter.pk)] if kind else [])
    assert (why(letter.subscriber), has_left(letter.subscriber)) == outcome
    assert (why(other.subscriber), has_left(other.subscriber)) == STAYS
    assert set(Letter.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.parametrize(("provider", "what"), ALL)
def test_the_same_report_again_changes_no_row(site, settings, provider, what):
    reports.serves(settings, provider)
    same = report(provider, what, make_sent())
    same.sent(site)
    before = every_row()

    assert same.sent(site).status_code == 200

    assert every_row() == before


@pytest.mark.parametrize(("provider", "what"), ALL)
def test_a_report_of_an_unknown_letter_changes_no_row(site, settings, provider, what):
    reports.serves(settings, provider)
    letter = make_sent(last_answer="message 00000000-aaaa-bbbb-cccc-000000000001: sent")  # as in Postmark's samples
    unknown = report(provider, what, letter, letter="5f0c8d4e-0000-4000-8000-00000000aaaa")
    before = every_row()

    assert unknown.sent(site).status_code == 200

    assert every_row() == before


def test_a_report_of_other_mail_to_a_reader_changes_no_row(site):
    mail = json.loads(report("postmark", "complained", make_sent()).body)
    before = every_row()

    Report("postmark", json.dumps(mail | {"Metadata": {}}).encode()).sent(site)

    assert every_row() == before


def test_a_report_that_repeats_only_our_message_id_is_of_its_letter(site, settings):
    reports.serves(settings, "mailgun")
    letter = make_sent()

    mail = json.loads(report("mailgun", "bounced", letter).body)
    del mail["event-data"]["user-variables"]

    Report("mailgun", json.dumps(mail).encode()).sent(site)

    assert why(letter.subscriber) == Reason.BOUNCE


@pytest.mark.parametrize("provider", ["resend"])
def test_a_report_that_repeats_only_the_providers_number_is_of_the_letter_that_it_was_given_for(
    site, settings, provider
):
    reports.serves(settings, provider)
    others = [make_sent(last_answer="message 6e1f-number-of-it: queued")]
    letter = make_sent(last_answer="message 6e1f-number-of-it: queued")
    others += [make_sent(letter.subscriber, last_answer="message 7a2b-number-of-it: queued")]
    mail = {"email_id": "6e1f-number-of-it", "to": [letter.subscriber.address], "created_at": reports.AT}
    body = json.dumps({"type": "email.complained", "created_at": reports.AT, "data": mail}).encode()

    reports.signed_by_svix(body, "one").sent(site)

    assert list(letter.events.values_list("type", flat=True)) == [Type.COMPLAINED]
    assert not Event.objects.filter(letter__in=others).exists()
    assert why(letter.subscriber) == Reason.COMPLAINT


def test_nothing_about_who_opened_a_letter_is_kept(site):
    report("postmark", "opened", make_sent()).sent(site)

    assert not Event.objects.exists()


def test_an_event_outlives_its_letter_without_an_address_and_is_still_known(site):
    letter = make_sent()
    same = report("postmark", "bounced", letter)
    same.sent(site)
    address = letter.subscriber.address

    letter.subscriber.delete()
    same.sent(site)

    assert len(kept()) == 1
    assert not any(address in row for rows in every_row().values() for row in rows)


def test_a_report_of_a_letter_to_the_operator_suppresses_nobody(site):
    letter = Letter.objects.create(kind="operator", key="1:began", due_at=NOW, planned_at=NOW, state=State.SENT)

    report("postmark", "complained", letter).sent(site)

    assert kept() == [Type.COMPLAINED]
    assert not Suppression.objects.exists()


# ----------------------------------------------------------------------------------------------------- late, and again


def test_a_bounce_of_before_the_confirmation_does_not_undo_it(site):
    reader = make_reader(confirmed_at=NOW - DAY)
    letter = make_sent(reader, days_ago=2)

    report("postmark", "bounced", letter).sent(site)

    assert kept() == [Type.BOUNCED]
    assert (why(reader), has_left(reader)) == STAYS


def test_a_complaint_is_final_however_late(site):
    reader = make_reader(confirmed_at=NOW - DAY)

    report("postmark", "complained", make_sent(reader, days_ago=2)).sent(site)

    assert (why(reader), has_left(reader)) == COMPLAINT


def test_a_complaint_after_a_bounce_is_not_lifted_by_confirming(site):
    letter = make_sent()
    report("postmark", "bounced", letter).sent(site)
    report("postmark", "complained", letter).sent(site)

    signing_up.confirm(Subscriber.objects.get(pk=letter.subscriber.pk), NOW)

    assert why(letter.subscriber) == Reason.COMPLAINT


def test_a_bounce_after_a_complaint_does_not_soften_it(site):
    letter = make_sent()
    report("postmark", "complained", letter).sent(site)
    report("postmark", "bounced", letter).sent(site)

    assert why(letter.subscriber) == Reason.COMPLAINT


def test_who_bounced_may_come_back_by_confirming(site):
    letter = make_sent()
    report("postmark", "bounced", letter).sent(site)

    signing_up.confirm(Subscriber.objects.get(pk=letter.subscriber.pk), NOW)

    assert (why(letter.subscriber), has_left(letter.subscriber)) == STAYS


# -------------------------------------------------------------------------------------------------------- soft bounces


def reader_with(site, story: str, **fields) -> Subscriber:
    """To whom a letter a day went: s bounced for now, d was delivered, - nobody knows. The last one today."""
    reader = make_reader(**{"confirmed_at": NOW - 365 * DAY} | fields)
    words = {"s": "soft", "d": "delivered"}
    for days_ago, what in zip(range(len(story) - 1, -1, -1), story, strict=True):
        letter = make_sent(reader, days_ago=days_ago)
        if what in words:
            report("postmark", words[what], letter).sent(site)
    return reader


@pytest.mark.parametrize(
    ("story", "outcome"),
    [
        ("s", STAYS),
        ("ss", STAYS),
        ("sss", BOUNCE),
        ("s-s-s", BOUNCE),
        ("ssds", STAYS),  # 2, halved, and 1
        ("ssdss", BOUNCE),
        ("sdsdsdsdsdsd", STAYS),
        ("s" + "-" * 28 + "ss", BOUNCE),  # the first is 30 days old
        ("s" + "-" * 29 + "ss", STAYS),
    ],
)
def test_three_letters_that_bounced_for_now_suppress_unless_others_arrived(site, story, outcome):
    reader = reader_with(site, story)

    assert (why(reader), has_left(reader)) == outcome


def test_many_soft_bounces_of_one_letter_count_as_one(site):
    letter = make_sent()
    for _ in range(5):
        report("postmark", "soft", letter).sent(site)

    assert (why(letter.subscriber), has_left(letter.subscriber)) == STAYS


def test_soft_bounces_of_others_do_not_count(site):
    readers = [reader_with(site, "s") for _ in range(4)]

    assert [why(reader) for reader in readers] == [None] * 4


def test_soft_bounces_of_before_the_confirmation_do_not_count(site):
    reader = reader_with(site, "sss", confirmed_at=NOW - 1.5 * DAY)

    assert why(reader) is None


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_score_hangs_on_the_order_of_the_letters_and_not_of_the_reports(site, order):
    reader = make_reader()
    letters = [make_sent(reader, days_ago=days_ago) for days_ago in (3, 2, 1, 0)]
    for i in order:
        report("postmark", "delivered" if i == 2 else "soft", letters[i]).sent(site)

    assert suppressing.bounce_score(reader, NOW) == 2
