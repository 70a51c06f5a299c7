"""`manage.py drain`: send the letters that are due."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from papers import site_clock
from papers.management import arguments
from subscriptions.sending import post, senders

CLOSE_ENOUGH = timedelta(minutes=1)


class Command(BaseCommand):
    help = "Send every letter that is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="as if it were this moment")

    def handle(self, *, now: datetime | None, **_: Any) -> None:
        clock = site_clock.now()
        if now and abs(now - clock) > CLOSE_ENOUGH and not senders.stays_here():
            raise CommandError("expected a --now within a minute of the clock, as letters would leave this machine")
        self.stdout.write(f"drain: {post.drain(now or clock)} letters sent")
