"""Where papers come from, as this machine reaches them; and by the time that they tell, its clock."""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
from django.conf import settings
from django.db import Error, connection

from digest.watching import freshness
from digest.watching.doctor.base import Finding, Level, ok, red
from papers.database import has_server
from papers.sources import SOURCES

ANSWER_SECONDS = 10
APART = timedelta(minutes=1)  # from where on a clock spoils hours, links and signatures
SET_CLOCK = "timedatectl set-ntp true"


def sources(now: datetime) -> Iterator[Finding]:
    """Whether each host can be reached (nothing is asked of arXiv, which counts requests), and what each owes."""
    proxied = set(getproxies()) & {"http", "https", "all"}
    unreached = []
    for name in ("HUGGINGFACE_URL", "ARXIV_RSS_URL", "ARXIV_OAI_URL", "ARXIV_API_URL"):
        parts = urlsplit(getattr(settings, name))
        try:
            if not proxied:
                where = (str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80))
                socket.create_connection(where, timeout=ANSWER_SECONDS).close()
        except OSError as error:
            unreached.append(name)
            yield red(f"{parts.netloc} cannot be reached: {error}", f"curl -I {getattr(settings, name)}")
    for fresh in freshness.of(SOURCES.values(), now):
        if fresh.is_stale:
            yield red(freshness.why(fresh), f"python manage.py collect --source {fresh.source.name}")
    if not unreached:
        yield ok(f"asked by way of {', '.join(sorted(proxied))} proxies" if proxied else "each can be reached")


def clock(_now: datetime) -> Iterator[Finding]:
    """By what the database's server and the first source say."""
    told = {name: at for name, at in (("the database", _of_database()), ("the web", _of_web())) if at is not None}
    wrong = {name: behind for name, behind in told.items() if abs(behind) > APART}
    for name, behind in wrong.items():
        way = "behind" if behind > timedelta() else "ahead of"
        yield red(f"This machine's clock is {round(abs(behind).total_seconds())} s {way} that of {name}.", SET_CLOCK)
    if not told:
        yield Finding(Level.UNKNOWN, "nobody could be asked for the time")
    elif not wrong:
        yield ok("it is right")


def _of_database() -> timedelta | None:
    """How far our clock is behind its server's; none where that is on this machine."""
    if not has_server():
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            told: datetime = cursor.fetchone()[0]
    except Error:
        return None
    return told - datetime.fromtimestamp(time.time(), UTC)


def _of_web() -> timedelta | None:
    try:
        headers = {"User-Agent": settings.USER_AGENT}
        asked = requests.head(settings.HUGGINGFACE_URL, timeout=ANSWER_SECONDS, headers=headers, allow_redirects=False)
        return parsedate_to_datetime(asked.headers["Date"]) - datetime.fromtimestamp(time.time(), UTC)
    except (requests.RequestException, KeyError, ValueError, TypeError):
        return None
