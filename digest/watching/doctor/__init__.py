"""First aid: whether all that the site leans on works, and if not, what to do. Nothing of readers is looked at, and
nothing is changed."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import Error, connection

from digest.watching.doctor import machine, relay, sources, work, zone
from digest.watching.doctor.base import Finding, Level

Check = Callable[[datetime], Iterator[Finding]]
CHECKS: dict[str, Check] = {
    "settings": machine.settings_fit,
    "database": work.database,
    "work": work.heartbeat,
    "Redis": work.redis,
    "disk": machine.disk,
    "permissions": machine.permissions,
    "sources": sources.sources,
    "clock": sources.clock,
    "mail server": relay.conversation,
    "DNS": zone.records,
}


def findings(now: datetime) -> Iterator[tuple[str, Finding]]:
    """What each check finds, and what the check is about."""
    for about, check in CHECKS.items():
        try:
            for finding in check(now):
                yield about, finding
        except Error:  # What is the matter with the database was said before.
            connection.close()
            yield about, Finding(Level.UNKNOWN, "cannot be told until the database is well")
