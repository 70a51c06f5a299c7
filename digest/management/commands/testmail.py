"""`manage.py testmail ADDRESS`: one letter now, by the way that readers' letters go, and what the mail server said."""

from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from digest.environment.mail import on_the_wire
from papers import site_clock
from subscriptions import composing
from subscriptions.composing import BadLetter
from subscriptions.headers import headers, sender_of
from subscriptions.models import Letter, Subscriber
from subscriptions.sending.senders import Answer, NoConnection, Parcel, Sender


class Command(BaseCommand):
    help = "Send one letter to this address, and show what the mail server or provider said. Nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *, address: str, **_: Any) -> None:
        if (to := on_the_wire(address)) is None:
            raise CommandError(f"ADDRESS: expected one bare address like you@example.org, found {address!r}")
        letter = Letter(subscriber=Subscriber(address=to), kind="selftest", key="testmail", message_id=uuid4())
        sender: Sender = import_string(settings.SENDER)()
        self.stdout.write(f"From: {sender_of(letter)}\nTo: {to}")
        try:
            parcel = Parcel(letter, sender.prepare(composing.Plain(_written(letter, to), to)))
            sender.open()
            [(_parcel, answer)] = sender.offer(iter([parcel]), Unnoted())
        except (NoConnection, BadLetter) as error:
            raise CommandError(f"Not sent. {error}\nmanage.py doctor says what to do.") from error
        finally:
            sender.close()
        if answer.state != Letter.State.SENT:
            raise CommandError(f"Not sent ({answer.state}): {answer.text}\nmanage.py doctor says what to do.")
        self.stdout.write(f"Taken: {answer.text}\nWhether it arrives, and signed (dkim=pass), its headers show there.")


class Unnoted:
    """A write-ahead log of a letter that no ledger knows."""

    def offered(self, parcel: Parcel) -> None:
        """Nobody needs to know."""

    def answered(self, parcel: Parcel, answer: Answer) -> None:
        """It is shown."""


def _written(letter: Letter, to: str) -> EmailMultiAlternatives:
    context = composing.frame() | {"name": letter.message_id}
    message = EmailMultiAlternatives(
        subject=composing.subject("testmail", context),
        body=composing.text("testmail", context),
        from_email=sender_of(letter),
        to=[to],
        headers=headers(letter, site_clock.now(), ""),
    )
    message.attach_alternative(composing.html("testmail", context), "text/html")
    return message
