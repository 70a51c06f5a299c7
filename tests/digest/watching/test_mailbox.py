"""The mailbox in which letters of the self-test are found, and one that cannot be read."""

import logging
import socket
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from digest.watching import alarms, selftest
from subscriptions.models import Event
from subscriptions.sending import post
from tests.clock import machine_now
from tests.digest.watching.selftests import (
    DAY,
    MINUTE,
    NOON,
    OURS,
    State,
    arrival,
    looked_at,
    make_test,
    planned,
    reported,
    returned,
    why,
)
from tests.mailbox import HANG_UP, Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("self_test")]


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
        (wrong_password, "its server refuses the user name or password"),
        (away, "no answer (ConnectionRefusedError)"),
        (refuses("SELECT", "NO ada quill has no such mailbox"), "its server refuses to search it or to delete"),
        (refuses("SEARCH", "BAD ada quill cannot be searched"), "its server breaks off, or does not speak IMAP"),
        (refuses("STORE", "NO ada quill may not"), "its server refuses to search it or to delete"),
        (refuses("LOGIN", HANG_UP), "its server breaks off, or does not speak IMAP"),
        (refuses("SEARCH", HANG_UP), "its server breaks off, or does not speak IMAP"),
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
    assert f"; the mailbox they go to cannot be read: {said}" in why()
    assert not [secret for secret in (OURS, inbox.user, "no one") if secret in caplog.text + why()]
    assert "Traceback" not in caplog.text


def test_a_mailbox_that_does_not_answer_is_not_waited_for(inbox, monkeypatch, settings):
    monkeypatch.setattr(selftest, "ANSWER_SECONDS", 0.1)
    make_test()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.SELF_TEST_IMAP |= {"port": mute.getsockname()[1]}

        looked_at(15)

    assert "cannot be read: no answer (TimeoutError)" in why()


def test_a_server_that_speaks_another_language_is_no_mailbox(sink, inbox, settings):
    settings.SELF_TEST_IMAP |= {"port": sink.port}
    make_test()

    looked_at(15)

    assert "cannot be read: its server breaks off, or does not speak IMAP" in why()


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
    made = made.not_valid_before(machine_now() - DAY).not_valid_after(machine_now() + DAY)
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

    assert why().endswith("; they were sent, but nothing shows that they arrived")


def test_the_status_page_says_so_and_names_no_address(client, inbox):
    began = timezone.now() - 20 * MINUTE
    make_test(began)
    inbox.password = "another"
    selftest.look(timezone.now())
    alarms.watch(timezone.now())

    page = client.get("/status/").text

    assert "None of the emails by which the site tests itself has come back" in page
    assert not [secret for secret in (OURS, inbox.user, inbox.host, "no one") if secret in page]
