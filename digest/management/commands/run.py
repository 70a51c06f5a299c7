"""`manage.py run`: everything in one command. The web server, and unless Celery has the work, the clock with it."""

import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections
from django.db.models import Max
from django.utils import timezone

from digest import environment
from digest.letters import planning
from digest.models import Heartbeat
from digest.watching import alarms, heartbeat, pruning, selftest
from papers import collecting, database, lookups, sample, site_clock
from papers.management import arguments
from papers.models import Paper
from papers.search import understanding
from papers.sources import SOURCES
from papers.sources.base import Source
from subscriptions import erasing
from subscriptions.sending import post, senders

logger = logging.getLogger(__name__)
FIRST_DAYS, FIRST_LOOKS = 5, 10  # days with papers, and days looked at, before the site is served; then the others
COLLECTING_EVERY, UNDERSTANDING_EVERY, LETTERS_EVERY, WATCHING_EVERY = 60.0, 60.0, 3.0, 60.0  # seconds
TESTING_EVERY, ERASING_EVERY, PRUNING_EVERY = 60.0, 60.0, 3600.0
LIVED_ON = timedelta(days=1)  # past a --now a site may have lived that is started the same way again


class Command(BaseCommand):
    help = "Serve the site, collect papers and send letters, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=_host(), help="to listen on")
        parser.add_argument("--workers", type=int, default=1, help="processes that serve pages")
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="begin at this moment and go on")

    def handle(self, *, host: str, workers: int, now: datetime | None, **_: Any) -> None:
        if now:
            _expect_to_be_alone()
        if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
            raise CommandError(
                f"TRUSTED_PROXIES: expected the proxy that speaks HTTPS at {settings.SITE_URL}, like 127.0.0.1, "
                "found none, so that every page would redirect to itself"
            )
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"expected port {settings.PORT} to be free, found {error}: set PORT=8001"
                ) from error
        try:
            call_command("migrate", verbosity=0)
        except OperationalError as error:
            found = " ".join(str(error).split())  # PostgreSQL's driver says it in several lines.
            raise CommandError(f"DATABASE_URL: expected a database that answers, found: {found}") from error
        if now:
            self._begin_at(now)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            self._run(host, workers)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _begin_at(self, moment: datetime) -> None:
        """Set the site's clock; a site that has lived on from there goes on where it was."""
        lived_until = Paper.objects.aggregate(at=Max("first_seen_at"))["at"] or moment
        if lived_until - moment > LIVED_ON:
            raise CommandError(
                f"--now: expected a site that has not lived past {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
                f"found papers of {lived_until:%Y-%m-%d %H:%M}: set VAR_DIR to a new folder"
            )
        settings.CLOCK_AHEAD = max(moment, lived_until) - timezone.now()
        self.stdout.write(f"The site's clock begins at {site_clock.now():%Y-%m-%d %H:%M} UTC")

    def _run(self, host: str, workers: int) -> None:
        stop = threading.Event()
        clock = [] if settings.REDIS_URL else _clock(stop)
        if clock:
            self._fill()
        # A program of its own: a fork of this process would inherit its open SQLite database.
        command = [sys.executable, "-m", "digest.serving.server", host, str(settings.PORT), str(workers)]
        told = environment.passed_on(CLOCK_AHEAD=str(settings.CLOCK_AHEAD.total_seconds()))
        # In a session of its own, as Ctrl-C is ours to pass on. It ends with us, by the end of its standard input.
        server = subprocess.Popen(  # noqa: S603
            command, cwd=settings.BASE_DIR, env=told, start_new_session=True, stdin=subprocess.PIPE
        )
        self._say()
        for thread in clock:
            thread.start()
        try:
            raise CommandError(f"The web server stopped by itself, with exit code {server.wait()}.")
        finally:
            stop.set()
            server.terminate()
            for thread in clock:
                thread.join(timeout=20)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()

    def _fill(self) -> None:
        """The first days at once, a line each, so that the first page has papers; else the sample edition."""
        reached, looks = False, FIRST_LOOKS
        for source in SOURCES.values():
            found, unavailable = 0, False  # how many days with papers there are by now
            for day in collecting.due_days(source, site_clock.now())[:looks]:
                collected = collecting.collect(source, day)
                self.stdout.write(str(collected))
                self.stdout.flush()
                found += bool(collected.collection.listed)
                unavailable = collected.unavailable
                if unavailable or found == FIRST_DAYS:
                    break
            reached |= bool(found) or not unavailable
            if found:  # The other sources fill in while the site is up.
                break
            looks = 1  # Should the first one fail, nobody is kept waiting for another's past.
        understanding.keep_up()
        if not (reached or Paper.objects.exists()):
            sample.publish(site_clock.now())
            self.stdout.write(
                "No source can be reached: this is the SAMPLE edition of invented papers, until one can."
            )

    def _say(self) -> None:
        kept = f"written to {settings.MAIL_DIR}, readable at {settings.SITE_URL}/mailbox/"
        sent = kept if senders.writes_files() else f"sent by {settings.ANYMAIL_PROVIDER or settings.EMAIL_HOST}"
        self.stdout.write(f"Paper Route is at {settings.SITE_URL}/")
        self.stdout.write(f"Mail is {sent}")
        self.stdout.write("Ctrl-C stops it; nothing is lost")
        self.stdout.flush()


def _host() -> str:
    """Where this machine is to be reached as SITE_URL says: for itself alone, or for everybody."""
    if settings.LOCAL:
        return "127.0.0.1" if settings.SITE_HOST.endswith("localhost") else str(settings.SITE_HOST)
    return "::" if ":" in settings.SITE_HOST else "0.0.0.0"  # noqa: S104 - it is what an operator asks for


def _expect_to_be_alone() -> None:
    """Nobody shall get a letter of another day, and no other process go by another clock."""
    others = {
        "SITE_URL": not settings.LOCAL,
        "EMAIL_URL or ANYMAIL_PROVIDER": not senders.writes_files(),
        "REDIS_URL": bool(settings.REDIS_URL),
    }
    if found := [name for name, is_so in others.items() if is_so]:
        raise CommandError(
            "--now: expected a local site that writes its letters to files and does its work itself, "
            f"found {', '.join(found)} set"
        )


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _clock(stop: threading.Event) -> list[threading.Thread]:
    """A thread for each source, so that none waits for a slow one, and one each for the other work."""
    collecting_threads = [
        _loop(f"collecting {source.name}", partial(_collect, source), COLLECTING_EVERY, stop)
        for source in SOURCES.values()
    ]
    return [
        *collecting_threads,
        _loop("understanding", _understand, UNDERSTANDING_EVERY, stop),
        _loop("letters", _letters, LETTERS_EVERY, stop),
        _loop("watching", lambda stop: alarms.watch(site_clock.now()), WATCHING_EVERY, stop),
        _loop("erasing", lambda stop: erasing.erase_asked(), ERASING_EVERY, stop),
        _loop("pruning", lambda stop: pruning.prune(site_clock.now()), PRUNING_EVERY, stop),
        _loop("self-test", lambda stop: selftest.tick(site_clock.now()), TESTING_EVERY, stop),
    ]


def _collect(source: Source, stop: threading.Event) -> None:
    for _collected in collecting.log(lookups.collect_and_look_up(source)):
        if stop.is_set():
            return


def _understand(stop: threading.Event) -> None:
    until = time.monotonic() + understanding.SECONDS_AT_A_TIME
    understanding.catch_up(site_clock.now(), stop=lambda: stop.is_set() or time.monotonic() > until)


def _letters(stop: threading.Event) -> None:
    planning.tick(site_clock.now())
    heartbeat.beat(Heartbeat.TICK, site_clock.now())
    tired = post.for_a_while()
    post.drain(site_clock.now(), lambda: stop.is_set() or tired())


def _loop(name: str, work: Callable[[threading.Event], None], every: float, stop: threading.Event) -> threading.Thread:
    """A thread that does the work now and again until told to stop; what fails is logged and tried again."""

    def again() -> None:
        while not stop.is_set():
            began = time.monotonic()
            try:
                close_old_connections()
                work(stop)
            except Exception as error:  # The outermost loop: nothing that goes wrong once may end it.
                if database.is_away(error):
                    logger.warning("%s waits, as the database is away: %s", name, " ".join(str(error).split()))
                else:
                    logger.exception("%s failed and will be tried again", name)
            stop.wait(max(0.5, every - (time.monotonic() - began)))

    return threading.Thread(target=again, name=name, daemon=True)
