"""`manage.py tick`: plan the letters that are due."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from digest.letters import planning
from digest.models import Heartbeat
from digest.watching import heartbeat
from papers import site_clock
from papers.management import arguments


class Command(BaseCommand):
    help = "Plan the letter of every reader whose hour has struck."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="as if it were this moment")

    def handle(self, *, now: datetime | None, **_: Any) -> None:
        moment = now or site_clock.now()
        self.stdout.write(f"tick: {planning.tick(moment)} letters planned")
        heartbeat.beat(Heartbeat.TICK, moment)
