"""Letters by which the site tests itself: they go the whole way, return by one of two ways, and are missed if not."""

import json
import logging
import socket
import threading
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import Parser
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from digest.management.commands import run
from digest.models import Alarm, PostDay
from digest.watching import alarms, punctuality, selftest
from digest.watching.alarms import GRACE
from subscriptions.models import Event, Letter
from subscriptions.sending import post
from tests import reports
from tests.factories import make_letter
from tests.mailbox import HANG_UP, Mailbox
from tests.reports import report
from tests.sink import PATIENCE, wait_until

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OURS, OPERATOR = "self-test@example.org", "operator@example.org"
State = Letter.State


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SELF_TEST_ADDRESS = OURS
    settings.OPERATOR_EMAIL = OPERATOR


@pytest.fixture
def inbox(settings):
    with Mailbox() as inbox:
        inbox.serves(settings)
        yield inbox


@pytest.fixture
def postmark(settings):
    reports.serves(settings, "postmark")


def planned() -> list[Letter]:
    return list(Letter.objects.filter(kind="selftest").order_by("pk"))


def make_test(at: datetime = NOON, **fields) -> Letter:
    """A letter of the self-test that has left."""
    sent = {"state": State.SENT, "handed_at": at, "ended_at": at}
    return Letter.objects.create(kind="selftest", key=at.isoformat(), due_at=at, planned_at=at, **sent | fields)


def reported(letter: Letter, at: datetime, provider: str = "Postmark", kind: str = Event.Type.DELIVERED) -> None:
    new = {"type": kind, "letter": letter, "at": at, "received_at": at}
    Event.objects.create(provider=provider, event_id=str(letter.pk), **new)


def arrival(letter: Letter, subject: str = "As we wrote it") -> EmailMessage:
    """What comes to the mailbox, from a mail server that keeps our Message-ID."""
    text = f"Message-ID: <{letter.message_id}@localhost>\nSubject: {subject}\n\nHello\n"
    return Parser(policy=policy.default).parsestr(text)


def returned() -> list[int | None]:
    return list(Event.objects.filter(type=Event.Type.DELIVERED).order_by("pk").values_list("letter", flat=True))


def why() -> str:
    return Alarm.objects.open().get(kind=Alarm.Kind.LOST).why


# -------------------------------------------------------------------------------------------------------- the letters


def test_unless_set_nothing_is_asked_of_the_database_and_nothing_is_planned(settings):
    settings.SELF_TEST_ADDRESS = ""

    with CaptureQueriesContext(connection) as captured:
        selftest.tick(NOON)
        missing = selftest.troubles(NOON)

    assert (len(captured), missing) == (0, {})
    assert planned() == []


@pytest.mark.parametrize(("minutes", "letters"), [([0, 1, 4, 4.99], 1), ([0, 5], 2), ([4, 5, 9, 10], 3)])
def test_a_letter_is_planned_once_in_five_minutes(minutes, letters):
    for minute in minutes:
        selftest.tick(NOON + minute * MINUTE)

    assert len(planned()) == letters


@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
@pytest.mark.django_db(transaction=True)
def test_processes_that_plan_at_once_plan_one():
    together, problems = threading.Barrier(6), []
    threads = [threading.Thread(target=_tick_and_close, args=[together, problems]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert len(planned()) == 1


def _tick_and_close(together: threading.Barrier, problems: list[Exception]) -> None:
    try:
        connection.ensure_connection()
        together.wait()
        selftest.tick(NOON)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the test shall show it
        problems.append(problem)
    finally:
        connection.close()


def test_the_clock_of_the_workers_plans(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["selftest"]

    import_string(entry["task"])()

    assert (entry["schedule"], entry["options"]) == (60, {"expires": 60})
    assert len(planned()) == 1


@pytest.mark.one_database  # As above.
@pytest.mark.django_db(transaction=True)
def test_the_clock_of_the_one_command_plans():
    stop = threading.Event()
    [thread] = [thread for thread in run._clock(stop) if thread.name == "self-test"]

    thread.start()
    wait_until(planned, "a letter of the self-test")
    stop.set()
    thread.join(PATIENCE)

    assert len(planned()) == 1


def test_a_letter_goes_to_the_address_of_the_self_test_alone(sink):
    selftest.tick(NOON)

    post.drain(NOON)

    [(recipient, message)] = sink.accepted
    [letter] = planned()
    assert (recipient, message["To"]) == (OURS, OURS)
    assert message["Message-ID"] == f"<{letter.message_id}@localhost>"
    assert str(letter.message_id) in message["Subject"]
    assert not [name for name in message.keys() if name.startswith(("List-", "Precedence", "Feedback"))]  # noqa: SIM118
    assert "nsubscribe" not in message.as_string()


def test_a_letter_to_the_operator_still_goes_to_the_operator(sink):
    alarm = Alarm.objects.create(kind=Alarm.Kind.LOST, subject="letters", why="Lost.", began_at=NOON)
    Letter.objects.plan_once(None, "operator", f"{alarm.pk}:began", NOON)

    post.drain(NOON)

    assert sink.recipients == [OPERATOR]


def test_letters_that_could_not_leave_do_not_leave_all_at_once_later(sink):
    for minutes in (0, 5, 10, 60):
        selftest.tick(NOON + minutes * MINUTE)

    post.drain(NOON + 61 * MINUTE)

    assert [letter.state for letter in planned()] == [State.SKIPPED, State.SKIPPED, State.SKIPPED, State.SENT]
    assert len(sink.accepted) == 1


def test_who_turns_the_self_test_off_gets_none_that_was_planned_before(sink, settings):
    selftest.tick(NOON)
    settings.SELF_TEST_ADDRESS = ""

    post.drain(NOON)

    assert sink.accepted == []
    assert [letter.state for letter in planned()] == [State.SKIPPED]


def test_letters_of_yesterday_are_forgotten_and_what_was_reported_of_them():
    reported(make_test(NOON - DAY), NOON - DAY)
    kept = make_test(NOON - DAY + MINUTE)
    reported(kept, NOON)
    reader = make_letter(at=NOON - 9 * DAY, kind="digest", state=State.SENT)

    selftest.tick(NOON)

    assert [letter.pk for letter in planned()][:-1] == [kept.pk]
    assert returned() == [kept.pk]
    assert Letter.objects.filter(pk=reader.pk).exists()


# -------------------------------------------------------------------------------------------------------- they return


def test_a_letter_that_the_provider_reports_as_delivered_has_returned(postmark, client):
    letter = make_test()

    report("postmark", "delivered", letter, address=OURS).sent(client)

    assert returned() == [letter.pk]
    assert selftest.troubles(NOON + 20 * MINUTE) == {}


@pytest.mark.parametrize(("address", "is_ours"), [("Self-Test@example.org", True), ("you@example.org", False)])
def test_a_report_that_repeats_only_the_providers_number_is_known_by_the_address(settings, client, address, is_ours):
    reports.serves(settings, "resend")
    make_test(NOON - MINUTE, last_answer="message 7a2b-number-of-it: queued")
    letter = make_test(last_answer="message 6e1f-number-of-it: queued")
    mail = {"email_id": "6e1f-number-of-it", "to": [address], "created_at": reports.AT}
    body = json.dumps({"type": "email.delivered", "created_at": reports.AT, "data": mail}).encode()

    reports.signed_by_svix(body, "one").sent(client)

    assert returned() == ([letter.pk] if is_ours else [])


def test_a_letter_returns_by_the_mailbox_and_is_deleted_there(sink, inbox):
    somebody_elses = arrival(make_test(NOON - 9 * DAY), "Hello")
    inbox.put(somebody_elses)
    selftest.tick(NOON)
    post.drain(NOON)
    inbox.receives(sink)

    selftest.tick(NOON + MINUTE)

    letter = planned()[-1]
    event = Event.objects.get()
    assert (event.provider, event.type, event.letter, event.received_at) == (
        "imap",
        "delivered",
        letter,
        NOON + MINUTE,
    )
    assert list(inbox.messages.values()) == [somebody_elses]


def test_a_letter_is_found_by_its_subject_where_a_mail_server_gave_it_another_message_id(inbox):
    letter = make_test()
    message = arrival(letter, f"Paper Route tests itself: {letter.message_id}")
    message.replace_header("Message-ID", "<of-the-relay@relay.example.org>")
    inbox.put(message)

    selftest.look(NOON + MINUTE)

    assert returned() == [letter.pk]
    assert inbox.messages == {}


def test_of_several_letters_each_is_found_by_itself(inbox):
    first, _lost, last = (make_test(NOON + minutes * MINUTE) for minutes in (0, 5, 10))
    inbox.put(arrival(first))
    inbox.put(arrival(last))

    selftest.look(NOON + 11 * MINUTE)

    assert returned() == [first.pk, last.pk]


def test_the_mailbox_is_not_asked_while_nothing_is_awaited(inbox):
    reported(make_test(), NOON, provider="imap")
    make_test(NOON - 2 * 60 * MINUTE)
    selftest.plan(NOON)  # It has not left.

    selftest.look(NOON + MINUTE)

    assert inbox.logins == 0


def test_an_uncertain_letter_that_is_found_was_sent(inbox):
    letter = make_test(state=State.UNCERTAIN)
    inbox.put(arrival(letter))

    selftest.look(NOON + MINUTE)

    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_a_letter_that_is_found_by_two_processes_returns_once(inbox):
    letter = make_test()
    inbox.put(arrival(letter))
    inbox.says["EXPUNGE"] = "OK done"  # The other one is about to do so.
    selftest.look(NOON + MINUTE)
    Event.objects.update(provider="not known yet")

    selftest.look(NOON + MINUTE)
    selftest.look(NOON + MINUTE)

    assert Event.objects.filter(provider="imap").count() == 1


# ------------------------------------------------------------------------------------------------------ or they do not


def looked_at(minutes: float) -> None:
    """The clock at that time after noon."""
    selftest.look(NOON + minutes * MINUTE)
    alarms.watch(NOON + minutes * MINUTE)


def test_letters_that_were_lost_are_an_alarm_after_a_quarter_of_an_hour():
    for minutes in (0, 5, 10):
        make_test(NOON + minutes * MINUTE)

    looked_at(14)
    before = Alarm.objects.count()
    looked_at(15)

    assert before == 0
    assert why() == (
        "None of the letters by which the site tests itself has returned since 2026-08-20 12:00 UTC; "
        "they left, and nothing shows that they arrived"
    )


def test_letters_that_could_not_leave_are_an_alarm_that_says_so():
    make_test(state=State.PLANNED, handed_at=None)

    looked_at(15)

    assert why().endswith("; none of them could leave")


@pytest.mark.parametrize("minutes", [0, 10, 14])
def test_while_any_of_the_latest_returns_there_is_no_alarm(minutes):
    make_test()
    reported(make_test(NOON + minutes * MINUTE + timedelta(seconds=1)), NOON + 15 * MINUTE)

    looked_at(15)

    assert not Alarm.objects.exists()


def test_that_one_returned_an_hour_ago_proves_nothing_of_the_latest():
    reported(make_test(), NOON)
    make_test(NOON + 30 * MINUTE)

    looked_at(45)

    assert Alarm.objects.open().exists()


@pytest.mark.parametrize("kind", [Event.Type.BOUNCED, Event.Type.DEFERRED])
def test_a_report_of_anything_but_delivery_is_no_return(kind):
    reported(make_test(), NOON, kind=kind)

    looked_at(15)

    assert Alarm.objects.open().exists()


def test_a_site_that_was_off_for_long_begins_no_alarm():
    make_test(NOON - 60 * MINUTE)

    looked_at(0)

    assert not Alarm.objects.exists()


def told() -> dict[str, str]:
    found = Letter.objects.filter(kind="operator").values_list("key", "state")
    return {key.partition(":")[2]: state for key, state in found}


def test_lost_letters_are_one_alarm_and_one_letter_until_one_returns():
    reported(make_test(NOON - 60 * MINUTE), NOON - 59 * MINUTE)
    make_test()
    for minutes in (15, 16, 30, 45, 200):  # The last when nothing was planned for hours.
        looked_at(minutes)
    began = (Alarm.objects.count(), told())
    reported(make_test(NOON + 201 * MINUTE), NOON + 202 * MINUTE)

    looked_at(203)
    looked_at(204)

    assert began == (1, {"began": "planned"})
    assert Alarm.objects.get().ended_at == NOON + 203 * MINUTE
    assert told() == {"began": "planned", "ended": "planned"}


def test_the_operator_is_told_in_words_of_its_own_when_it_begins_and_when_it_is_over(sink):
    make_test()
    looked_at(15)
    post.drain(NOON + 15 * MINUTE + GRACE)
    reported(make_test(NOON + 50 * MINUTE), NOON + 51 * MINUTE)
    looked_at(60)
    post.drain(NOON + 60 * MINUTE)

    began, ended = (message for _recipient, message in sink.accepted)
    assert sink.recipients == [OPERATOR, OPERATOR]
    assert began["Subject"] == "Self-test letters do not return (Paper Route)"
    assert ended["Subject"] == "Self-test letters return again (Paper Route)"
    for message, words in ((began, "may be lost in the same way"), (ended, "as of 2026-08-20 13:00 UTC")):
        for part in ("plain", "html"):
            text = " ".join(message.get_body((part,)).get_content().split())
            assert "None of the letters by which the site tests itself has returned" in text
            assert words in text


def test_the_status_page_says_so_and_names_no_address(client, inbox):
    began = timezone.now() - 20 * MINUTE
    make_test(began)
    inbox.password = "another"
    selftest.look(timezone.now())
    alarms.watch(timezone.now())

    page = client.get("/status/").text

    assert "None of the letters by which the site tests itself has returned" in page
    assert not [secret for secret in (OURS, inbox.user, inbox.host, "no one") if secret in page]


def test_a_self_test_that_is_turned_off_ends_its_alarm(settings):
    make_test()
    looked_at(15)
    settings.SELF_TEST_ADDRESS = ""

    looked_at(16)

    assert not Alarm.objects.open().exists()


# ------------------------------------------------------------------------------------- a mailbox that cannot be read


def wrong_password(inbox: Mailbox) -> None:
    inbox.password = "another"


def away(inbox: Mailbox) -> None:
    inbox._server.shutdown()
    inbox._server.server_close()


def refuses(command: str, answer: str) -> object:
    return lambda inbox: inbox.says.update({command: answer})


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (wrong_password, "its server refuses the user or the password"),
        (away, "no answer (ConnectionRefusedError)"),
        (refuses("SELECT", "NO ada quill has no such mailbox"), "its server refuses to search it or to delete"),
        (refuses("SEARCH", "BAD ada quill cannot be searched"), "its server breaks off, or speaks another"),
        (refuses("STORE", "NO ada quill may not"), "its server refuses to search it or to delete"),
        (refuses("LOGIN", HANG_UP), "its server breaks off, or speaks another"),
        (refuses("SEARCH", HANG_UP), "its server breaks off, or speaks another"),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_one_warning_and_in_time_an_alarm(inbox, caplog, trouble, said):
    caplog.set_level(logging.INFO)
    inbox.put(arrival(make_test()))
    trouble(inbox)

    for minutes in (1, 2, 3, 15):
        looked_at(minutes)

    [warning] = [record.getMessage() for record in caplog.records if record.name == "digest.watching.selftest"]
    assert warning.startswith(f"the mailbox of the self-test cannot be read: {said}")
    assert f"; the mailbox that they go to cannot be read: {said}" in why()
    assert not [secret for secret in (OURS, inbox.user, "no one") if secret in caplog.text + why()]
    assert "Traceback" not in caplog.text


def test_a_mailbox_that_does_not_answer_is_not_waited_for(inbox, monkeypatch, settings):
    monkeypatch.setattr(selftest, "PATIENCE", 0.1)
    make_test()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.SELF_TEST_IMAP |= {"port": mute.getsockname()[1]}

        looked_at(15)

    assert "cannot be read: no answer (TimeoutError)" in why()


def test_a_server_that_speaks_another_language_is_no_mailbox(sink, inbox, settings):
    settings.SELF_TEST_IMAP |= {"port": sink.port}
    make_test()

    looked_at(15)

    assert "cannot be read: its server breaks off, or speaks another language" in why()


def test_a_host_that_no_host_can_be_called_is_a_mailbox_that_cannot_be_read(inbox, settings):
    settings.SELF_TEST_IMAP |= {"host": "imap..example.org"}
    make_test()

    looked_at(15)

    assert "cannot be read: no answer (UnicodeError)" in why()


def test_a_password_is_not_told_to_a_server_that_nobody_vouches_for(settings, tmp_path):
    with Mailbox(certificate=self_signed(tmp_path)) as inbox:
        inbox.serves(settings)
        make_test()

        looked_at(15)

    assert "cannot be read: no answer (SSLCertVerificationError)" in why()
    assert inbox.logins == 0


def test_a_mailbox_is_read_over_tls_where_its_certificate_is_trusted(settings, tmp_path, monkeypatch):
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    with Mailbox(certificate) as inbox:
        inbox.serves(settings)
        letter = make_test()
        inbox.put(arrival(letter))

        selftest.look(NOON + MINUTE)

    assert returned() == [letter.pk]


def self_signed(folder) -> str:
    """A file with a key and a certificate for 127.0.0.1 that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(timezone.now() - DAY).not_valid_after(timezone.now() + DAY)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "certificate.pem"
    file.write_bytes(key.private_bytes(*plain) + certificate.public_bytes(serialization.Encoding.PEM))
    return str(file)


def test_when_the_mailbox_can_be_read_again_that_is_no_longer_the_reason(inbox):
    make_test()
    inbox.says["SELECT"] = "NO"
    selftest.look(NOON + MINUTE)
    del inbox.says["SELECT"]

    looked_at(15)

    assert why().endswith("; they left, and nothing shows that they arrived")


# ------------------------------------------------------------------------------------------------- what counts it not


def test_the_self_test_is_no_part_of_what_was_promised():
    make_test()
    make_letter(at=NOON, state=State.SENT, ended_at=NOON)

    punctuality.count(NOON + MINUTE)

    assert PostDay.objects.get().due == 1


def unheard() -> list[str]:
    return list(Alarm.objects.open().filter(kind=Alarm.Kind.UNHEARD).values_list("why", flat=True))


def test_a_letter_found_in_the_mailbox_is_no_report_of_the_provider(postmark):
    make_letter(at=NOON - 25 * 60 * MINUTE, state=State.SENT, ended_at=NOON - 25 * 60 * MINUTE)
    make_test(NOON - 25 * 60 * MINUTE)
    reported(make_test(NOON - MINUTE), NOON, provider="imap")

    alarms.watch(NOON)
    alarms.watch(NOON + MINUTE)
    reported(make_test(NOON + 2 * MINUTE), NOON + 2 * MINUTE, provider="imap")
    alarms.watch(NOON + 3 * MINUTE)

    [why_unheard] = unheard()
    assert why_unheard.startswith("postmark took 1 letter more than a day ago")


def test_a_provider_that_reports_of_the_self_test_is_heard(postmark):
    make_letter(at=NOON - 25 * 60 * MINUTE, state=State.SENT, ended_at=NOON - 25 * 60 * MINUTE)
    reported(make_test(NOON - MINUTE), NOON)

    alarms.watch(NOON)

    assert unheard() == []
