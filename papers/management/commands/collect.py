"""`manage.py collect`: read sources' days now."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from papers import collecting, identifiers, lookups, site_clock
from papers.collecting import Collected
from papers.management import arguments
from papers.models import Collection, Lookup
from papers.search import understanding
from papers.sources import SOURCES
from papers.sources.base import Source


class Command(BaseCommand):
    help = "Read sources and remember their papers: what is due, one day, every day since one, or single papers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", choices=sorted(SOURCES), help="only this one")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--day", type=arguments.day, metavar="YYYY-MM-DD", help="this day, due or not")
        which.add_argument(
            "--since",
            type=arguments.day,
            metavar="YYYY-MM-DD",
            help="every day from this one on that was not read to its end; stopped with Ctrl-C, it goes on next time",
        )
        which.add_argument("--paper", nargs="+", metavar="ID", help="these arXiv papers, listed or not")
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="as if it were this moment")

    def handle(self, *, source: str | None, now: datetime | None, **which: Any) -> None:
        sources = [SOURCES[source]] if source else list(SOURCES.values())
        moment = now or site_clock.now()
        try:
            if which["day"]:
                day = arguments.not_in_future(which["day"], moment)
                able = [one for one in sources if day <= one.calendar.today(moment)]
                able = [one for one in able if collecting.can_read(one, day, moment)]
                if not able:
                    raise CommandError(f"expected a day that can still be read, found {day}: it is over")
                self._report(collecting.collect(one, day, now) for one in able)
            elif which["since"]:
                self._backfill(sources, arguments.not_in_future(which["since"], moment), now)
            elif which["paper"]:
                keys = [identifiers.arxiv_key(arguments.arxiv_id(text)) for text in which["paper"]]
                lookups.ask_for(keys, moment)
                for one in SOURCES.values():
                    lookups.look_up(one, moment)
                asked = {row.key: row for row in Lookup.objects.filter(key__in=keys)}
                for key in keys:
                    self.stdout.write(f"{key}: {asked[key].get_outcome_display() if key in asked else 'already here'}")
            else:
                self._report(one for each in sources for one in self._due(each, now))
        finally:  # Some days may have failed, or Ctrl-C may have come: the papers of the others are there.
            understanding.keep_up()

    def _due(self, source: Source, now: datetime | None) -> Iterator[Collected]:
        """What is due of a source; a word if that is nothing, as while another process reads it."""
        collected = None
        for collected in collecting.collect_due(source, now):
            yield collected
        if collected is None:
            self.stdout.write(f"{source.name}: nothing is due, or it is being read already")

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

    def _backfill(self, sources: Sequence[Source], since: date, now: datetime | None) -> None:
        """A bar with its rate and the time left, a line for each day of which something was left out, a sum, and a
        line for each day that failed."""
        missing = {one.name: collecting.missing_days(one, since, now or site_clock.now()) for one in sources}
        days, empty, papers, odd, failed = 0, 0, 0, [], []
        with tqdm(total=sum(map(len, missing.values())), unit="day", disable=None) as bar:
            try:
                for one in sources:
                    bar.set_description(str(one.title))
                    for collected in collecting.backfill(one, missing[one.name], now, waiting=bar.set_postfix_str):
                        days, papers = days + (not collected.failed), papers + collected.new
                        empty += collected.collection.outcome == Collection.Outcome.NOTHING
                        failed += [str(collected)] * collected.failed
                        odd += [str(collected)] * bool(collected.collection.left_out and not collected.failed)
                        bar.update()
                        bar.set_postfix(day=collected.collection.day, papers=papers)
            except KeyboardInterrupt:
                raise CommandError(
                    f"stopped: {days} days read, {papers} new papers; the same command goes on from here",
                    returncode=130,
                ) from None
        summed = f"{days} days read, on {empty} of them nothing announced; {papers} new papers; "
        self.stdout.write("\n".join((*odd, f"{summed}{len(failed)} days could not be read")))
        if failed:
            raise CommandError("\n".join(failed))
