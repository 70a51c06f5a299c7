"""Processes of the site that stop at a point until they are told to go on, or are killed there. The product has no
hook for this: its own steps are wrapped, in that process alone.

All are forks of one process that has the site loaded, so that starting one takes a moment instead of a second. Like a
worker's, their life goes on when a drain fails; they end with whoever started them.
"""

import logging
import multiprocessing
import resource
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from itertools import count
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.test import Client
from django.utils.module_loading import import_string

from digest.letters import ledger, planning
from subscriptions import signing_up
from subscriptions.models import Letter, LetterQuerySet, SubscriberQuerySet
from subscriptions.models import letters as outbox
from subscriptions.sending import post
from subscriptions.sending.journal import Journal
from subscriptions.sending.smtp import Smtp
from tests.faults.shared import connected_to
from tests.sink import PATIENCE

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
LOADED = [import_string(name) for name in (*settings.LETTERS.values(), "subscriptions.joining.sign_up")]
HERE = "here"
POINTS: dict[str, tuple[type | ModuleType, str]] = {  # what has just been done
    "letters taken": (LetterQuerySet, "take"),
    "claimed": (LetterQuerySet, "claim"),
    "journal made": (Journal, "__init__"),
    "hand-over committed": (QuerySet, "update"),
    "handed over": (LetterQuerySet, "hand_over"),
    "noted as offered": (Journal, "offered"),
    "last byte sent": (smtplib.SMTP, "send"),
    "answer read": (Smtp, "_send"),
    "answer noted": (Journal, "answered"),
    "recorded": (LetterQuerySet, "record"),
    "readers moved on": (ledger, "move_on"),
    "letters added": (ledger, "add"),
    "papers given": (ledger, "give"),
    "looked who is due": (SubscriberQuerySet, "due"),
    "letter asked for": (signing_up, "sign_up"),
}
ADDRESS = "ada@example.org"  # of who signs up
WORK: dict[str, Callable[[datetime], object]] = {
    "drain": post.drain,
    "tick": planning.tick,
    "sign up": lambda _now: Client().post("/subscribe/", {"address": ADDRESS}, HTTP_HOST="localhost").status_code,
}


@dataclass(frozen=True)
class Site:
    """Where a process finds what it needs, and how it differs from others."""

    database_url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    lease: Any = outbox.LEASE
    quiet: bool = False


class Process:
    """One that does a piece of WORK."""

    def __init__(
        self, site: Site, work: str, now: datetime, *, after: str = "", nth: int = 1, most_bytes: int | None = None
    ) -> None:
        """`most_bytes`: no file of the process may become longer, as if the disk were full."""
        self._line, theirs = FORKS.Pipe()
        arguments = (theirs, site, work, now, (after, nth), most_bytes)
        self._process = FORKS.Process(target=_live, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def words(self) -> str:
        """HERE: it waits at its point; else how its work ended."""
        assert self._line.poll(PATIENCE)
        return str(self._line.recv())

    def go_on(self) -> str:
        """How its work ended."""
        self._line.send("go on")
        return self.words()

    def is_done(self) -> bool:
        return self._line.poll()

    def kill(self) -> None:
        self._process.kill()
        self._process.join(PATIENCE)
        self._line.close()


# --------------------------------------------------------------------------------------------------- in that process


def _live(
    line: Connection, site: Site, work: str, now: datetime, point: tuple[str, int], most_bytes: int | None
) -> None:
    for name, value in site.settings.items():
        setattr(settings, name, value)
    outbox.LEASE = site.lease
    if site.quiet:
        logging.disable(logging.ERROR)
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
    if point[0]:
        _pause_after(*POINTS[point[0]], point[1], line)
    with connected_to(site.database_url):
        line.send(_ending(WORK[work], now))
        line.poll(None)  # Until whoever started us is gone, or ends us.


def _ending(work: Callable[[datetime], object], now: datetime) -> str:
    try:
        return f"done: {work(now)}"
    except DatabaseError as error:
        return f"stopped: {type(error).__name__}: {str(error).strip().splitlines()[0]}"


def _pause_after(owner: type | ModuleType, name: str, nth: int, line: Connection) -> None:
    work: Callable[..., Any] = getattr(owner, name)
    times = count(1)

    @wraps(work)
    def pausing(*arguments: Any, **named: Any) -> Any:
        result = work(*arguments, **named)
        if _counts(owner, arguments, named) and next(times) == nth:
            line.send(HERE)
            line.recv()
        return result

    setattr(owner, name, pausing)


def _counts(owner: type | ModuleType, arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Of all that goes over the wire only letters, of all updates only those that hand over."""
    if owner is smtplib.SMTP:
        return isinstance(arguments[1], bytes) and b"\r\n.\r\n" in arguments[1]
    return owner is not QuerySet or named.get("state") == Letter.State.HANDOFF
