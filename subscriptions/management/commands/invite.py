"""`manage.py invite ADDRESS ...`: a confirm letter to who may join, on a site that is not open to everybody."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from papers import site_clock
from subscriptions import signing_up
from subscriptions.fields import AddressField
from subscriptions.models import Suppression


class Command(BaseCommand):
    help = "Invite addresses to subscribe: each gets an email to confirm, with the next beat of the post."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("addresses", metavar="ADDRESS", nargs="+")

    def handle(self, *, addresses: list[str], **_: Any) -> None:
        invited = []
        for written in addresses:
            try:
                invited.append(AddressField().clean(written))
            except ValidationError as error:
                raise CommandError(f"ADDRESS: {error.messages[0]} Found {written!r}. Nobody was invited.") from error
        final = Suppression.objects.of(invited).filter(reason__in=Suppression.FINAL)
        if final.exists():
            raise CommandError(
                "One of these addresses complained, or asked for no further email: it must not be written to. "
                "Nobody was invited."
            )
        for address in invited:
            signing_up.sign_up(address, signing_up.INVITATION, site_clock.now())
        self.stdout.write(f"Invited: {len(invited)}. Each email leaves with the next beat of the post.")
