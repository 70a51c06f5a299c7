"""What mail providers report: whom it suppresses, what it settles, and what it must never do."""

import json
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from subscriptions.models import LEASE, Event, Letter, Subscriber, Suppression
from subscriptions.sending.webhooks import MOST_BYTES, check
from tests import reports
from tests.factories import make_letter, make_reader
from tests.reports import SAMPLES, SECRET, Report, report
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
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


def make_sent(reader: Subscriber | None = None, *, days_ago: float = 0, **fields) -> Letter:
    moment = NOW - days_ago * DAY
    ended = {"state": State.SENT, "ended_at": moment, "handed_at": moment, "last_answer": "250 taken"}
    return make_letter(reader, at=moment, **ended | fields)


def why(reader: Subscriber) -> str | None:
    """The reason why the reader is suppressed."""
    return Suppression.objects.reasons([reader]).get(reader.pk)


def has_left(reader: Subscriber) -> bool:
    return Subscriber.objects.filter(pk=reader.pk, left_at__isnull=False).exists()


def kept() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("type", flat=True))


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

    Subscriber.objects.get(pk=letter.subscriber.pk).confirm(NOW)

    assert why(letter.subscriber) == Reason.COMPLAINT


def test_a_bounce_after_a_complaint_does_not_soften_it(site):
    letter = make_sent()
    report("postmark", "complained", letter).sent(site)
    report("postmark", "bounced", letter).sent(site)

    assert why(letter.subscriber) == Reason.COMPLAINT


def test_who_bounced_may_come_back_by_confirming(site):
    letter = make_sent()
    report("postmark", "bounced", letter).sent(site)

    Subscriber.objects.get(pk=letter.subscriber.pk).confirm(NOW)

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

    assert reader.bounce_score(NOW) == 2


# ---------------------------------------------------------------------------------------------------------- the ledger


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("delivered", State.SENT),
        ("complained", State.SENT),
        ("unsubscribed", State.SENT),
        ("bounced", State.FAILED),
        ("soft", State.FAILED),
        ("rejected", State.FAILED),
        ("failed", State.FAILED),
        ("deferred", State.UNCERTAIN),
    ],
)
def test_a_report_settles_what_was_uncertain(site, what, state):
    letter = make_sent(state=State.UNCERTAIN, ended_at=None)

    report("postmark", what, letter).sent(site)

    letter.refresh_from_db()
    assert letter.state == state
    assert (letter.ended_at is None) == (state == State.UNCERTAIN)


@pytest.mark.parametrize("order", list(permutations(["soft", "delivered", "deferred"])))
def test_whatever_the_order_of_reports_what_was_delivered_is_sent(site, order):
    letter = make_sent(state=State.UNCERTAIN)

    for what in order:
        report("postmark", what, letter).sent(site)

    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_a_report_settles_no_other_letter(site):
    letter, other = make_sent(state=State.UNCERTAIN), make_sent(state=State.UNCERTAIN)

    report("postmark", "delivered", letter).sent(site)

    other.refresh_from_db()
    assert other.state == State.UNCERTAIN


def in_hand(**fields) -> Letter:
    lease = {"lease": "5f0c8d4e-0000-4000-8000-00000000aaaa", "leased_until": datetime.now(UTC) + LEASE}
    return make_sent(state=State.HANDOFF, ended_at=None, **lease | fields)


def test_a_report_leaves_a_letter_in_hand_to_who_has_it(site):
    letter = in_hand()

    report("postmark", "delivered", letter).sent(site)

    letter.refresh_from_db()
    assert letter.state == State.HANDOFF
    assert kept() == [Type.DELIVERED]


@pytest.mark.parametrize(("what", "state"), [("delivered", State.SENT), ("bounced", State.FAILED)])
def test_a_letter_whose_process_died_is_settled_by_what_was_reported_before(site, what, state):
    letter = in_hand(leased_until=datetime.now(UTC) - DAY)
    report("postmark", what, letter).sent(site)

    Letter.objects.release_expired()

    letter.refresh_from_db()
    assert letter.state == state


def test_a_letter_without_an_answer_is_settled_by_what_was_reported_meanwhile(site):
    letter = in_hand()
    report("postmark", "delivered", letter).sent(site)

    letter.state = State.UNCERTAIN
    Letter.objects.put_down([letter])

    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_a_slow_process_does_not_unsettle_what_was_reported(site):
    letter = in_hand(leased_until=datetime.now(UTC) - DAY)
    slow = Letter.objects.get(pk=letter.pk)
    Letter.objects.release_expired()
    report("postmark", "delivered", letter).sent(site)

    slow.state, slow.last_answer = State.PLANNED, "451 not now"
    Letter.objects.put_down([slow])

    letter.refresh_from_db()
    assert letter.state == State.SENT


@pytest.mark.one_database  # SQLite has one writer at a time.
@pytest.mark.django_db(transaction=True)
def test_a_report_that_comes_while_no_answer_is_written_down_is_not_overlooked(site):
    letter = in_hand()
    slow = Letter.objects.get(pk=letter.pk)
    slow.state = State.UNCERTAIN

    def writes() -> None:
        Letter.objects.put_down([slow])
        connection.close()

    writer = threading.Thread(target=writes)
    with transaction.atomic():  # What the report does is not yet there for others to see.
        report("postmark", "delivered", letter).sent(site)
        writer.start()
        time.sleep(0.3)
    writer.join()

    letter.refresh_from_db()
    assert letter.state == State.SENT


# ------------------------------------------------------------------------------------------------ forged and oversized


def forged(letter: Letter) -> list[tuple[Report, dict]]:
    """A hundred of them, and what is said with each: all of a complaint that would be heard if it were genuine."""
    genuine = report("postmark", "complained", letter)
    wrong = [
        "",
        "provider:",
        ":an-invented-password",
        "an-invented-password",
        f"x{SECRET}",
        SECRET.upper(),
        SECRET[:-1],
    ]
    garbage = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"words"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"RecordType": []}',
        b"{}" * 2,
    ]
    near = [genuine.body[:cut] for cut in range(0, len(genuine.body) - 1, 16)]
    return [
        *((genuine, {"secret": secret}) for secret in wrong),
        *((genuine.but(provider=name), {}) for name in ("mailgun", "resend", "brevo", "sparkpost", "scaleway", "x")),
        *((genuine.but(body=body), {}) for body in garbage),
        *((genuine.but(body=body), {}) for body in near),
        *((genuine.but(body=genuine.body + b" " * more), {}) for more in (MOST_BYTES, 3 * MOST_BYTES)),
        *((genuine, {"CONTENT_LENGTH": length}) for length in (str(MOST_BYTES + 1), "9" * 9000, "-1", "x", "")),
        *((genuine.but(body=json.dumps([json.loads(genuine.body)] * size).encode()), {}) for size in (1, 2, 1000)),
        *((genuine, {"secret": f"{SECRET}{i}"}) for i in range(40)),
    ]


def test_a_hundred_forged_or_oversized_reports_change_no_row_of_any_table(site):
    letter = make_sent()
    attempts = forged(letter)
    before = every_row()

    answers = [(attempt.sent(site, **how).status_code, attempt.body[:200], how) for attempt, how in attempts]

    assert len(answers) >= 100
    assert [answer for answer in answers if answer[0] not in (400, 404, 413)] == []
    assert every_row() == before


def test_what_was_forged_is_heard_when_it_is_genuine(site):
    """So that the test above cannot pass for another reason."""
    letter = make_sent()

    assert report("postmark", "complained", letter).sent(site).status_code == 200

    assert why(letter.subscriber) == Reason.COMPLAINT


@pytest.mark.parametrize("provider", ["mailgun", "resend"])
def test_the_secret_does_not_stand_in_for_the_signature(site, settings, provider):
    reports.serves(settings, provider)
    genuine = report(provider, "complained", make_sent())
    other = report(provider, "delivered", make_sent())
    before = every_row()

    if provider == "mailgun":
        body = json.loads(genuine.body) | {"signature": json.loads(other.body)["signature"] | {"token": "x"}}
        answer = genuine.but(body=json.dumps(body).encode()).sent(site)
    else:
        answer = genuine.but(headers=other.headers).sent(site)

    assert answer.status_code == 400
    assert every_row() == before


@pytest.mark.parametrize("provider", SAMPLES)
def test_the_signature_does_not_stand_in_for_the_secret(site, settings, provider):
    reports.serves(settings, provider)
    genuine = report(provider, "complained", make_sent())
    before = every_row()

    assert genuine.sent(site, secret="").status_code in (400, 401)
    assert genuine.sent(site, secret="provider:another-password-").status_code == 400

    assert every_row() == before


def test_of_two_secrets_either_will_do(site, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": ["provider:one-that-is-new-now", SECRET]}

    assert report("postmark", "delivered", make_sent()).sent(site).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"ANYMAIL": reports.SETTINGS["postmark"] | {"WEBHOOK_SECRET": []}},
        {"ANYMAIL_PROVIDER": "mailgun"},
        {"SENDER": "subscriptions.sending.senders.Smtp"},
    ],
    ids=["no secret", "another provider", "a mail server"],
)
def test_only_the_provider_in_use_is_heard_and_only_with_a_secret(site, settings, changed):
    genuine = report("postmark", "complained", make_sent())
    for name, value in changed.items():
        setattr(settings, name, value)

    assert genuine.sent(site).status_code == 404

    assert not Event.objects.exists()


def test_neither_an_address_nor_a_word_of_a_report_is_logged(site, caplog):
    letter = make_sent()
    caplog.set_level(logging.DEBUG)
    genuine = report("postmark", "bounced", letter)

    genuine.sent(site)
    genuine.sent(site, secret="wrong:password-of-somebody")
    genuine.but(body=genuine.body[:-1]).sent(site)

    assert "refused: JSONDecodeError" in caplog.text
    for secret in (letter.subscriber.address, "nobody of that name", "password"):
        assert secret not in caplog.text


# ---------------------------------------------------------------------------------------------------- for the operator


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"WEBHOOK_SECRET": []}, ["subscriptions.W001"]),
        ({"POSTMARK_SERVER_TOKEN": "x"}, []),
    ],
)
def test_the_operator_is_warned_when_the_provider_cannot_be_heard(settings, changed, said):
    settings.ANYMAIL = settings.ANYMAIL | changed

    assert [message.id for message in check()] == said


def test_the_operator_is_told_what_hearing_a_provider_still_needs(settings):
    reports.serves(settings, "mailgun")
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}

    [message] = check()

    assert message.id == "subscriptions.E001"
    assert "MAILGUN_WEBHOOK_SIGNING_KEY" in message.msg


def test_the_admin_shows_what_was_reported_of_a_letter(admin_client, site):
    letter = make_sent()
    report("postmark", "bounced", letter).sent(site)

    page = admin_client.get(f"/admin/subscriptions/letter/{letter.pk}/change/").text
    events = admin_client.get("/admin/subscriptions/event/").text

    assert "bounced for good" in page
    assert "bounced for good" in events
