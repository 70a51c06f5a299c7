"""`manage.py preview`: a reader's next letter, as it would be if it were planned now."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest import previewing
from digest.letters import composing
from papers import site_clock
from papers.management import arguments
from subscriptions.composing import Skip
from subscriptions.models import Subscriber


class Command(BaseCommand):
    help = "Print the letter that a reader would get if their hour struck now, and what just missed. Stores nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the reader's address")
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="as if it were this moment")

    def handle(self, *, email: str, now: datetime | None, **_: Any) -> None:
        reader = Subscriber.objects.reading().filter(address=email.strip().lower()).first()
        if reader is None:
            raise CommandError("expected the address of a reader who gets letters, found none of that address")
        now = now or site_clock.now()
        found = previewing.of_reader(reader, now)
        composed = composing.digest([found.letter], now)[found.letter.pk]
        if isinstance(composed, Skip):
            self.stdout.write(f"No letter: {found.letter.reason}")
            for near in found.near_misses:
                self.stdout.write(f"Just missed: {near.paper.title}\n  {near.lacked}")
        else:
            message = composed.message()
            self.stdout.write(f"{message.subject}\n\n{message.body}")
