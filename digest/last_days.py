"""What came of each of a reader's last days: one state a day, and nothing but what the ledger and the record of
collecting say. Of a day whose rows are gone it says that nothing is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Min
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digest.letters import special, wording
from digest.letters.composing import web_copy_url
from digest.letters.ledger import brought
from digest.models import ARRIVED
from papers.models import Collection, Paper, Sighting
from papers.sources import SOURCES
from papers.sources.calendar import days
from subscriptions import slots
from subscriptions.models import Letter, Subscriber

SHOWN = timedelta(days=30)
BEFORE = timedelta(days=1)  # the first digest shown goes back so far, as far as is known
State = Letter.State


class Came(StrEnum):
    """What came of a day; its kind, beside the words."""

    SENT = "sent"
    COMING = "coming"  # it is planned, or still to be
    LOST = "lost"  # it did not arrive, or nobody knows whether it did
    FAR = "far"  # nothing was close enough
    NOTHING = "nothing"  # was announced
    LATE = "late"  # was a source
    PAUSED = "paused"
    MISSED = "missed"  # the site was not running
    FREE = "free"  # it is none of the reader's days
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Day:
    day: date
    came: Came
    words: str
    papers: int = 0
    url: str = ""  # of the digest, as it was sent
    nearest: Paper | None = None  # of the papers that did not come,
    lacked: str = ""  # and what it lacked


@dataclass(frozen=True)
class LastDays:
    """The latest first; none before somebody became a reader."""

    days: Sequence[Day]

    @property
    def in_short(self) -> str:
        """How many digests came, with how many papers."""
        if not (sent := [one for one in self.days if one.came is Came.SENT]):
            return _("No digest has come yet.")
        digests = ngettext("%(count)d digest", "%(count)d digests", len(sent)) % {"count": len(sent)}
        papers = ngettext("%(digests)s with %(count)d paper", "%(digests)s with %(count)d papers", self.papers)
        return papers % {"digests": digests, "count": self.papers}

    @property
    def papers(self) -> int:
        return sum(one.papers for one in self.days if one.came is Came.SENT)

    @property
    def most(self) -> int:
        """Papers of a day."""
        return max((one.papers for one in self.days), default=0)


def of(reader: Subscriber, now: datetime) -> LastDays:
    """In as many questions to the database for many days as for few."""
    today = slots.local_date(now, reader.zone)
    begun = slots.local_date(reader.confirmed_at or now, reader.zone)
    ledger = Ledger.of(reader, today - SHOWN, now)
    found = (ledger.day(day) for day in days(max(begun, today - SHOWN + timedelta(days=1)), today))
    return LastDays(list(reversed([day for day in found if day])))


@dataclass(frozen=True)
class Ledger:
    """A reader's letters of the last days."""

    reader: Subscriber
    letters: Mapping[date, Letter]  # by slot; the one that welcomed by the day on which it was planned
    now: datetime

    @classmethod
    def of(cls, reader: Subscriber, first: date, now: datetime) -> Ledger:
        since = slots.due_at(first, 0, reader.zone) - BEFORE
        rows = reader.letters.filter(kind__in=("welcome", "digest"), planned_at__gte=since).order_by("planned_at")
        letters = {}
        for letter in rows:
            letter.subscriber = reader
            is_digest = letter.kind == "digest"
            day = date.fromisoformat(letter.key) if is_digest else slots.local_date(letter.planned_at, reader.zone)
            if is_digest or day not in letters:
                letters[day] = letter
        return cls(reader, letters, now)

    def day(self, day: date) -> Day | None:
        if letter := self.letters.get(day):
            return self._with_letter(day, letter)
        return self._without(day)

    def _with_letter(self, day: date, letter: Letter) -> Day:
        papers = len(brought(letter))
        counted = ngettext("%(count)d paper", "%(count)d papers", papers) % {"count": papers}
        if letter.state in ARRIVED:
            words = _("welcome email sent: %(papers)s") if letter.kind == "welcome" else _("sent: %(papers)s")
            words = words if letter.state == State.SENT else _("in your feed: %(papers)s")
            return Day(day, Came.SENT, words % {"papers": counted}, papers, web_copy_url(letter) if papers else "")
        if letter.state == State.SKIPPED:
            return self._skipped(day, letter)
        if letter.state == State.FAILED:
            return Day(day, Came.LOST, _("could not be delivered: %(papers)s") % {"papers": counted}, papers)
        if letter.state == State.UNCERTAIN:
            return Day(day, Came.LOST, _("may not have arrived: %(papers)s") % {"papers": counted}, papers)
        return Day(day, Came.COMING, _("on its way: %(papers)s") % {"papers": counted}, papers)

    def _skipped(self, day: date, letter: Letter) -> Day:
        if letter.reason == "paused":
            return Day(day, Came.PAUSED, _("paused"))
        if letter.reason != special.NOTHING_NEW:
            came = Came.MISSED if letter.reason == special.TOO_LATE else Came.LOST
            return Day(day, came, _("no digest: %(why)s") % {"why": wording.skipped(letter.reason)})
        if nearest := _nearest(letter):
            paper, lacked = self._near.get(nearest["paper"]), wording.lacked(nearest["lacked"])
            far = _("nothing was close enough to your interests")
            return Day(day, Came.FAR, far, nearest=paper, lacked=lacked if paper else "")
        begun = self._begun(letter)
        if any(begun < moment <= letter.planned_at for moment in self._arrivals):
            return Day(day, Came.FAR, _("nothing new was for you"))
        if late := [source for source, owed in self._owed(letter) if self._was_late(source, owed, letter)]:
            titles = get_text_list([SOURCES[source].title for source in dict.fromkeys(late)], _("and"))
            return Day(day, Came.LATE, _("nothing new: %(source)s had not listed any papers yet") % {"source": titles})
        return Day(day, Came.NOTHING, _("nothing was announced"))

    def _without(self, day: date) -> Day:
        reader = self.reader
        if day.weekday() not in reader.slot_days:
            return Day(day, Came.FREE, _("none of your days"))
        if reader.is_paused(day):
            return Day(day, Came.PAUSED, _("paused"))
        if day == slots.local_date(reader.confirmed_at or self.now, reader.zone):
            return Day(day, Came.FREE, _("you subscribed"))
        if reader.next_slot == day:
            return Day(day, Came.COMING, _("due at %(hour)s") % {"hour": f"{reader.hour:02}:00"})
        gone = _("nothing on record: the site was not running, or it was none of your days then")
        return Day(day, Came.UNKNOWN, gone)

    # --------------------------------------------------------------------- why there was nothing for a letter to bring

    @cached_property
    def _silent(self) -> list[Letter]:
        return [letter for letter in self.letters.values() if letter.reason == special.NOTHING_NEW]

    @cached_property
    def _near(self) -> Mapping[int, Paper]:
        keys = {nearest["paper"] for letter in self._silent if (nearest := _nearest(letter))}
        return Paper.objects.only("key", "title").in_bulk(keys) if keys else {}

    def _begun(self, letter: Letter) -> datetime:
        """From when on papers were new to a letter's reader: since the last one before it that considered any."""
        before = (
            one.planned_at
            for one in self.letters.values()
            if one.planned_at < letter.planned_at and one.reason not in ("paused", special.TOO_LATE)
        )
        return max(before, default=letter.planned_at - BEFORE)

    @cached_property
    def _arrivals(self) -> list[datetime]:
        """The moments at which the site learned of papers that were announced, as far back as is asked."""
        since = min(map(self._begun, self._silent), default=self.now)
        seen = Paper.objects.filter(first_seen_at__gt=since, listed_on__isnull=False)
        return list(seen.order_by().values_list("first_seen_at", flat=True).distinct())

    def _owed(self, letter: Letter) -> list[tuple[str, date]]:
        """Which days' lists should have come between the letter before and this one."""
        begun = self._begun(letter)
        return [
            (source.name, day)
            for source in SOURCES.values()
            if source.announces
            for day in days(begun.date() - BEFORE, letter.planned_at.date() + BEFORE)
            if not source.calendar.is_late(day, begun) and source.calendar.is_late(day, letter.planned_at)
        ]

    @cached_property
    def _records(self) -> Mapping[tuple[str, date], str]:
        """What came of each source's day."""
        owed = {day for letter in self._silent for _source, day in self._owed(letter)}
        rows = Collection.objects.filter(day__in=owed)
        return {(source, day): outcome for source, day, outcome in rows.values_list("source", "day", "outcome")}

    @cached_property
    def _first_seen(self) -> Mapping[tuple[str, date], datetime]:
        """When the first paper of a source's day was seen."""
        owed = {day for letter in self._silent for _source, day in self._owed(letter)}
        rows = Sighting.objects.filter(day__in=owed, announced=True).order_by().values("source", "day")
        return {(one["source"], one["day"]): one["at"] for one in rows.annotate(at=Min("paper__first_seen_at"))}

    def _was_late(self, source: str, day: date, letter: Letter) -> bool:
        """Whether a day's list was still to come as the letter was planned, as far as is known now."""
        outcome = self._records.get((source, day))
        if outcome == Collection.Outcome.LISTED:
            return self._first_seen.get((source, day), letter.planned_at) > letter.planned_at
        return outcome != Collection.Outcome.NOTHING


def _nearest(letter: Letter) -> Mapping[str, Any] | None:
    """Of the papers that did not come the one that was nearest."""
    near = letter.contents.get("near_misses", ())
    below = [miss for miss in near if miss["lacked"]["code"] == "bar"]
    return max(below, key=lambda miss: float(miss["lacked"]["score"]), default=next(iter(near), None))
