"""`manage.py collect`: read sources' days now."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from papers import collecting
from papers.collecting import Collected
from papers.management import arguments
from papers.sources import SOURCES


class Command(BaseCommand):
    help = "Read sources and remember their papers: what is due, or one day, or every announced day since one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", choices=sorted(SOURCES), help="only this one")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--day", type=arguments.day, metavar="YYYY-MM-DD", help="this day, due or not")
        which.add_argument("--since", type=arguments.day, metavar="YYYY-MM-DD", help="every day from this one on")
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="as if it were this moment")

    def handle(
        self, *, source: str | None, day: date | None, since: date | None, now: datetime | None, **_: Any
    ) -> None:
        now = now or timezone.now()
        sources = [SOURCES[source]] if source else list(SOURCES.values())
        if day:
            arguments.not_in_future(day, now)
            self._report(collecting.collect(one, day, now) for one in sources)
        elif since:
            announced = [(one, each) for one in sources for each in one.calendar.announced(since, now.date())]
            arguments.not_in_future(since, now)
            self._report(collecting.collect(one, each, now) for one, each in announced)
        else:
            self._report(collecting.collect_due(sources, now))

    def _report(self, results: Iterable[Collected]) -> None:
        """A line a day, as it comes; an error, and so exit code 1, when any day failed."""
        failed = []
        for collected in results:
            if collected.failed:
                failed.append(str(collected))
            else:
                self.stdout.write(str(collected))
        if failed:
            raise CommandError("\n".join(failed))
