"""`manage.py demo`: the main job once, on one day, for one invented reader, with nothing sent to anyone."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Count, Q

from digest.letters import planning
from papers import collecting, sample, site_clock, storing
from papers.management import arguments
from papers.models import Paper, Topic
from papers.search import understanding
from papers.sources import SOURCES, reading
from papers.sources.calendar import days
from subscriptions.models import Letter, Subscriber
from subscriptions.sending import post

ADDRESS = "demo@example.org"
TOPICS = 3
LOOKS_BACK = timedelta(days=10)  # for the latest day that has papers


class Command(BaseCommand):
    help = "Collect a day, plan and write one invented reader's letter to a file, and say where it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=arguments.day, metavar="YYYY-MM-DD", help="default: the latest with papers")
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="default: 12:00 UTC of the day")

    def handle(self, *, day: date | None, now: datetime | None, **_: Any) -> None:
        if day:
            arguments.not_in_future(day, site_clock.now())
        # A tick plans for all readers and a drain sends to all: a site's own database is left alone.
        exists = Subscriber._meta.db_table in connection.introspection.table_names()
        if exists and (others := Subscriber.objects.exclude(address=ADDRESS).count()):
            raise CommandError(f"expected a database of the demo's own, found {others} readers: leave VAR_DIR unset")
        call_command("migrate", verbosity=0)
        day, papers = self._collect(day, now)
        now = now or datetime.combine(day, time(12), UTC)
        reader = self._reader(day, now)
        planning.tick(now)
        post.drain(now)
        letter = Letter.objects.get(subscriber=reader, kind="digest")
        if letter.state != Letter.State.SENT:
            found = f"{letter.state}: {letter.last_answer}"
            raise CommandError(f"expected a letter in {settings.MAIL_DIR}, found it {found}")
        reader.unsubscribe(now)  # Should a site ever run on this folder, it has nothing to send.
        shown = len(letter.contents["for_you"]) + len(letter.contents["trending"])
        self.stdout.write(f"demo: {papers} papers collected, {shown} in the letter, {letter.last_answer}")

    def _collect(self, asked: date | None, now: datetime | None) -> tuple[date, int]:
        """The day asked for, and how many papers it lists; else the day that the source announced last, or if it does
        not say which, the latest that has any, looked for back from today. Each as of its own noon unless told."""
        source, today = next(iter(SOURCES.values())), (now or site_clock.now()).date()
        named = asked or reading.latest_day(source)
        back = [day for day in reversed(list(days(today - LOOKS_BACK, today))) if source.calendar.announces(day)]
        collected = None
        for day in [named] if named and named <= today else back:
            collected = collecting.collect(source, day, now or datetime.combine(day, time(12), UTC))
            if collected.failed:
                break
            self.stdout.write(str(collected))
            if collected.collection.listed:
                return collected.collection.day, collected.collection.listed
        if collected and collected.failed and not (collected.unavailable and asked is None):
            raise CommandError(str(collected))
        if collected and not collected.failed:
            when = f"on {asked}" if asked else f"within the last {LOOKS_BACK.days} days"
            raise CommandError(f"expected papers {when}, found none: name a day with DAY=YYYY-MM-DD")
        at = now or datetime.combine(site_clock.now().date(), time(12), UTC)
        self.stdout.write(f"No source can be reached, so this is the SAMPLE edition of invented papers. ({collected})")
        return at.date(), sample.publish(at)

    def _reader(self, day: date, now: datetime) -> Subscriber:
        """A new one each time, so that the same day can be shown again: confirmed, and due now."""
        storing.score_edited_topics(now)
        understanding.keep_up()
        Subscriber.objects.filter(address=ADDRESS).delete()
        midnight = datetime.combine(day, time(), UTC)
        reader = Subscriber.objects.create(
            address=ADDRESS,
            hour=now.hour,
            created_at=midnight,
            confirmed_at=midnight,
            read_up_to=midnight,
            next_due_at=now,
        )
        of_day = Paper.objects.filter(sightings__day=day)
        used = Count("scores", filter=Q(scores__paper__in=of_day), distinct=True)
        topics = list(Topic.objects.annotate(used=used).filter(used__gt=0).order_by("-used", "name")[:TOPICS])
        reader.choose_topics(topic.slug for topic in topics)
        self.stdout.write(
            "topics with the most papers: " + ", ".join(f"{topic.name} ({topic.used})" for topic in topics)
        )
        return reader
