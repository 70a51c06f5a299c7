"""`manage.py demo`: a week of a site with one invented reader, up to a day's letter; nothing is sent to anyone."""

from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from digest.letters import planning, wording
from digest.matching.gathering import LISTED_WITHIN
from digest.models import Given
from papers import collecting, sample, site_clock, storing
from papers.management import arguments
from papers.models import SAMPLE, Paper, PaperQuerySet, PaperTopic, Topic
from papers.search import understanding
from papers.sources import SOURCES, reading
from papers.sources.calendar import days
from papers.text.loudness import IN_TITLE
from subscriptions.models import Letter, Subscriber
from subscriptions.sending import post

ADDRESS = "demo@example.org"
TOPICS = 3
LOOKS_BACK = timedelta(days=10)  # for the latest day that has papers
WEEK = timedelta(days=7)  # in which the reader has had letters before: for so long papers can be trending
A_DAY = timedelta(days=1)


class Command(BaseCommand):
    help = "Collect a day and the week before it, write an invented reader's letters to files, and say where they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=arguments.day, metavar="YYYY-MM-DD", help="default: the latest with papers")
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="default: 12:00 UTC of the day")

    def handle(self, *, day: date | None, now: datetime | None, **_: Any) -> None:
        now = now and now.astimezone(UTC)
        if day:
            _expect_together(day, now or site_clock.now(), is_named=now is not None)
        # A tick plans for all readers and a drain sends to all: a site's own database is left alone.
        exists = Subscriber._meta.db_table in connection.introspection.table_names()
        if exists and (others := Subscriber.objects.exclude(address=ADDRESS).count()):
            raise CommandError(f"expected a database of the demo's own, found {others} readers: leave VAR_DIR unset")
        call_command("migrate", verbosity=0)
        day, source = self._collect(day, now)
        now = now or _noon(day)
        before = [] if source == SAMPLE else list(days(day - WEEK, day - A_DAY))
        _seen_then(Paper.objects.listed(on=day, by=source), now)
        read = [*self._collect_week(before, now), day]
        reader = self._reader(day, now, _moment(before[0], now) if before else now)
        try:
            for earlier in before:
                _write_letters(_moment(earlier, now))
            given = Given.objects.filter(subscriber=reader).count()
            _write_letters(now)
        finally:
            reader.unsubscribe(now)  # Should a site ever run on this folder, it has nothing to send.
        if before:
            self.stdout.write(f"letters of the week before: {given} papers, which do not come again")
        papers = Paper.objects.filter(sightings__source=source, sightings__day__in=read).distinct().count()
        self._say(Letter.objects.get(subscriber=reader, kind="digest", key=now.date().isoformat()), papers, day)

    def _collect(self, asked: date | None, now: datetime | None) -> tuple[date, str]:
        """The day asked for, else the day that the source announced last, or if it does not say which, the latest that
        has any, looked for back from today, each as of its own noon unless told; and which source it is of."""
        source, today = next(iter(SOURCES.values())), (now or site_clock.now()).date()
        named = asked or reading.latest_day(source)
        back = [day for day in reversed(list(days(today - LOOKS_BACK, today))) if source.calendar.announces(day)]
        collected = None
        for day in [named] if named and named <= today else back:
            collected = collecting.collect(source, day, now or _noon(day))
            if collected.failed:
                break
            self.stdout.write(str(collected))
            if collected.collection.listed:
                return collected.collection.day, source.name
        if collected and collected.failed and not (collected.unavailable and asked is None):
            raise CommandError(str(collected))
        if collected and not collected.failed:
            when = f"on {asked}" if asked else f"within the last {LOOKS_BACK.days} days"
            raise CommandError(f"expected papers {when}, found none: name a day with DAY=YYYY-MM-DD")
        at = now or _noon(site_clock.now().date())
        self.stdout.write(f"No source can be reached, so this is the SAMPLE edition of invented papers. ({collected})")
        sample.remove()  # An earlier demo may have shown it on another day.
        sample.publish(at)
        return at.date(), SAMPLE

    def _collect_week(self, before: Iterable[date], now: datetime) -> list[date]:
        """The days on which papers were to be expected, each as of the same hour of its own; a line each. One that
        cannot be read is said, and is no reason to give up."""
        source = next(iter(SOURCES.values()))
        read = [day for day in before if source.calendar.announces(day)]
        for day in read:
            self.stdout.write(str(collecting.collect(source, day, _moment(day, now))))
            self.stdout.flush()
            _seen_then(Paper.objects.listed(on=day, by=source.name), _moment(day, now))
        return read

    def _reader(self, day: date, now: datetime, begins: datetime) -> Subscriber:
        """A new one each time, so that the same day can be shown again: confirmed, and to be written to from `begins`
        on."""
        storing.score_edited_topics(now)
        understanding.keep_up()
        Subscriber.objects.filter(address=ADDRESS).delete()
        midnight = datetime.combine(begins.date(), time(), UTC)
        reader = Subscriber.objects.create(
            address=ADDRESS,
            hour=now.hour,
            created_at=midnight,
            confirmed_at=midnight,
            read_up_to=midnight,
            next_due_at=begins,
        )
        topics = _topics(Paper.objects.filter(sightings__day=day, sightings__announced=True))
        reader.choose_topics(topic.slug for topic in topics)
        names = ", ".join(f"{topic.name} ({papers})" for topic, papers in topics.items())
        self.stdout.write(f"topics with the most papers: {names}")
        return reader

    def _say(self, letter: Letter, papers: int, day: date) -> None:
        if letter.state == Letter.State.SKIPPED:
            why = wording.skipped(letter.reason)
            raise CommandError(f"expected a letter of {letter.key} with papers of {day}, found it skipped: {why}")
        if letter.state != Letter.State.SENT:
            found = f"{letter.state}: {letter.last_answer}"
            raise CommandError(f"expected a letter in {settings.MAIL_DIR}, found it {found}")
        reasons = (item["reason"] for item in letter.contents["for_you"])
        named = Counter(reason.get("topic") or reason.get("to") for reason in reasons)
        told = "; ".join(f"{name}: {count}" for name, count in named.most_common()) or "nothing new"
        trending = len(letter.contents["trending"])
        self.stdout.write(f"For you, new since the last letter: {told}")
        self.stdout.write(f"Trending, of the last {WEEK.days} days, not given before: {trending}")
        shown = len(letter.contents["for_you"]) + trending
        self.stdout.write(f"demo: {papers} papers collected, {shown} in the letter, {letter.last_answer}")


def _expect_together(day: date, now: datetime, *, is_named: bool) -> None:
    """Whether a letter of now can have papers of the day."""
    arguments.not_in_future(day, min(now, site_clock.now()))
    if is_named and now.date() - day > LISTED_WITHIN:
        raise CommandError(
            f"expected a --now up to {LISTED_WITHIN.days} days after {day}, found {now:%Y-%m-%d %H:%M} UTC: "
            "papers that were listed earlier come in no letter"
        )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _moment(day: date, now: datetime) -> datetime:
    """The hour of `now` on another day."""
    return datetime.combine(day, now.timetz())


def _write_letters(moment: datetime) -> None:
    planning.tick(moment)
    post.drain(moment)


def _seen_then(papers: PaperQuerySet, moment: datetime) -> None:
    """As a site that lived then saw them, though an earlier demo read them as of a later moment."""
    papers.filter(first_seen_at__gt=moment).update(first_seen_at=moment)


def _topics(papers: PaperQuerySet) -> dict[Topic, int]:
    """The topics that bring most of these papers, and how many; a paper counts for one, as it comes once. First those
    that titles say: what is only mentioned may not come."""
    scores = list(PaperTopic.objects.filter(paper__in=papers).values_list("topic", "paper", "score"))
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for least in (IN_TITLE, 0.0):
        said: dict[int, set[int]] = defaultdict(set)
        for topic, paper, score in scores:
            said[topic].update([paper] if score >= least else [])
        while len(chosen) < TOPICS and (left := {topic: said[topic] - taken for topic in said.keys() - chosen}):
            best = max(sorted(left), key=lambda topic: len(left[topic]))
            if not left[best]:
                break
            chosen[best] = len(left[best])
            taken |= left[best]
    topics = Topic.objects.in_bulk(list(chosen))
    return {topics[topic]: count for topic, count in chosen.items()}
