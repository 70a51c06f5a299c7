"""What the site works with: the database, Redis, and whether anything plans and sends at all."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import redis as client
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from digest.models import Heartbeat
from digest.watching import heartbeat as heart
from digest.watching.doctor.base import Finding, ok, red
from papers.database import has_server
from subscriptions.models import Letter

ANSWER_SECONDS = 5
SILENT_AFTER = timedelta(minutes=5)  # without a tick; there is one a minute
WAITS_TOO_LONG = timedelta(minutes=15)


def database(_now: datetime) -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        said = " ".join(str(error).split())
        example = "DATABASE_URL=postgresql://user:password@host/name"
        file = settings.DATABASES["default"]["NAME"]
        yield red(f"It does not answer: {said}", example if has_server() else f"ls -l {file}")
        return
    if missing:
        yield red(f"It lacks {len(missing)} migrations of this version.", "python manage.py migrate")
    elif damage := _damage():
        yield red(f"Its file is damaged: {damage}", f"sqlite3 {settings.DATABASES['default']['NAME']} .recover")
    else:
        yield ok(f"{connection.display_name} answers, and has all migrations")


def _damage() -> str:
    if has_server():
        return ""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        said = str(cursor.fetchone()[0])
    return "" if said == "ok" else said


def heartbeat(now: datetime) -> Iterator[Finding]:
    """Whether letters are planned and sent."""
    start = "docker compose up -d beat letters" if settings.REDIS_URL else "python manage.py run"
    last, oldest = heart.last(Heartbeat.TICK), heart.oldest_due(now)
    if last is None:
        yield red("Nothing has planned letters yet.", start)
    elif now - last > SILENT_AFTER:
        yield red(f"Nothing has planned letters since {last:%Y-%m-%d %H:%M} UTC.", start)
    elif oldest and now - oldest > WAITS_TOO_LONG:
        said = Letter.objects.due(now).exclude(last_answer="").values_list("last_answer", flat=True).first()
        why = f"; of one was said: {said}" if said else ""
        yield red(f"Letters have waited since {oldest:%Y-%m-%d %H:%M} UTC{why}.", "python manage.py drain")
    else:
        yield ok("letters are planned, and none waits for long")


def redis(_now: datetime) -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield ok("none is used: manage.py run does the work")
        return
    at, patience = settings.REDIS_URL, {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
    try:
        with client.Redis.from_url(at, **patience) as server:
            server.ping()
    except client.AuthenticationError:
        yield red("It refuses the password in REDIS_URL.", "REDIS_URL=redis://:password@localhost:6379/0")
    except (client.RedisError, ValueError) as error:
        start = "docker compose up -d redis" if "@redis:" in at or "//redis:" in at else "redis-server --daemonize yes"
        yield red(f"It does not answer ({type(error).__name__}), so letters wait.", start)
    else:
        yield ok("it answers")
