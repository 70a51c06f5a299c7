import email
from datetime import UTC, datetime
from email import policy

import pytest
from django.core.mail import EmailMultiAlternatives

from subscriptions.composing import Plain
from subscriptions.models import Letter, Subscriber
from subscriptions.sending import post, senders
from subscriptions.sending.senders import Parcel
from subscriptions.sending.smtp import Smtp
from tests.factories import make_letter, make_paper

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
State = Letter.State


@pytest.fixture
def smtp(sink):
    smtp = Smtp()
    yield smtp
    smtp.close()


def make_message(body="Hello.\n", **fields):
    return EmailMultiAlternatives("Subject", body, "Papers <letters@localhost>", ["reader@example.org"], **fields)


class Notes:
    """What a sender said that it was about to do, and of which letter."""

    def __init__(self):
        self.offers = []

    def offered(self, parcel):
        self.offers.append(parcel)

    def answered(self, parcel, answer):
        raise AssertionError("expected the pool alone to note down answers")


def parcel(sender, message, address="reader@example.org"):
    letter = Letter(subscriber=Subscriber(address=address), kind="manage")
    return Parcel(letter, sender.prepare(Plain(message, message.to[0])))


def offer(sender, message):
    """The answer to one letter."""
    [(_parcel, answer)] = sender.offer(iter([parcel(sender, message)]), Notes())
    return answer


def make_digest(abstract):
    contents = {"for_you": [], "trending": [{"paper": make_paper(abstract=abstract).pk}], "near_misses": []}
    return make_letter(kind="digest", key="2026-08-20", contents=contents)


def lines_received(sink):
    [(_recipient, message)] = sink.accepted
    return message.get_content().splitlines()


# ---------------------------------------------------------------------------------------------------------------- SMTP


@pytest.mark.parametrize("lines", [[".", "..", ".hidden", "a.b", ". "], ["", ".", ""], [".last"]])
def test_lines_that_begin_with_a_dot_arrive_as_they_were(sink, smtp, lines):
    answer = offer(smtp, make_message("\n".join(lines) + "\n"))

    assert answer.state == State.SENT
    assert lines_received(sink) == lines


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n"])
def test_no_line_break_of_any_kind_ends_a_message_early(sink, smtp, line_break):
    smuggled = line_break.join(["first", ".", "MAIL FROM:<x@example.org>", "last"])

    answer = offer(smtp, make_message(smuggled))

    assert answer.state == State.SENT
    assert lines_received(sink) == ["first", ".", "MAIL FROM:<x@example.org>", "last"]


def test_long_lines_and_foreign_letters_arrive_as_they_were(sink, smtp):
    line = "Größe, 論文, ∑ " * 300

    answer = offer(smtp, make_message(line))

    assert answer.state == State.SENT
    assert lines_received(sink) == [line]


def test_an_abstract_with_a_lone_dot_reaches_its_reader(sink):
    make_digest("one\n.\ntwo.")

    post.drain(now=NOW)

    [(_recipient, message)] = sink.accepted
    assert "two." in message.get_body(("plain",)).get_content()


def test_the_envelope_names_the_bare_sender(sink, smtp, settings):
    for sender in ("letters@localhost", "Papers <letters@localhost>", '"Papers, <daily>" <letters@localhost>'):
        settings.DEFAULT_FROM_EMAIL = sender

        assert offer(smtp, make_message()).state == State.SENT

    assert [message["Return-Path"] for _recipient, message in sink.accepted] == ["<letters@localhost>"] * 3


def test_a_connection_that_was_idle_and_closed_meanwhile_is_opened_again(sink, smtp, monkeypatch):
    monkeypatch.setattr("subscriptions.sending.smtp.FRESH_SECONDS", 0)
    smtp.open()
    sink.hang_up()

    answer = offer(smtp, make_message())

    assert answer.state == State.SENT
    assert sink.connections == 2


def test_a_server_that_does_not_answer_in_time_after_the_message_makes_it_uncertain(sink, smtp, settings):
    settings.EMAIL_TIMEOUT = 2

    with sink.silent():
        answer = offer(smtp, make_message())

    assert answer.state == State.UNCERTAIN
    assert len(sink.accepted) == 1


@pytest.mark.parametrize("setting", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
def test_a_server_without_tls_is_not_used_when_tls_is_wanted(sink, smtp, settings, setting):
    setattr(settings, setting, True)

    with pytest.raises(senders.NoConnection):
        smtp.open()


# --------------------------------------------------------------------------------------------------------------- files


@pytest.fixture
def files(settings, mailbox):
    settings.SENDER = "subscriptions.sending.senders.Files"
    return mailbox


def test_each_letter_becomes_one_file_whose_lines_end_in_cr_lf(files):
    letters = [make_letter(), make_letter(), make_digest("An abstract.")]

    post.drain(now=NOW)
    post.drain(now=NOW)

    contents = [file.read_bytes() for file in sorted(files.iterdir())]
    messages = [email.message_from_bytes(content, policy=policy.default) for content in contents]
    assert {message["To"] for message in messages} == {letter.subscriber.address for letter in letters}
    assert len(messages) == 3
    assert all(content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r") for content in contents)


def test_a_folder_that_cannot_be_written_lets_the_letters_wait(files):
    letters = [make_letter(), make_letter()]
    files.mkdir()
    for letter in letters:
        blocked = files / f"manage-{letter.key}-{letter.message_id}.eml"
        blocked.mkdir()

    assert post.drain(now=NOW) == 0

    for letter in letters:
        letter.refresh_from_db()
        assert (letter.state, letter.attempts) == (State.PLANNED, 0)


def test_a_mail_folder_that_is_a_file_lets_the_letters_wait(files):
    letter = make_letter()
    files.touch()

    assert post.drain(now=NOW) == 0

    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (State.PLANNED, 0)


@pytest.mark.parametrize(
    ("sender", "url", "stays"),
    [
        ("senders.Files", "", True),
        ("smtp.Smtp", "smtp://localhost:1025", True),
        ("smtp.Smtp", "smtp://127.0.0.1:1025", True),
        ("smtp.Smtp", "smtp://[::1]:1025", True),
        ("smtp.Smtp", "smtp://mail.example.org", False),
        ("smtp.Smtp", "smtp://127.0.0.1.example.org", False),
        ("anymail.Anymail", "", False),
        ("anymail.Anymail", "smtp://localhost", False),
    ],
)
def test_whether_letters_stay_on_this_machine(settings, sender, url, stays):
    settings.SENDER, settings.EMAIL_URL = f"subscriptions.sending.{sender}", url

    assert senders.stays_here() == stays
