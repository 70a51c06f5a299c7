"""`manage.py testmail`: one letter by the way that readers' letters go."""

from email import message_from_bytes, policy

import pytest
from django.core.management import CommandError, call_command

from subscriptions.models import Letter

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


def test_a_letter_goes_to_the_address_and_what_was_said_is_shown(sink, settings, capsys):
    settings.DEFAULT_FROM_EMAIL = "Papers, daily <letters@example.org>"

    call_command("testmail", "you@bücher.example")

    [(address, letter)] = sink.accepted
    assert address == letter["To"] == "you@xn--bcher-kva.example"
    assert "Taken: 250 2.0.0 accepted" in capsys.readouterr().out
    assert not Letter.objects.exists()


def test_what_the_mail_server_refuses_is_shown_and_ends_with_a_code(sink):
    sink.refuse_recipient("554 5.7.1 relay access denied")

    with pytest.raises(CommandError, match=r"554 5\.7\.1 relay access denied"):
        call_command("testmail", "you@example.org")


def test_a_mail_server_that_is_not_there_is_named(settings):
    settings.SENDER, settings.EMAIL_HOST, settings.EMAIL_PORT = "subscriptions.sending.smtp.Smtp", "127.0.0.1", 9

    with pytest.raises(CommandError, match="could not be used"):
        call_command("testmail", "you@example.org")


def test_on_a_site_whose_letters_are_files_it_is_one(mailbox):
    call_command("testmail", "you@example.org")

    [file] = mailbox.glob("*.eml")
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "you@example.org"


@pytest.mark.parametrize("address", ["you", "you@example.org, me@example.org", "You <you@example.org>"])
def test_what_is_no_address_is_refused_in_one_sentence(address):
    with pytest.raises(CommandError, match=r"ADDRESS: expected one bare address like you@example\.org"):
        call_command("testmail", address)
