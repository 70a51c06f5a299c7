"""`manage.py invite ADDRESS ...`: a confirm letter to who may join, on a site that is not open to everybody."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from papers import site_clock
from subscriptions import signing_up


class Command(BaseCommand):
    help = "Invite addresses to subscribe: each gets an email to confirm, with the next beat of the post."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("addresses", metavar="ADDRESS", nargs="+")

    def handle(self, *, addresses: list[str], **_: Any) -> None:
        try:
            invited = signing_up.invite(addresses, site_clock.now())
        except ValidationError as error:
            raise CommandError(f"ADDRESS: {error.messages[0]}") from error
        self.stdout.write(f"Invited: {len(invited)}. The emails are on their way.")
