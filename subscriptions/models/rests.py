"""That sending rests, as the mail server or provider takes nothing from us."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Min, Q

from subscriptions.models.buckets import keyed_hash

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)  # each twice as long as the one before
CLOCKS_DIFFER = timedelta(minutes=5)  # at most; what began later than that began by a wrong one
OF_SETTINGS = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL")
OF_SITE = ("ANYMAIL_PROVIDER", "ANYMAIL", "DEFAULT_FROM_EMAIL", "TRANSACTIONAL_FROM_EMAIL")


class RestQuerySet(models.QuerySet["Rest"]):
    def now(self) -> Rest | None:
        """Of what is set now: whoever sets something else is not kept waiting."""
        return self.filter(of=by_whom()).first()

    def begin(self, words: str, asked: timedelta, now: datetime) -> Rest:
        """Or go on, by what was said last; whoever else begins it too."""
        until = now + max(asked, FIRST_PAUSE)
        new = {"since": now, "until": until, "words": words}
        rest, is_new = self.get_or_create(of=by_whom(), defaults=new)
        if not is_new:
            rest.words, rest.until = words, max(rest.until, now + asked)
            self.filter(pk=rest.pk).update(words=words, until=rest.until)
        return rest

    def end(self, before: datetime) -> datetime | None:
        """As a letter was taken that was offered then; what began later goes on, unless by a clock that is wrong.
        Since when it was, if it was."""
        over = self.filter(Q(since__lt=before) | Q(since__gt=before + CLOCKS_DIFFER))
        since: datetime | None = over.aggregate(since=Min("since"))["since"]
        if since is not None:
            over.delete()
        return since


class Rest(models.Model):
    """Sending stops until a moment, then a handful of letters is tried; one that is taken ends the rest."""

    of = models.CharField(max_length=64, unique=True)  # a keyed hash of whom letters are sent by, and as whom
    since = models.DateTimeField()  # when letters were first refused, none having been taken since
    until = models.DateTimeField()  # when the next ones are tried
    tries = models.PositiveIntegerField(default=0)
    words = models.TextField()  # of the server, without addresses

    objects = RestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"rest {self.pk}"

    def may_be_tried(self, now: datetime) -> bool:
        return self.until <= now or self.since > now + CLOCKS_DIFFER

    def take_turn(self, now: datetime) -> bool:
        """To try whether letters are taken again; one process does, and the next turn comes after a longer pause."""
        pause = min(FIRST_PAUSE * 2 ** min(self.tries + 1, 10), LONGEST_PAUSE)
        mine = Rest.objects.filter(pk=self.pk, until=self.until)
        return mine.update(until=now + pause, tries=F("tries") + 1) == 1


def by_whom() -> str:
    return keyed_hash(repr([getattr(settings, name, None) for name in (*OF_SETTINGS, *OF_SITE)]))
